"""The words for days, months, hours and questions, in English and German."""

from __future__ import annotations

MONTHS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar jänner",
            "february feb februar febr",
            "march mar märz mär maerz mrz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sept sep",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for word in words.split()
}
WEEKDAYS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "monday mon montag",
            "tuesday tues tue dienstag",
            "wednesday weds wed mittwoch",
            "thursday thurs thur thu donnerstag",
            "friday fri freitag",
            "saturday sat samstag sonnabend",
            "sunday sun sonntag",
        )
    )
    for word in words.split()
}
GERMAN_SHORT_WEEKDAYS: dict[str, int] = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

NUMBERS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "zero null",
            "one a an ein eine einer einem einen eins",
            "two zwei",
            "three drei",
            "four vier",
            "five fünf fuenf",
            "six sechs",
            "seven sieben",
            "eight acht",
            "nine neun",
            "ten zehn",
            "eleven elf",
            "twelve zwölf zwoelf",
        )
    )
    for word in words.split()
} | {"fifteen": 15, "fünfzehn": 15, "twenty": 20, "zwanzig": 20, "thirty": 30, "dreissig": 30, "dreißig": 30}
NUMBERS |= {"fourty": 40, "forty": 40, "vierzig": 40, "forty-five": 45, "fifty": 50, "fünfzig": 50, "ninety": 90}

ORDINALS: dict[str, int] = {
    "first": 1, "1st": 1, "ersten": 1, "erster": 1, "erste": 1, "second": 2, "2nd": 2, "zweiten": 2, "third": 3,
    "3rd": 3, "dritten": 3, "fourth": 4, "4th": 4, "vierten": 4, "last": -1, "letzten": -1,
}  # fmt: skip

PARTS: dict[str, tuple[str, int]] = {  # word → part of the day and the hour assumed when none is said
    "morning": ("morning", 9), "morgens": ("morning", 9), "früh": ("morning", 9), "vormittag": ("morning", 10),
    "vormittags": ("morning", 10), "afternoon": ("afternoon", 15), "nachmittag": ("afternoon", 15),
    "nachmittags": ("afternoon", 15), "evening": ("evening", 18), "abend": ("evening", 18), "abends": ("evening", 18),
    "tonight": ("evening", 20),
}  # fmt: skip

SHORT_DAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")}
SHORT_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "April", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
}

SENTENCES: dict[str, tuple[str, str]] = {  # key → English, German
    "empty": ("When should it go out?", "Wann soll es erscheinen?"),
    "long": (
        "That is a lot of text for a time. When should it go out, for example “Tue 9:00”?",
        "Das ist viel Text für eine Zeit. Wann soll es erscheinen, zum Beispiel „Di 9:00“?",
    ),
    "leftover": (
        "I could not read “{what}” as a time. When exactly, for example “Tue 1 Dec 09:00”?",
        "„{what}“ verstehe ich nicht als Zeit. Wann genau, zum Beispiel „Di 1. Dez. 09:00“?",
    ),
    "many": (
        "I read more than one time in that. Which one is it?",
        "Darin lese ich mehrere Zeiten. Welche gilt?",
    ),
    "no_time": ("At what time on {day}?", "Um wie viel Uhr am {day}?"),
    "no_time_plain": ("At what time?", "Um wie viel Uhr?"),
    "no_day": ("On which day?", "An welchem Tag?"),
    "past": ("{time} is in the past. When instead?", "{time} ist vorbei. Wann stattdessen?"),
    "far": (
        "{time} is more than three years away. Which date do you mean?",
        "{time} ist mehr als drei Jahre hin. Welches Datum ist gemeint?",
    ),
    "no_such_day": ("There is no such day: {what}. Which one?", "Diesen Tag gibt es nicht: {what}. Welcher ist es?"),
    "no_such_time": ("There is no such time: {what}. Which one?", "Diese Zeit gibt es nicht: {what}. Welche ist es?"),
    "mismatch": (
        "{date} is not the weekday you named. Which one is right?",
        "{date} ist nicht der genannte Wochentag. Was stimmt?",
    ),
    "day_or_month": ("Day first or month first: {what}?", "Tag oder Monat zuerst: {what}?"),
    "number": (
        "Is {what} an hour or a day? Please write it like “9:00” or “9 Dec”.",
        "Ist {what} eine Uhrzeit oder ein Tag? Bitte wie „9:00“ oder „9. Dez.“ schreiben.",
    ),
    "am_pm": ("{hour} in the morning or in the afternoon?", "{hour} Uhr morgens oder nachmittags?"),
    "midnight": ("Midnight at the start or at the end of that day?", "Mitternacht zu Beginn oder am Ende des Tages?"),
    "next": ("Which {day} do you mean?", "Welcher {day} ist gemeint?"),
    "zone": ("Which clock do you mean by {what}?", "Welche Zeitzone ist mit {what} gemeint?"),
    "zone_day": (
        "It is already another day there. Which day do you mean?",
        "Dort ist schon ein anderer Tag. Welcher Tag ist gemeint?",
    ),
    "deadline": (
        "That says until when, not when to post. When should it go out?",
        "Das sagt, bis wann, nicht wann. Wann soll es erscheinen?",
    ),
    "repeat": (
        "I could not read how often. For example “every Monday at 9:00 until 30 June”?",
        "Wie oft, habe ich nicht verstanden. Zum Beispiel „jeden Montag um 9:00 bis 30. Juni“?",
    ),
    "never": ("No time fits all of that. When should it go out?", "Keine Zeit passt auf all das. Wann soll es sein?"),
    "note_part": ("“{what}” taken as {time}.", "„{what}“ als {time} verstanden."),
    "note_hour": ("{hour} taken as {time}.", "{hour} als {time} verstanden."),
    "note_next": (
        "“Next” taken as the one in the following week, not tomorrow.",
        "„Nächsten“ als den der folgenden Woche verstanden, nicht morgen.",
    ),
    "note_year": ("That day has passed this year, so {year}.", "Dieser Tag ist dieses Jahr vorbei, also {year}."),
    "note_gap": (
        "The clocks go forward then, so {wall} does not exist: moved to {time}.",
        "Dann wird die Uhr vorgestellt, {wall} gibt es nicht: auf {time} verschoben.",
    ),
    "note_fold": (
        "The clocks go back then and {wall} comes twice: the first one is taken.",
        "Dann wird die Uhr zurückgestellt, {wall} gibt es zweimal: das erste gilt.",
    ),
    "note_zone": ("Read on the clocks of {zone}.", "Nach den Uhren von {zone} gelesen."),
    "note_until": ("Ends before {date}.", "Endet vor dem {date}."),
    "note_midnight": ("The coming midnight.", "Die kommende Mitternacht."),
    "note_about": ("Taken as exactly then.", "Als genaue Zeit verstanden."),
}


def sentence(key: str, language: str, **values: object) -> str:
    """One of the sentences above, in German for `de…`, else in English."""
    english, german = SENTENCES[key]
    return (german if language.lower().startswith("de") else english).format(**values)
