# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""What people wish for beside the content: a picture, a tone, a language, a call to action, how many of it."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.llm.around import Around
from bot.llm.offline.phrases import LANGUAGES, NUMBERS, TONES, pattern
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet
from bot.llm.offline.writing_text import is_clause, sentence_spans, starts_as_order

_TONE: Final = "|".join(sorted(TONES, key=len, reverse=True))
_TONES: Final = rf"(?:{_TONE})(?:e[rsnm]?)?"
_TONE_LIST: Final = rf"({_TONES}(?:(?:\s*,\s*|\s+and\s+|\s+und\s+|\s+but\s+|\s+aber\s+){_TONES}){{0,2}})"
_LANGUAGE: Final = re.compile(
    rf"(?:{pattern('language_in').pattern})(?:the )?({'|'.join(LANGUAGES)})(?:er sprache)?\b|"
    rf"\b({'|'.join(LANGUAGES)})(?:e[rn]?)?\s+(?=(?:posts?|versions?|text|beitrag|beiträge|update)\b)",
    re.I,
)


def take_action(sheet: Sheet) -> str:
    """What readers shall do: as wished for, or the short words that lead to the link ("Apply until 15 January at …")."""
    wish = pattern("action_wish").search(sheet.text)
    if wish:
        closes = re.compile(r"[.;\n\ue000]|$").search(sheet.text, wish.end())
        stop = closes.start() if closes else len(sheet.text)
        words = sheet.take_span(wish.start(), stop)[wish.end() - wish.start() :].strip(' "“”„«»,')
        return words[:80]
    for link in sheet.link_starts:
        spans = sentence_spans(sheet.text[:link])
        start, end = spans[-1] if spans else (0, 0)
        clauses = list(re.finditer(rf"(?:^|,\s+|;\s+|\s[–—-]\s|{TAKEN}\s*)(?=[^,;{TAKEN}]*$)", sheet.text[start:end]))
        start += clauses[-1].end() if clauses else 0
        said = sheet.text[start:end]
        led = _LED.search(said)
        label = said[: led.start()].strip() if led else ""
        if label and len(label.split()) <= 7 and not COVERED_OR_TAKEN.search(label) and _calls(label):
            sheet.take_span(start, end)
            until = _UNTIL.match(sheet.text, max(end, sheet.link_ends[sheet.link_starts.index(link)]))
            if until:  # "Apply at https://… by 28 February"
                label = f"{label} {sheet.take_span(*until.span()).strip(' .')}"
            known = _CALLS.get(label.casefold(), label)
            return known[:1].upper() + known[1:80]
    return ""


COVERED_OR_TAKEN: Final = re.compile(rf"[{TAKEN}{COVERED}]")
_UNTIL: Final = re.compile(
    r"\s+(?:by|until|till|before|bis|spätestens)\s+[^.,;!?\n]{3,40}(?=[.!?]?\s*(?:$|\s[A-ZÄÖÜ]|\n))", re.I
)
_LED: Final = re.compile(
    r"(?:\s+(?:is|are|ist|sind|gibt es|gibt's|findet ihr|finden sie|here|now|hier|jetzt|today|online))*"
    r"(?:\s+(?:at|on|under|by|via|here|in|an|unter|auf|bei|über|hier)\s*:?|\s*:|\s*[-–—]?[>»→]+)\s*$",
    re.I,
)
_ORDERED: Final = tuple(
    name for name in ("asks_for_post", "announce", "inform", "promote", "invite", "remind", "thank", "hire", "ask")
)


def _calls(label: str) -> bool:
    """Whether short words before a link say what is there or what to do; a statement of its own does not."""
    if any(pattern(name).match(label) for name in _ORDERED):
        return False
    return not is_clause(label, "en") or starts_as_order(label)


