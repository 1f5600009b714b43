"""What platforms gave at installs: one HASH `installs` of each platform, field `<team>|<user>`, each value encrypted.

A value knows whose it is: one that was moved to another team or user is refused.
"""

from __future__ import annotations

import json
from typing import Any, cast

from storage.credentials import SWAP_FIELD, SecretUnreadable, Vault, renew_fields
from storage.redis import Database


class InstallationStore:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def put(self, platform: str, team: str, user: str, document: dict[str, Any]) -> None:
        await self._client.hset(self._key(platform), _field(team, user), self._sealed(platform, team, user, document))

    async def get(self, platform: str, team: str, user: str) -> dict[str, Any] | None:
        """None when there is none. Raises SecretUnreadable."""
        sealed = await self._client.hget(self._key(platform), _field(team, user))
        return None if sealed is None else self._opened(platform, team, user, str(sealed))

    async def swap(self, platform: str, team: str, user: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
        """Put `after` where `before` still is; whether it was. Raises SecretUnreadable."""
        key, field = self._key(platform), _field(team, user)
        while (sealed := await self._client.hget(key, field)) is not None:
            if self._opened(platform, team, user, str(sealed)) != before:
                return False
            if await self._database.run(SWAP_FIELD, [key], [field, sealed, self._sealed(platform, team, user, after)]):
                return True
        return False

    async def delete(self, platform: str, team: str, user: str) -> None:
        await self._client.hdel(self._key(platform), _field(team, user))

    async def owners(self, platform: str) -> tuple[tuple[str, str], ...]:
        """Team and user of every one; the user is empty for what belongs to the team."""
        fields: list[str] = await self._client.hkeys(self._key(platform))
        return tuple(sorted((team, user) for team, _, user in (field.partition("|") for field in fields)))

    async def rotate(self, platform: str) -> int:
        """Encrypt what is under an older key with the newest one; how many."""
        return await renew_fields(self._database, self._vault, self._key(platform))

    def _sealed(self, platform: str, team: str, user: str, document: dict[str, Any]) -> str:
        return self._vault.encrypt(json.dumps([platform, team, user, document]).encode())

    def _opened(self, platform: str, team: str, user: str, sealed: str) -> dict[str, Any]:
        *owner, document = json.loads(self._vault.decrypt(sealed))
        if owner != [platform, team, user]:
            raise SecretUnreadable("An installation lies where it was not put.", do_next="Install AdMind there again.")
        return dict(document)

    @property
    def _client(self) -> Any:
        return cast(Any, self._database.client)

    @staticmethod
    def _key(platform: str) -> str:
        return f"admind:{{sys}}:installs:{platform}"


def _field(team: str, user: str) -> str:
    if "|" in team + user or not team:
        raise ValueError("a team has an id, and ids hold no |")
    return f"{team}|{user}"
