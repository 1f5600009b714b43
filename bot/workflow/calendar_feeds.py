"""A brand's calendar for calendar programs: turned on, renewed and off by its owners, read by whoever has the address.

Whatever becomes of an entry, programs know it under the same name: one for each account of each draft. What was told is
kept, so that each change counts one up, and what is there no more is told as cancelled once, instead of staying for
ever in calendars that only add.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final, Literal

from bot.clock import Clock, from_milliseconds, milliseconds
from bot.errors import Conflict, NotFound
from bot.planning.content_calendar import GONE, ContentCalendar, Entry
from bot.planning.ics import Event, render
from bot.words import Phrasebook, words
from bot.workflow.office import Office
from storage.audit import AuditWriter
from storage.calendar_feeds import SECRET, CalendarFeed, CalendarFeedStore, KeptFeed, Told, code_of, new_secret
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member

__all__ = ["CalendarFeed", "CalendarFeeds", "Document"]  # handlers know `bot` only
BACK, AHEAD = timedelta(days=30), timedelta(days=366)
MOST: Final = 5000  # entries, the next ones first
CONFIRMED: Final = frozenset({"scheduled", "sending", "published", "unknown"})


@dataclass(frozen=True, slots=True)
class Document:
    """What the address answers."""

    body: bytes
    etag: str
    last_modified: str

    def not_modified(self, none_match: str) -> bool:
        return self.etag in {tag.strip().removeprefix("W/") for tag in none_match.split(",")} or none_match == "*"


class CalendarFeeds:
    def __init__(
        self,
        database: Database,
        *,
        calendar: ContentCalendar,
        credentials: Credentials,
        office: Office,
        audit: AuditWriter,
        clock: Clock,
        base_url: str,
    ) -> None:
        self._database = database
        self._store = CalendarFeedStore(database)
        self._team = TeamStore(database)
        self._calendar = calendar
        self._credentials = credentials
        self._office = office
        self._audit = audit
        self._clock = clock
        self._base_url = base_url

    async def address(self, workspace: str, by: str, brand: str) -> str:
        """Where it can be subscribed to; "" while it is off. Raises NotAllowed for whoever is no owner."""
        await self._office.owner(workspace, by, brand)
        kept = await self._store.find(workspace, brand)
        secret = await self._credentials.get(workspace, brand, SECRET) if kept else None
        return self._at(kept.feed, secret) if kept and secret else ""

    async def turn_on(self, workspace: str, by: str, brand: str) -> str:
        """Its address from now on; the one before opens nothing any more. Raises NotAllowed."""
        owner = await self._office.owner(workspace, by, brand)
        kept = await self._store.find(workspace, brand)
        feed = CalendarFeed(workspace=workspace, brand=brand, made_by=by, made_at=self._clock.now())
        secret = new_secret()
        change = self._store.save(Change(workspace), feed, secret, ver=kept.ver if kept else None)
        await self._write(change, "calendar feed renewed" if kept else "calendar feed on", owner, brand)
        await self._credentials.put(workspace, brand, SECRET, secret)
        return self._at(feed, secret)

    async def turn_off(self, workspace: str, by: str, brand: str) -> bool:
        """Whether it was on until now. Raises NotAllowed."""
        owner = await self._office.owner(workspace, by, brand)
        kept = await self._store.find(workspace, brand)
        if kept is None:
            return False
        await self._write(self._store.forget(Change(workspace), kept), "calendar feed off", owner, brand)
        await self._credentials.delete(workspace, brand, SECRET)
        return True

    async def document(self, code: str) -> Document:
        """What stands there now. Raises NotFound for an address that opens nothing (any more)."""
        kept = await self._store.by_code(code)
        brand = await self._team.brands.find(kept.feed.workspace, kept.feed.brand) if kept else None
        home = await self._team.workspaces.find(kept.feed.workspace, kept.feed.workspace) if kept else None
        if kept is None or brand is None or home is None:
            raise NotFound("There is no calendar here (any more).", do_next="An owner of the brand has its address.")
        now = self._clock.now()
        every = await self._calendar.between(kept.feed.workspace, kept.feed.brand, now - BACK, now + AHEAD)
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, kept.feed.workspace)}
        book = words(brand.record.language)
        entries = _nearest(every, now)
        span = (entries[0].at, entries[-1].at) if len(entries) == MOST else (now - BACK, now + AHEAD)
        told = await self._tell(kept, events_of(entries, names, book, now), span, book, now)
        body = render(brand.record.name, brand.record.zone or home.record.zone, told)
        changed = max((each.modified for each in told), default=kept.feed.made_at)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return Document(body, etag, format_datetime(changed, usegmt=True))

    async def _tell(
        self, kept: KeptFeed, events: list[Event], span: tuple[datetime, datetime], book: Phrasebook, now: datetime
    ) -> list[Event]:
        """The events as they are told now, with what was told before, of the span, and is there no more."""
        before, oldest_ms = await self._store.told(kept.feed), milliseconds(now - BACK)
        first_ms, last_ms = map(milliseconds, span)
        anew, found = dict[str, Told](), list[Event]()
        for event in events:
            found.append(_counted(event, before.get(event.uid), anew, now))
        there = {event.uid for event in events}
        for uid, told in before.items():
            if uid not in there and first_ms <= told.start_ms <= last_ms:
                gone = Event(uid, from_milliseconds(told.start_ms), book.text("Cancelled"), "CANCELLED", now)
                found.append(_counted(gone, told, anew, now))
        old = [uid for uid, told in before.items() if uid not in there and told.start_ms < oldest_ms]
        if anew or old:
            with suppress(Conflict):  # it was renewed or turned off meanwhile
                await commit(self._database, self._store.tell(Change(kept.feed.workspace), kept, anew, old))
        return sorted(found, key=lambda event: (event.start, event.uid))

    def _at(self, feed: CalendarFeed, secret: str) -> str:
        return f"{self._base_url.rstrip('/')}/calendars/{code_of(feed, secret)}.ics"

    async def _write(self, change: Change, kind: str, by: Member, brand: str) -> None:
        entry = await self._audit.prepare(
            change.workspace, kind, subject=by.subject, about=brand, at=self._clock.now(), brand=brand, details={}
        )
        await commit(self._database, change.audit(entry))


def _nearest(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """As many as a feed holds: the next ones, then the latest ones, by time."""
    ahead = [each for each in entries if each.at >= now][:MOST]
    behind = [each for each in entries if each.at < now]
    return behind[len(behind) - min(len(behind), MOST - len(ahead)) :] + ahead


def events_of(entries: Iterable[Entry], names: Mapping[str, str], book: Phrasebook, now: datetime) -> list[Event]:
    """One for each account of each draft: what goes out, or else the newest that was to. Titles, never texts."""
    chosen: dict[str, tuple[Entry, str]] = {}
    for entry in entries:
        for account in entry.accounts if entry.draft else ():  # an empty slot is nothing yet
            uid = f"{account}.{entry.draft}@admind"
            if uid not in chosen or _weight(chosen[uid][0]) < _weight(entry):
                chosen[uid] = (entry, account)
    return [
        Event(
            uid=uid,
            start=entry.at,
            summary=entry.title,
            status=_status(entry),
            modified=now,
            sequence=entry.revision,
            description=said(entry, book),
            location=names.get(account, ""),
        )
        for uid, (entry, account) in chosen.items()
    ]


def said(entry: Entry, book: Phrasebook) -> str:
    """How it stands, in a few words."""
    match entry.state:
        case "scheduled" | "sending":
            return book.text("approved, goes out at this time")
        case "published":
            return book.text("out")
        case "cancelled":
            return book.text("cancelled")
        case "failed" | "missed" | "paused" | "unknown":
            return book.text("needs somebody's attention")
        case "late":
            return book.text("its time came before an approval")
    return book.text("waiting for approval")


def _status(entry: Entry) -> Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]:
    if entry.state == GONE:
        return "CANCELLED"
    return "CONFIRMED" if entry.state in CONFIRMED else "TENTATIVE"


def _weight(entry: Entry) -> tuple[bool, int, datetime]:
    return entry.state != GONE, entry.revision, entry.at


def _counted(event: Event, told: Told | None, anew: dict[str, Told], now: datetime) -> Event:
    """The event with its count: as it was told, or one up from that when something of it changed."""
    parts = (str(milliseconds(event.start)), event.summary, event.status, event.description, event.location)
    print_ = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
    if told is None or told.fingerprint != print_:
        sequence = told.sequence + 1 if told else 0
        told = anew[event.uid] = Told(print_, sequence, milliseconds(now), milliseconds(event.start))
    return replace(event, sequence=told.sequence, modified=from_milliseconds(told.modified_ms))
