"""German sentence frames; the lines are read as those of `writing_en`.

A topic arrives as the person wrote it, in the nominative. So `{topic}` stands after a colon or as a subject, and
`{object}` only where the accusative is wanted, which is filled with feminine, neuter and plural phrases alone.
"""

from __future__ import annotations

OFFERS = """
pfuw topic    | {Topic}: {deal}.
pywu offer    | {Deal}: Das ist {np}.
pfw  offer    | {Deal}. {Topic}.
pu   offer    | {Deal}.
pwf  offer    | Gut zu wissen: {deal}.
pf   offer    | Unser Angebot: {deal}.
pw   offer    | Für euch: {deal}.
f    offer    | Wir bieten Ihnen: {deal}.
f    offer    | Profitieren Sie von unserem Angebot: {deal}.
w    offer    | Eine kleine Freude von uns für euch: {deal}.
w    offer    | Da freuen wir uns mit: {deal}.
y    offer    | Psst: {deal}.
y    offer    | Ohren gespitzt: {deal}.
y    offer    | {Offer}. Ja, richtig gelesen.
y    offer    | Wunschzettel bereithalten: {deal}.
yp   offer    | Da lohnt sich ein zweiter Blick: {deal}.
u    offer    | Jetzt vormerken: {offer}, {until}.
pufw deadline | {Until}: {offer}.
puw  deadline | Im Kalender anstreichen: {offer}, {until}.
u    deadline | Nicht zu lange warten: {offer}, {until}.
u    deadline | {Offer}, aber nur {until}.
pyw  deadline | Ihr habt Zeit {until}: {offer}.
pyw  question | Noch am Überlegen? {Deal}.
pwy  question | Auf den richtigen Moment gewartet? {Deal}.
pfuw audience | Für {audience}: {deal}.
pyw  topic    | Auf geht’s: {topic}. {Deal}.
pw   topic    | Darauf dürft ihr euch freuen: {deal}.
"""

ANNOUNCE = """
pfuw topic    | Wir haben Neuigkeiten: {topic}.
pw   topic    | Das ist {np}.
pyw  topic    | Vorhang auf: {topic}.
pfw  topic    | Dürfen wir vorstellen? {Topic}.
fp   topic    | Wir stellen vor: {topic}.
f    topic    | Wir freuen uns, Ihnen mitzuteilen: {topic}.
f    topic    | In eigener Sache: {topic}.
f    topic    | {brand} präsentiert: {topic}.
pw   topic    | Neues von {brand}: {topic}.
w    topic    | Das möchten wir gern mit euch teilen: {topic}.
w    topic    | Darauf haben wir uns gefreut: {topic}.
w    topic    | Wir freuen uns auf {object}.
y    topic    | Trommelwirbel, bitte: {topic}.
y    topic    | Psst, schon gehört? {Topic}.
y    topic    | Ratet mal, was jetzt kommt: {topic}.
pu   topic    | Aufgepasst: {topic}.
pyw  question | Schon gehört? {Topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. Das steckt dahinter: {topic}.
pfuw audience | Für {audience}: {topic}.
pfuw topic    | Wir haben Neuigkeiten: {clause}.
pyw  topic    | Schon gehört? {Clause}.
pufw topic    | {Clause}.
y    topic    | Trommelwirbel, bitte: {clause}.
w    topic    | Das solltet ihr von uns erfahren: {clause}.
pf   topic    | Neues von {brand}: {clause}.
pu   topic    | Aufgepasst: {clause}.
f    topic    | In eigener Sache: {clause}.
"""

