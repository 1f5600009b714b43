"""A campaign in words: "Launch the Gravel 2 on 15 March, three weeks of build-up, the blog, goal pre-orders".

Read by rule, in English and German, one part between commas at a time; a part that nothing here knows is asked about,
never guessed and never dropped. So are changes: "one post fewer a week", "the teaser before the webinar".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.llm.declaring import declared
from bot.planning.arc import LONG
from bot.planning.reshaping import Wish, with_milestone
from bot.when import Unclear, resolve
from bot.when.pieces import fold, read
from bot.when.words import MONTHS, NUMBERS, WEEKDAYS
from bot.words import told
from storage.accounts import Account
from storage.campaigns import LAUNCH, Campaign, KeyMessage, Milestone, Stage
from storage.plans import Plan
from storage.team import Brand

LONGEST: Final = 4000
BUILD_UP_DAYS, AFTER_DAYS = 21, 7
_DAY_NAMES: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NUMBER: Final = r"(?P<number>\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_UNIT: Final = r"(?P<unit>days?|weeks?|months?|tage?n?|wochen?|monate?n?)"
_OPENS: Final = re.compile(
    r"^\s*/?(?:admind\s+)?(?:please\s+|bitte\s+)?(?:campaign\s+(?:new|plan)|kampagne\s+(?:neu|planen))\b\s*:?\s*", re.I
)
_HEAD: Final = re.compile(
    r"^(?:please |bitte )?(?:(?P<verb>launch|lanciere|lancieren|starte|introduce|premiere)\s+|"
    r"(?:(?:run|plan|start|make|create|plane|mach|erstelle|starte)\s+)?(?:an?\s+|the\s+|eine?\s+|die\s+)?"
    r"(?P<noun>campaign|kampagne)\s+(?:for|about|für|über|zu[mr]?)\s+)"
    r"(?:(?:the|our|a|an|das|den|die|der|unser|unsere|unseren|ein|eine|einen)\s+)?(?P<what>.+?)"
    rf"\s+(?:(?:on|am|at|zum|by|from|ab|vom)\s+(?P<when>\S.*)|(?P<ahead>in\s+{_NUMBER}\s+{_UNIT}(?:\s.*)?))$",
    re.I | re.S,
)
_ASKS: Final = re.compile(
    r"^\s*(?:please\s+|bitte\s+)?(?:run|plan|start|make|create|plane|mach|erstelle|starte)\s+(?:me\s+|uns\s+)?"
    r"(?:an?|eine)\s+(?:campaign|kampagne)\b",
    re.I,
)
_RANGE: Final = re.compile(r"^(?P<first>.+?)\s+(?:to|until|till|bis(?:\s+zum)?|[–-])\s+(?P<last>\S.*)$", re.I | re.S)
_BUILD_UP: Final = re.compile(
    rf"^(?:with\s+|mit\s+)?{_NUMBER}\s+{_UNIT}\s+(?:of\s+)?(?:build[- ]?up|lead(?:[- ]?in)?|run[- ]?up|before|vorlauf|"
    r"anlauf|aufbau|vorher|davor)$",
    re.I,
)
_AFTER: Final = re.compile(
    rf"^(?:with\s+|mit\s+)?{_NUMBER}\s+{_UNIT}\s+(?:of\s+)?(?:follow[- ]?ups?|after(?:wards)?|nachlauf|danach)$",
    re.I,
)
_PARTS: Final = {
    "goal": re.compile(r"^(?:the |our |das |unser )?(?:goal|aim|ziel)\s*(?:is|ist|:)?\s+(?P<x>.+)$", re.I | re.S),
    "audience": re.compile(
        r"^(?:for\s+(?:the\s+)?audiences?|audiences?|zielgruppen?|für\s+die\s+zielgruppen?)\s*:?\s+(?P<x>.+)$", re.I
    ),
    "pillar": re.compile(r"^(?:pillars?|säulen?)\s*:?\s+(?P<x>.+)$", re.I),
    "budget": re.compile(
        r"^(?:model\s+)?budget\s*:?\s+(?:of\s+|von\s+)?(?:us)?\$?\s*(?P<x>\d{1,6}(?:[.,]\d{1,2})?)\s*"
        r"(?:\$|usd|dollars?|us-dollar)?$",
        re.I,
    ),
    "utm": re.compile(r"^utm(?:[_ ]campaign)?\s*[:=]?\s+(?P<x>\S.{0,99})$", re.I),
    "link": re.compile(r"^(?:link\s*:?\s+)?(?P<x>https?://\S+)$", re.I),
    "name": re.compile(r"^(?:name|named|called|namens|heißt|name ist)\s*:?\s+(?P<x>.{1,100})$", re.I),
}
_MESSAGE: Final = re.compile(
    r"^(?:key\s*)?(?:messages?|(?:kern)?botschaft(?:en)?|say|sag)\s*:?\s+[\"“„«]?(?P<text>[^\"“”„«»]+?)[\"”“»]?"
    r"(?:\s*[(\[](?:evidence|proof|source|beleg|quelle|belegt durch)?\s*:?\s*(?P<evidence>.+)[)\]])?$",
    re.I | re.S,
)
_AI_PICTURES: Final = re.compile(
    r"^(?:the\s+|die\s+)?(?:pictures|images|bilder)\s+(?:are|were|sind|wurden)\s+(?:made\s+)?(?:with|by|mit|von)\s+"
    r"(?:an?\s+|einer\s+)?(?:ai|ki)(?:\s+(?:made|erstellt|gemacht))?$",
    re.I,
)
_MILESTONE: Final = re.compile(
    r"^(?:the\s+|our\s+|a\s+|das\s+|der\s+|die\s+|ein\s+|eine\s+|unser\s+)?(?P<name>[\w -]{2,60}?)\s+(?:is\s+|ist\s+)?"
    r"(?:on|am)\s+(?P<when>\S.*)$",
    re.I,
)
_QUIET: Final = re.compile(
    r"^(?:on|in|for|at|auf|in|für|bei|with|mit|and|und|also|auch|the|our|dem|den|der|das|unserem|unserer|account|"
    r"accounts|konto|konten|\s|[,&+.])+",
    re.I,
)
_BLOG: Final = re.compile(r"^(?:blog|blogs|newsletter)(?!\w)", re.I)
STAGES: Final[dict[str, Stage]] = {
    "teaser": "teaser", "teasers": "teaser", "reveal": "reveal", "enthüllung": "reveal", "vorstellung": "reveal",
    "proof": "proof", "proofs": "proof", "beweis": "proof", "beweise": "proof", "beleg": "proof", "belege": "proof",
    "launch": "launch", "start": "launch", "lancierung": "launch", "follow-up": "followup", "followup": "followup",
    "follow-ups": "followup", "nachfassen": "followup", "nachlauf": "followup",
}  # fmt: skip
_STAGE: Final = "(?P<stage>" + "|".join(sorted(STAGES, key=len, reverse=True)) + ")"
_THE: Final = r"(?:the|our|das|den|der|die|unser|unseren)\s+"
_CHANGES: Final = {
    "pace": re.compile(
        rf"^(?:please\s+|bitte\s+)?(?:pro woche\s+)?{_NUMBER}\s+(?:posts?|beitr[aä]ge?|beitrag)\s+"
        r"(?P<how>fewer|less|more|weniger|mehr)"
        r"(?:\s+(?:a|per|each|pro|in der|je|jede)\s+(?:week|woche))?$",
        re.I,
    ),
    "holidays": re.compile(
        r"^(?:no|keine)\s+(?:posts?|beiträge)\s+(?:on|an)\s+(?:public\s+)?(?:holidays|feiertagen)"
        r"(?:\s+(?:in|of|von)\s+(?:the\s+|der\s+)?(?P<country>[\w .]+))?$",
        re.I,
    ),
    "weekday": re.compile(
        rf"^(?:no|keine)\s+(?:posts?|beiträge)\s+(?:on|an|am)\s+(?P<day>{_DAY_NAMES})(?:s|en)?$", re.I
    ),
    "order": re.compile(
        rf"^(?:put\s+|move\s+|setze?\s+|verschiebe?\s+)?(?:{_THE})?{_STAGE}s?\s+(?P<how>before|after|vor|nach)\s+"
        r"(?:(?:the|our|dem|das|den|der|die)\s+)?(?P<what>.+)$",
        re.I,
    ),
    "launch": re.compile(
        rf"^(?:move|shift|postpone|put|set|verschiebe?|verleg[et]?|lege?)\s+(?:{_THE})?(?:launch|start|lancierung)"
        r"(?:\s+day)?\s+(?:to|on|until|auf|zu[mr]?)\s+(?:den\s+)?(?P<when>.+)$|"
        rf"^(?:{_THE})?(?:launch|start|lancierung)\s+(?:is\s+|ist\s+)?(?:on|am)\s+(?P<when2>.+)$",
        re.I,
    ),
    "drop": re.compile(
        r"^(?:drop|without|remove|no|skip|leave\s+out|ohne|streiche?|kein(?:e|en)?|lass)\s+(?P<what>.+?)"
        r"(?:\s+(?:weg|aus))?$",
        re.I,
    ),
    "add": re.compile(r"^(?:add|also\s+on|auch\s+auf|auch|dazu|nimm)\s+(?P<what>.+?)(?:\s+(?:too|dazu))?$", re.I),
}
_COUNTRIES: Final = {
    "switzerland": "CH", "schweiz": "CH", "germany": "DE", "deutschland": "DE", "austria": "AT", "österreich": "AT",
    "france": "FR", "frankreich": "FR", "italy": "IT", "italien": "IT", "uk": "GB", "great britain": "GB",
    "england": "GB", "usa": "US", "us": "US", "united states": "US", "spain": "ES", "spanien": "ES",
    "netherlands": "NL", "niederlanden": "NL", "niederlande": "NL", "belgium": "BE", "belgien": "BE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    """In which brand and when the words are said; `now` is an instant."""

    brand: Brand
    plan: Plan
    accounts: Sequence[Account]
    zone: ZoneInfo
    now: datetime
    language: str


@dataclass(slots=True)
class Said:
    """A campaign as it was said."""

    name: str
    launch: datetime  # on the brand's clock, naive
    timed: bool = False
    build_up_days: int = BUILD_UP_DAYS
    after_days: int = AFTER_DAYS
    accounts: list[str] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    pillars: list[str] = field(default_factory=list)
    messages: list[KeyMessage] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    goal: str = ""
    budget: str = ""
    utm: str = ""
    link: str = ""
    paid: bool = False
    partner: str = ""
    ai_picture: bool = False


def read_campaign(text: str, here: Here) -> Said:
    """The campaign that the text asks for. Raises BadInput with a question where it is not clear."""
    text = _OPENS.sub("", text, count=1).strip()
    if len(text) > LONGEST:
        raise _ask(told("That is too long. Say the campaign in a few sentences."))
    parts = _split(text)
    head = _HEAD.match(parts[0]) if parts else None
    if head is None:
        raise _ask(
            told("Say what and when, such as “Launch the Gravel 2 on 15 March, three weeks of build-up, goal sales”.")
        )
    when = head["when"] or head["ahead"]
    days = _RANGE.match(when)
    launch, timed = _moment(days["first"] if days else when, here, time(9))
    said = Said(name=" ".join(head["what"].split()).strip(' "“”„«»')[:100], launch=launch, timed=timed)
    if days:
        last, _ = _moment(days["last"], here, time(9))
        said.after_days = (last.date() - launch.date()).days
        if said.after_days < 0:
            raise _ask(told("It would end before it begins. From when to when?"))
    for part in parts[1:]:
        _take(said, part, here)
    return said


def is_campaign(text: str) -> bool:
    """Whether a whole message that nobody marked asks for a campaign, beyond doubt; one may have to ask when."""
    if len(text) > LONGEST:
        return False
    parts = _split(_OPENS.sub("", text, count=1).strip())
    head = _HEAD.match(parts[0]) if parts else None
    if head is None or not _holds_day(head["when"] or head["ahead"]):
        return _ASKS.match(text) is not None  # read_campaign asks for what is missing
    return bool(head["noun"]) or any(_BUILD_UP.match(part) or _PARTS["goal"].match(part) for part in parts[1:])


def asks_for_one(text: str) -> bool:
    """Whether it is marked as one: `campaign new …`."""
    return _OPENS.match(text) is not None


def read_wishes(text: str, campaign: Campaign, here: Here) -> list[Wish]:
    """What shall change in the campaign. Raises BadInput with a question for what is not understood."""
    parts = _split(text.strip())
    if not parts or len(text) > LONGEST:
        raise _ask(told("What should be different? Such as “one post fewer a week” or “move the launch to 22 March”."))
    wishes = list[Wish]()
    for part in parts:
        for wish in _wish(part, campaign, here):
            if wish.what == "milestone" and wish.at is not None:  # later parts may name it
                campaign = campaign.changed(milestones=with_milestone(campaign, wish.text, wish.at))
            wishes.append(wish)
    return wishes


def speaks_of_changes(text: str, campaign: Campaign, here: Here) -> bool:
    """Whether a whole message changes a campaign, beyond doubt."""
    try:
        return bool(read_wishes(text, campaign, here))
    except BadInput:
        return any(_CHANGES[name].match(part) for part in _split(text.strip()) for name in ("pace", "holidays"))


def _take(said: Said, part: str, here: Here) -> None:
    for name, pattern in _PARTS.items():
        if match := pattern.match(part):
            _put(said, name, match["x"].strip().rstrip("."), here)
            return
    if match := _BUILD_UP.match(part):
        said.build_up_days = _days(match)
    elif match := _AFTER.match(part):
        said.after_days = _days(match)
    elif match := _MESSAGE.match(part):
        said.messages.append(KeyMessage(text=match["text"].strip(), evidence=(match["evidence"] or "").strip()))
    elif _AI_PICTURES.match(part):
        said.ai_picture = True
    elif (partnership := declared(part)) is not None and not partnership.rest:
        said.paid, said.partner = True, partnership.partner
    elif accounts := _accounts(part, here.accounts):
        said.accounts += [each for each in accounts if each not in said.accounts]
    elif (match := _MILESTONE.match(part)) and _holds_day(match["when"]):
        at, timed = _moment(match["when"], here, time(9))
        said.milestones.append(Milestone(name=match["name"].strip(), day=at.date(), at=at.time() if timed else None))
    else:
        there = ", ".join(each.name for each in here.accounts) or told("none yet")
        raise _ask(told("I did not understand “{part}”. The accounts are: {there}.", part=part[:80], there=there))


def _put(said: Said, name: str, value: str, here: Here) -> None:
    if name in ("audience", "pillar"):
        known = [each.name for each in (here.brand.profile.audiences if name == "audience" else here.plan.pillars)]
        for wanted in re.split(r"\s*(?:,|\band\b|\bund\b|&)\s*", value):
            found = next((each for each in known if each.casefold() == wanted.casefold()), "")
            if not found:
                there = ", ".join(known) or told("none yet")
                raise _ask(told("I know no “{name}” here. There are: {there}.", name=wanted[:60], there=there))
            (said.audiences if name == "audience" else said.pillars).append(found)
    else:
        setattr(said, name, value.replace(",", ".") if name == "budget" else value[:2000])


def _wish(part: str, campaign: Campaign, here: Here) -> list[Wish]:
    found = {name: match for name, pattern in _CHANGES.items() if (match := pattern.match(part))}
    if match := found.get("pace"):
        count = _count(match["number"])
        return [Wish("pace", number=-count if match["how"].casefold() in ("fewer", "less", "weniger") else count)]
    if match := found.get("holidays"):
        return [Wish("holidays", text=_country(match["country"] or "", here))]
    if match := found.get("weekday"):
        return [Wish("weekday", number=WEEKDAYS[match["day"].casefold()])]
    if match := found.get("launch"):
        at, timed = _moment(match["when"] or match["when2"], here, campaign.launch.at or time(9))
        return [Wish("launch", at=at if timed else datetime.combine(at.date(), campaign.launch.at or time(9)))]
    if match := found.get("order"):
        how: str = match["how"].casefold()
        stage, day = STAGES[match["stage"].casefold()], _day_of(match["what"], campaign, here)
        return [Wish("after" if how in ("after", "nach") else "before", stage=stage, day=day)]
    for name, what in (("goal", "goal"), ("budget", "budget"), ("utm", "utm"), ("link", "link")):
        if match := _PARTS[name].match(part):
            value = match["x"].strip().rstrip(".")
            return [Wish(what, text=value.replace(",", ".") if name == "budget" else value)]  # type: ignore[arg-type]
    if match := _MESSAGE.match(part):
        return [Wish("message", text=match["text"].strip(), evidence=(match["evidence"] or "").strip())]
    if match := found.get("drop"):
        bare = re.sub(rf"^{_THE}", "", match["what"].strip(), flags=re.I).casefold()
        if bare in STAGES:
            return [Wish("drop stage", stage=STAGES[bare])]
        if accounts := _accounts(match["what"], here.accounts):
            return [Wish("drop account", accounts=tuple(accounts))]
    if (match := found.get("add")) and (accounts := _accounts(match["what"], here.accounts)):
        return [Wish("add account", accounts=tuple(accounts))]
    if (partnership := declared(part)) is not None and not partnership.rest:
        return [Wish("paid", text=partnership.partner)]
    if (match := _MILESTONE.match(part)) and _holds_day(match["when"]):
        at, _ = _moment(match["when"], here, time(9))
        return [Wish("milestone", text=match["name"].strip(), at=at)]
    raise _ask(told("I did not understand “{part}”.", part=part[:80]), kept=told("The campaign is as it was."))


def _day_of(what: str, campaign: Campaign, here: Here) -> date:
    """The day of a milestone, or of words that say one."""
    wanted = what.strip().rstrip(".").casefold()
    if STAGES.get(wanted) == LAUNCH:
        return campaign.launch.day
    named = next((each.day for each in campaign.milestones if each.name.casefold() == wanted), None)
    if named is not None:
        return named
    stage = STAGES.get(wanted)
    days = [each.at.date() for each in campaign.arc if each.stage == stage]
    if days:
        return min(days)
    if not _holds_day(what):
        raise _ask(told("On which day is “{what}”?", what=what.strip()[:60]), kept=told("The campaign is as it was."))
    return _moment(what, here, time(9))[0].date()


def _moment(phrase: str, here: Here, otherwise: time) -> tuple[datetime, bool]:
    """The moment on the brand's clock, and whether its time of day was said. Raises BadInput with a question."""
    phrase = phrase.strip().rstrip(".")
    timed = any(each.kind in ("time", "part") for each in read(fold(phrase), here.language))
    said = phrase if timed else f"{phrase} {otherwise:%H:%M}"
    found = resolve(said, now=here.now, zone=here.zone.key, language=here.language)
    if isinstance(found, Unclear):
        raise _ask(found.question)
    if found.soon or len(found.instants) != 1:
        raise _ask(told("I could not read “{what}” as a day.", what=phrase[:40]))
    return found.instants[0].astimezone(here.zone).replace(tzinfo=None), timed


