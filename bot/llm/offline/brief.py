# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""From a person's words to what one post needs: topic, claims, offer, link, tone, accounts, time.

Instructions are taken off the message one kind after another; what stays are the claims, word for word.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from bot.llm.around import Around
from bot.llm.offline.accounts import take_accounts, take_handles, take_opening
from bot.llm.offline.addressed import STYLE, Told, cover_content
from bot.llm.offline.german_case import nominative
from bot.llm.offline.hashtags import take_hashtags
from bot.llm.offline.phrases import DAYS, PRICE, language_of, offers, pattern
from bot.llm.offline.serious import is_serious
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet
from bot.llm.offline.times import Time, Times, read_times, widened
from bot.llm.offline.wishes import take_action, take_comment, take_image, take_language, take_tone, tone_words
from bot.llm.offline.writing_lines import main_clause

MAX_FACTS: Final = 12
MAX_FACT: Final = 400
MAX_TOPIC: Final = 120

_LINK_LABEL: Final = re.compile(rf"(?:^|(?<=[,.;:\n]))\s*(?:link|url)\b\s*:?\s*(?={TAKEN})", re.I)
_GOALS: Final = {"asks_for_post": "announce"}


def post_idea(
    text: str, around: Around, *, language: str = "", posting: tuple[int, int] | None = None
) -> dict[str, Any]:
    """The fields of one PostIdea; those that are empty are left out. `posting` says where its time is, if known."""
    sheet = Sheet(text)
    handles = take_handles(sheet, around)
    opening = take_opening(sheet, around)
    spoken = language or language_of(sheet.text)
    idea: dict[str, Any] = {"link": sheet.links[0] if sheet.links else ""}
    idea["first_comment"] = take_comment(sheet)
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
    told = cover_content(sheet, around)
    idea["goal"] = told.goal
    take_image(sheet, around, idea)
    idea["tone"] = take_tone(sheet) or tone_words(sheet.text)
    wished = take_language(sheet)
    sheet.take(STYLE)
    idea["accounts"] = list(dict.fromkeys([*opening, *take_accounts(sheet, around), *handles]))
    claims = _claims(sheet, told)
    content = language_of(" ".join([*claims, str(idea["verbatim"])]))
    idea["language"] = wished or content or spoken or around.language
    if not claims and idea["call_to_action"]:  # "Our new menu: https://…"
        claims, idea["call_to_action"] = [str(idea["call_to_action"])], ""
    if _REQUEST.match(text):  # "Can you post about our course?" asks us, not the reader
        claims = [claim.rstrip("? ") if n == 0 or n == len(claims) - 1 else claim for n, claim in enumerate(claims)]
    as_sentence = _as_sentence(claims[0], text, idea) if claims else ""
    _tell(idea, claims)
    if as_sentence:
        told_first = idea["facts"][:1] == claims[:1] or (
            idea["facts"][:1] and claims[0].endswith(str(idea["facts"][0]))
        )
        idea["facts"] = [as_sentence, *idea["facts"][1 if told_first else 0 :]]
        if idea.get("goal") == "ask":
            idea["topic"], idea["facts"] = as_sentence, idea["facts"][1:]
    idea["goal"] = _goal(idea, text)
    return {name: value for name, value in idea.items() if value}