PROMOTE = """
pyw  topic    | Kennt ihr schon {object}?
pw   topic    | Das ist {np}.
pfuw topic    | Im Blickpunkt: {topic}.
pf   topic    | Einen zweiten Blick wert: {topic}.
pw   topic    | Von uns für euch: {topic}.
pyw  topic    | Hier kommt {np}.
y    topic    | Vorhang auf: {topic}.
y    topic    | Wir geben ein bisschen an: {topic}.
y    topic    | Nicht weitersagen: {topic}. Oder doch.
w    topic    | Das zeigen wir euch gern: {topic}.
f    topic    | Wir stellen Ihnen vor: {topic}.
f    topic    | {brand} präsentiert: {topic}.
u    topic    | Jetzt ansehen: {topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. Das ist {np}.
pyw  question | Schon gesehen? {Topic}.
pfuw audience | Für {audience}: {topic}.
pfuw topic    | {Clause}.
pwf  topic    | Gut zu wissen: {clause}.
pyw  topic    | Schon gehört? {Clause}.
y    topic    | Psst: {clause}.
pu   topic    | Aufgepasst: {clause}.
"""

INVITE = """
pw   topic    | Ihr seid eingeladen: {topic}.
f    topic    | Wir laden Sie herzlich ein: {topic}.
pfuw topic    | Herzliche Einladung: {topic}.
f    topic    | Eine Einladung von {brand}: {topic}.
f    topic    | Wir freuen uns auf Ihren Besuch: {topic}.
f    topic    | Es wäre uns eine Freude, Sie zu begrüssen: {topic}.
pw   topic    | Kommt vorbei: {topic}.
pyw  topic    | Seid dabei: {topic}.
w    topic    | Wir möchten euch gern dabeihaben: {topic}.
w    topic    | Wir freuen uns auf {object} und auf euch.
w    topic    | Schön, wenn ihr kommt: {topic}.
pu   topic    | Bitte vormerken: {topic}.
pu   topic    | Termin freihalten: {topic}.
y    topic    | Was noch fehlt? Ihr. {Topic}.
y    topic    | Noch nichts vor? Doch: {topic}.
y    topic    | Betrachtet euch als angestupst: {topic}.
pyw  question | Seid ihr dabei? {Topic}.
pfuw fact     | {Topic}: {fact}.
pwf  fact     | {Fact}. Herzliche Einladung: {topic}.
pfuw audience | Für {audience}: {topic}.
pfuw topic    | Herzliche Einladung: {clause}.
pyw  topic    | Seid dabei: {clause}.
pu   topic    | Bitte vormerken: {clause}.
w    topic    | Wir möchten euch gern dabeihaben: {clause}.
y    topic    | Noch nichts vor? {Clause}.
f    topic    | Wir laden Sie herzlich ein: {clause}.
pfw  topic    | {Clause}.
"""

INFORM = """
pfuw topic    | Bitte beachten: {topic}.
pfw  topic    | Gut zu wissen: {topic}.
pfuw topic    | Zur Information: {topic}.
pw   topic    | Ein kurzer Hinweis von {brand}: {topic}.
f    topic    | Wir informieren Sie: {topic}.
f    topic    | Eine Mitteilung von {brand}: {topic}.
f    topic    | Wir bitten um Beachtung: {topic}.
w    topic    | Damit ihr rechtzeitig Bescheid wisst: {topic}.
w    topic    | Bevor ihr euch auf den Weg macht: {topic}.
pu   topic    | Bitte vormerken: {topic}.
pu   topic    | Aufgepasst: {topic}.
y    topic    | Etwas für die Kühlschranktür: {topic}.
y    topic    | Stift gezückt: {topic}.
y    topic    | Das Kleingedruckte, ganz gross: {topic}.
pyw  question | Schon gehört? {Topic}.
pfuw fact     | {Topic}: {fact}.
pfuw fact     | {Fact}. Bitte beachten: {topic}.
pfuw audience | Für {audience}: {topic}.
pfuw topic    | Bitte beachten: {clause}.
pfuw topic    | {Clause}.
pwf  topic    | Gut zu wissen: {clause}.
pu   topic    | Aufgepasst: {clause}.
y    topic    | Etwas für die Kühlschranktür: {clause}.
w    topic    | Damit ihr rechtzeitig Bescheid wisst: {clause}.
f    topic    | Wir informieren Sie: {clause}.
"""

