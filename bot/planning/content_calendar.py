"""What stands on a brand's calendar: one answer for chats, the studio, feeds and exports.

A draft stands there once for all of its accounts that wait; what is approved stands there as its posts, one an account.
An empty slot of the plan stands there too: it fills no gap and clashes with nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from bot.planning.spans import start_of
from storage.calendar import CalendarStore
from storage.calendar import Planned as Entry
from storage.drafts import DraftStatus
from storage.posts import PostState
from storage.redis import Database

__all__ = [
    "Clash",
    "ContentCalendar",
    "Entry",
    "Gap",
    "Wanted",
    "clashes_of",
    "clashing",
    "gaps",
    "moves",
]  # handlers know `bot` only
DAY: Final = timedelta(days=1)
CLASH: Final = timedelta(minutes=15)
GAP_DAYS: Final = 7  # an account without anything for so long is told
MOVABLE: Final = frozenset({*map(str, (PostState.scheduled, PostState.missed, PostState.paused))})
GONE: Final = str(PostState.cancelled)
EMPTY: Final = "empty"  # the state of a slot without a draft
NOT_OUT: Final = frozenset({GONE, EMPTY, *map(str, (PostState.failed, PostState.missed))})
_TIME: Final = attrgetter("at", "id")
FEW: Final = 12  # so many brands are looked up one by one; more are filtered from the whole workspace's


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing for this account on these days, the last one included."""

    account: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Clash:
    """Two entries on one account within 15 minutes, the earlier one first."""

    account: str
    one: Entry
    other: Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants to see of the calendar; what is empty narrows nothing."""

    account: str = ""
    state: str = ""
    campaign: str = ""
    pillar: str = ""
    form: str = ""
    audience: str = ""
    accounts: frozenset[str] | None = None  # those of a channel; None: any

    def shows(self, entry: Entry) -> bool:
        return (
            (not self.account or self.account in entry.accounts)
            and (not self.state or _in_state(entry, self.state))
            and (self.accounts is None or not self.accounts.isdisjoint(entry.accounts))
            and (not self.campaign or entry.campaign.casefold() == self.campaign.casefold())
            and (not self.pillar or entry.pillar.casefold() == self.pillar.casefold())
            and (not self.form or entry.form.casefold() == self.form.casefold())
            and (not self.audience or entry.audience.casefold() == self.audience.casefold())
        )


def moves(entry: Entry) -> str:
    """The draft that moving this entry changes; "" when it cannot be moved any more."""
    return entry.draft if entry.kind == "draft" or entry.state in MOVABLE else ""


class ContentCalendar:
    def __init__(self, database: Database) -> None:
        self._store = CalendarStore(database)

    async def between(self, workspace: str, brand: str, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """A brand's entries from `start` until before `end`, earliest first; cancelled posts and empty slots too."""
        return await self.between_all(workspace, frozenset({brand}), start, end)

    async def between_all(
        self, workspace: str, brands: frozenset[str], start: datetime, end: datetime
    ) -> tuple[Entry, ...]:
        """The same of several brands."""
        few = sorted(brands) if len(brands) <= FEW else []
        found: list[Entry] = []
        for index in [f"of:{brand}" for brand in few] or ["all"]:
            found += await self._store.posts(workspace, index, start, end)
            found += await self._store.slots(workspace, index, start, end)
        for index in [f"open:{brand}" for brand in few] or ["open"]:
            found += [each for each in await self._store.drafts(workspace, index) if start <= each.at < end]
        return tuple(sorted((each for each in found if each.brand in brands), key=_TIME))


def clashing(entries: Iterable[Entry]) -> frozenset[str]:
    """Ids of those with another one on the same account within 15 minutes; what will not go out clashes with none.
    Entries come by time, as `between` gives them.
    """
    return frozenset(each.id for clash in clashes_of(entries) for each in (clash.one, clash.other))


def clashes_of(entries: Iterable[Entry]) -> tuple[Clash, ...]:
    """Each two that follow one another too closely on an account, in the entries' order by account."""
    return tuple(
        Clash(account, one, other)
        for account, together in _by_account(entries).items()
        for one, other in pairwise(together)
        if other.at - one.at < CLASH
    )


def gaps(
    entries: Iterable[Entry], accounts: Sequence[str], first: date, last: date, zone: ZoneInfo, *, days: int = GAP_DAYS
) -> tuple[Gap, ...]:
    """Where an account has nothing for `days` in a row, from `first` to `last` by the zone's days. Entries come by
    time, as `between` gives them.
    """
    by_account, found = _by_account(entries), list[Gap]()
    start, end = start_of(first, zone), start_of(last + timedelta(days=1), zone)
    least = timedelta(days=days)  # between two entries' days; their instants may lie up to a day closer together
    for account in accounts:
        times = [each.at for each in by_account.get(account, ()) if start <= each.at < end]
        for one, other in pairwise([start - DAY, *times, end]):
            if other - one >= least - DAY:
                since, until = one.astimezone(zone).date() + DAY, other.astimezone(zone).date() - DAY
                since, until = max(since, first), min(until, last)
                if (until - since).days + 1 >= days:
                    found.append(Gap(account, since, until))
    return tuple(found)


def _by_account(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.state not in NOT_OUT:
            for account in entry.accounts:
                found[account].append(entry)
    return found


def _in_state(entry: Entry, wanted: str) -> bool:
    """By its own state, or by where it is on its way: `waiting` for people, `planned` to go out, `out`, `trouble`."""
    return entry.state == wanted or entry.state in STATES.get(wanted, ())


STATES: Final = {
    "open": frozenset(map(str, (DraftStatus.waiting, DraftStatus.changes, DraftStatus.held, DraftStatus.late))),
    "planned": frozenset(map(str, (PostState.scheduled, PostState.sending))),
    "out": frozenset({str(PostState.published)}),
    "trouble": frozenset(map(str, (PostState.failed, PostState.unknown, PostState.missed, PostState.paused))),
}
