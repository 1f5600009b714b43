# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""From a person's words to what one post needs: topic, claims, offer, link, tone, accounts, time.

Instructions are taken off the message one kind after another; what stays are the claims, word for word.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from bot.llm.around import Around
from bot.llm.offline.accounts import take_accounts
from bot.llm.offline.hashtags import take_hashtags
from bot.llm.offline.phrases import DAYS, PRICE, language_of, offers, pattern
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet
from bot.llm.offline.times import Time, Times, read_times, widened
from bot.llm.offline.wishes import take_action, take_image, take_language, take_tone
from bot.llm.offline.writing_lines import main_clause

MAX_FACTS: Final = 12
MAX_FACT: Final = 400
MAX_TOPIC: Final = 120

_MONTHS: Final = "Jan|Feb|Mär|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec|Uhr|Klasse|Platz|Stock|Geburtstag|Advent|Jahrhundert"
_SPLIT: Final = re.compile(
    rf"(?<=[!?…])\s+(?=\S)|(?<=[。！？])|(?:(?<=\w\w[.])|(?<=[)\"”“»%\ue000\ue001][.]))(?<!\d[.])\s+(?=[\"“„«(]?[A-ZÄÖÜÉ0-9\ue000\ue001])|"
    rf"(?<=\d[.])\s+(?=[A-ZÄÖÜÉ])(?!{_MONTHS})|\n+|;\s+|\s+[—–]\s+|\s+-\s+|\s*[•▪]\s*|[.!]\s*$"
)
_LINK_LABEL: Final = re.compile(rf"(?:^|(?<=[,.;:\n]))\s*(?:link|url)\b\s*:?\s*(?={TAKEN})", re.I)
LEADS: Final = ("asks_for_post", "thank", "hire", "remind", "invite", "ask", "promote", "announce", "inform")
_GOALS: Final = {"asks_for_post": "announce"}


def post_idea(
    text: str, around: Around, *, language: str = "", posting: tuple[int, int] | None = None
) -> dict[str, Any]:
    """The fields of one PostIdea; those that are empty are left out. `posting` says where its time is, if known."""
    sheet = Sheet(text)
    spoken = language or language_of(sheet.text)
    idea: dict[str, Any] = {"link": sheet.links[0] if sheet.links else ""}
    idea["verbatim"] = _verbatim(sheet)
    sheet.take(_LINK_LABEL)
    sheet.take_sentences(pattern("override"))
    times = read_times(sheet, spoken, around)
    if posting is not None:
        time = Time(*posting, (text[posting[0] : posting[1]],))
        times = replace(times, posting=(time,), deadlines=tuple(d for d in times.deadlines if d[0] != posting[0]))
    _take_time(sheet, times, idea)
    idea["hashtags"] = take_hashtags(sheet)[:10]
    idea["call_to_action"] = take_action(sheet)
    take_image(sheet, around, idea)
    idea["tone"] = take_tone(sheet)
    wished = take_language(sheet)
    idea["language"] = wished or spoken or around.language
    idea["accounts"] = take_accounts(sheet, around)
    idea["audience"] = next((m[1] or m[2] for m in pattern("audience").finditer(sheet.text)), "")
    sheet.take(pattern("hashtag_wish"))
    sheet.take(pattern("no_hashtag"))
    sheet.take(pattern("no_emoji"))
    idea["goal"] = _take_lead(sheet)
    sheet.take(pattern("variants"))
    sheet.take(pattern("go_out"))
    if _REQUEST.match(text) or re.search(r"\bbitte\b", text, re.I):
        sheet.take(_INFINITIVE)
    sheet.take(pattern("polite"))
    if idea["verbatim"]:
        sheet.take(pattern("verbatim"))
    claims = _claims(sheet.left())
    if claims and not text.lstrip().casefold().startswith(claims[0][:12].casefold()):
        claims[0] = re.sub(r"^(?:about|über|regarding|that|dass)\s+", "", claims[0], flags=re.I)
    if _REQUEST.match(text):  # "Can you post about our course?" asks us, not the reader
        claims = [claim.rstrip("? ") if n == 0 or n == len(claims) - 1 else claim for n, claim in enumerate(claims)]
    as_sentence = _as_sentence(claims[0], text, idea) if claims else ""
    _tell(idea, claims)
    if as_sentence:
        idea["facts"] = [as_sentence, *idea["facts"][1:]]
        if idea.get("goal") == "ask":
            idea["topic"], idea["facts"] = as_sentence, idea["facts"][1:]
    idea["goal"] = _goal(idea, text)
    return {name: value for name, value in idea.items() if value}