THANK = """
pfuyw topic   | {Topic}: Danke.
pwy  topic    | Danke! {Topic}.
pfw  topic    | Ein herzliches Dankeschön: {topic}.
pw   topic    | {Topic}: Schön, dass ihr dabei wart.
w    topic    | Von uns allen bei {brand}: Danke. {Topic}.
w    topic    | Das möchten wir nicht ungesagt lassen: Danke. {Topic}.
w    topic    | Wir sagen Danke: {topic}.
f    topic    | Wir danken Ihnen herzlich: {topic}.
f    topic    | {brand} dankt: {topic}.
f    topic    | Unser aufrichtiger Dank: {topic}.
y    topic    | Applaus, bitte: {topic}.
y    topic    | {Topic}: Verbeugt euch, das wart ihr.
pu   topic    | Ein kurzes Danke: {topic}.
pfyw fact     | {Fact}. Danke.
pwf  fact     | Danke! {Fact}.
pfuyw topic   | {Clause}. Danke.
pfw  topic    | Ein herzliches Dankeschön: {clause}.
w    topic    | Wir sagen Danke: {clause}.
y    topic    | Applaus, bitte: {clause}.
"""

HIRE = """
pfuw topic    | Offene Stelle: {topic}.
pfuw topic    | Verstärkung gesucht: {topic}.
pywu topic    | Wir suchen {object}.
pf   topic    | Offene Stelle bei {brand}: {topic}.
f    topic    | {brand} sucht Verstärkung: {topic}.
f    topic    | Zur Ergänzung unseres Teams: {topic}.
f    topic    | Stellenangebot von {brand}: {topic}.
w    topic    | Wir möchten dich kennenlernen. Gesucht: {topic}.
w    topic    | In unserem Team ist Platz für dich: {topic}.
y    topic    | Gesucht: {topic}.
y    topic    | Bist du das? {Topic}.
y    topic    | Dein nächster Job? {Topic}.
pw   topic    | Komm in unser Team: {topic}.
pyw  question | Lust auf etwas Neues? {Topic}.
pfuw fact     | {Fact}. Gesucht: {topic}.
pu   topic    | Wir stellen ein: {topic}.
pfuw topic    | {Clause}.
pfw  topic    | Verstärkung gesucht: {clause}.
pwy  topic    | Komm in unser Team: {clause}.
"""

REMIND = """
pfuw topic    | Zur Erinnerung: {topic}.
pyuw topic    | Nicht vergessen: {topic}.
pfuw topic    | Demnächst: {topic}.
pw   topic    | Kurz erinnert: {topic}.
f    topic    | Wir erinnern Sie gern: {topic}.
f    topic    | Eine Erinnerung von {brand}: {topic}.
f    topic    | Wir möchten noch einmal darauf hinweisen: {topic}.
w    topic    | Damit es nicht untergeht: {topic}.
w    topic    | Wir freuen uns auf {object}. Ihr auch?
y    topic    | Knoten ins Taschentuch: {topic}.
y    topic    | Piep, piep. {Topic}.
y    topic    | Betrachtet euch als erinnert: {topic}.
pu   topic    | Schon im Kalender? {Topic}.
pyw  question | Schon daran gedacht? {Topic}.
pfuw deadline | {Until}: {topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | Für {audience} zur Erinnerung: {topic}.
pfuw topic    | Zur Erinnerung: {clause}.
pyuw topic    | Nicht vergessen: {clause}.
pfuw topic    | {Clause}.
w    topic    | Damit es nicht untergeht: {clause}.
y    topic    | Knoten ins Taschentuch: {clause}.
"""

ASK = """
pw   topic    | Eure Meinung ist gefragt: {topic}.
pfw  topic    | Eine Frage: {topic}.
pw   topic    | Helft uns entscheiden: {topic}.
pyw  topic    | Reden wir darüber: {topic}.
f    topic    | Ihre Meinung ist uns wichtig: {topic}.
f    topic    | {brand} fragt: {topic}.
w    topic    | Wir sind neugierig: {topic}.
w    topic    | Ihr wisst es am besten: {topic}.
y    topic    | Hand hoch: {topic}.
y    topic    | Fragen wir für einen Freund: {topic}.
y    topic    | Ring frei: {topic}.
pu   topic    | Kurz gefragt: {topic}.
pyw  question | Was meint ihr? {Topic}.
pfuw audience | Eine Frage an {audience}: {topic}.
pfuwy topic   | {Clause}
pw   topic    | Eine Frage an euch: {clause}
pyu  topic    | Kurz gefragt: {clause}
w    topic    | Wir sind neugierig: {clause}
f    topic    | Ihre Meinung ist uns wichtig: {clause}
y    topic    | Hand hoch: {clause}
pw   topic    | Eure Meinung ist gefragt: {clause}
pf   topic    | {brand} möchte wissen: {clause}
"""

