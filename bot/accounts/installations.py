"""What a chat platform gave at an install: kept encrypted, renewed with the keys, deleted when AdMind is removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from storage.credentials import Vault
from storage.homes import States
from storage.installations import InstallationStore
from storage.redis import Database

STATE_LIFE = timedelta(minutes=10)
PLATFORMS = ("slack", "discord")


class Installations:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._store = InstallationStore(database, vault)
        self._states = States(database, STATE_LIFE)

    async def save(self, platform: str, team: str, user: str, document: dict[str, Any]) -> None:
        """Keep a team's installation (`user` empty), or one person's part of it; what JSON holds, secrets included."""
        await self._store.put(platform, team, user, document)

    async def find(self, platform: str, team: str, user: str = "") -> dict[str, Any] | None:
        """As it was saved; None without. Raises SecretUnreadable when the keys have changed."""
        return await self._store.get(platform, team, user)

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
