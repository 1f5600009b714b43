# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""What people say in German, as regular expressions. Matched without regard to case; no groups that capture."""

from __future__ import annotations

from typing import Final

_DONE = (
    r"(?:(?:vielen |herzlichen |besten )?dank(?:e)?(?: dir| euch| ihnen)?(?: schön| sehr| vielmals)?|merci|perfekt|super|"
    r"toll|prima|klasse|genau|passt(?: so)?|gut(?: so)?|sehr gut|schön|top|"
    r"(?:das )?(?:sieht|klingt)(?: sehr)? (?:gut|super|toll) aus|gefällt mir)"
)
_THIS = (
    r"(?:es|das|ihn|sie|den|die|diesen?|beide|alles|alle|jetzt|(?:den|der|die) (?:entwurf|entwürfe|posts?|beitrag|beiträge|"
    r"(?:erste|zweite|dritte|letzte)n?)|d_\w+)"
)
_POST = r"(?:posts?|beitr(?:ag|äge)s?|meldung(?:en)?|entw(?:urf|ürfe)|ankündigung(?:en)?|etwas|texte?|teaser|updates?|thread|karussell)"
_PEOPLE = (
    r"(?:alle(?:n|r)?|leute(?:n)?|allen leuten|unsere[rn]? (?:kund(?:en|innen)\w*|follower\w*|leser\w*|community|"
    r"mitglieder\w*|gäste\w*|fans))"
)
_COUNT = r"(?:ein(?:e|en|er)?|noch ein(?:e|en)?|zwei|drei|vier|fünf|sechs|sieben|mehrere|ein paar|\d{1,2})"

