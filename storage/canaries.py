"""Which processes of AdMind are there, and where each keeps its blobs: each keeps one that the others must find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storage import keys
from storage.redis import Database


@dataclass(frozen=True, slots=True)
class Canary:
    """`sha256` names a blob that this process has kept, and reads again at each sign of life."""

    worker: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Heard:
    """`seconds_ago` its process last found its own blob, by the database's clock."""

    canary: Canary
    seconds_ago: float


class CanaryStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sing(self, canary: Canary) -> None:
        """A sign of life, now."""
        await self._client.zadd(keys.CANARIES, {_member(canary): await self._database.server_time_ms()})

    async def heard(self) -> tuple[Heard, ...]:
        """Every canary that nobody has taken off, by its process's name."""
        now = await self._database.server_time_ms()
        found = await self._client.zrange(keys.CANARIES, 0, -1, withscores=True)
        return tuple(sorted((_heard(member, score, now) for member, score in found), key=lambda one: one.canary.worker))

    async def forget(self, canary: Canary) -> None:
        await self._client.zrem(keys.CANARIES, _member(canary))

    @property
    def _client(self) -> Any:
        return self._database.client


def _member(canary: Canary) -> str:
    return f"{canary.sha256}:{canary.worker}"


def _heard(member: str, score: float, now: int) -> Heard:
    sha256, _, worker = member.partition(":")
    return Heard(Canary(worker, sha256), max(0.0, (now - score) / 1000))
