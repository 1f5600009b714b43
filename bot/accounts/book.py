"""Accounts as the workspace keeps them: read with their versions, written by compare-and-set with an audit entry."""

from __future__ import annotations

from typing import Any, cast

from bot.channels.base import Account
from bot.clock import Clock, milliseconds
from storage.accounts import bound_key
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.redis import Database
from storage.serving import ServedPlaces
from storage.stores import TeamStore


class TeamBook:
    """`AccountBook` over the team's store."""

    def __init__(self, database: Database, team: TeamStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._team = team
        self._audit = audit
        self._clock = clock
        served = ServedPlaces(database)
        self.elsewhere, self.claim, self.release = served.elsewhere, served.claim, served.release

    async def all(self, workspace: str) -> tuple[tuple[Account, int], ...]:
        found = []
        for account in await self._team.all(self._team.accounts, workspace):
            kept = await self._team.accounts.find(workspace, account.id)
            if kept is not None:
                found.append((kept.record, kept.ver))
        return tuple(found)

    async def bound(self, workspace: str) -> int | None:
        """How often an account was connected here; None: never."""
        count = await cast(Any, self._database.client).hget(bound_key(workspace), "ver")
        return int(count) if count else None

    async def bind(self, account: Account, *, ver: int | None, by: str, bound: int | None) -> None:
        """Connected, unless another one was since `bound` was read. Raises Conflict."""
        key = bound_key(account.workspace)
        change = Change(account.workspace).expect(key, bound).do("HINCRBY", key, "ver", "1")
        await self._write(change, account, ver=ver, kind="account connected", by=by)

    async def save(self, account: Account, *, ver: int | None, kind: str, by: str) -> None:
        """`by` is a member's id. Raises Conflict."""
        await self._write(Change(account.workspace), account, ver=ver, kind=kind, by=by)

    async def _write(self, change: Change, account: Account, *, ver: int | None, kind: str, by: str) -> None:
        member = await self._team.members.find(account.workspace, by) if by else None
        entry = await self._audit.prepare(
            account.workspace,
            kind,
            subject=member.record.subject if member else "",
            about=account.id,
            at=self._clock.now(),
            brand=account.brand,
            details={"channel": account.channel, "server": account.server, "name": account.name},
        )
        self._team.accounts.put(change, account, account.id, ver=ver, at=account.created_at.timestamp())
        if account.closed_at is None:  # how it stands, and what waited for it, must reach people
            change.due(f"note:account:{account.id}", milliseconds(self._clock.now()))
        await commit(self._database, change.audit(entry))