PHRASES: Final[dict[str, str]] = {
    "greeting": r"(?:hallo|hoi|grüezi|servus|moin|guten (?:morgen|tag|abend)|salü|hey|grüß (?:gott|dich)|tag)"
    r"(?: (?:zusammen|admind|team|bot|miteinander))*",
    "thanks": rf"(?:{_DONE}[\s,.!:)]*)+",
    "help": r"hilfe(?: bitte)?|befehle|was kannst du(?: alles| so)?|wie (?:geht|funktioniert) (?:das|es)|"
    r"was (?:kann|soll|muss) ich (?:tun|machen|sagen|schreiben)",
    "who": r"wer bist du|was bist du|bist du (?:ein )?(?:bot|mensch|roboter|ki|echt)(?: oder .*)?|wie heißt du|wie heisst du",
    "no": r"nein|nö|vergiss (?:es|das)|egal|abbrechen|lass (?:es|gut sein)|nichts",
    "yes": r"ja|jawohl|klar|ja bitte|mach das|gerne",
    "override": r"\b(?:ignorier\w*|vergiss|missacht\w*|umgeh\w*)\b.{0,40}\b(?:anweisung\w*|regeln?|vorgaben|richtlinien|"
    r"freigaben?)\b|\bdu bist (?:jetzt|nun|ab sofort)\b|\bohne (?:freigabe|prüfung|rückfrage|genehmigung)\b",
    "decide": rf"(?:bitte |jetzt )*(?:veröffentlich\w*|poste?|publizier\w*|sende|schick\w*|genehmig\w*|bestätig\w*|"
    rf"lehn\w*|freigeben|gib)(?: {_THIS})?(?: (?:jetzt|sofort|bitte|raus|frei|ab|online|live|gleich|heraus))*|"
    rf"(?:kannst|könntest|würdest) du (?:bitte )?{_THIS} (?:bitte )?(?:jetzt )?(?:freigeben|veröffentlichen|posten|"
    rf"genehmigen|rausschicken|ablehnen)|freigabe|freigegeben|genehmigt|(?:los|raus damit)(?: jetzt)?",
    "decide_inside": r"\b(?:veröffentlich\w*|gib|genehmig\w*|poste|sende)\b.{0,30}\b(?:jetzt|sofort|alles|gleich)\b",
    "stop": r"(?:bitte |jetzt )*(?:pausier\w*|stopp\w*|halte? .{0,30}\ban|anhalten|fortsetzen|weitermachen|setz\w* .{0,30}"
    r"\bfort)(?: .{0,60})?",
    "settings": r"(?:bitte |kannst du )*(?:verbind\w*|trenn\w*|füge?|entfern\w*|lösch\w*|änder\w*|lade?|gib)\b.{0,40}\b"
    r"(?:konto|konten|kanal|kanäle|mitglied\w*|regel\w*|rollen?|passwort|rechte|freigeber\w*)\b.*",
    "ask_scheduled": r"\b(?:was|welche\w*|wann|zeig\w*|liste?|gibt es|wie viele)\b.{0,50}\b(?:geplant\w*|nächste\w* (?:post|beitrag)|ansteh\w*|an steht|"
    r"steht an|erschein\w*|geht (?:\w+ )?raus|kommt|eingeplant\w*|rausgeht|vorgesehen)\b|"
    r"^(?:zeig(?:e)? (?:mir )?)?(?:den |unseren )?(?:kalender|plan|redaktionsplan|zeitplan)\b|\bwas steht\b.{0,40}\ban\b",
    "ask_published": r"\b(?:was|welche\w*|zeig\w*|haben wir|wie viele|ist)\b.{0,50}\b(?:raus(?:gegangen)?|veröffentlicht\w*|"
    r"gepostet\w*|erschienen\w*|online gegangen|ging\b.{0,20}\braus)\b|\bletzten? (?:posts?|beiträge)\b",
    "ask_drafts": r"\b(?:was|welche\w*|zeig\w*|gibt es|wie viele|wer|liegt|wartet)\b.{0,50}\b(?:wartet|warten|offen\w*|"
    r"entwürfe|freizugeben|freigeben|zur freigabe|freigegeben werden|zu prüfen|pendent\w*|ausstehend\w*)\b|"
    r"^(?:meine |unsere |offene )*entwürfe\b",
    "ask_problems": r"\b(?:was|welche\w*|gab es|gibt es|ist|zeig\w*|hat)\b.{0,50}\b(?:fehler|probleme?|schief\w*|"
    r"fehlgeschlagen\w*|nicht (?:geklappt|raus\w*)|gescheitert\w*|kaputt|verpasst\w*)\b",
    "ask_why": r"^\W*(?:ist|wurde|sind) (?:es|das|er|sie|der .{1,30}?)(?: schon| bereits)? (?:freigegeben|raus|online|veröffentlicht|gepostet)\b|\b(?:warum|wieso|weshalb|weswegen)\b.{0,80}\b(?:blockiert|gesperrt|nicht|abgelehnt|gestoppt|"
    r"fehlgeschlagen|gewarnt|warnung|wartet|markiert|kein\w*|rot|hängt)\b|\bwas (?:fehlt|stimmt nicht|ist (?:los|falsch|"
    r"das problem))\b|\bstatus (?:von|des|der)\b|\bwo (?:ist|bleibt)\b|\bwer (?:kann|muss|darf|soll) (?:\w+ )?(?:frei\w*|genehm\w*)",
    "asks_for_post": rf"(?:\b(?:ich|wir)\s+)?\b(?:schreib\w*|erstell\w*|mach\w*|entwirf|verfass\w*|poste?|bereite?|formulier\w*|brauch\w*|will|"
    rf"möchte\w*|hätte\w*|gib|plane?|veröffentlich\w*)\s+(?:mir |uns |bitte |ich |wir |gerne |doch |mal |du )*"
    rf"(?:{_COUNT}\s+)?(?:(?:[\w\ue000-]+|,)\s+){{0,4}}?(?:versionen (?:eines |von einem )?|varianten (?:eines |für einen )?)?"
    rf"{_POST}\b(?:\s+vor)?(?:[\s\ue000]*,?\s*(?:über|zum|zur|zu|für|dass|wonach|mit dem inhalt)\b)?\s*:?|"
    rf"^\s*(?:{_COUNT}\s+)(?:[\w\ue000-]+\s+){{0,2}}?{_POST}\s*(?:(?:über|zum|zur|zu|für|:)|$)|"
    r"(?:^|\ue000)\s*(?:mir |uns )?(?:mal )?(?:etwas|was)\s+(?:über|zu[mr]?)\b|"
    r"\b(?:schreib\w*|mach\w*|poste?)\s+(?:bitte |mir |uns |mal )*(?:etwas|was|ein paar (?:worte|zeilen|sätze))(?:\s+[A-Za-zÄÖÜäöü]\w+es)?(?=\s+(?:über|zu[mr]?)\b)|"
    r"^\s*(?:und )?(?:auch )?noch ein(?:en|er|s)? (?:für|zu[mr]?|über)\b|"
    rf"\b(?:neuer|noch ein) (?:post|beitrag)\b\s*(?:über|zum|zur|zu|für|:)?",
    "announce": r"\bkündig(?:e|t|en|st)?\b(?:\s+(?:bitte|wir|du))*(?:\s+an\b(?:,? dass)?)?|\bankündigen\b(?:,? dass)?|"
    r"\bstell(?:e|t)?\b(?=\s+(?:unser|das|die|den)\w*\b.{0,60}\bvor\b)|\bneuigkeit\w*:",
    "inform": rf"\b(?:teile?|gib|gebt)\s+(?:bitte\s+)?(?:mit|bekannt)\s*,?\s*dass\b|\b(?:sag|erzähl|teil|informier)\w*\s+{_PEOPLE}(?:\s+mit)?(?:\s*,?\s*(?:dass|über|von))?|"
    r"\b(?:poste?|veröffentlich\w*) (?:das|dies|folgendes|das folgende|diesen text)\b(?: genau so| wörtlich| exakt)?\s*:?|"
    r"\bschreib\w*(?:\s+bitte)?(?:\s*,?\s*(?:dass|über))\b|^\s*poste?\b\s*:?|\binformier\w* über\b",
    "promote": r"\b(?:bewirb(?! dich)|bewerbe?n?(?=\s+(?:wir|unser\w*|das|die|den)\b)|werbe\w*)\b(?:\s+für)?|\bmach\w* werbung für\b",
    "invite": rf"\b(?:lad(?:e|et)?|einladen|einladung)\b(?:\s+{_PEOPLE})?(?:\s+herzlich)?(?:\s+(?:zu[mr]?|an|ein))*",
    "remind": rf"\b(?:erinner\w*)\b(?:\s+{_PEOPLE})?(?:\s+(?:an|daran))?(?:\s*,?\s*dass)?\s*:?|^\s*nicht vergessen\b\s*:?",
    "thank": r"\bbedank\w*(?: dich| euch| uns)?(?: bei)?|\bsag\w* (?=(?:vielen )?dank)|"
    r"(?=\bdanke? an\b|^\s*(?:ein )?(?:großes |grosses |herzliches )?dankeschön an\b)",
    "hire": r"\b(?:wir )?such(?:en|t)(?: wir)?(?: per sofort| ab sofort)?(?=\s+(?:eine?n?|per|ab|verstärkung|dich))|"
    r"\bstellenanzeige\b:?|\boffene stelle\b:?|\bstelle(?:nangebot)? als\b|\bverstärkung gesucht\b",
    "ask": rf"\bfrag\w*\s+{_PEOPLE}(?:\s+nach)?|^\s*umfrage\b:?",
    "statement": r"^(?:achtung|wichtig|dringend|info|rückruf|wir|unser\w*|es gibt|ab|neu\w*|jetzt|endlich|nur|heute|morgen|diese\w*|spar\w*|komm\w*|besuch\w*|"
    r"gratis|aktion|letzte chance|am|im|bis)\b",
    "polite": r"(?:^|(?<=[.!?,;:\n\ue000]))\s*(?:hallo|hoi|hey)?[,!]?\s*(?:kannst|könntest|würdest) du (?:bitte |mal |auch )*|"
    r"\bbitte\b[,!]?|\b(?:ich|wir) (?:möchte|will|wollen|brauche|hätte)n?(?: gerne?)?\b|\bdanke\b[.!]*\s*$",
    "go_out": r"(?:\b(?:und|dann|aber)\s+)?(?:\b(?:es|das|er|sie|der)\s+)?\b(?:(?:soll(?:en|te)?|muss|kann|bitte)\s+)?"
    r"(?:poste(?:n|t)?|veröffentliche?n?|publizier\w*|erschein\w*|plane?n?|sende?n?|geht|raus|schick\w*)"
    r"(?:\s+(?:es|das|ihn|sie|beide|alles|sollen?|bitte))*(?:\s+(?:am|um|auf|im|in|für|den|dem|der))*\s*[:,]?\s*(?=\ue000)|"
    r"(?<=\ue000)\s*(?:posten|veröffentlichen|publizieren|erscheinen|raus(?:gehen|schicken)?|einplanen|online stellen|"
    r"online gehen|publiziert werden)\b",
    "preposition": r"(?:\b(?:am|um|ab|für|auf|im|in|den|dem|der|vom|zum|jeweils|via|an)\s+)+$",
    "until": r"(?:\b(?:gültig |nur |noch |endet )?(?:bis(?: und mit| zum| am| am| einschliesslich)?|endet(?: am)?|am)\s+)+$",
    "no_image": r"\b(?:kein|ohne)(?:e|en|em)? (?:bild|foto|grafik|karte|illustration)(?:er|s)?\b|\b(?:nur|reiner) text\b",
    "image": r"\b(?:mit|plus|und|samt|inklusive|dazu)?\s*(?:ein(?:em|en|er)?|dem|passende[mnr]|schöne[mnr]|(?:ki[- ])?generierte[mnrs]?)*\s*\b"
    r"(?:ki-bild|bild|foto|grafik|illustration|bildkarte)(?:er|s)?\b(?:\s+(?:im anhang|anbei))?(?:\s+(?:von|eines|einer)\s+(?:(?!\s(?:über|zu[mr]?|für)\b)[^,.;!?\ue000]){2,80})?",
    "variants": r"\b(?:in |mit )?(?:zwei|drei|2|3|mehrere[n]?|ein paar) (?:\w+ )?(?:versionen|varianten|vorschläge[n]?|fassungen|"
    r"optionen)\b(?:\s+(?:davon|zur auswahl|eines posts|eines beitrags))?",
    "hashtag_wish": r"\b(?:mit|und|plus) (?:ein paar |passenden |einigen )?hashtags?\b:?|\bhashtags?:",
    "no_hashtag": r"\b(?:keine|ohne) hashtags?\b",
    "no_emoji": r"\b(?:keine|ohne) emojis?\b",
    "emoji": r"\b(?:mit|und|plus|samt)?\s*(?:ein(?:em|en|er)?|ein paar|einigen)?\s*\bemojis?\b",
    "verbatim": r"\b(?:genau so|wörtlich|exakt|wortwörtlich|unverändert|diesen text|folgenden text|genau diesen text)\b",
    "everywhere": r"\b(?:(?:auf|in|über) )?(?:überall|alle[n]? (?:kanäle[n]?|konten|accounts))\b",
    "at_place": r"\b(?:im|auf|in|ins|via|über|für|an|aufs)\s+(?:nur\s+)?(?:den |dem |der |das |die |unser\w* )?",
    "place_after": r"(?:\s+(?:konto|kanal|seite|feed|nur))*",
    "tone_of": r"\b(?:halte? es|halt(?:e|et)? (?:ihn|sie|den ton)|mach(?:e)? es|ton|stil|klingt?|soll(?:te)?)\s*(?::\s*|ist )?"
    r"(?:eher |sehr |schön |etwas |ganz )?",
    "tone_in": r"\b(?:in|mit) (?:eine[mr] )?(?:eher |sehr )?",
    "tone_noun": r"\s+(?:ton|stil|sprache|tonalität|tonfall)",
    "language_in": r"\b(?:auf|in)\s+",
    "action_wish": r"\b(?:call to action|cta|handlungsaufruf|aufruf)\b\s*(?::|ist|=)?\s*",
    "note_words": r"\b(?:und|oder|mit|der|die|das|den|dem|ein|eine|einen|am|um|im|in|auf|an|für|es|bitte|zu|zum|zur|"
    r"ohne|so|auch|dann|vom|von|kurz|bild|posten?|genau|mach|schreib|ist|soll|sollen|raus|danke|nur|jeweils|ton|uns|mir|"
    r"kannst|du|jetzt|online|über|dass|poste)\b",
    "first": r"(?:erste[nrs]?|1\.)",
    "second": r"(?:zweite[nrs]?|2\.)",
    "third": r"(?:dritte[nrs]?|3\.)",
    "fourth": r"(?:vierte[nrs]?|4\.)",
    "last": r"(?:letzte[nrs]?|neueste[nrs]?)",
    "which_one": r"(?:\s+(?:entwurf|post|beitrag|version|variante|fassung|vorschlag|text))?",
    "choose": r"\b(?:nimm|nehmen wir|wähle?|ich nehme|benutze|verwende|lieber|bevorzuge|nehm\w*|wir nehmen)\b",
    "option_word": r"(?:option|variante|version|nummer|nr\.?|vorschlag|fassung)",
    "move": r"\b(?:verschieb\w*|verleg\w*|plan\w*|schieb\w*|setz\w*|zieh\w*)\b"
    r"(?:\s+(?:es|das|ihn|sie|den (?:entwurf|post|beitrag)|alles|bitte))*(?:\s+(?:auf|um|nach|an|vor|in))*"
    r"(?:\s+(?:den|dem|die))?\s*|"
    r"\b(?:lieber|besser|doch|stattdessen|geht auch|können wir|mach\w* (?:es|das)|poste? (?:es|das)|es soll|wie wäre es|"
    r"wie wär's)\s*(?:bitte |erst |doch )*(?:am|um|auf|mit)?\s+",
    "move_end": r"[\s,]*(?:bitte|stattdessen|verschieben|verlegen|erscheinen|raus(?:gehen)?|posten|machen|ein|danke|an|"
    r"veröffentlichen|vor)*[\s?.!]*$",
    "later": r"\b(\d{1,3}|eine?n?|zwei|drei|eine halbe)\s+(minuten?|stunden?|tage?n?|wochen?)\s+(später|früher)\b",
    "revise": r"\b(?:kürz(?:er|e|en)|länger|verläng\w*|umformulier\w*|schreib (?:es|das|den|ihn) .{0,20}um|"
    r"(?:mehr|weniger|zu|etwas|nicht so|viel|noch|ein bisschen) \w+(?:er)?|änder\w*|ersetz\w*|tausch\w*|entfern\w*|lösch\w*|"
    r"streich\w*|füge?|ergänz\w*|erwähn\w*|korrigier\w*|übersetz\w*|ohne|statt|anstatt|auf (?:deutsch|englisch|französisch|"
    r"spanisch|italienisch)|mit (?:bild|foto|emoji|hashtags?)|keine? (?:hashtags?|emojis?|bild\w*|ausrufe\w*)|lass \w+ .{0,30}weg|"
    r"weglassen|lockerer|förmlicher|formeller|freundlicher|witziger|lustiger|sachlicher|verspielter|knackiger|einfacher|"
    r"persönlicher|frecher|herzlicher|dringlicher|tippfehler|rechtschreib\w*|nochmal|noch einmal|anders|sollte? \w+ heissen|mach (?:es|das|ihn))",
    "word": r"^(?:(?:bitte|doch|lieber|nein|ok|dann|besser)[,\s]+)*(?:nimm|schreib\w*|verwende|benutze|poste|änder\w* (?:es|den text) (?:zu|auf|in)|ersetz\w* "
    r"(?:es|den text) durch|neuer text|text|der text soll(?:te)? (?:lauten|sein))\b[^\"“„«]{0,60}$",
}