GRAVE = """
f topic | Wichtiger Hinweis: {topic}.
f topic | Wichtige Mitteilung von {brand}: {topic}.
f topic | Bitte lesen: {topic}.
f topic | Hinweis an unsere Kundinnen und Kunden: {topic}.
f topic | Mitteilung: {topic}.
f topic | {Topic}: Bitte beachten.
f topic | {brand} informiert: {topic}.
f topic | Wir bitten um Beachtung: {topic}.
f topic | Öffentliche Mitteilung: {topic}.
f topic | Zu Ihrer Kenntnis: {topic}.
f topic | Eine wichtige Information: {topic}.
f topic | {Topic}.
f topic | Wichtiger Hinweis: {clause}.
f topic | Wichtige Mitteilung von {brand}: {clause}.
f topic | Bitte lesen: {clause}.
f topic | Hinweis an unsere Kundinnen und Kunden: {clause}.
f topic | {Clause}.
"""

CALLS = """
promote  pw  | Mehr dazu
promote  pf  | Alle Details
promote  w   | Schaut vorbei
promote  y   | Nichts wie hin
promote  u   | Jetzt ansehen
promote  f   | Weitere Informationen
promote  pu  | Zum Angebot
announce pf  | Mehr dazu
announce pw  | Hier steht mehr
announce f   | Weitere Informationen
announce y   | Einmal linsen
announce u   | Jetzt ansehen
announce w   | Schaut selbst
announce pf  | Alle Details
invite   pw  | Alles Wichtige
invite   f   | Einzelheiten
invite   pw  | Mehr dazu
invite   y   | Nichts wie hin
invite   u   | Alle Details
invite   f   | Weitere Informationen
invite   w   | Wir freuen uns auf euch. Mehr dazu
inform   pf  | Mehr dazu
inform   p   | Alle Details
inform   f   | Weitere Informationen
inform   w   | Alles, was ihr wissen müsst
inform   u   | Details
inform   y   | Für alle, die es genau wissen wollen
inform   pw  | Nachlesen
thank    pf  | Mehr dazu
thank    w   | Schaut selbst
thank    y   | Einmal linsen
thank    pu  | Ansehen
thank    f   | Weitere Informationen
hire     pfw | Hier bewerben
hire     p   | Zum Stelleninserat
hire     w   | Erzähl uns von dir
hire     y   | Trau dich
hire     u   | Jetzt bewerben
hire     f   | Zur Bewerbung
hire     pf  | Details und Bewerbung
remind   pf  | Alle Details
remind   pw  | Alles Wichtige
remind   u   | Details
remind   y   | Hier entlang
remind   f   | Weitere Informationen
remind   w   | Noch einmal nachlesen
ask      pw  | Hier antworten
ask      f   | Zu Ihrer Antwort
ask      y   | Ihr seid dran
ask      u   | Jetzt antworten
ask      pw  | Sagt es uns hier
ask      f   | Ihre Meinung
grave    f   | Vollständige Mitteilung
grave    f   | Weitere Informationen
grave    f   | Einzelheiten und Kontakt
"""
ENDINGS = """
promote  y   | Jetzt seid ihr dran.
promote  y   | Fragen kostet nichts.
promote  u   | Lieber heute als morgen.
promote  f   | Wir beraten Sie gern.
announce y   | Jetzt wisst ihr Bescheid.
announce y   | Na, was meint ihr?
announce f   | Wir freuen uns auf Ihre Nachricht.
invite   y   | Ihr würdet uns fehlen.
invite   f   | Wir freuen uns auf Ihren Besuch.
invite   u   | Am besten gleich eintragen.
inform   y   | Merken, speichern, weitersagen.
inform   f   | Gern beantworten wir Ihre Fragen.
thank    w   | Schön war’s mit euch.
thank    y   | Gern wieder.
hire     y   | Wir sind neugierig auf dich.
hire     f   | Gern beantworten wir Ihre Fragen.
remind   y   | Ausreden gelten nicht mehr.
remind   f   | Gern beantworten wir Ihre Fragen.
ask      y   | Falsche Antworten gibt es nicht.
ask      w   | Wir sind ganz Ohr.
promote  pw  | Fragen? Meldet euch.
promote  f   | Wir freuen uns auf Ihre Nachricht.
promote  y   | Weitersagen erlaubt.
promote  pw  | Wer könnte sich darüber freuen? Gern weitersagen.
promote  u   | Nicht zu lange warten.
announce pw  | Fragen? Meldet euch.
announce f   | Gern beantworten wir Ihre Fragen.
announce y   | Und, was sagt ihr?
announce pw  | Gern weitersagen.
announce w   | Wir sind gespannt, was ihr dazu sagt.
announce u   | Sagt es weiter.
invite   pw  | Wir freuen uns auf euch.
invite   f   | Wir freuen uns auf Sie.
invite   y   | Wer nicht kommt, fehlt.
invite   w   | Schön, wenn ihr dabei seid.
invite   u   | Tragt es euch ein.
invite   p   | Bis bald.
inform   pw  | Fragen? Meldet euch.
inform   f   | Danke für Ihre Kenntnisnahme.
inform   w   | Danke für euer Verständnis.
inform   pu  | Gern weitersagen.
inform   y   | Jetzt wisst ihr Bescheid.
thank    pw  | Bis zum nächsten Mal.
thank    f   | Mit freundlichen Grüssen, {brand}
thank    w   | Euer Team von {brand}
thank    y   | Ihr wisst, wen wir meinen.
thank    pu  | Bis bald.
hire     pw  | Kennst du jemanden? Gern weitersagen.
hire     f   | Wir freuen uns auf Ihre Bewerbung.
hire     y   | Trau dich.
hire     w   | Wir freuen uns auf dich.
hire     pu  | Melde dich bei uns.
remind   pw  | Bis bald.
remind   f   | Wir freuen uns auf Sie.
remind   y   | Ihr wisst Bescheid.
remind   w   | Wir freuen uns darauf.
remind   u   | Tragt es euch ein.
remind   p   | Gern weitersagen.
ask      pw  | Sagt uns, was ihr denkt.
ask      f   | Wir danken Ihnen für Ihre Antwort.
ask      y   | Nur zu, wir halten das aus.
ask      w   | Wir freuen uns auf eure Antworten.
ask      u   | Wir freuen uns auf eure Antwort.
ask      pf  | Wir sind gespannt.
grave    f   | Danke für Ihre Aufmerksamkeit.
grave    f   | Bitte geben Sie diesen Hinweis weiter.
grave    f   | Bei Fragen wenden Sie sich bitte an uns.
"""
LISTS = {
    "": ("Die Details:", "Kurz gesagt:", "Das Wichtigste:", "Auf einen Blick:"),
    "hire": ("Auf einen Blick:", "Gut zu wissen:"),
    "invite": ("Die Details:", "Auf einen Blick:", "Gut zu wissen:"),
}
DEADLINES = {
    "by:invite": "Anmelden: {date}.",
    "until:invite": "{Until}.",
    "by:hire": "Bewerbung {by}.",
    "until:hire": "Bewerbung {by}.",
    "by": "Vormerken: {date}.",
    "until:offer": "{Until}.",
    "until": "{Until}.",
    "date:invite": "Datum: {date}.",
    "date": "Stichtag: {date}.",
}
THAT = "Das ist {0}"
KICKERS = {
    "announce": "Neuigkeiten",
    "promote": "Angebot",
    "invite": "Einladung",
    "inform": "Gut zu wissen",
    "thank": "Danke",
    "hire": "Offene Stelle",
    "remind": "Erinnerung",
    "ask": "Eure Meinung",
    "grave": "Wichtiger Hinweis",
}
CARD_CALLS = {
    "announce": "Mehr dazu",
    "promote": "Zum Angebot",
    "invite": "Seid dabei",
    "inform": "Mehr dazu",
    "thank": "Ansehen",
    "hire": "Hier bewerben",
    "remind": "Alle Details",
    "ask": "Hier antworten",
    "grave": "Zur Mitteilung",
}
EMOJI = {
    "announce": ("✨", "📣", "💡"),
    "promote": ("🎉", "👀", "🙌"),
    "invite": ("👋", "📅", "🙌"),
    "inform": ("👀", "📌", "💡"),
    "thank": ("💛", "🙏", "🤗"),
    "hire": ("🙌", "👋", "🔎"),
    "remind": ("⏰", "📌", "🔔"),
    "ask": ("💬", "🤔", "🙋"),
}
GOALS = {
    "announce": ANNOUNCE,
    "promote": PROMOTE,
    "invite": INVITE,
    "inform": INFORM,
    "thank": THANK,
    "hire": HIRE,
    "remind": REMIND,
    "ask": ASK,
}

