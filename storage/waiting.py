"""Accounts that a member connected and that no owner has confirmed yet. Their secrets lie with the credentials.

One stays in the index until what was decided about it is carried out; then it is forgotten some days later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Literal

from pydantic import Field

from storage.accounts import Account
from storage.commit import Change
from storage.record import Migration, Record
from storage.redis import Database
from storage.stores import Family

FORGOTTEN_AFTER_MS: Final = 2 * 86_400_000  # as long as a home may be late with the word of how it ended


class Waiting(Record):
    """An account as its channel showed it; `account.id` is this record's id, under which its secrets are kept."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # as of `Account`

    id: str
    workspace: str
    brand: str
    member: str = Field(description="member id of who connected it")
    account: Account
    state: Literal["waiting", "confirmed", "declined", "lapsed"] = "waiting"
    decided_by: str = Field("", description="member id")
    decided_at: datetime | None = None
    made_at: datetime
    expires_at: datetime


class WaitingStore(Family[Waiting]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "waiting", Waiting, "account that waits")

    async def every(self, workspace: str) -> tuple[Waiting, ...]:
        """All whose end was not carried out yet, the oldest first."""
        return (await self.page(workspace, limit=1000, newest_first=False)).items

    async def accounts(self, workspace: str) -> list[Account]:
        """Those that wait, as accounts: their access is somebody's too."""
        return [each.account for each in await self.every(workspace) if each.state == "waiting"]

    def forget(self, change: Change, waiting: Waiting) -> Change:
        """Into the change: it is over, and only how it ended is still known for a while."""
        self.leave(change, waiting.id, "all")
        return change.do("PEXPIRE", self.key(change.workspace, waiting.id), str(FORGOTTEN_AFTER_MS))
