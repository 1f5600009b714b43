# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""What the offline model says, in English and German. Short, friendly, no decoration."""

from __future__ import annotations

from typing import Final

SAYINGS: Final[dict[str, tuple[str, str]]] = {
    "empty": ("What would you like to post? One sentence is enough.", "Was möchtest du posten? Ein Satz genügt."),
    "hello": (
        "Hello! What shall we post? For example: “Announce our spring sale, 20% off all bikes until 31 May, tomorrow at "
        "9am, with an image.”",
        "Hallo! Was wollen wir posten? Zum Beispiel: „Kündige unsere Frühlingsaktion an, 20 % auf alle Velos bis 31. Mai, "
        "morgen um 9 Uhr, mit Bild.“",
    ),
    "thanks": ("You're welcome.", "Gern geschehen."),
    "thanks_open": (
        "Glad it fits. It goes out once somebody approves it: `admind approve {id}`, or Approve on the card.",
        "Freut mich. Es geht raus, sobald jemand freigibt: `admind approve {id}`, oder Approve auf der Karte.",
    ),
    "help": (
        "Tell me what to post, in your own words; I write it for each account, make a picture if you like, and put it up "
        "for approval. For example:\n"
        "• Announce our workshop on 12 December, post it tomorrow at 9am on {account}, with an image\n"
        "• three posts about the new bike, Mon/Wed/Fri 10:00\n"
        "• then: “shorter”, “more playful”, “move it to Friday 3pm”, “change 20% to 25%”\n"
        "• what is scheduled this week? what is waiting? why was that blocked?\n"
        "Nothing goes out before a person approves it.",
        "Sag mir in deinen Worten, was gepostet werden soll; ich schreibe es für jedes Konto, mache auf Wunsch ein Bild und "
        "lege es zur Freigabe vor. Zum Beispiel:\n"
        "• Kündige unseren Workshop am 12. Dezember an, poste es morgen um 9 Uhr auf {account}, mit Bild\n"
        "• drei Posts über das neue Velo, Mo/Mi/Fr 10:00\n"
        "• danach: „kürzer“, „lockerer“, „verschieb es auf Freitag 15 Uhr“, „ändere 20 % zu 25 %“\n"
        "• was ist diese Woche geplant? was wartet? warum wurde das blockiert?\n"
        "Nichts geht raus, bevor ein Mensch es freigibt.",
    ),
    "who": (
        "I am AdMind: a program, not a person. I turn your messages into posts, show them to you exactly as they will go "
        "out, and publish them once a person has approved.",
        "Ich bin AdMind: ein Programm, kein Mensch. Ich mache aus deinen Nachrichten Posts, zeige sie dir genau so, wie sie "
        "erscheinen, und veröffentliche sie, wenn ein Mensch sie freigegeben hat.",
    ),
    "person_only": (
        "Approving, rejecting and publishing is for a person, so I can't do it from a message. {how}",
        "Freigeben, ablehnen und veröffentlichen ist Sache eines Menschen; das kann ich nicht aus einer Nachricht heraus. "
        "{how}",
    ),
    "how_one": (
        "Use the buttons on its card, or run `admind approve {id}` or `admind reject {id}`.",
        "Nimm die Knöpfe auf der Karte, oder gib `admind approve {id}` oder `admind reject {id}` ein.",
    ),
    "how_many": (
        "Use the buttons on a card, or run `admind approve ID` or `admind reject ID`: {list}.",
        "Nimm die Knöpfe auf einer Karte, oder gib `admind approve ID` oder `admind reject ID` ein: {list}.",
    ),
    "how_none": (
        "There is no draft in this conversation yet: tell me what to post, then approve it with the button on its card or "
        "with `admind approve ID`.",
        "In diesem Gespräch gibt es noch keinen Entwurf: sag mir, was gepostet werden soll, und gib ihn dann auf der Karte "
        "oder mit `admind approve ID` frei.",
    ),
    "stop": (
        "Stopping and going on are commands, so that no misunderstanding can do it: type `pause` or `resume` (or run "
        "`admind pause`, `admind resume`).",
        "Anhalten und Weitermachen sind Befehle, damit kein Missverständnis sie auslöst: schreib `pause` oder `resume` "
        "(oder `admind pause`, `admind resume`).",
    ),
    "settings": (
        "Accounts, people and rules are set up by an owner, not by me. `admind help` shows the commands. I can write posts, "
        "change drafts and tell you what is planned.",
        "Konten, Personen und Regeln richtet ein Owner ein, nicht ich. `admind help` zeigt die Befehle. Ich kann Posts "
        "schreiben, Entwürfe ändern und sagen, was geplant ist.",
    ),
    "override": (
        "My rules stay as they are: nothing is published before a person approves it. What would you like to post?",
        "Meine Regeln bleiben, wie sie sind: nichts geht raus, bevor ein Mensch es freigibt. Was möchtest du posten?",
    ),
    "never_mind": ("All right, nothing was changed.", "In Ordnung, es wurde nichts geändert."),
    "yes": (
        "Yes to what? Approving is done on the card or with `admind approve ID`; otherwise tell me what to write or change.",
        "Ja wozu? Freigeben geht auf der Karte oder mit `admind approve ID`; sonst sag mir, was ich schreiben oder ändern soll.",
    ),
    "no_draft": (
        "I understood “{said}”, but there is no draft in this conversation to change. Which draft do you mean (its id, such as "
        "d_7k2m9q), or what should a new post be about?",
        "Ich habe „{said}“ verstanden, aber in diesem Gespräch gibt es keinen Entwurf dazu. Welchen meinst du (seine Kennung, "
        "etwa d_7k2m9q), oder worum soll ein neuer Post gehen?",
    ),
    "which_draft": (
        "I understood “{said}”. Which draft do you mean: {list}?",
        "Ich habe „{said}“ verstanden. Welchen Entwurf meinst du: {list}?",
    ),
    "chosen_draft": (
        "You mean “{title}”. What should I change in it? To approve it, use its card or `admind approve {id}`.",
        "Du meinst „{title}“. Was soll ich daran ändern? Freigeben geht auf der Karte oder mit `admind approve {id}`.",
    ),
    "times": (
        "I understood {posts} posts, but {times}. When should each one go out, for example “Mon/Wed/Fri 10:00”?",
        "Ich habe {posts} Posts verstanden, aber {times}. Wann soll jeder erscheinen, zum Beispiel „Mo/Mi/Fr 10:00“?",
    ),
    "day_by_day": (
        "You gave one time for several posts: the others follow at that hour on the working days after it.",
        "Du hast eine Zeit für mehrere Posts genannt: Die anderen folgen um diese Uhrzeit an den Werktagen danach.",
    ),
    "one_time": ("only one time", "nur eine Zeit"),
    "many_times": ("{count} times", "{count} Zeiten"),
    "later": (
        "At what time exactly should it go out instead, for example “Friday 3pm”?",
        "Wann genau soll es stattdessen erscheinen, zum Beispiel „Freitag 15 Uhr“?",
    ),
    "unclear": (
        "I read “{said}”, but not what to do with it. Should I write a post about it, or change something?",
        "Ich lese „{said}“, weiß aber nicht, was ich damit tun soll. Soll ich einen Post dazu schreiben oder etwas ändern?",
    ),
    "unclear_draft": (
        "I read “{said}”. Should I change “{title}” accordingly, or write a new post about it?",
        "Ich lese „{said}“. Soll ich „{title}“ so ändern, oder einen neuen Post dazu schreiben?",
    ),
    "no_words": (
        "I see no words that I can read in that. What would you like to post?",
        "Darin finde ich keine Worte, die ich lesen kann. Was möchtest du posten?",
    ),
    "which_words": (
        "I can't tell which of these words are for your readers. What should the post say? Its own words after a colon are "
        "enough, for example “Post: We are open again on Monday.”",
        "Ich erkenne nicht sicher, welche Worte für deine Leserinnen und Leser sind. Was soll im Post stehen? Die Worte nach einem "
        "Doppelpunkt genügen, zum Beispiel „Post: Wir haben am Montag wieder offen.“",
    ),
    "no_topic": (
        "I understood that you want a post{parts}. What should it be about?",
        "Ich habe verstanden, dass du einen Post möchtest{parts}. Worum soll es gehen?",
    ),
    "picture_for": (
        "I have your picture. What should the post say?",
        "Ich habe dein Bild. Was soll im Post stehen?",
    ),
    "unread": (
        "I could not read {files}; JPEG, PNG, WebP or GIF pictures work.",
        "{files} konnte ich nicht lesen; Bilder als JPEG, PNG, WebP oder GIF gehen.",
    ),
    "limits": (
        "(I work without a language model here: your own words, arranged by rules. An owner can connect one for freer "
        "writing.)",
        "(Ich arbeite hier ohne Sprachmodell: mit deinen Worten, nach Regeln geordnet. Für freieres Schreiben kann ein Owner "
        "eines anschließen.)",
    ),
    "no_translation": (
        "I can't translate without a language model, so rather than post in the wrong language: send me the words in {wanted}, "
        "or ask again for a post in {said}.",
        "Ohne Sprachmodell kann ich nicht übersetzen. Bevor etwas in der falschen Sprache erscheint: Schick mir die Worte auf "
        "{wanted}, oder bitte um einen Post auf {said}.",
    ),
    "drafted_one": ("Here is a draft: “{title}” ({id}).", "Hier ist ein Entwurf: „{title}“ ({id})."),
    "thin": (
        "With a fact or two (when, where, for whom, what is special about it) I can write more than this.",
        "Mit ein, zwei Angaben (wann, wo, für wen, was das Besondere ist) kann ich mehr daraus machen.",
    ),
    "drafted_many": ("Here are {count} drafts.", "Hier sind {count} Entwürfe."),
    "revised": ("Changed “{title}” ({id}).", "„{title}“ ({id}) ist geändert."),
    "moved": ("Moved “{title}” ({id}).", "„{title}“ ({id}) ist verschoben."),
    "chosen": ("Took the other wording of “{title}” ({id}).", "Die andere Fassung von „{title}“ ({id}) gilt jetzt."),
    "candidate": (
        "What was approved before stands until the new one is approved.",
        "Was vorher freigegeben wurde, gilt, bis die neue Fassung freigegeben ist.",
    ),
    "for": ("for {accounts}", "für {accounts}"),
    "goes_out": ("goes out {when}", "erscheint {when}"),
    "asap": ("goes out as soon as it is approved", "erscheint, sobald es freigegeben ist"),
    "with_card": ("with an image", "mit Bild"),
    "with_upload": ("with your picture", "mit deinem Bild"),
    "no_picture": ("no image", "ohne Bild"),
    "link": ("link {link}", "Link {link}"),
    "comment": ("link {link} in the first comment", "Link {link} im ersten Kommentar"),
    "wordings": ("{count} wordings to choose from", "{count} Fassungen zur Auswahl"),
    "language": ("in {language}", "auf {language}"),
    "blocked": ("Must be mended before it can go out: {what}", "Muss behoben werden, bevor es raus kann: {what}"),
    "warned": ("Please look at this: {what}", "Bitte ansehen: {what}"),
    "next_draft": (
        "Tell me what to change (“shorter”, “move it to Friday 3pm”), or approve it: {how}",
        "Sag mir, was anders sein soll („kürzer“, „verschieb es auf Freitag 15 Uhr“), oder gib frei: {how}",
    ),
    "how_here": ("`admind approve {id}`.", "`admind approve {id}`."),
    "how_here_many": ("`admind approve ID`, each by its id.", "`admind approve ID`, jeden mit seiner Kennung."),
    "how_card": ("the button is on its card.", "der Knopf ist auf der Karte."),
    "how_card_many": ("the button is on each card.", "der Knopf ist auf jeder Karte."),
    "stands": ("{name} {when}. How it stands:", "{name} {when}. So steht es:"),
    "nothing_wrong": ("Nothing is wrong with it: it is {status}.", "Es ist alles in Ordnung damit: {status}."),
    "resolved": ("That is {when}.", "Das ist {when}."),
    "lead_scheduled": ("Scheduled {period}:", "Geplant {period}:"),
    "lead_published": ("Went out {period}:", "Erschienen {period}:"),
    "lead_drafts": ("Waiting for a decision:", "Wartet auf eine Entscheidung:"),
    "lead_problems": ("Needs somebody's attention:", "Braucht jemanden:"),
    "none_scheduled": (
        "Nothing is scheduled {period}. Tell me what to post and I'll draft it.",
        "{period} ist nichts geplant. Sag mir, was gepostet werden soll, und ich entwerfe es.",
    ),
    "none_published": ("Nothing went out {period}.", "{period} ist nichts erschienen."),
    "none_drafts": ("No draft is waiting.", "Kein Entwurf wartet."),
    "none_problems": ("No problems: nothing is waiting for a fix.", "Keine Probleme: nichts wartet auf eine Lösung."),
    "more": ("… and {count} more.", "… und {count} weitere."),
}


NAMES: Final[dict[str, tuple[str, str]]] = {
    "en": ("English", "Englisch"), "de": ("German", "Deutsch"), "fr": ("French", "Französisch"),
    "es": ("Spanish", "Spanisch"), "it": ("Italian", "Italienisch"),
}  # fmt: skip


def language_name(code: str, language: str) -> str:
    """How a language is called in English or German; its code when it is another one."""
    pair = NAMES.get(code[:2].casefold())
    return pair[language.lower().startswith("de")] if pair else code


def sentence(key: str, language: str, **values: object) -> str:
    """One of the sentences above, in German for `de…`, else in English."""
    english, german = SAYINGS[key]
    return (german if language.lower().startswith("de") else english).format(**values)
