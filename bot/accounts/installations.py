"""What a chat platform gave at an install: kept encrypted, renewed with the keys, deleted when AdMind is removed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from storage.credentials import Vault
from storage.homes import States
from storage.installations import InstallationStore
from storage.ledger import Busy, Ledger
from storage.redis import Database

STATE_LIFE = timedelta(minutes=10)
RENEWING_SECONDS = 60.0  # longer than a platform may take to answer
LOOKS, LOOK_SECONDS = 10, 0.2  # after one that renews at this moment
PLATFORMS = ("slack", "discord")


class Installations:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._store = InstallationStore(database, vault)
        self._states = States(database, STATE_LIFE)
        self._ledger = Ledger(database)

    async def save(self, platform: str, team: str, user: str, document: dict[str, Any]) -> None:
        """Keep a team's installation (`user` empty), or one person's part of it; what JSON holds, secrets included."""
        await self._store.put(platform, team, user, document)

    async def find(self, platform: str, team: str, user: str = "") -> dict[str, Any] | None:
        """As it was saved; None without. Raises SecretUnreadable when the keys have changed."""
        return await self._store.get(platform, team, user)

    async def renew(
        self,
        platform: str,
        team: str,
        before: dict[str, Any],
        exchange: Callable[[], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any] | None:
        """A team's installation after `exchange` gave its news, which may be done once only: of many that want it at
        once, in any process, one does it and keeps it. What was installed or removed meanwhile stands.

        Waits two seconds for another that does it, then raises Busy; and what `exchange` raises: it may be tried again.
        """
        for _ in range(LOOKS):
            try:
                return await self._renew(platform, team, before, exchange)
            except Busy:
                await asyncio.sleep(LOOK_SECONDS)
        return await self._renew(platform, team, before, exchange)

    async def _renew(
        self, platform: str, team: str, before: dict[str, Any], exchange: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any] | None:
        what = hashlib.sha256(json.dumps(before, sort_keys=True).encode()).hexdigest()
        async with self._ledger.once("sys", f"renew:{platform}:{what}", lease_seconds=RENEWING_SECONDS) as claim:
            if claim is not None and await self.find(platform, team) == before:
                await self._store.swap(platform, team, "", before, before | await exchange())
        return await self.find(platform, team)

    async def delete(self, platform: str, team: str, user: str = "") -> None:
        """Forget one person's part, or without `user` the team's with all parts of its people."""
        parts = [user] if user else [person for owner, person in await self._store.owners(platform) if owner == team]
        for part in parts:
            await self._store.delete(platform, team, part)

    async def teams(self, platform: str) -> tuple[str, ...]:
        """Teams in which AdMind is installed."""
        return tuple(sorted({team for team, _ in await self._store.owners(platform)}))

    async def rotate(self) -> int:
        """Bring all under the newest key; how many were renewed."""
        return sum([await self._store.rotate(platform) for platform in PLATFORMS])

    async def issue_state(self, platform: str) -> str:
        """What a browser takes along to the platform and has to bring back, once and within ten minutes."""
        return await self._states.issue(platform)

    async def consume_state(self, platform: str, state: str) -> bool:
        """Whether this is such a state, of this platform; it is used up thereby."""
        return await self._states.consume(platform, state)
