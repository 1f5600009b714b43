"""What an operator's dashboard needs, counted when it is asked for."""

from __future__ import annotations

from typing import Any

from bot.clock import Clock, milliseconds
from storage import keys
from storage.redis import Database
from storage.stores import DraftStore, TeamStore


class Measures:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._team = TeamStore(database)
        self._drafts = DraftStore(database)

    async def render(self, *, ready: bool) -> tuple[bytes, str]:
        """Prometheus' text format and its media type; entries of a due set count as overdue once their time is past."""
        from prometheus_client import (  # noqa: PLC0415 - slow to load, seldom needed
            CONTENT_TYPE_LATEST,
            CollectorRegistry,
            Gauge,
            PlatformCollector,
            ProcessCollector,
            generate_latest,
        )

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Gauge("admind_ready", "1 when everything works.", registry=registry).set(ready)
        server = await self._database.identity()
        Gauge("admind_database_memory_bytes", "Memory that the database uses.", registry=registry).set(
            server.used_memory
        )
        Gauge("admind_database_durable", "1 when an acknowledged write survives.", registry=registry).set(
            server.durable
        )
        waiting = Gauge("admind_due_entries", "Entries that wait for their time.", ["workspace"], registry=registry)
        overdue = Gauge("admind_overdue_entries", "Entries whose time is past.", ["workspace"], registry=registry)
        oldest = Gauge("admind_overdue_seconds", "How long the oldest is overdue.", ["workspace"], registry=registry)
        drafts = Gauge("admind_open_drafts", "Drafts that wait for people.", ["workspace"], registry=registry)
        now_ms = milliseconds(self._clock.now())
        for workspace in await self._team.workspace_ids():
            client: Any = self._database.client
            due = keys.due(workspace)
            waiting.labels(workspace).set(await client.zcard(due))
            overdue.labels(workspace).set(await client.zcount(due, "-inf", now_ms))
            first = await client.zrange(due, 0, 0, withscores=True)
            oldest.labels(workspace).set(max(0, now_ms - first[0][1]) / 1000 if first else 0)
            drafts.labels(workspace).set(await client.zcard(self._drafts.index_key(workspace, "open")))
        return generate_latest(registry), CONTENT_TYPE_LATEST