_CALLS: Final = {
    "bewerbung": "Jetzt bewerben", "bewerbungen": "Jetzt bewerben", "anmeldung": "Jetzt anmelden", "anmelden": "Jetzt anmelden",
    "buchen": "Jetzt buchen", "bestellen": "Jetzt bestellen", "apply": "Apply now", "more": "", "details": "", "info": "",
    "see": "", "read": "", "mehr": "", "infos": "", "mehr infos": "", "weitere infos": "", "mehr dazu": "", "ticket": "Tickets",
    "link": "", "more info": "", "more information": "", "here": "", "hier": "", "jetzt": "", "now": "", "url": "", "all details": "",
    "all": "", "everything": "", "alles": "", "all of it": "", "all of them": "",
}  # fmt: skip


_GENERATED: Final = re.compile(r"\b(?:ai|generated|generate|ki-bild|(?:ki-)?generierte[mnrs]?)\b", re.I)
_WORDS_ON: Final = re.compile(
    r"[,;]?\s*\b(?:and|with|und|mit)\s+(?:the\s+|our\s+|der\s+|dem\s+|den\s+)?"
    r"(?:headline|words|text|title|überschrift|worten|titel)\b(?:\s+(?:on|over|across|darauf|drauf|darüber)\b.*)?$",
    re.I | re.S,
)


_LIBRARY: Final = re.compile(
    r"(?:\b(?:with|use|add|and|mit|und|nimm|verwende)\s+)*(?:the|our|das|dem|unser|unserem)\s+(?:image|picture|photo|bild|foto)\s+"
    r"(?:called\s+|named\s+|tagged\s+|namens\s+)?([^\n,;.!?]{1,60}?)\s+(?:from|in|aus)\s+(?:the|our|der|unserer)\s+"
    r"(?:media\s+)?(?:library|bibliothek|mediathek)\b",
    re.I,
)


def take_image(sheet: Sheet, around: Around, idea: dict[str, Any]) -> None:
    """Whether there shall be a picture: none, a drawn card, or the one that came along."""
    if sheet.take(pattern("no_image")):
        return
    shelved = sheet.take(_LIBRARY)
    if shelved and (name := _LIBRARY.search(shelved[0])):
        idea |= {"image": "library", "library": name[1].strip(" “”\"'„")}
        return
    wishes = sheet.take(pattern("image"))
    if wishes:
        wish = re.search(r"(?:\bof\b|\bshowing\b|\bshows\b|\bvon\b|\beiner?s?\b)\s+(.+)$", wishes[0], re.I | re.S)
        idea["image_wish"] = wish[1].strip()[:200] if wish else ""
    if wishes and not around.uploads and _GENERATED.search(wishes[0]):
        idea["image"] = "generate"
        found = _WORDS_ON.search(idea["image_wish"])
        if found is not None:
            idea["image_words"] = True
            idea["image_wish"] = idea["image_wish"][: found.start()].rstrip(" ,;")
    elif wishes or around.uploads:
        idea["image"] = "upload" if around.uploads else "card"


_FIRST: Final = (
    r"(?:(?:the|a|den|dem|der|einen|einem)\s+)?(?:very\s+)?(?:first|1st|1\.|erste[nmr]?)\s+(?:comment|kommentar)"
)
_LINK_BELOW: Final = re.compile(
    rf"(?:[,;–—-]\s*)?(?<!\w)(?:(?:and|but|with|please|put|place|post|mit|und|aber|bitte|setze?|packe?)\s+)*"
    rf"(?:(?:the|our|its|den|der|dem|unseren)\s+)?(?:(?:link|url)\s*:?\s*{TAKEN}*|(?<!{TAKEN}){TAKEN}+)[,\s]*"
    rf"(?:(?:goes|comes|should go|shall go|only|please|kommt|gehört|soll|nur|bitte)\s+)*"
    rf"(?:(?:in|into|to|as|als|unter)\s+|im\s+|ins\s+){_FIRST}(?:\s+(?:please|bitte|instead|setzen|packen|stellen))*"
    rf"(?:\s*:\s*(?={TAKEN}))?",
    re.I,
)
_COMMENT_SAYS: Final = re.compile(
    rf"(?:[,;–—-]\s*)?\b(?:(?:and|with|add|as|in|mit|und|als|im)\s+)*{_FIRST}(?:\s+(?:should|shall|soll(?:te)?))?"
    r"(?:\s+(?:say|says|read|be|lauten|sein|is|ist))*\s*:?\s*(?=\ue001)",
    re.I,
)