STORY = {
    "announce": """
pfuwy topic    | {Lead}.
pfw   topic    | Neues von uns: {lead}.
pwy   question | Schon gehört? {Lead}.
pu    deadline | Zum Vormerken: {lead}.
w     topic    | Das möchten wir gern mit euch teilen: {lead}.
f     topic    | In eigener Sache: {lead}.
u     topic    | Aufgepasst: {lead}.
y     topic    | Psst: {lead}.
y     topic    | Trommelwirbel, bitte: {lead}.
pfuwy topic    | Neu bei uns: {phrase}.
pfw   topic    | Neues von uns: {phrase}.
y     topic    | Vorhang auf: {phrase}.
""",
    "promote": """
pfuwy topic    | {Lead}.
pw    topic    | Das ist etwas für euch: {lead}.
pfu   deadline | Zum Vormerken: {lead}.
pwy   question | Noch am Überlegen? {Lead}.
f     topic    | Unser Angebot: {lead}.
u     topic    | Nicht verpassen: {lead}.
y     topic    | Psst: {lead}.
y     topic    | Weitersagen erlaubt: {lead}.
pfuwy topic    | Unser Angebot: {phrase}.
""",
    "invite": """
pfuwy topic    | {Lead}.
pw    topic    | Ihr seid eingeladen: {lead}.
pwu   deadline | Zum Vormerken: {lead}.
y     question | Schon etwas vor? {Lead}.
pwuy  topic    | Ihr seid herzlich eingeladen: {phrase}.
pwuy  deadline | Zum Vormerken: {phrase}.
f     topic    | Wir laden Sie herzlich ein: {phrase}.
y     question | Schon etwas vor? {Phrase}.
""",
    "inform": """
pfuwy topic    | {Lead}.
pfuwy topic    | Gut zu wissen: {lead}.
pfu   deadline | Bitte beachten: {lead}.
pfuwy topic    | Gut zu wissen: {phrase}.
""",
    "thank": """
pfuwy topic    | {Lead}.
w     topic    | Von Herzen: {lead}.
pfuwy topic    | Danke für {phrase}.
""",
    "hire": """
pfuwy topic    | {Lead}.
pw    topic    | Komm zu uns ins Team. {Lead}.
pwy   question | Lust auf etwas Neues? {Lead}.
f     topic    | Offene Stelle: {lead}.
y     question | Bist du das? {Lead}.
pfuwy topic    | Wir suchen {phrase}.
""",
    "remind": """
pfuw  topic    | Zur Erinnerung: {lead}.
pwuy  deadline | Nicht vergessen: {lead}.
y     question | Schon daran gedacht? {Lead}.
pfuw  topic    | Zur Erinnerung: {phrase}.
pwuy  deadline | Nicht vergessen: {phrase}.
""",
    "ask": "",
    "grave": """
f topic | {Lead}.
f topic | Wichtiger Hinweis: {lead}.
f topic | Wichtiger Hinweis: {phrase}.
""",
}
