"""Approval links: one person, one draft, exactly the bytes that were shown. The secret is kept hashed only.

HASH `approval:<id>` (`doc`, `ver`, `hash`, `browser`) lives until the link ends; ZSET `approvals:<draft>` holds the
ids of a draft's links by their end.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Any, cast

from storage import keys
from storage.commit import Change, commit
from storage.record import Record
from storage.redis import Database, Script
from storage.stores import hgetall

_CODE = re.compile(r"(w_[a-z0-9]{1,40})\.(l_[a-z0-9]{1,40})\.([A-Za-z0-9_-]{43})")

# The first browser that acts has the link; answers whether this is it.
BIND = Script(
    "bind-approval",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local bound = redis.call('HGET', KEYS[1], 'browser')
if not bound then redis.call('HSET', KEYS[1], 'browser', ARGV[1]) return 1 end
return bound == ARGV[1] and 1 or 0
""",
)


class ClientLink(Record):
    """Lets one member decide on one draft, as long as it is what it was when the link was made."""

    id: str
    workspace: str
    draft: str
    digest: str
    member: str
    made_by: str
    made_at: datetime
    expires_at: datetime


class ClientLinkStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: ClientLink, change: Change) -> str:
        """Keep a link with the audit that `change` holds; its code, which cannot be seen again."""
        secret = secrets.token_urlsafe(32)
        key, index, ends = self._key(link), self._of(link), str(round(link.expires_at.timestamp() * 1000))
        change.put(key, link, ver=None).hset(key, {"hash": _hash(secret)}).do("PEXPIREAT", key, ends)
        change.do("ZADD", index, ends, link.id).do("PEXPIREAT", index, ends)
        await commit(self._database, change)
        return f"{link.workspace}.{link.id}.{secret}"

    async def find(self, code: str, now: datetime) -> ClientLink | None:
        """The link that this is the code of; None when it was revoked, has ended or never was."""
        parts = _CODE.fullmatch(code)
        if parts is None:
            return None
        fields = await hgetall(self._database, keys.of(parts[1], "approval", parts[2]))
        if not hmac.compare_digest(fields.get("hash", ""), _hash(parts[3])):
            return None
        link = ClientLink.load(fields["doc"])
        return link if now < link.expires_at else None

    async def bind(self, link: ClientLink, browser: str) -> bool:
        """Whether the link belongs to this browser (a secret of its own); the first that asks gets it."""
        return bool(await self._database.run(BIND, [self._key(link)], [_hash(browser)]))

    async def of_draft(self, workspace: str, draft: str) -> tuple[ClientLink, ...]:
        """A draft's links that were not revoked and have not ended."""
        client = cast(Any, self._database.client)
        ids = await client.zrange(keys.of(workspace, "approvals", draft), 0, -1)
        pipe = client.pipeline(transaction=False)
        for link_id in ids:
            pipe.hget(keys.of(workspace, "approval", link_id), "doc")
        return tuple(ClientLink.load(doc) for doc in (await pipe.execute() if ids else []) if doc)

    async def revoke(self, link: ClientLink, change: Change) -> None:
        """With the audit that `change` holds."""
        change.do("DEL", self._key(link)).do("ZREM", self._of(link), link.id)
        await commit(self._database, change)

    @staticmethod
    def _key(link: ClientLink) -> str:
        return keys.of(link.workspace, "approval", link.id)

    @staticmethod
    def _of(link: ClientLink) -> str:
        return keys.of(link.workspace, "approvals", link.draft)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
