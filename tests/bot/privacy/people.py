"""What people of sixteen countries write when they give away personal data: text by text, labelled by hand.

Numbers are made up, or the examples of the authorities that issue them; all have the form and the check digits that
real ones have. `{}` in a sentence is where one stands.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    locale: str
    kind: str
    text: str
    value: str


_SENTENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "de-CH": {
        "phone": ("Ruf doch Anna an: {}", "Meldet euch bei Reto, {}, bis Freitag.", "Handy {} (nur abends)"),
        "email": ("Schreib an {}.", "Anmeldung bei {} bis 12. Mai"),
        "iban": ("Bitte auf {} überweisen.", "IBAN: {} lautend auf Meier"),
        "id": ("Seine AHV-Nummer ist {}.", "AHV {} steht auf dem Ausweis"),
    },
    "de-DE": {
        "phone": ("Rückfragen an Jonas unter {}.", "Tel. {}", "Du erreichst sie mobil: {}!"),
        "email": ("Mail bitte an {}, danke", "Kontakt: {}"),
        "iban": ("Spende an {} senden", "Konto {} bei der Sparkasse"),
        "id": ("Steuer-ID {} bitte nicht posten", "Die Steuer-IdNr. {} gehört Frau Weber."),
    },
    "de-AT": {
        "phone": ("Ruf Lena an, {}.", "Telefon {} ab 9 Uhr"),
        "email": ("Bewerbungen an {}",),
        "iban": ("Überweise auf {} bis morgen",),
        "id": ("SV-Nummer {} von Herrn Huber", "Sozialversicherungsnummer: {}"),
    },
    "fr-FR": {
        "phone": ("Appelez Camille au {}.", "Tél. {}", "Joignez-nous : portable {}"),
        "email": ("Écrivez à {} avant lundi",),
        "iban": ("Virement sur {} merci",),
        "id": ("Numéro de sécurité sociale {}.", "NIR {} du client"),
    },
    "it-IT": {
        "phone": ("Chiama Giulia al {}.", "Cellulare {}", "Telefono: {} ore pasti"),
        "email": ("Scrivi a {}!",),
        "iban": ("Bonifico su {} entro venerdì",),
        "id": ("Codice fiscale {}.", "Il cliente {} vuole disdire"),
    },
    "es-ES": {
        "phone": ("Llama a Lucía al {}.", "Móvil: {}", "Teléfono {} por las tardes"),
        "email": ("Escribe a {} y te contesto",),
        "iban": ("Ingresa en {} antes del lunes",),
        "id": ("DNI {} del ganador", "El NIE {} caduca pronto"),
    },
    "nl-NL": {
        "phone": ("Bel Sanne op {}.", "Telefoonnummer {}"),
        "email": ("Mail {} voor vragen",),
        "iban": ("Maak over naar {} a.u.b.",),
        "id": ("BSN {} van de klant", "burgerservicenummer: {}"),
    },
    "en-GB": {
        "phone": ("Call Olivia on {}.", "Her mobile is {}", "Ring {} after six"),
        "email": ("Drop {} a line",),
        "iban": ("Refund to {} please",),
        "id": ("Her National Insurance number is {}.", "NI {} on the form"),
    },
    "en-US": {
        "phone": ("Call Mike at {}.", "Text {} to RSVP", "My cell: {}"),
        "email": ("Questions? {}",),
        "card": ("He paid with {} yesterday", "Card {} exp 04/29"),
        "id": ("SSN {} is on the sheet", "Her social is {}."),
    },
    "pl-PL": {
        "phone": ("Zadzwoń do Kasi: tel. {}", "Telefon {} po 17"),
        "email": ("Napisz na {} do piątku",),
        "iban": ("Wpłata na {} dziękuję",),
        "id": ("PESEL {} klienta", "Jej PESEL to {}"),
    },
    "sv-SE": {
        "phone": ("Ring Elsa på {}.", "Mobil {}"),
        "email": ("Mejla {} senast fredag",),
        "iban": ("Betala till {} tack",),
        "id": ("Personnummer {} får inte synas", "Kundens {} stod i mejlet"),
    },
    "da-DK": {
        "phone": ("Ring til Freja på {}.", "Mobil: {}"),
        "email": ("Skriv til {} i dag",),
        "iban": ("Indbetal til {} tak",),
        "id": ("CPR {} på kunden", "cpr-nummer {}"),
    },
    "fi-FI": {
        "phone": ("Soita Ainolle {}.", "Puhelin {}"),
        "email": ("Kirjoita {} viimeistään",),
        "iban": ("Maksa tilille {} kiitos",),
        "id": ("Henkilötunnus {} näkyy kuvassa", "hetu {}"),
    },
    "pt-BR": {
        "phone": ("Ligue para a Júlia: {}", "Celular {}", "WhatsApp {} (Bruno)"),
        "email": ("Escreva para {} hoje",),
        "card": ("Cartão {} recusado",),
        "id": ("CPF {} do sorteado", "O CPF é {}."),
    },
    "cs-CZ": {
        "phone": ("Zavolejte Janě, tel. {}", "Mobil {}"),
        "email": ("Pište na {} do pátku",),
        "iban": ("Pošlete na {} prosím",),
        "id": ("Rodné číslo {} klientky", "RČ {} je na smlouvě"),
    },
    "ja-JP": {
        "phone": ("お問い合わせは田中まで 電話 {} です", "携帯 {}"),
        "email": ("メールは {} まで",),
        "card": ("カード {} が使えない",),
        "ip": ("サーバー {} から",),
    },
}
_VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "de-CH": {
        "phone": ("079 412 34 56", "+41 44 668 18 00", "0041 76 321 45 67", "044 268 12 12", "+41(0)78 845 12 90"),
        "email": ("anna.meier@bluewin.ch", "r.keller+velo@gmx.ch", "müller.t@sunrise.ch"),
        "iban": ("CH93 0076 2011 6238 5295 7", "CH5604835012345678009"),
        "id": ("756.9217.0769.85", "756 9217 0769 85", "7569217076985"),
    },
    "de-DE": {
        "phone": ("030 901820", "+49 170 1234567", "0151 23456789", "089/3233350", "+49 (0)221 4710-123"),
        "email": ("jonas.weber@web.de", "k_lehmann@t-online.de"),
        "iban": ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        "id": ("36 574 261 809", "36574261809"),
    },
    "de-AT": {
        "phone": ("0664 1234567", "+43 1 58858 0", "01 5123456", "+43 660 1234567"),
        "email": ("lena.huber@aon.at", "l.huber@chello.at"),
        "iban": ("AT61 1904 3002 3457 3201", "AT483200000012345864"),
        "id": ("1237 010180", "1237010180"),
    },
    "fr-FR": {
        "phone": ("06 12 34 56 78", "+33 6 12 34 56 78", "01.42.68.53.00", "0612345678", "+33 (0)1 42 68 53 00"),
        "email": ("camille.durand@orange.fr", "j-p.martin@free.fr"),
        "iban": ("FR14 2004 1010 0505 0001 3M02 606", "FR7630006000011234567890189"),
        "id": ("2 95 10 99 126 111 93", "295109912611193"),
    },
    "it-IT": {
        "phone": ("347 123 4567", "+39 06 6982 1234", "06 6982 1234", "+39 347 123 4567", "02 1234567"),
        "email": ("giulia.rossi@libero.it", "m.bianchi@pec.it"),
        "iban": ("IT60 X054 2811 1010 0000 0123 456", "IT60X0542811101000000123456"),
        "id": ("RSSMRA85T10A562S", "RCCMNL83S18D969H"),
    },
    "es-ES": {
        "phone": ("612 345 678", "+34 612 345 678", "91 123 45 67", "612345678", "+34 912 345 678"),
        "email": ("lucia.garcia@telefonica.net", "pepe.lopez@hotmail.es"),
        "iban": ("ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"),
        "id": ("54362315K", "54362315-K", "X-2482300-W", "X2482300W"),
    },
    "nl-NL": {
        "phone": ("06 12345678", "+31 6 12345678", "020 624 1111", "+31 (0)20 624 1111"),
        "email": ("sanne.devries@ziggo.nl", "j.bakker@kpnmail.nl"),
        "iban": ("NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
        "id": ("111222333", "1112.22.333"),
    },
    "en-GB": {
        "phone": ("07700 900123", "+44 20 7946 0958", "020 7946 0958", "+44 7911 123456", "0161 496 0123"),
        "email": ("olivia.smith@btinternet.com", "t.o'neill@talktalk.net"),
        "iban": ("GB29 NWBK 6016 1331 9268 19", "GB82WEST12345698765432"),
        "id": ("AB 12 34 56 C", "JG103759A", "AB123456C"),
    },
    "en-US": {
        "phone": ("(415) 555-2671", "415-555-2671", "+1 212 456 7890", "1-650-253-0000", "650.253.0000"),
        "email": ("mike.jones@gmail.com", "sarah_lee@yahoo.com"),
        "card": ("4111 1111 1111 1111", "5555-5555-5555-4444", "3782 822463 10005", "6011111111111117"),
        "id": ("536-90-4399", "123-45-6789"),
    },
    "pl-PL": {
        "phone": ("601 234 567", "+48 601 234 567", "22 123 45 67", "+48601234567"),
        "email": ("kasia.nowak@wp.pl", "p.kowalski@onet.pl"),
        "iban": ("PL61 1090 1014 0000 0712 1981 2874", "PL61109010140000071219812874"),
        "id": ("44051401359", "02070803628"),
    },
    "sv-SE": {
        "phone": ("070-123 45 67", "+46 70 123 45 67", "08-123 456 78", "0701234567"),
        "email": ("elsa.andersson@telia.com", "g.lind@bredband.net"),
        "iban": ("SE45 5000 0000 0583 9825 7466", "SE4550000000058398257466"),
        "id": ("811228-9874", "19811228-9874"),
    },
    "da-DK": {
        "phone": ("20 12 34 56", "+45 20 12 34 56", "33 12 34 56", "+4520123456"),
        "email": ("freja.hansen@mail.dk", "l.jensen@stofanet.dk"),
        "iban": ("DK50 0040 0440 1162 43", "DK5000400440116243"),
        "id": ("211062-5629", "2110625629"),
    },
    "fi-FI": {
        "phone": ("040 123 4567", "+358 40 123 4567", "09 310 1691", "0401234567"),
        "email": ("aino.virtanen@elisa.fi", "j.koskinen@kolumbus.fi"),
        "iban": ("FI21 1234 5600 0007 85", "FI2112345600000785"),
        "id": ("131052-308T", "131052A308T"),
    },
    "pt-BR": {
        "phone": ("(11) 91234-5678", "+55 11 91234-5678", "11 91234-5678", "(21) 3456-7890"),
        "email": ("julia.silva@uol.com.br", "bruno@terra.com.br"),
        "card": ("4012 8888 8888 1881", "5105 1051 0510 5100"),
        "id": ("390.533.447-05", "39053344705"),
    },
    "cs-CZ": {
        "phone": ("601 123 456", "+420 601 123 456", "224 123 456", "+420601123456"),
        "email": ("jana.novakova@seznam.cz", "p.svoboda@centrum.cz"),
        "iban": ("CZ65 0800 0000 1920 0014 5399", "CZ6508000000192000145399"),
        "id": ("710319/2745", "991231/5006"),
    },
    "ja-JP": {
        "phone": ("03-1234-5678", "090-1234-5678", "+81 90 1234 5678", "0312345678"),
        "email": ("tanaka.k@docomo.ne.jp", "suzuki@example.co.jp"),
        "card": ("3530 1113 3330 0000", "4111-1111-1111-1111"),
        "ip": ("203.0.113.77", "2001:db8::8a2e:370:7334", "8.8.4.4"),
    },
}  # fmt: skip

ITEMS: tuple[Item, ...] = tuple(
    Item(locale, kind, sentence.format(value), value)
    for locale, kinds in _SENTENCES.items()
    for kind, sentences in kinds.items()
    for sentence in sentences
    for value in _VALUES[locale][kind]
)
