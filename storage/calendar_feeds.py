"""Calendar feeds: a brand's calendar for calendar programs, at an address that nobody guesses.

HASH `calendar:<brand>` (`ver`, `doc`, `hash` of the address's secret) is there while the feed is on. What programs were
told of each entry stands in HASH `calendar:<brand>:told` as `<fingerprint> <sequence> <modified ms> <start ms>`.
Both end with the feed or its brand. The secret itself lies sealed beside those of accounts, for its owners to see.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage import keys
from storage.commit import Change
from storage.record import Record
from storage.redis import Database
from storage.stores import hgetall

SECRET: Final = "calendar"  # noqa: S105 - what it is kept under
_CODE: Final = re.compile(r"(w_[a-z0-9]{1,40})\.(b_[a-z0-9]{1,40})\.([A-Za-z0-9_-]{43})")


class CalendarFeed(Record):
    """That a brand's calendar can be subscribed to, by whoever has its address."""

    workspace: str
    brand: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What programs know of an entry: which words and time (`fingerprint`), how often they changed, and when last."""

    fingerprint: str
    sequence: int
    modified_ms: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class KeptFeed:
    feed: CalendarFeed
    ver: int


class CalendarFeedStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, workspace: str, brand: str) -> KeptFeed | None:
        fields = await hgetall(self._database, _key(workspace, brand))
        return KeptFeed(CalendarFeed.load(fields["doc"]), int(fields["ver"])) if "doc" in fields else None

    async def by_code(self, code: str) -> KeptFeed | None:
        """The feed that this is the code of; None when it is off, was renewed or never was."""
        parts = _CODE.fullmatch(code)
        if parts is None:
            return None
        fields = await hgetall(self._database, _key(parts[1], parts[2]))
        if "doc" not in fields or not hmac.compare_digest(fields.get("hash", ""), _hash(parts[3])):
            return None
        return KeptFeed(CalendarFeed.load(fields["doc"]), int(fields["ver"]))

    def save(self, change: Change, feed: CalendarFeed, secret: str, *, ver: int | None) -> Change:
        """Into the change: the feed under this secret alone."""
        key = _key(feed.workspace, feed.brand)
        return change.put(key, feed, ver=ver).hset(key, {"hash": _hash(secret)})

    def forget(self, change: Change, kept: KeptFeed) -> Change:
        """Into the change: it is off, and what was told is forgotten."""
        key = _key(kept.feed.workspace, kept.feed.brand)
        return change.expect(key, kept.ver).do("DEL", key).do("DEL", _told(kept.feed))

    async def told(self, feed: CalendarFeed) -> dict[str, Told]:
        """By the entry's id in the feed."""
        found = await hgetall(self._database, _told(feed))
        return {uid: _read(line) for uid, line in found.items()}

    def tell(self, change: Change, kept: KeptFeed, told: Mapping[str, Told], gone: Iterable[str]) -> Change:
        """Into the change, as long as the feed is the same: what is told anew, and what nobody asks for any more."""
        key = _told(kept.feed)
        change.expect(_key(kept.feed.workspace, kept.feed.brand), kept.ver)
        lines = {uid: f"{t.fingerprint} {t.sequence} {t.modified_ms} {t.start_ms}" for uid, t in told.items()}
        every, old = list(lines.items()), list(gone)
        for start in range(0, len(every), 500):  # a command takes so many arguments and no more
            change.hset(key, dict(every[start : start + 500]))
        for start in range(0, len(old), 500):
            change.do("HDEL", key, *old[start : start + 500])
        return change


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def code_of(feed: CalendarFeed, secret: str) -> str:
    return f"{feed.workspace}.{feed.brand}.{secret}"


def _key(workspace: str, brand: str) -> str:
    return keys.of(workspace, "calendar", brand)


def _told(feed: CalendarFeed) -> str:
    return keys.of(feed.workspace, "calendar", feed.brand, "told")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(line: str) -> Told:
    fingerprint, sequence, modified_ms, start_ms = line.split(" ")
    return Told(fingerprint, int(sequence), int(modified_ms), int(start_ms))