_INFINITIVE: Final = re.compile(
    r"\s(?:schreiben|machen|erstellen|verfassen|vorbereiten|entwerfen|posten|veröffentlichen|publizieren)\b(?=\s*(?:[.?!]|$))",
    re.I,
)
_REQUEST: Final = re.compile(
    r"\W*(?:hi|hello|hey|hallo)?\W*(?:can|could|would|will|kannst|könntest|würdest) (?:you|du)\b", re.I
)


def _verbatim(sheet: Sheet) -> str:
    """A quotation that must be used as it is: because the words say so, or because it is all there is to post."""
    if not sheet.quotes:
        return ""
    longest = max(range(len(sheet.quotes)), key=lambda n: sheet.quotes[n][1] - sheet.quotes[n][0])
    wording = sheet.quoted(longest)
    rest = re.sub(rf"[{TAKEN}{COVERED}\W]+", " ", sheet.text).split()
    says_so = pattern("verbatim").search(sheet.text) is not None
    bare = (
        re.match(
            r"\W*(?:please\s+|bitte\s+)?(?:post|publish|share|poste|veröffentliche)\W*(?:this|that|das)?[\W\ue001]*"
            r"\ue001",
            sheet.text,
            re.I,
        )
        is not None
    )
    if (says_so or bare or len(rest) == 0) and len(wording) >= 10:
        sheet.take_span(*sheet.quotes[longest])
        return wording
    return ""


def _take_time(sheet: Sheet, times: Times, idea: dict[str, Any]) -> None:
    for start, end in times.deadlines[:1]:
        wide = widened(sheet, start, "until")
        idea["deadline"] = sheet.original[wide:end].strip()
    for time in times.posting:
        if len(time.phrases) == 1:
            idea.setdefault("when", time.phrases[0].strip())
        else:
            idea.setdefault("when", sheet.original[time.start : time.end].strip(" ,."))
        sheet.take_span(widened(sheet, time.start, "preposition"), time.end)


def _take_lead(sheet: Sheet) -> str:
    """The words that ask for a post, taken off, and the goal they name."""
    sheet.take(pattern("polite"))
    goal = ""
    for name in LEADS:
        first = next(pattern(name).finditer(sheet.text), None)
        if first is not None and (name != "hire" or goal == ""):
            goal = goal if goal and goal != "announce" else _GOALS.get(name, name)
            if name != "hire":
                sheet.take_span(first.start(), first.end())
                _take_particle(sheet, first[0])
    return goal


def _take_particle(sheet: Sheet, lead: str) -> None:
    """German parts its verbs: "Kündige unsere Aktion an", "Lade alle zum Fest ein", "Stell das Rad vor"."""
    particle = {"k": "an", "l": "ein", "s": "vor"}.get(lead.strip()[:1].casefold(), "")
    if particle and re.match(r"(?:kündig|lad|stell)", lead.strip(), re.I):
        match = re.search(rf"\s{particle}\b(?=\s*(?:$|[.,:;!\ue000\n]))", sheet.text, re.I)
        if match:
            sheet.take_span(match.start(), match.end())


_EDGES: Final = re.compile(
    r"^(?:[\s,.:;!?…\-–—)\]/|]|(?:and|und|but|with|mit|that|dass|about|über|then|also|please|bitte|at|on|in|to|um|am)\b(?=\s*"
    r"(?:$|[,.:;!\-–—])))+|(?:[\s,:;\-–—(\[/|]|\b(?:and|und)(?=\s*$))+$",
    re.I,
)
_EACH: Final = re.compile(
    rf"(?:^|[,;]|\b(?:and|und))\s*(?:one|eine[nr]?|einer)\s+(?:(?:on|at|am|um)\s+)*(?={TAKEN})", re.I
)
_DANGLING: Final = re.compile(
    rf"(?:\b(?:and|und|with|mit|on|at|by|for|auf|im|am|um|an|via|to|the|als|as|in|für)\s+)+(?={TAKEN}\s*(?:$|[,.;:!?{TAKEN}]))",
    re.I,
)


