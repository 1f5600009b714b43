"""Tokens for programs: what each may do, and who stands behind it. The secret itself is shown once and never kept.

HASH `token:<id>` (`doc`, `ver`, `hash`, `used`), ZSET `tokens:all` by time; the look-up from a secret's hash to its
workspace is a hint that opens nothing by itself: the hash in the workspace decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import re
import secrets
import socket
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import Field

from storage import keys
from storage.commit import Change, commit
from storage.errors import AdMindError
from storage.files import make_folder, write_whole
from storage.record import Record, new_id
from storage.redis import Database
from storage.stores import Family, hgetall

Scope = Literal["read", "propose", "decide"]
FILE = "token"
FILE_NAME = "File in the data directory"
USED_EVERY_MS = 60_000
_SECRET = re.compile(r"adm_[A-Za-z0-9_-]{43}")


class Token(Record):
    """A program's right to act for a member. Without brands it reaches as far as the member does."""

    id: str
    workspace: str
    name: str = Field(max_length=100)
    scopes: frozenset[Scope] = Field(min_length=1)
    member: str
    brands: frozenset[str] = frozenset()
    created_at: datetime
    last_used_at: datetime | None = Field(None, description="to the minute")
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class TokenStore:
    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now
        self._family: Family[Token] = Family(database, "token", Token, "token")

    async def create(
        self,
        workspace: str,
        *,
        name: str,
        scopes: Collection[Scope],
        member: str,
        brands: Collection[str] = (),
        expires_at: datetime | None = None,
        now: datetime | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, `adm_` and 43 characters (256 random bits): the only time it can be seen."""
        now, secret = now or self._now(), "adm_" + secrets.token_urlsafe(32)
        token = Token(
            id=new_id("k"),
            workspace=workspace,
            name=name,
            scopes=frozenset(scopes),
            member=member,
            brands=frozenset(brands),
            created_at=now,
            expires_at=expires_at,
        )
        change = self._family.put(Change(workspace), token, token.id, ver=None, at=now.timestamp())
        change.hset(self._family.key(workspace, token.id), {"hash": _hash(secret)})
        await commit(self._database, change)
        await self._point(_hash(secret), workspace, token.id)
        return token, secret

    async def authenticate(self, secret: str) -> Token | None:
        """The token that this is the secret of; None for any other text, and once it expired or was revoked."""
        if not _SECRET.fullmatch(secret):
            return None
        hashed = _hash(secret)
        place = await self._database.client.get(keys.lookup("token", hashed))
        workspace, _, token_id = str(place or "").partition("|")
        fields = await hgetall(self._database, self._family.key(workspace, token_id)) if token_id else {}
        if not hmac.compare_digest(fields.get("hash", ""), hashed):
            return None
        token = _token(fields)
        if not token.valid(self._now()):
            return None
        await self._note_use(token, fields)
        return token

    async def list(self, workspace: str) -> tuple[Token, ...]:
        """Every token of the workspace, the newest first, revoked ones included."""
        ids = cast(
            Sequence[str], await self._database.client.zrange(self._family.index_key(workspace), 0, -1, desc=True)
        )
        pipe = self._database.client.pipeline(transaction=False)
        for token_id in ids:
            pipe.hgetall(self._family.key(workspace, token_id))
        return tuple(_token(fields) for fields in (await pipe.execute() if ids else []) if fields)

    async def revoke(self, workspace: str, token_id: str, *, now: datetime | None = None) -> Token:
        """End it at once and for good. Raises NotFound."""
        kept = await self._family.get(workspace, token_id)
        if kept.record.revoked_at is not None:
            return kept.record
        revoked = kept.record.changed(revoked_at=now or self._now())
        at = revoked.created_at.timestamp()
        await commit(self._database, self._family.put(Change(workspace), revoked, token_id, ver=kept.ver, at=at))
        hashed = await cast(Any, self._database.client).hget(self._family.key(workspace, token_id), "hash")
        await self._database.client.delete(keys.lookup("token", str(hashed)))
        return revoked

    async def leave(self, token: Token, brand: str) -> None:
        """It reaches this brand no more; one that reached no other is gone for good."""
        rest, name = token.brands - {brand}, self._family.key(token.workspace, token.id)
        if rest:
            kept = await self._family.get(token.workspace, token.id)
            narrowed = kept.record.changed(brands=rest)
            await commit(self._database, Change(token.workspace).put(name, narrowed, ver=kept.ver))
            return
        hashed = await cast(Any, self._database.client).hget(name, "hash")
        await self._database.client.delete(keys.lookup("token", str(hashed)))
        change = Change(token.workspace).do("DEL", name)
        await commit(self._database, self._family.leave(change, token.id, "all"))

    async def rebuild(self, workspace: str) -> int:
        """Make the look-ups again from the workspace's tokens, e.g. after a restore; how many."""
        made = 0
        for token in await self.list(workspace):
            if token.revoked_at is None:
                hashed = await cast(Any, self._database.client).hget(self._family.key(workspace, token.id), "hash")
                await self._point(str(hashed), workspace, token.id)
                made += 1
        return made

    async def ensure_file_token(
        self,
        data_dir: Path,
        *,
        workspace: str,
        member: str,
        brands: Collection[str] = (),
        now: datetime | None = None,
    ) -> Token:
        """The token whose secret lies in `<data_dir>/token` (0600), for programs of the same user: read and propose.

        A file that is missing, or whose token no longer serves, is replaced; its former tokens are revoked. Those of
        other data directories on the same database, on this machine or another, stay.
        """
        path, name = data_dir / FILE, _file_name(data_dir)
        token = await self.authenticate(await asyncio.to_thread(_read, path))
        if token is not None and _fits(token, workspace, member, brands):
            await asyncio.to_thread(path.chmod, 0o600)
            return token
        for former in await self.list(workspace):
            if former.name == name and former.valid(now or self._now()):
                await self.revoke(workspace, former.id, now=now)
        token, secret = await self.create(
            workspace, name=name, scopes=("read", "propose"), member=member, brands=brands, now=now
        )
        await asyncio.to_thread(_write, path, secret)
        return token

    async def _point(self, hashed: str, workspace: str, token_id: str) -> None:
        await self._database.client.set(keys.lookup("token", hashed), f"{workspace}|{token_id}")

    async def _note_use(self, token: Token, fields: dict[str, str]) -> None:
        now_ms = round(self._now().timestamp() * 1000)
        if now_ms - int(fields.get("used", "0")) >= USED_EVERY_MS:
            change = Change(token.workspace).hset(self._family.key(token.workspace, token.id), {"used": str(now_ms)})
            with contextlib.suppress(AdMindError):  # who only looks is let in all the same
                await commit(self._database, change)


def _token(fields: dict[str, str]) -> Token:
    token = Token.load(fields["doc"])
    used = fields.get("used")
    return token.changed(last_used_at=datetime.fromtimestamp(int(used) / 1000, UTC)) if used else token


def _file_name(data_dir: Path) -> str:
    """Tells a person which machine's it is, and AdMind which directory's."""
    place = hashlib.sha256(str(data_dir.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{FILE_NAME} on {socket.gethostname()[:60]}, {place}"


def _fits(token: Token, workspace: str, member: str, brands: Collection[str]) -> bool:
    return (
        (token.workspace, token.member, token.brands) == (workspace, member, frozenset(brands))
        and token.name.startswith(FILE_NAME)
        and token.scopes == {"read", "propose"}
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(path: Path) -> str:
    """What the file says; "" when there is none that can be read, and when others could read it too."""
    try:
        if path.is_symlink() or path.stat().st_mode & 0o077:
            return ""
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, secret: str) -> None:
    try:
        make_folder(path.parent)
        write_whole(path, secret.encode() + b"\n")
    except OSError as error:
        raise AdMindError(
            "The token for the command line cannot be written.",
            do_next="Check that the data directory belongs to the user who runs AdMind, and that its disk has room.",
        ) from error