TONES: Final[dict[str, str]] = {
    "locker": "casual", "verspielt": "playful", "spielerisch": "playful", "witzig": "funny", "lustig": "funny",
    "humorvoll": "humorous", "förmlich": "formal", "formell": "formal", "sachlich": "plain", "herzlich": "warm",
    "warm": "warm", "freundlich": "friendly", "dringend": "urgent", "dringlich": "urgent", "kurz": "short",
    "knapp": "concise", "knackig": "snappy", "persönlich": "personal", "seriös": "serious", "professionell": "professional",
    "begeistert": "enthusiastic", "ruhig": "calm", "einfach": "simple", "frech": "bold", "festlich": "festive",
    "fröhlich": "cheerful",
}  # fmt: skip
NUMBERS: Final[dict[str, int]] = {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7}
LANGUAGES: Final[dict[str, str]] = {
    "englisch": "en", "deutsch": "de", "französisch": "fr", "spanisch": "es", "italienisch": "it",
}  # fmt: skip
DAYS: Final = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so)\b\.?"
OFFERS: Final[tuple[str, ...]] = (
    r"(?:bis zu )?\d{1,3}(?:[.,]\d+)? ?(?:%|prozent) (?:rabatt|reduziert|günstiger|nachlass|ermässigung|ermäßigung|skonto)\b",
    r"\d{1,3}(?:[.,]\d+)? ?(?:%|prozent)(?= auf\b)",
    r"\brabatt von \d{1,3} ?(?:%|prozent)",
    r"\bspar\w*(?: sie| bis zu)? (?:\d{1,3} ?%|(?:CHF|EUR|€|Fr\.?) ?\d[\d'.,]*)",
    r"\b(?:2|zwei|3|drei) für (?:1|eins|einen|2|zwei)\b",
    r"\bgratis[ -]?\w+|\bkostenlose[rsnm]? \w+|\bversandkostenfrei\b|\bzum halben preis\b",
)
OFFER_TAIL: Final = (
    r"(?:\s+(?!(?:bis|ab|am|im|in|mit|und|nur|heute|morgen|diese\w*|vom|von|jetzt|wenn|solange|während|auf dem|auf der|"
    r"gültig|ist|sind|gibt|posten|bitte|noch)\b)[\w'’&-]+){0,6}"
)