def _claims(left: str) -> list[str]:
    """What is left, as separate statements without the remains of instructions."""
    found: list[str] = []
    for piece in _SPLIT.split(left):
        part = _DANGLING.sub("", _EACH.sub(" ", piece))
        words = re.sub(r"\s+", " ", re.sub(rf"\s*{TAKEN}\s*(?=[,.;:!?])|{TAKEN}", " ", part))
        words = re.sub(r"\s+([,.;:!?])", r"\1", words)
        words = re.sub(r",(?:\s*,)+", ",", words)
        words = re.sub(r"^(?:\d{1,2}[.)]|[-*•])\s+", "", words.strip())
        words = _EDGES.sub("", _EDGES.sub("", words.strip())).strip(" .")
        if _says_something(words) and words.casefold() not in (claim.casefold() for claim in found):
            found.append(words[:MAX_FACT])
    return found[:MAX_FACTS]


def _says_something(words: str) -> bool:
    bare = pattern("note_words").sub(" ", words)
    return re.search(r"[^\W\d_]{2,}|\d{2,}", bare) is not None


_TOPIC_END: Final = re.compile(
    rf"[:,!?;(]\s|(?<!\d)\.\s|[:.!?]$|\s[-–—]\s|\s(?:who|that|which|when|from (?=\S*\d)|ab (?=\S*\d)|until|bis|on (?=(?:\d|{DAYS}))|"
    rf"am (?=(?:\d|{DAYS}))|at (?=\d)|next (?=\w*(?:day|week|month))|nächste\w*|this (?=\w+day|week|month)|diese\w*|is|are|ist|sind|has|have|hat|will|"
    r"wird|starts|startet|opens|öffnet|ends|endet|closes|stays)\b",
    re.I,
)


def _tell(idea: dict[str, Any], claims: list[str]) -> None:
    """Topic, offer and facts from the claims. The first claim's beginning is the topic unless nothing follows it."""
    if not claims and idea.get("verbatim"):
        idea["topic"] = _cut(idea["verbatim"], 60)
        return
    match = next((found for claim in claims if (found := offers().search(claim))), None)
    offer = match[0].strip(" ,.") if match else ""
    idea["offer"] = offer
    if not claims:
        return
    first = claims[0]
    topic = idea["topic"] = _topic(first)
    head, _, rest = first.partition(":")
    if rest.strip() and head.strip() == topic:
        if _LABELS.fullmatch(topic):
            idea["topic"] = topic = f"{topic}: {_ARTICLES.sub('', _topic(rest.strip()))}"
        else:
            claims = [rest.strip(), *claims[1:]]
            if _OPENERS.fullmatch(topic):
                idea["topic"] = _topic(claims[0])
    idea["facts"] = [claim for claim in claims if claim != topic or (len(claims) == 1 and _is_sentence(claim))]


_OPENERS: Final = re.compile(
    r"(?:new|new in store|urgent|attention|important|info|update|achtung|wichtig|dringend|news|neu|jetzt|now|breaking|reminder|aktuell|today|heute|finally|endlich)",
    re.I,
)
_LABELS: Final = re.compile(
    r"(?:product |safety )?recall|rückruf|safety notice|sicherheitshinweis|price drop|preissenkung|out now|new in store|"
    r"new (?:at|in|on) .{2,30}|neu (?:im|bei|in|am) .{2,30}|save the date|last chance|letzte chance|job|stelle|webinar|event",
    re.I,
)
_ARTICLES: Final = re.compile(r"^(?:our|the|an?|unser[e]?|der|die|das|eine?)\s+", re.I)
_ARTICLE: Final = re.compile(
    r"(?:new|our latest|neue[rs]?) (?:blog |news ?)?(?:article|post|blog post|artikel|blogbeitrag|beitrag)", re.I
)


