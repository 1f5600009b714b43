"""`plan three tips for next week`: a wish for several posts in some period, said again with a time for each.

The times are chosen here and not by a model: working days first, days with nothing planned first, evenly apart.
Who asked reads them in the answer and moves what does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.finding import open_drafts, posts_between
from bot.conversation.periods import Period, read_period
from bot.conversation.turn import Turn
from storage.posts import PostState

MOST: Final = 12  # posts of one request
HOURS: Final = (10, 14, 17)  # of the first, second and third post of a day
SOON: Final = timedelta(hours=1)  # people need some time to approve

_PLAN: Final = re.compile(r"\s*(?:/?admind\s+|/)?(plan|plane)\s+(?:me |us |mir |uns )?(\S.*)", re.I | re.S)
_PERIOD: Final = re.compile(
    r"(?:,?\s*\b(?:for|in|over|during|within|across|für|über)\s+)?\b("
    r"(?:the )?(?:next|coming|this) (?:week|month|weekend)|(?:the )?(?:next|coming) \d{1,2} days|"
    r"(?:die |den )?(?:nächste|kommende|diese)[nrs]? (?:woche|monat|wochenende)|"
    r"(?:die |den )?nächsten \d{1,2} tage)\b(?:['’]s)?",
    re.I,
)
_TIMED: Final = re.compile(
    r"\b\d{1,2}(?::\d\d|\s?[ap]m\b| uhr\b)|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b|"
    r"\b(?:mon|diens|donners|frei|sams|sonn)tags?\b|\bmittwochs?\b|\b(?:tomorrow|today|tonight|heute|übermorgen)\b",
    re.I,
)
_FOR_A_TIME: Final = re.compile(rf"\s+(?:for|für)\s+(?={_TIMED.pattern})", re.I)
_COUNTS: Final = {
    **dict.fromkeys(("a", "an", "one", "ein", "eine", "einen"), 1),
    **dict.fromkeys(("two", "zwei", "a couple of"), 2),
    **dict.fromkeys(("three", "drei", "some", "a few", "several", "einige", "ein paar"), 3),
    **dict.fromkeys(("four", "vier"), 4),
    **dict.fromkeys(("five", "fünf"), 5),
    **dict.fromkeys(("six", "sechs"), 6),
    **dict.fromkeys(("seven", "sieben"), 7),
    **dict.fromkeys(("eight", "acht"), 8),
    **dict.fromkeys(("nine", "neun"), 9),
    **dict.fromkeys(("ten", "zehn"), 10),
}
_COUNTED: Final = re.compile(
    rf"(?:(\d{{1,2}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})\s+)?(?:(?:new|short|neue|kurze)\s+)?"
    r"(posts?|drafts?|updates?|beiträge?|beitrag|entwürfe|tips?|tipps?|ideas?|ideen|stor(?:y|ies)|questions?|fragen?|"
    r"teasers?|reminders?|facts?|fakten)\b\s*(.*)",
    re.I | re.S,
)
_NAMED: Final = re.compile(r"(.*\S)\s+(?:posts|beiträge)\b(.*)", re.I | re.S)  # "our launch posts for Mastodon"
_PLAIN: Final = re.compile(r"(?:post|draft|update|beitr|entw)", re.I)
_ABOUT: Final = re.compile(r"(?:about|on|for|über|zu|zum|zur|für)\s+", re.I)
_PLACE: Final = re.compile(
    r"\s*\b((?:on|auf|in)\s+(?:the|our|dem|den|der|unserem?|unseren)?\s*\S+(?:\s+feed)?)\s*$", re.I
)


def is_plan(text: str) -> bool:
    """Whether these words ask to plan something, and are not the command that shows what is planned."""
    return len(text) <= 2000 and _PLAN.fullmatch(text) is not None


async def said_again(turn: Turn) -> str:
    """The words of a turn that `is_plan`, as a request for drafts that names each one's time."""
    found = _PLAN.fullmatch(turn.words)
    if found is None:
        return turn.words
    german, rest = found[1].casefold() == "plane", found[2].strip().rstrip(".!")
    period = _PERIOD.search(rest)
    bare = f"{rest[: period.start()]} {rest[period.end() :]}".strip(" ,") if period else rest
    count, what = _wish(bare, german)
    if _TIMED.search(bare) or (period is None and count == 1):
        return f"{what}".strip()
    times = await _times(turn, count, period[1] if period else "")
    if not times:
        return what
    return f"{what}, {', '.join(f'{at:%Y-%m-%d %H:%M}' for at in times)}"


def _wish(bare: str, german: bool) -> tuple[int, str]:
    """How many posts, and the request for them without their times."""
    bare = _FOR_A_TIME.sub(", ", bare)
    write, a_post, posts, about = (
        ("Schreibe", "einen Post", "Posts", "über") if german else ("Write", "a post", "posts", "about")
    )
    found = _COUNTED.fullmatch(bare)
    if found is None:
        named = _NAMED.fullmatch(bare)
        if _TIMED.match(bare) and named:
            return 1, bare
        count, topic = (3, f"{named[1]}{named[2]}") if named else (1, bare)
        return count, f"{write} {f'{count} {posts}' if named else a_post} {about} {topic}"
    said, noun, tail = (found[1] or "").casefold(), found[2], found[3].strip()
    several = noun.casefold().endswith(("s", "e", "n"))
    count = max(1, min(MOST, int(said) if said.isdigit() else _COUNTS.get(said, 3 if several else 1)))
    head = f"{write} {count} {posts}" if count > 1 else f"{write} {a_post}"
    if _PLAIN.match(noun):
        return count, f"{head} {tail}".strip()
    place = _PLACE.search(" " + tail)
    topic = _ABOUT.sub("", (" " + tail)[: place.start()].strip() if place else tail, count=1)
    joined = f"{noun} {'zu' if german else 'for'} {topic}" if topic else f"{'unsere' if german else 'our'} {noun}"
    return count, f"{head} {about} {joined} {place[1] if place else ''}".strip()


async def _times(turn: Turn, count: int, phrase: str) -> list[datetime]:
    asker = turn.asker
    span = read_period(phrase, turn.now, asker.zone, asker.language, past=False)
    posts = await posts_between(turn, span.start, span.end)
    taken = {post.due for post in posts if post.state is not PostState.cancelled}
    taken |= {draft.due for draft in await open_drafts(turn) if draft.due is not None}
    zone = ZoneInfo(asker.zone)
    return spread(span, count, now=turn.now, zone=zone, taken={at.astimezone(zone).date() for at in taken})


def spread(span: Period, count: int, *, now: datetime, zone: ZoneInfo, taken: Collection[date]) -> list[datetime]:
    """So many times in the period and still to come, evenly apart; fewer where it has no room for them."""
    first = max(span.start.astimezone(zone).date(), now.astimezone(zone).date())
    length = (span.end.astimezone(zone).date() - first).days
    days = [
        day
        for day in (first + timedelta(days=ahead) for ahead in range(length))
        if datetime.combine(day, time(HOURS[0]), zone) > now + SOON
    ]
    working = [day for day in days if day.weekday() < 5] or days
    for choice in ([day for day in working if day not in taken], working, days):
        if len(choice) >= count:
            step = len(choice) / count
            return [datetime.combine(choice[int(step * (n + 0.5))], time(HOURS[0]), zone) for n in range(count)]
    every = [datetime.combine(day, time(hour), zone) for hour in HOURS for day in days]
    return sorted(every[:count])