_REQUEST: Final = re.compile(
    r"\W*(?:hi|hello|hey|hallo)?\W*(?:can|could|would|will|kannst|könntest|würdest) (?:you|we|du)\b", re.I
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
    ends = [
        span for span in times.deadlines if not re.search(r"\d\.?\s*$", sheet.original[: span[0]].rsplit("bis", 1)[0])
    ]
    for start, end in ends[:1]:  # "13. bis 18. Juli" is when it is, not until when
        wide = widened(sheet, start, "until")
        idea["deadline"] = sheet.original[wide:end].strip()
    for time in times.posting:
        if len(time.phrases) == 1:
            idea.setdefault("when", time.phrases[0].strip())
        else:
            idea.setdefault("when", sheet.original[time.start : time.end].strip(" ,."))
        sheet.take_span(widened(sheet, time.start, "preposition"), time.end)


_GLUE: Final = re.compile(
    r"^(?:[\s,.:;!?…\-–—)\]/|]|(?:and|und|but|that|dass|about|über|zu[mr]?|regarding|for|für|announcing|saying|on)\b\s|(?:nettes|schönes|kurzes|lustiges|warmes|liebes|persönliches)\s(?=zu|über))+",
    re.I,
)


# What a time or a link leaves behind: "our brunch,: 10am", "at the counter or", "or call us".
_LOOSE: Final = re.compile(
    r"[,;]\s*([.:!?])|^(?:or|and|oder|und)\s+|\s+(?:or|and|oder|und|at|via|under|unter|auf)$", re.I
)
_PREPOSITION: Final = re.compile(r"\b(über|für|zu[mr]?|von|vom)\s*$", re.I)


def _claims(sheet: Sheet, told: Told) -> list[str]:
    """What is meant for the readers, statement by statement, in its own words."""
    found: list[str] = []
    for (start, end), asked in zip(told.spans, told.asked, strict=True):
        words = re.sub(rf"\s*{TAKEN}\s*(?=[,.;:!?]|$)|{TAKEN}", " ", sheet.covered(start, end))
        words = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s+", " ", words)).strip()
        words = _LOOSE.sub(lambda match: match[1] or "", words)
        glue = _GLUE.match(words) if asked else None
        before = sheet.original[max(0, start - 12) : start] + (glue[0] if glue else "")
        words = words[glue.end() if glue else 0 :].strip(" .,;:–—")
        words = words.rstrip("-") if not words.startswith("-") or words[1:2].isdigit() else words.strip("- ")
        preposition = _PREPOSITION.search(before) if asked else None
        words = nominative(words, preposition[1]) if preposition else words
        if re.search(r"[^\W\d_]{2,}|\d{2,}", words) and words.casefold() not in (claim.casefold() for claim in found):
            found.append(words[:MAX_FACT])
    if len(found) > 1 and len(found[0].split()) <= 2 and found[0].endswith(("!", "?")):
        found[:2] = [" ".join(found[:2])]  # "Last chance! Only 7 places left" is one thing to say
    return found[:MAX_FACTS]


_TOPIC_END: Final = re.compile(
    rf"[:,!?;(]\s|[:.!?]$|\s[-–—]\s|\s(?:who|that|which|when|from (?=\S*\d)|ab (?=\S*\d)|until|bis|on (?=(?:\d|{DAYS}))|"
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
    claim = re.sub(r"^\w+(?: \w+)?[!?] (?=\S)", "", claim)
    cut, price = _TOPIC_END.search(claim, 3), PRICE.search(claim)
    ends = [found.start() for found in (cut, price) if found is not None and found.start() > 2]
    topic = (claim[: min(ends)] if ends else claim).strip(" .:,")
    if _ARTICLE.fullmatch(topic):
        topic = claim
    return _cut(topic or claim, MAX_TOPIC)


_SUBORDINATE: Final = re.compile(r"\bdass\s+(?=\w)", re.I)
_DATIVE: Final = re.compile(r"^(?:unsere[mr]|eine[mr]|diese[mr]|de[mr])\s", re.I)
_THANK: Final = re.compile(r"\b(?:thank(?:s| you)?|thank-you)\b", re.I)
_FOR: Final = re.compile(r"\b(?:thanks?|thank[ -]you)(?: \w+)? for\b", re.I)
_CONGRATULATE: Final = re.compile(r"^congratulate (.{2,60}?) (on|for)\b", re.I)
_WONDERED: Final = re.compile(
    r"^((?:which|what|where|when|how|why|who)\b.{0,40}?)\s((?:our|the|your|their|we|you|they)\b(?:\s\w+){0,4}?)\s"
    r"(should|will|can|must|could|is|are|was|were|do|would)\b",
    re.I,
)
_BARE_WONDERED: Final = re.compile(
    r"^(what|which|who|where)\s((?:their|your|our|the)\s(?:\w+\s){1,4}?)(is|are)\b", re.I
)


def _asked(claim: str) -> str:
    """ "what their favourite soup is" as one asks it: "what is your favourite soup"."""
    said = _BARE_WONDERED.sub(lambda m: f"{m[1]} {m[3]} {m[2].strip()}", claim)
    said = said if said != claim else _WONDERED.sub(r"\1 \3 \2", claim)
    if re.match(r"(?:what|which|who|where|when|how|why)\b", said, re.I):
        said = f"{said.rstrip('.! ?')}?"
    return re.sub(r"\btheir\b", "your", re.sub(r"\bthey\b", "you", said, flags=re.I), flags=re.I)


def _as_sentence(claim: str, text: str, idea: dict[str, Any]) -> str:
    """What stood inside an instruction, in the order of a sentence; empty when it is in order already.

    "Kündige an, dass der Markt am Freitag öffnet" → "der Markt öffnet am Freitag"; "Lade alle zu unserem Fest ein" →
    "Wir laden euch zu unserem Fest ein"; "ask which colour it should have" → "which colour should it have".
    """
    if (
        idea.get("goal") == "thank"
        and idea.get("language") == "en"
        and not _THANKS.match(claim)
        and _THANK.search(text)
    ):
        return f"Thank you {'for' if _FOR.search(text) else 'to'} {_lowered(claim)}"
    if _CONGRATULATE.match(claim):
        return _CONGRATULATE.sub(r"Congratulations to \1 \2", claim)
    if idea.get("goal") == "ask":
        return said if (said := _asked(claim)) != claim else ""
    if idea.get("language") != "de":
        return ""
    if idea.get("goal") == "invite" and _DATIVE.match(claim):
        return f"Wir laden {'Sie' if idea.get('tone') == 'formal' else 'euch'} zu {claim} ein"
    said = next((text[match.end() :] for match in _SUBORDINATE.finditer(text)), "")
    return main_clause(claim) if said.casefold().startswith(claim[:20].casefold()) else ""


def _lowered(claim: str) -> str:
    first, _, rest = claim.partition(" ")
    small = first.casefold() in (
        "all",
        "our",
        "the",
        "every",
        "everyone",
        "everybody",
        "my",
        "your",
        "those",
        "a",
        "an",
    )
    return f"{first.casefold()} {rest}".strip() if small else claim


def _is_sentence(claim: str) -> bool:
    return len(claim.split()) >= 5 or PRICE.search(claim) is not None


def _goal(idea: dict[str, Any], text: str) -> str:
    goal = str(idea.get("goal") or "")
    first = " ".join(idea.get("facts", ())[:1])
    hires = pattern("hire").search(text) or (_SEEKS.search(text) and _JOB.search(text))
    if goal in ("", "announce", "inform") and hires:
        return "hire"
    if is_serious(text):
        return goal if goal == "thank" else "inform"
    if goal in ("", "announce") and _THANKS.match(first):
        return "thank"
    if goal in ("", "announce") and (
        _REDUCED.search(str(idea.get("offer") or "")) or _DEAL.search(idea.get("topic", ""))
    ):
        return "promote"
    if goal in ("", "inform", "announce") and _is_gathering(idea):
        return "invite"
    return goal or "announce"


_SEEKS: Final = re.compile(
    r"\b(?:looking for|hiring|seek(?:ing)?|recruit\w*|such(?:en|t)|gesucht|stell\w*inserat|job ad|vacancy|join our)\b",
    re.I,
)
_JOB: Final = re.compile(
    r"\d\s?%|\b(?:full|part)[- ]time\b|\b(?:apply|application|cv|experience|salary|apprentice|bewerb\w*|erfahrung|lohn|lernende\S*|lehre|pensum)\b",
    re.I,
)
_DEAL: Final = re.compile(
    r"\b(?:offer|(?<!on )sale|deals?|package|promotion|discount|\w*aktion|\w*angebot|ausverkauf)\b", re.I
)
_THANKS: Final = re.compile(
    r"(?:wir (?:be)?danken|danke|vielen dank|merci|we thank|thank you|thanks|many thanks)\b", re.I
)
_REDUCED: Final = re.compile(
    r"%|\boff\b|\bfor (?:1|one)\b|\bfür (?:1|eins?)\b|half|halb|save|spar|discount|rabatt|reduziert", re.I
)


def _is_gathering(idea: dict[str, Any]) -> bool:
    """Whether it is about something to come to, with a day: "our open day on 4 May", "our Saturday coffee rides"."""
    topic = str(idea.get("topic", ""))
    if not _GATHERING.search(topic) or not _ARTICLED.match(topic):
        return False
    told = " ".join(str(fact) for fact in idea.get("facts", ()))
    dated = DAY_OR_DATE.search(told) or _HOURS.search(told)
    return dated is not None or re.search(rf"\b{DAYS}s?\b", topic, re.I) is not None


_ARTICLED: Final = re.compile(r"(?:our|the|an?|unser\w*|eine?[nm]?|de[rnm]|das|die)\s", re.I)
_HOURS: Final = re.compile(r"\b\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|uhr)\b|\b\d{1,2}:\d{2}\b", re.I)
_GATHERING: Final = re.compile(
    r"\b(?:party|open (?:day|house)|webinar|workshop|concert|festival|meetup|fair|sommerfest|fest|tag der offenen tür|konzert|"
    r"vernissage|flohmarkt|info evening|infoabend|rides?|runs?|tours?|tastings?|\w*markt|concerts|market|brunch|dinner|lunch|"
    r"seminar|lecture|talk|reunion|gala|reading|\w*lager|camp|vortrag|führung|lesung|ausflug|\w*abend|\w*brunch)\b",
    re.I,
)
DAY_OR_DATE: Final = re.compile(
    r"\b(?:on|this|next|am|vom|diese[nr]?)\s+(?:\d{1,2}\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|"
    r"sams|sonn)tag|mittwoch|weekend)",
    re.I,
)


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0]
