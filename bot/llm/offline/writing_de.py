"""German sentence frames; the lines are read as those of `writing_en`.

A topic arrives as the person wrote it, in the nominative. So `{topic}` stands after a colon or as a subject, and
`{object}` only where the accusative is wanted, which is filled with feminine, neuter and plural phrases alone.
"""

from __future__ import annotations

OFFERS = """
pfuwy topic   | {Topic}: {deal}.
pfuwy offer   | {Deal}.
pw   offer    | Für euch: {deal}.
pf   offer    | Unser Angebot: {deal}.
f    offer    | Profitieren Sie von unserem Angebot: {deal}.
w    offer    | Eine kleine Freude von uns für euch: {deal}.
y    offer    | Psst: {deal}.
y    offer    | {Offer}. Ja, richtig gelesen.
yp   offer    | Da lohnt sich ein zweiter Blick: {deal}.
u    offer    | Nicht verpassen: {deal}.
u    offer    | Jetzt vormerken: {offer}, {until}.
pufw deadline | {Until}: {offer}.
u    deadline | Nicht zu lange warten: {offer}, {until}.
pyw  deadline | Ihr habt Zeit {until}: {offer}.
pyw  question | Noch am Überlegen? {Deal}.
pwy  question | Auf den richtigen Moment gewartet? {Deal}.
pfuw audience | Für {audience}: {deal}.
"""

ANNOUNCE = """
pfuwy topic   | Neu bei uns: {topic}.
pw   topic    | Das ist {np}.
pfw  topic    | Dürfen wir vorstellen? {Topic}.
fp   topic    | Wir stellen vor: {topic}.
f    topic    | Wir freuen uns, Ihnen mitzuteilen: {topic}.
f    topic    | {brand} präsentiert: {topic}.
pw   topic    | Neues von {brand}: {topic}.
w    topic    | Das möchten wir gern mit euch teilen: {topic}.
w    topic    | Wir freuen uns auf {object}.
pyw  topic    | Vorhang auf: {topic}.
y    topic    | Trommelwirbel, bitte: {topic}.
y    topic    | Ratet mal, was jetzt kommt: {topic}.
pu   topic    | Aufgepasst: {topic}.
pwy  question | Kennt ihr schon {object}?
pyw  question | Schon gehört? {Topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. Das ist {np}.
pfuw audience | Für {audience}: {topic}.
pfuwy topic   | {Clause}.
pyw  question | Schon gehört? {Clause}.
pf   topic    | Neues von uns: {clause}.
w    topic    | Das möchten wir gern mit euch teilen: {clause}.
y    topic    | Trommelwirbel, bitte: {clause}.
y    topic    | Psst: {clause}.
u    topic    | Aufgepasst: {clause}.
u    topic    | Jetzt neu: {clause}.
f    topic    | In eigener Sache: {clause}.
"""

PROMOTE = """
pyw  question | Kennt ihr schon {object}?
pw   topic    | Das ist {np}.
pf   topic    | Im Blickpunkt: {topic}.
pf   topic    | Einen zweiten Blick wert: {topic}.
pw   topic    | Von uns für euch: {topic}.
pyw  topic    | Hier kommt {np}.
y    topic    | Vorhang auf: {topic}.
y    topic    | Nicht weitersagen: {topic}. Oder doch.
w    topic    | Das zeigen wir euch gern: {topic}.
f    topic    | Wir stellen Ihnen vor: {topic}.
u    topic    | Jetzt entdecken: {topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. Das ist {np}.
pyw  question | Schon gesehen? {Topic}.
pfuw audience | Für {audience}: {topic}.
pfuwy topic   | {Clause}.
pwf  topic    | Gut zu wissen: {clause}.
pwy  question | Noch am Überlegen? {Clause}.
w    topic    | Das ist etwas für euch: {clause}.
y    topic    | Psst: {clause}.
y    topic    | Weitersagen erlaubt: {clause}.
y    topic    | Ja, richtig gelesen. {Clause}.
y    topic    | Psst, hierher. {Clause}.
u    topic    | Nicht verpassen: {clause}.
f    topic    | Unser Angebot: {clause}.
"""

