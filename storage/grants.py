"""Ways to another server and back, while an account is being connected: each known by a secret that is good once.

HASH `grant:<id>` (`doc`, `ver`, `hash`) lives until the way ends. A way out is known by its state (`g_…`); what came
back of it by a handle (`h_…`) that only the browser that came back has. What was pasted instead waits for its yes under
a handle too (`p_…`). Verifier, code, tokens and passwords lie sealed in `doc`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from storage import keys
from storage.accounts import Account
from storage.commit import Change, commit
from storage.record import Migration, Record, new_id
from storage.redis import Database
from storage.sessions import CONSUME
from storage.stores import Kept, hgetall

_SECRET = re.compile(r"(w_[a-z0-9]{1,40})\.((?:g|h|p)_[a-z0-9]{1,40})\.([A-Za-z0-9_-]{22,64})")
Kind = Literal["g", "h", "p"]


class Grant(Record):
    """One way, bound to who began it, in which browser, for which brand, to which server."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # as of `Account`

    id: str
    workspace: str
    brand: str
    member: str
    session: str
    channel: str
    server: str
    studio: str = Field(description="origin of the studio that the member's browser uses")
    sealed: str = Field(description="encrypted JSON: verifier, code, tokens, as far as it came")
    tried: bool = Field(False, description="the code was handed in; it is good once")
    account: Account | None = Field(None, description="whose access it is, once that was verified")
    made_at: datetime
    expires_at: datetime


class GrantStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, grant: Grant, kind: Kind, change: Change) -> str:
        """Keep it under an id of its own, with the audit that `change` holds; the secret that it is known by."""
        grant = grant.changed(id=new_id(kind))
        key, secret = self._key(grant), secrets.token_urlsafe(32)
        change.put(key, grant, ver=None).hset(key, {"hash": _hash(secret)})
        change.do("PEXPIREAT", key, str(round(grant.expires_at.timestamp() * 1000)))
        await commit(self._database, change)
        return f"{grant.workspace}.{grant.id}.{secret}"

    async def find(self, secret: str, kind: Kind, now: datetime) -> Kept[Grant] | None:
        """None when it was used, has ended or never was."""
        parts = _parts(secret, kind)
        if parts is None:
            return None
        fields = await hgetall(self._database, keys.of(parts[1], "grant", parts[2]))
        if not hmac.compare_digest(fields.get("hash", ""), _hash(parts[3])):
            return None
        grant = Grant.load(fields["doc"])
        return Kept(grant, int(fields["ver"])) if now < grant.expires_at else None

    async def take(self, secret: str, kind: Kind, now: datetime) -> Grant | None:
        """Like `find`, and it is used thereby: of two that come at once, one gets it."""
        parts = _parts(secret, kind)
        if parts is None:
            return None
        doc = await self._database.run(CONSUME, [keys.of(parts[1], "grant", parts[2])], [_hash(parts[3])])
        grant = Grant.load(str(doc)) if doc else None
        return grant if grant and now < grant.expires_at else None

    async def save(self, grant: Grant, *, ver: int) -> None:
        """Raises Conflict when somebody else did, or when it was taken."""
        await commit(self._database, Change(grant.workspace).put(self._key(grant), grant, ver=ver))

    @staticmethod
    def _key(grant: Grant) -> str:
        return keys.of(grant.workspace, "grant", grant.id)


def _parts(secret: str, kind: Kind) -> re.Match[str] | None:
    parts = _SECRET.fullmatch(secret)
    return parts if parts is not None and parts[2].startswith(f"{kind}_") else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
