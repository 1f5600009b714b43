"""Who is one person, and who is two: links that are being made, and what was said of members until it was told.

HASH `kin:<id>` (`ver`, `doc`), with an expiry; of a link the id is the hash of its code, which is kept nowhere. ZSET
`kins:all` by when it was made. HASH `who` (`ver`) counts every change of who is who: a judgement of approvals is only
written down while it stands where it was read.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.homes import CODE_LENGTH, CODE_LETTERS
from storage.record import Frozen, Record
from storage.redis import Database
from storage.stores import Family, Kept

KinKind = Literal["link", "unlink", "two", "unsure"]
KinState = Literal["offered", "taken", "waits", "done", "refused"]
KEPT_FOR = timedelta(days=30)
LISTED = 500


class Side(Frozen):
    """Somebody as they are known in one place. Without `member` nobody here yet; without `platform` no chat's."""

    member: str = ""
    name: str
    place: str = Field("", description="where that is, in words")
    platform: str = ""
    team: str = ""
    user: str = ""

    def same(self, other: Side) -> bool:
        if self.member or other.member:
            return self.member == other.member
        return (self.platform, self.team, self.user) == (other.platform, other.team, other.user)


class Kin(Record):
    """One thing said about who is who: a link on its way, or what an owner or a member said at once."""

    id: str
    workspace: str
    kind: KinKind
    state: KinState
    one: Side = Field(description="who began it; later on, whom it is about")
    other: Side | None = None
    by: str = Field("", description="member id of who decided it last")
    allowed: frozenset[str] = Field(frozenset(), description="brands whose owners allowed it")
    brands: frozenset[str] = Field(frozenset(), description="those of the people it is about")
    followed: bool = Field(False, description="what follows from it was done; only people are still to be told")
    made_at: datetime


class KinStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._family: Family[Kin] = Family(database, "kin", Kin, "link")

    def put(self, change: Change, kin: Kin, *, ver: int | None, life: timedelta) -> Change:
        """Into the change: it lives so long from now on; the list forgets what is older than any."""
        self._family.put(change, kin, kin.id, ver=ver, at=kin.made_at.timestamp())
        change.do("PEXPIRE", self._family.key(kin.workspace, kin.id), str(round(life.total_seconds() * 1000)))
        oldest = repr((kin.made_at - KEPT_FOR).timestamp())
        return change.do("ZREMRANGEBYSCORE", self._family.index_key(kin.workspace), "-inf", oldest)

    async def find(self, workspace: str, kin_id: str) -> Kept[Kin] | None:
        return await self._family.find(workspace, kin_id)

    async def waiting(self, workspace: str) -> tuple[Kin, ...]:
        """Links that wait for an owner's word, the oldest first."""
        page = await self._family.page(workspace, limit=LISTED)
        return tuple(kin for kin in reversed(page.items) if kin.state == "waits")

    async def forget(self, change: Change, members: frozenset[str]) -> Change:
        """Into the change: nothing is kept of what was said about these."""
        for kin in (await self._family.page(change.workspace, limit=LISTED)).items:
            if members & {kin.one.member, kin.other.member if kin.other else ""}:
                change.do("DEL", self._family.key(change.workspace, kin.id)).undue(f"kin:{kin.id}")
                self._family.leave(change, kin.id, "all")
        return change

    async def count(self, workspace: str) -> int | None:
        """Where who is who stands; None: nothing was ever said."""
        ver = await cast(Any, self._database.client).hget(who_key(workspace), "ver")
        return int(ver) if ver else None


def who_key(workspace: str) -> str:
    return keys.of(workspace, "who")


def new_who(change: Change) -> Change:
    """Into the change: who is who is another matter from here on."""
    return change.do("HINCRBY", who_key(change.workspace), "ver", "1")


def new_code() -> str:
    """59 random bits in letters that people can read out, in three groups."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(code[place : place + 4] for place in range(0, CODE_LENGTH, 4))


def id_of(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())[:64]
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:40]