def _holds_day(phrase: str) -> bool:
    return any(
        each.kind in ("date", "weekday", "days") for language in ("en", "de") for each in read(fold(phrase), language)
    )


def _accounts(part: str, accounts: Sequence[Account]) -> list[str]:
    """Those that a part names and nothing else; none when a word of it is none."""
    rest, found = part.strip(), list[str]()
    names = sorted(
        {
            (fold(name), each.id)
            for each in accounts
            for name in (each.name, each.handle.lstrip("@"), each.channel)
            if name
        },
        key=lambda pair: -len(pair[0]),
    )
    while rest := _QUIET.sub("", rest).strip(" .,"):
        folded = fold(rest)
        fits = [(name, account) for name, account in names if re.match(rf"{re.escape(name)}(?!\w)", folded)]
        if fits:
            length = len(fits[0][0])
            found += [account for name, account in fits if len(name) == length]
        elif (blog := _BLOG.match(rest)) and (blogs := [each.id for each in accounts if each.channel in LONG]):
            found, length = found + blogs, blog.end()
        else:
            return []
        rest = rest[length:]
    return list(dict.fromkeys(found))


def _country(said: str, here: Here) -> str:
    name = said.strip().rstrip(".")
    code = name.upper() if len(name) == 2 else _COUNTRIES.get(name.casefold(), "")
    code = _COUNTRIES.get(name.casefold(), code) or ("" if name else here.plan.holidays.country)
    if not code:
        raise _ask(
            told("The holidays of which country? Say “no posts on holidays in Switzerland”, or yours."),
            kept=told("The campaign is as it was."),
        )
    return code