INVITE = """
pw   topic    | Ihr seid herzlich eingeladen: {topic}.
pfuw topic    | Herzliche Einladung: {topic}.
f    topic    | Wir laden Sie herzlich ein: {topic}.
f    topic    | Eine Einladung von {brand}: {topic}.
f    topic    | Es wäre uns eine Freude, Sie zu begrüssen: {topic}.
pw   topic    | Kommt vorbei: {topic}.
pyw  topic    | Seid dabei: {topic}.
w    topic    | Wir freuen uns auf {object} und auf euch.
pu   deadline | Zum Vormerken: {topic}.
y    question | Was noch fehlt? Ihr. {Topic}.
y    question | Schon etwas vor? {Topic}.
pyw  question | Seid ihr dabei? {Topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | Für {audience}: {topic}.
pfuwy topic   | {Clause}.
pfuw topic    | Herzliche Einladung: {clause}.
pyw  question | Seid ihr dabei? {Clause}.
pwu  deadline | Zum Vormerken: {clause}.
w    topic    | Wir möchten euch gern dabeihaben: {clause}.
y    question | Schon etwas vor? {Clause}.
f    topic    | Wir laden Sie herzlich ein: {clause}.
"""

INFORM = """
pfuw topic    | Bitte beachten: {topic}.
pfwy topic    | Gut zu wissen: {topic}.
f    topic    | Zur Information: {topic}.
f    topic    | Wir informieren Sie: {topic}.
f    topic    | Eine Mitteilung von {brand}: {topic}.
w    topic    | Damit ihr rechtzeitig Bescheid wisst: {topic}.
pu   topic    | Zum Vormerken: {topic}.
y    topic    | Etwas für die Kühlschranktür: {topic}.
pyw  question | Schon gehört? {Topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw audience | Für {audience}: {topic}.
pfuwy topic   | {Clause}.
pwfy topic    | Gut zu wissen: {clause}.
pfuw topic    | Bitte beachten: {clause}.
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
w    topic    | Wir sagen Danke: {topic}.
f    topic    | Wir danken Ihnen herzlich: {topic}.
f    topic    | {brand} dankt: {topic}.
f    topic    | Unser aufrichtiger Dank: {topic}.
y    topic    | Applaus, bitte: {topic}.
y    topic    | {Topic}: Verbeugt euch, das wart ihr.
pu   topic    | Ein kurzes Danke: {topic}.
pfyw fact     | {Fact}. Danke.
pfuwy topic   | {Clause}.
w    topic    | Von Herzen: {clause}.
y    topic    | Applaus, bitte: {clause}.
"""

HIRE = """
pfuw topic    | Offene Stelle: {topic}.
pfuw topic    | Verstärkung gesucht: {topic}.
pywu topic    | Wir suchen {object}.
pf   topic    | Offene Stelle bei {brand}: {topic}.
f    topic    | {brand} sucht Verstärkung: {topic}.
f    topic    | Zur Ergänzung unseres Teams: {topic}.
w    topic    | Wir möchten dich kennenlernen. Gesucht: {topic}.
w    topic    | In unserem Team ist Platz für dich: {topic}.
y    topic    | Gesucht: {topic}.
y    question | Bist du das? {Topic}.
y    question | Dein nächster Job? {Topic}.
pw   topic    | Komm in unser Team: {topic}.
pyw  question | Lust auf etwas Neues? {Topic}.
pu   topic    | Wir stellen ein: {topic}.
pfuwy topic   | {Clause}.
pfw  topic    | Verstärkung gesucht: {clause}.
pwy  topic    | Komm in unser Team. {Clause}.
pwy  question | Lust auf etwas Neues? {Clause}.
y    question | Bist du das? {Clause}.
"""

REMIND = """
pfuw topic    | Zur Erinnerung: {topic}.
pyuw topic    | Nicht vergessen: {topic}.
pfuw topic    | Demnächst: {topic}.
f    topic    | Wir erinnern Sie gern: {topic}.
f    topic    | Eine Erinnerung von {brand}: {topic}.
w    topic    | Damit es nicht untergeht: {topic}.
w    question | Wir freuen uns auf {object}. Ihr auch?
y    topic    | Knoten ins Taschentuch: {topic}.
pu   question | Schon im Kalender? {Topic}.
pyw  question | Schon daran gedacht? {Topic}.
pfuw deadline | {Until}: {topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | Für {audience} zur Erinnerung: {topic}.
pfuw topic    | Zur Erinnerung: {clause}.
pyuw deadline | Nicht vergessen: {clause}.
w    topic    | Damit es nicht untergeht: {clause}.
y    topic    | Knoten ins Taschentuch: {clause}.
y    question | Schon daran gedacht? {Clause}.
"""