def _topic(claim: str) -> str:
    """What a claim is about: its beginning, up to a date, a price, a verb or a stop."""
    cut, price = _TOPIC_END.search(claim, 3), PRICE.search(claim)
    ends = [found.start() for found in (cut, price) if found is not None and found.start() > 2]
    topic = _EDGES.sub("", claim[: min(ends)] if ends else claim).strip(" .:,")
    if _ARTICLE.fullmatch(topic):
        topic = claim
    return _cut(topic or claim, MAX_TOPIC)


_SUBORDINATE: Final = re.compile(r"\bdass\s+(?=\w)", re.I)
_DATIVE: Final = re.compile(r"^(?:unsere[mr]|eine[mr]|diese[mr]|de[mr])\s", re.I)
_CONGRATULATE: Final = re.compile(r"^congratulate (.{2,60}?) (on|for)\b", re.I)
_WONDERED: Final = re.compile(
    r"^((?:which|what|where|when|how|why)\b.{0,40}?)\s((?:our|the|your|we|you)\b(?:\s\w+){0,3}?)\s(should|will|can|must|could)\b",
    re.I,
)


def _as_sentence(claim: str, text: str, idea: dict[str, Any]) -> str:
    """What stood inside an instruction, in the order of a sentence; empty when it is in order already.

    "Kündige an, dass der Markt am Freitag öffnet" → "der Markt öffnet am Freitag"; "Lade alle zu unserem Fest ein" →
    "Wir laden euch zu unserem Fest ein"; "ask which colour it should have" → "which colour should it have".
    """
    if _CONGRATULATE.match(claim):
        return _CONGRATULATE.sub(r"Congratulations to \1 \2", claim)
    if idea.get("goal") == "ask":
        return _WONDERED.sub(r"\1 \3 \2", claim) if _WONDERED.match(claim) else ""
    if idea.get("language") != "de":
        return ""
    if idea.get("goal") == "invite" and _DATIVE.match(claim):
        return f"Wir laden {'Sie' if idea.get('tone') == 'formal' else 'euch'} zu {claim} ein"
    said = next((text[match.end() :] for match in _SUBORDINATE.finditer(text)), "")
    return main_clause(claim) if said.casefold().startswith(claim[:20].casefold()) else ""


def _is_sentence(claim: str) -> bool:
    return len(claim.split()) >= 5 or PRICE.search(claim) is not None


def _goal(idea: dict[str, Any], text: str) -> str:
    goal = str(idea.get("goal") or "")
    if goal in ("", "announce", "inform") and pattern("hire").search(text):
        return "hire"
    if goal in ("", "announce") and re.search(r"\bwir (?:be)?danken\b|\bwe thank\b|\bthank you to\b", text, re.I):
        return "thank"
    if goal in ("", "announce") and idea.get("offer"):
        return "promote"
    if goal in ("", "inform", "announce") and _is_gathering(idea):
        return "invite"
    return goal or "announce"


def _is_gathering(idea: dict[str, Any]) -> bool:
    """Whether it is about something to come to, with a day: "our open day on 4 May", "our Saturday coffee rides"."""
    topic = str(idea.get("topic", ""))
    if not _GATHERING.search(topic) or not re.match(
        r"(?:our|the|an?|unser\w*|eine?[nm]?|de[rnm]|das|die)\s", topic, re.I
    ):
        return False
    after = next((fact[len(topic) :] for fact in idea.get("facts", ()) if fact.startswith(topic)), "")
    dated = DAY_OR_DATE.match(after.lstrip(" ,")) is not None
    return dated or (not after and re.search(rf"\b{DAYS}s?\b", topic, re.I) is not None)


_GATHERING: Final = re.compile(
    r"\b(?:party|open (?:day|house)|webinar|workshop|concert|festival|meetup|fair|sommerfest|fest|tag der offenen tür|konzert|"
    r"vernissage|flohmarkt|info evening|infoabend|rides?|runs?|tours?|tastings?|\w*markt|concerts|market)\b",
    re.I,
)
DAY_OR_DATE: Final = re.compile(
    r"\b(?:on|this|next|am|vom|diese[nr]?)\s+(?:\d{1,2}\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|"
    r"sams|sonn)tag|mittwoch|weekend)",
    re.I,
)


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0]
