"""How people are let into the studio: one-time links, and the sessions that they open. Secrets are kept hashed only.

HASH `link:<id>` (`doc`, `ver`, `hash`) lives until the link ends; HASH `session:<id>` likewise; ZSET
`sessions:<member>` holds a member's session ids by their end, so that all of them can be ended at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from storage import keys
from storage.commit import Change, commit
from storage.record import Record, new_id
from storage.redis import Database, Script
from storage.stores import hgetall

_SECRET = re.compile(r"(w_[a-z0-9]{1,40})\.([is]_[a-z0-9]{1,40})\.([A-Za-z0-9_-]{22,64})")

# Take a link away if it is there with this hash: of two that come at once, one gets it.
CONSUME = Script(
    "consume-link",
    """
if redis.call('HGET', KEYS[1], 'hash') ~= ARGV[1] then return false end
local doc = redis.call('HGET', KEYS[1], 'doc')
redis.call('DEL', KEYS[1])
return doc
""",
)


class SignInLink(Record):
    """Lets one member in, once."""

    id: str
    workspace: str
    member: str
    made_at: datetime
    expires_at: datetime


class Session(Record):
    """A browser that a member is signed in with. `brand` is the one that they look at; empty: all of theirs."""

    id: str
    workspace: str
    member: str
    agent: str = ""
    brand: str = ""
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


class SessionStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_link(self, link: SignInLink, change: Change) -> str:
        """Keep a link, with the audit that `change` holds; its code, which cannot be seen again."""
        return await self._add(keys.of(link.workspace, "link", link.id), link, change)

    async def link(self, code: str, now: datetime) -> SignInLink | None:
        """The link that this is the code of; None when it was used, has ended or never was."""
        fields = await self._found(code, "link")
        link = SignInLink.load(fields["doc"]) if fields else None
        return link if link and now < link.expires_at else None

    async def use_link(self, code: str, now: datetime) -> SignInLink | None:
        """Like `link`, and the link is used thereby: the same code opens nothing again."""
        parts = _SECRET.fullmatch(code)
        if parts is None:
            return None
        doc = await self._database.run(CONSUME, [keys.of(parts[1], "link", parts[2])], [_hash(parts[3])])
        link = SignInLink.load(str(doc)) if doc else None
        return link if link and now < link.expires_at else None

    async def add(self, session: Session, change: Change) -> str:
        """Keep a session, with the audit that `change` holds; the cookie that proves it."""
        change.do("ZADD", self._of(session), repr(session.expires_at.timestamp()), session.id)
        return await self._add(self._key(session), session, change)

    async def session(self, cookie: str, now: datetime) -> Session | None:
        """The session that this cookie proves; None for any other text, and once it ended."""
        fields = await self._found(cookie, "session")
        session = Session.load(fields["doc"]) if fields else None
        return session if session and now < session.expires_at else None

    async def save(self, session: Session) -> None:
        """Keep what changed; a session that was ended meanwhile stays ended."""
        await self._database.run(
            KEEP, [self._key(session)], [session.dump(), str(round(session.expires_at.timestamp() * 1000))]
        )

    async def of_member(self, workspace: str, member: str, now: datetime) -> tuple[Session, ...]:
        """Sessions that have not ended, the one that ends last first."""
        index = keys.of(workspace, "sessions", member)
        client = cast(Any, self._database.client)
        ids = await client.zrange(index, "+inf", now.timestamp(), byscore=True, desc=True)
        pipe = client.pipeline(transaction=False)
        for session_id in ids:
            pipe.hget(keys.of(workspace, "session", session_id), "doc")
        return tuple(Session.load(doc) for doc in (await pipe.execute() if ids else []) if doc)

    async def end(self, change: Change, session: Session) -> None:
        """With the audit that `change` holds."""
        change.do("DEL", self._key(session)).do("ZREM", self._of(session), session.id)
        await commit(self._database, change)

    async def _add(self, key: str, record: SignInLink | Session, change: Change) -> str:
        secret = secrets.token_urlsafe(32)
        change.put(key, record, ver=None).hset(key, {"hash": _hash(secret)})
        change.do("PEXPIREAT", key, str(round(record.expires_at.timestamp() * 1000)))
        await commit(self._database, change)
        return f"{record.workspace}.{record.id}.{secret}"

    async def _found(self, secret: str, kind: str) -> dict[str, str]:
        parts = _SECRET.fullmatch(secret)
        if parts is None:
            return {}
        fields = await hgetall(self._database, keys.of(parts[1], kind, parts[2]))
        return fields if hmac.compare_digest(fields.get("hash", ""), _hash(parts[3])) else {}

    @staticmethod
    def _key(session: Session) -> str:
        return keys.of(session.workspace, "session", session.id)

    @staticmethod
    def _of(session: Session) -> str:
        return keys.of(session.workspace, "sessions", session.member)


KEEP = Script(
    "keep-session",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'doc', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1
""",
)


class Tries:
    """Counts failures from one place within a span, so that guessing is slow."""

    def __init__(self, database: Database, span: timedelta) -> None:
        self._database = database
        self._span_ms = round(span.total_seconds() * 1000)

    async def count(self, place: str) -> int:
        return int(await self._database.client.get(self._key(place)) or 0)

    async def failed(self, place: str) -> None:
        pipe = self._database.client.pipeline(transaction=False)
        pipe.incr(self._key(place))
        pipe.pexpire(self._key(place), self._span_ms, nx=True)
        await pipe.execute()

    @staticmethod
    def _key(place: str) -> str:
        return keys.lookup("tries", hashlib.sha256(place.encode()).hexdigest()[:32])


def new_link_id() -> str:
    return new_id("i")


def new_session_id() -> str:
    return new_id("s")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