def _split(text: str) -> list[str]:
    """Parts between commas, semicolons, full stops and line ends, but not within quotes, brackets and dates."""
    parts, depth, quoted, start = list[str](), 0, False, 0
    for place, char in enumerate(text):
        if char in '"“”„«»':
            quoted = not quoted if char == '"' else char in "“„«" and not quoted
        depth += (char in "([") - (char in ")]" and depth > 0)
        ends = char in ",;\n" or (
            char in ".!" and re.match(r"\s|$", text[place + 1 :]) and not _is_ordinal(text, place)
        )
        inside = char == "," and re.match(r"\s*(?:20\d\d|\d\d\b)", text[place + 1 :])
        if ends and not depth and not quoted and not inside:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    trimmed = (re.sub(r"^(?:and|und)\s+(?=\S)", "", part.strip(), flags=re.I) for part in parts)
    return [part for part in trimmed if part.strip(" -•")]


def _is_ordinal(text: str, place: int) -> bool:
    """ "15. März": the dot ends no sentence."""
    if place == 0 or not text[place - 1].isdigit():
        return False
    following = re.match(r"\s*([\wäöü]+)", text[place + 1 :])
    return following is not None and following[1].casefold() in MONTHS


def _days(match: re.Match[str]) -> int:
    unit = match["unit"].casefold()
    length = 7 if unit.startswith(("week", "woche")) else 30 if unit.startswith("mon") else 1
    return min(_count(match["number"]) * length, 365)


def _count(said: str) -> int:
    return int(said) if said.isdigit() else NUMBERS[said.casefold()]


def _ask(question: str, kept: str = "") -> BadInput:
    return BadInput(question, kept=kept or told("No campaign was made."))
