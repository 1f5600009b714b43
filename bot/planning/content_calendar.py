"""What stands on a brand's calendar: one answer for chats, the studio, feeds and exports.

A draft stands there once for all of its accounts that wait; what is approved stands there as its posts, one an account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from storage.calendar import CalendarStore, PlannedDraft, PlannedPost
from storage.drafts import DraftStatus
from storage.posts import PostState
from storage.redis import Database

CLASH: Final = timedelta(minutes=15)
GAP_DAYS: Final = 7  # an account without anything for so long is told
MOVABLE: Final = frozenset({*map(str, (PostState.scheduled, PostState.missed, PostState.paused))})
GONE: Final = str(PostState.cancelled)
NOT_OUT: Final = frozenset({GONE, *map(str, (PostState.failed, PostState.missed))})
FEW: Final = 12  # so many brands are looked up one by one; more are filtered from the whole workspace's


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft or a post at its time; `accounts` are ids."""

    kind: Literal["draft", "post"]
    id: str
    draft: str
    brand: str
    at: datetime
    title: str
    state: str
    accounts: tuple[str, ...]
    revision: int
    campaign: str = ""

    @property
    def moves(self) -> str:
        """The draft that moving it changes; "" when it cannot be moved any more."""
        return self.draft if self.kind == "draft" or self.state in MOVABLE else ""


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
class Wanted:
    """What a reader wants to see of the calendar; what is empty narrows nothing."""

    account: str = ""
    state: str = ""
    campaign: str = ""

    def shows(self, entry: Entry) -> bool:
        return (
            (not self.account or self.account in entry.accounts)
            and (not self.state or _in_state(entry, self.state))
            and (not self.campaign or entry.campaign.casefold() == self.campaign.casefold())
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """Part of a calendar as somebody reads it: entries by time, ids of those that clash, and gaps."""

    entries: tuple[Entry, ...]
    clashes: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = field(default=())


class ContentCalendar:
    def __init__(self, database: Database) -> None:
        self._store = CalendarStore(database)

    async def between(self, workspace: str, brand: str, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """A brand's entries from `start` until before `end`, earliest first; cancelled posts too."""
        return await self.between_all(workspace, frozenset({brand}), start, end)

    async def between_all(
        self, workspace: str, brands: frozenset[str], start: datetime, end: datetime
    ) -> tuple[Entry, ...]:
        """The same of several brands."""
        few = sorted(brands) if len(brands) <= FEW else []
        posts, drafts = list[PlannedPost](), list[PlannedDraft]()
        for index in [f"of:{brand}" for brand in few] or ["all"]:
            posts += await self._store.posts(workspace, index, start, end)
        for index in [f"open:{brand}" for brand in few] or ["open"]:
            drafts += await self._store.drafts(workspace, index)
        found = [_of_post(post) for post in posts if post.brand in brands]
        found += [
            _of_draft(draft, draft.due)
            for draft in drafts
            if draft.brand in brands and draft.accounts and draft.due is not None and start <= draft.due < end
        ]
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.id)))


def clashing(entries: Iterable[Entry]) -> frozenset[str]:
    """Ids of those with another one on the same account within 15 minutes; what will not go out clashes with none."""
    by_account: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.state not in NOT_OUT:
            for account in entry.accounts:
                by_account[account].append(entry)
    found: set[str] = set()
    for together in by_account.values():
        together.sort(key=lambda entry: entry.at)
        for one, other in pairwise(together):
            if other.at - one.at < CLASH:
                found |= {one.id, other.id}
    return frozenset(found)


def gaps(
    entries: Iterable[Entry], accounts: Sequence[str], first: date, last: date, zone: ZoneInfo, *, days: int = GAP_DAYS
) -> tuple[Gap, ...]:
    """Where an account has nothing for `days` in a row, from `first` to `last` by the zone's days."""
    busy: defaultdict[str, set[date]] = defaultdict(set)
    for entry in entries:
        if entry.state not in NOT_OUT:
            for account in entry.accounts:
                busy[account].add(entry.at.astimezone(zone).date())
    found: list[Gap] = []
    for account in accounts:
        since = first
        taken = sorted(day for day in busy[account] if first <= day <= last)
        for day in [*taken, last + timedelta(days=1)]:
            if (day - since).days >= days:
                found.append(Gap(account, since, day - timedelta(days=1)))
            since = day + timedelta(days=1)
    return tuple(found)


def _in_state(entry: Entry, wanted: str) -> bool:
    """By its own state, or by where it is on its way: `waiting` for people, `planned` to go out, `out`, `trouble`."""
    return entry.state == wanted or entry.state in STATES.get(wanted, ())


STATES: Final = {
    "open": frozenset(map(str, (DraftStatus.waiting, DraftStatus.changes, DraftStatus.held, DraftStatus.late))),
    "planned": frozenset(map(str, (PostState.scheduled, PostState.sending))),
    "out": frozenset({str(PostState.published)}),
    "trouble": frozenset(map(str, (PostState.failed, PostState.unknown, PostState.missed, PostState.paused))),
}


def _of_post(post: PlannedPost) -> Entry:
    return Entry(
        kind="post",
        id=post.id,
        draft=post.draft,
        brand=post.brand,
        at=post.due,
        title=post.title,
        state=post.state,
        accounts=(post.account,),
        revision=post.revision,
        campaign=post.campaign,
    )


def _of_draft(draft: PlannedDraft, at: datetime) -> Entry:
    return Entry(
        kind="draft",
        id=draft.id,
        draft=draft.id,
        brand=draft.brand,
        at=at,
        title=draft.title,
        state=draft.state,
        accounts=draft.accounts,
        revision=draft.revision,
        campaign=draft.campaign,
    )