def take_comment(sheet: Sheet) -> str:
    """What shall stand in the first comment: "link" for the link, else the quoted words; empty when none was asked for."""
    says = _COMMENT_SAYS.search(sheet.text)
    number = next((n for n, (start, _) in enumerate(sheet.quotes) if says and start == says.end()), None)
    if says is not None and number is not None:
        wording = sheet.quoted(number)
        sheet.take_span(says.start(), sheet.quotes.pop(number)[1])
        return wording
    wish = _LINK_BELOW.search(sheet.text)
    if wish is None:
        return ""
    sheet.take_span(*wish.span())
    return "link"


_TONE_PLACES: Final = (
    re.compile(rf"(?:{pattern('tone_of').pattern}){_TONE_LIST}(?:\s+(?:please|bitte))?\b", re.I),
    re.compile(rf"(?:{pattern('tone_in').pattern}){_TONE_LIST}(?:{pattern('tone_noun').pattern})\b", re.I),
    re.compile(
        rf"(?:^|(?<=[,;.–—\n\ue000])|(?<=\s-))\s*(?:please |bitte )?{_TONE_LIST}(?:\s+(?:tone|ton|please|bitte|text))?"
        r"\s*(?=$|[,.;!\n\ue000–—])",
        re.I,
    ),
)


_TONE_LEAD: Final = re.compile(
    rf"\b{_TONE_LIST}\s+(?=(?:\w+\s+){{0,2}}(?:posts?|updates?|announcements?|messages?|drafts?|captions?|beitr\w+|"
    rf"meldung\w*|text\w*|teasers?|reminders?|something|versions?)\b)",
    re.I,
)


def take_tone(sheet: Sheet) -> str:
    """The tones that were asked for, as one word each: an adjective of the thing itself is none."""
    found: list[str] = []
    for place in (_TONE_LEAD, *_TONE_PLACES):
        for match in list(place.finditer(sheet.text)):
            listed = next((group for group in match.groups() if group), "")
            found += re.findall(rf"{_TONE}", listed, re.I)
            sheet.take_span(
                match.start(1) if place is _TONE_LEAD else match.start(),
                match.end(1) if place is _TONE_LEAD else match.end(),
            )
    return ", ".join(dict.fromkeys(TONES[word.casefold()] for word in found))[:80]


def tone_words(text: str) -> str:
    """The tone that is named anywhere in words which are all told to AdMind: "write something warm about it"."""
    found = re.findall(rf"(?i)\b(?:{_TONE})(?=e[rsnm]?\b|\b)", text)
    return ", ".join(dict.fromkeys(TONES[word.casefold()] for word in found))[:80]


def take_language(sheet: Sheet) -> str:
    """The language that the copy shall be in; empty when none was named."""
    for match in list(_LANGUAGE.finditer(sheet.text)):
        name = next((group for group in match.groups() if group), "").casefold()
        sheet.take_span(match.start(), match.end())
        return LANGUAGES.get(name, "")
    return ""


def count_of(text: str) -> int:
    """How many posts are asked for in so many words; 0 when it is not said."""
    number = "|".join(sorted(NUMBERS, key=len, reverse=True))
    match = re.search(
        rf"\b({number}|[2-9]|1[0-2])\s+(?:[\w-]+\s+){{0,2}}?(?:posts|updates|teasers?|beiträge|announcements|drafts|entwürfe|"
        rf"meldungen|reminders|tweets)\b",
        text,
        re.I,
    )
    if match is None:
        return 0
    said = match[1].casefold()
    return NUMBERS[said] if said in NUMBERS else int(said)


def variants_of(text: str) -> int:
    """How many wordings to choose from were asked for, 1 to 3."""
    match = pattern("variants").search(text)
    if match is None:
        return 1
    number = "|".join(sorted(NUMBERS, key=len, reverse=True))
    said = re.search(rf"\b({number}|[2-9])\b", match[0], re.I)
    return min(3, (NUMBERS.get(said[1].casefold()) or int(said[1])) if said else 2)
