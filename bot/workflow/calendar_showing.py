"""The calendar to look at: one picture of a span, and the same in words for whoever does not see it."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from bot.chat import CardPicture
from bot.clock import Clock
from bot.errors import AdMindError
from bot.planning.content_calendar import EMPTY, GONE, Entry, clashing, gaps
from bot.planning.spans import start_of
from bot.words import Phrasebook
from bot.workflow.calendar_feeds import said
from storage.blobs.base import BlobStore
from storage.redis import Database
from storage.stores import TeamStore

log = logging.getLogger(__name__)
DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 42  # of a picture: six weeks
SHOWN: Final = {True: 8, False: 4}  # entries of a day, in columns and in weeks
ALT: Final = 1000  # characters; what chats take of a picture's description
MOST_NOTES: Final = 4
_SIGNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("waiting", "changes", "held", "late"), "waits"),
    **dict.fromkeys(("scheduled", "sending"), "goes"),
    "published": "out",
    **dict.fromkeys(("failed", "unknown", "missed", "paused"), "trouble"),
    EMPTY: "empty",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calendar is drawn, for whom; days from `first` until before `until`, in this zone."""

    workspace: str
    member: str
    brand: str
    first: date
    until: date
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PNG, and what it shows in words."""

    data: bytes
    alt: str


class Seen(Protocol):
    """`bot.workflow.looking.Looking`, as far as a calendar goes: what a member may see."""

    async def brand(self, workspace: str, member_id: str, brand_id: str) -> None: ...

    async def planned(
        self, workspace: str, member_id: str, start: datetime, end: datetime, brands: frozenset[str] | None = None
    ) -> tuple[Entry, ...]: ...


class CalendarShowing:
    def __init__(self, database: Database, blobs: BlobStore, clock: Clock) -> None:
        self._team = TeamStore(database)
        self._blobs = blobs
        self._clock = clock

    async def kept(self, seen: Seen, asked: Asked, book: Phrasebook) -> CardPicture | None:
        """Drawn and kept for an answer; None when it cannot be drawn: the words say it all."""
        try:
            drawn = await self.draw(seen, asked, book)
        except AdMindError as error:
            log.warning("calendar not drawn ws=%s why=%s", asked.workspace, error.what)
            return None
        return CardPicture(sha256=await self._blobs.put(drawn.data), mime="image/png", alt=drawn.alt)

    async def draw(self, seen: Seen, asked: Asked, book: Phrasebook, *, dark: bool = False) -> Drawn:
        """What the member may see of the brand's calendar; of a longer span its first six weeks. Raises NotFound."""
        await seen.brand(asked.workspace, asked.member, asked.brand)
        first, until = asked.first, min(asked.until, asked.first + MOST_DAYS * DAY)
        in_columns = (until - first).days <= 7
        if not in_columns:  # whole weeks
            first -= first.weekday() * DAY
            until = min(until + (-until.weekday() % 7) * DAY, first + MOST_DAYS * DAY)
        start, end = start_of(first, asked.zone), start_of(until, asked.zone)
        found = await seen.planned(asked.workspace, asked.member, start, end, frozenset({asked.brand}))
        entries = [each for each in found if each.state != GONE]
        brand = (await self._team.brands.get(asked.workspace, asked.brand)).record
        every = [each for each in await self._team.all(self._team.accounts, asked.workspace) if each.brand == brand.id]
        names = {each.id: each.name for each in every}
        art = importlib.import_module("bot.artwork.calendar_picture")  # slow to load, seldom needed
        today = self._clock.now().astimezone(asked.zone).date()
        clashes = clashing(entries)
        open_ = [each.id for each in every if each.closed_at is None]
        without = gaps(entries, open_, max(first, today), until - DAY, asked.zone)
        notes = [
            book.text(
                "Nothing for {account} from {first} to {last}.",
                account=names[gap.account],
                first=book.day(gap.first),
                last=book.day(gap.last),
            )
            for gap in without[:MOST_NOTES]
        ]
        if clashes:
            sentence = ("{count} entry clashes with another", "{count} entries clash with others")
            notes.insert(0, book.many(*sentence, len(clashes)) + ".")
        days = (first + step * DAY for step in range((until - first).days))
        by_day: defaultdict[date, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_day[entry.at.astimezone(asked.zone).date()].append(entry)
        picture = art.CalendarPicture(
            title=_title(asked, book),
            sub=book.many("{count} entry", "{count} entries", len(entries)),
            brand=brand.name,
            days=tuple(
                _column(art, day, by_day[day], names, clashes, asked, today, book, in_columns=in_columns)
                for day in days
            ),
            legend=_legend(entries, book),
            clash=book.text("clash"),
            nothing=book.text("nothing"),
            notes=tuple(notes),
            language=book.language,
        )
        data: bytes = await asyncio.to_thread(art.draw_calendar, picture, dark=dark)
        return Drawn(data, in_words(picture.title, entries, names, asked.zone, book))


def in_words(title: str, entries: Sequence[Entry], names: Mapping[str, str], zone: ZoneInfo, book: Phrasebook) -> str:
    """What the picture shows, as far as a description of one goes."""
    parts = [f"{title}: " + book.many("{count} entry", "{count} entries", len(entries)) + "."]
    for entry in entries:
        where = ", ".join(names.get(each, "") for each in entry.accounts)
        state = book.text("Empty slot") if entry.state == EMPTY else said(entry, book)
        part = f"{book.when(entry.at, zone)} {where}: {entry.title[:60]} ({state})."
        if len(" ".join([*parts, part])) > ALT - 2:
            return " ".join([*parts, "…"])
        parts.append(part)
    return " ".join(parts)


def _title(asked: Asked, book: Phrasebook) -> str:
    last = asked.until - DAY
    if asked.first.day == 1 and asked.until.day == 1 and (asked.until - asked.first).days in range(28, 32):
        return book.month(asked.first)
    if asked.first == last:
        return book.long_day(asked.first)
    return f"{book.day(asked.first)} – {book.day(last, asked.first)}"


def _column(
    art: Any,
    day: date,
    there: Sequence[Entry],
    names: Mapping[str, str],
    clashes: frozenset[str],
    asked: Asked,
    today: date,
    book: Phrasebook,
    *,
    in_columns: bool,
) -> Any:
    most = SHOWN[in_columns]
    left = len(there) - most
    said_month = day == asked.first or day.day == 1
    return art.Column(
        weekday=book.weekday(day),
        number=str(day.day),
        month=book.weekday(day, "MMM") if said_month else "",
        entries=tuple(_marked(art, entry, names, clashes, asked.zone) for entry in there[:most]),
        more=book.many("{count} more", "{count} more", left) if left > 0 else "",
        today=day == today,
        outside=not asked.first <= day < asked.until,
    )


def _marked(art: Any, entry: Entry, names: Mapping[str, str], clashes: frozenset[str], zone: ZoneInfo) -> Any:
    return art.Marked(
        time=f"{entry.at.astimezone(zone):%H:%M}",
        title=entry.title,
        where=", ".join(names.get(each, "") for each in entry.accounts),
        sign=_SIGNS.get(entry.state, "gone"),
        clash=entry.id in clashes,
    )


def _legend(entries: Sequence[Entry], book: Phrasebook) -> tuple[tuple[str, str], ...]:
    """Of the signs that stand on it."""
    used = {_SIGNS.get(entry.state, "gone") for entry in entries}
    every = (
        ("waits", book.text("waiting for approval")),
        ("goes", book.text("approved, goes out at this time")),
        ("out", book.text("out")),
        ("trouble", book.text("needs somebody's attention")),
        ("empty", book.text("Empty slot")),
    )
    return tuple((sign, label) for sign, label in every if sign in used)