ASK = """
pw   topic    | Eure Meinung ist gefragt: {topic}.
pfw  topic    | Eine Frage: {topic}.
pw   topic    | Helft uns entscheiden: {topic}.
f    topic    | Ihre Meinung ist uns wichtig: {topic}.
f    topic    | {brand} fragt: {topic}.
w    topic    | Wir sind neugierig: {topic}.
w    topic    | Ihr wisst es am besten: {topic}.
y    topic    | Hand hoch: {topic}.
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

SERIOUS = """
f topic | {Clause}.
f topic | Wichtiger Hinweis: {clause}.
f topic | Bitte beachten: {clause}.
f topic | Wichtiger Hinweis: {topic}.
f topic | Wichtige Mitteilung von {brand}: {topic}.
f topic | Bitte beachten: {topic}.
f topic | {brand} informiert: {topic}.
f topic | Eine wichtige Information: {topic}.
f topic | Zu Ihrer Kenntnis: {topic}.
f topic | Mitteilung: {topic}.
f topic | {Topic}.
"""

CALLS = """
promote  pfw | Mehr dazu
promote  pf  | Alle Details
promote  w   | Schaut vorbei
promote  y   | Hier entlang
promote  u   | Jetzt ansehen
promote  f   | Weitere Informationen
promote  puw | Zum Angebot
announce pfw | Mehr dazu
announce pf  | Alle Details
announce f   | Weitere Informationen
announce y   | Hier entlang
announce u   | Jetzt ansehen
announce w   | Schaut selbst
invite   pw  | Alles Wichtige
invite   pw  | Mehr dazu
invite   y   | Hier entlang
invite   pu  | Alle Details
invite   f   | Weitere Informationen
invite   w   | Wir freuen uns auf euch. Mehr dazu
inform   pfw | Mehr dazu
inform   pu  | Alle Details
inform   f   | Weitere Informationen
inform   w   | Alles, was ihr wissen müsst
inform   y   | Für alle, die es genau wissen wollen
thank    pf  | Mehr dazu
thank    w   | Schaut selbst
thank    y   | Hier entlang
thank    pu  | Ansehen
thank    f   | Weitere Informationen
hire     pfw | Hier bewerben
hire     p   | Zum Stelleninserat
hire     w   | Erzähl uns von dir
hire     y   | Trau dich
hire     u   | Jetzt bewerben
hire     f   | Zur Bewerbung
remind   pfu | Alle Details
remind   pw  | Alles Wichtige
remind   y   | Hier entlang
remind   f   | Weitere Informationen
ask      pw  | Hier antworten
ask      f   | Zu Ihrer Antwort
ask      y   | Ihr seid dran
ask      u   | Jetzt antworten
ask      pw  | Sagt es uns hier
serious  f   | Weitere Informationen
serious  f   | Alle Details
serious  f   | Mehr dazu
"""
ENDINGS = """
announce pw  | Fragen? Meldet euch.
announce pw  | Gern weitersagen.
announce w   | Wir sind gespannt, was ihr dazu sagt.
announce y   | Und, was sagt ihr?
announce y   | Jetzt wisst ihr Bescheid.
announce u   | Sagt es weiter.
announce u   | Am besten gleich vormerken.
announce f   | Gern beantworten wir Ihre Fragen.
inform   pw  | Fragen? Meldet euch.
inform   pu  | Gern weitersagen.
inform   f   | Danke für Ihre Kenntnisnahme.
inform   y   | Jetzt wisst ihr Bescheid.
promote  pw  | Fragen? Meldet euch.
promote  pw  | Wer könnte sich darüber freuen? Gern weitersagen.
promote  y   | Weitersagen erlaubt.
promote  u   | Lieber heute als morgen.
promote  f   | Wir beraten Sie gern.
invite   pw  | Wir freuen uns auf euch.
invite   p   | Bis bald.
invite   f   | Wir freuen uns auf Ihren Besuch.
invite   y   | Wer nicht kommt, fehlt.
invite   y   | Ihr würdet uns fehlen.
invite   w   | Schön, wenn ihr dabei seid.
invite   u   | Tragt es euch ein.
hire     pw  | Kennst du jemanden? Gern weitersagen.
hire     pu  | Interessiert? Melde dich bei uns.
hire     f   | Wir freuen uns auf Ihre Bewerbung.
hire     y   | Trau dich.
hire     w   | Wir freuen uns auf dich.
ask      pw  | Sagt uns, was ihr denkt.
ask      f   | Wir danken Ihnen für Ihre Antwort.
ask      y   | Nur zu, wir halten das aus.
ask      w   | Wir freuen uns auf eure Antworten.
ask      u   | Wir freuen uns auf eure Antwort.
"""
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
    "serious": "Wichtiger Hinweis",
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
    "serious": "Zur Mitteilung",
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
