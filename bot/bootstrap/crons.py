"""What fires again and again, once a firing however many processes fire it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.bootstrap.parts import Parts
from bot.bootstrap.talking import Talking
from bot.engine.crons import once_a_firing
from bot.engine.outbox import Engine
from bot.engine.scheduler import Scheduler
from bot.workflow.upkeep import Clockwork

SWEEP_SECONDS, SEAL_SECONDS, BEAT_SECONDS = 60, 20, 60
RENEW_SECONDS, EXAMINE_SECONDS, WARN_SECONDS = 5 * 60, 10 * 60, 15 * 60
RETIRE_SECONDS, CLEAN_SECONDS, COUNT_SECONDS = 3600, 86_400, 3600
ARM_SECONDS = 600
CRON_LEASE_SECONDS = 30.0


class Crons:
    """`not_ready` says what is missing; the heartbeat is sent while nothing is."""

    def __init__(
        self,
        parts: Parts,
        talking: Talking,
        clockwork: Clockwork,
        not_ready: Callable[[], Awaitable[list[str]]],
    ) -> None:
        self._parts = parts
        self._ground = parts.ground
        self._team = parts.ground.people.store
        self._talking = talking
        self._clockwork = clockwork
        self._not_ready = not_ready

    def register(self, engine: Engine, scheduler: Scheduler) -> None:
        """Each as a task of the engine, and when it fires."""
        ledger = self._talking.ledger
        for name, task, seconds in (
            ("sweep", self._sweep, SWEEP_SECONDS),
            ("seal", self._seal, SEAL_SECONDS),
            ("beat", self._beat, BEAT_SECONDS),
            ("renew", self._renew, RENEW_SECONDS),
            ("examine", self._examine, EXAMINE_SECONDS),
            ("warn", self._warn, WARN_SECONDS),
            ("retire", self._retire, RETIRE_SECONDS),
            ("arm", self._arm, ARM_SECONDS),
            ("clean", self._clean, CLEAN_SECONDS),
            ("count", self._count, COUNT_SECONDS),
        ):
            engine.register("upkeep", name, once_a_firing(ledger, name, task, lease_seconds=CRON_LEASE_SECONDS))
            scheduler.every(name, timedelta(seconds=seconds))

    async def _sweep(self, _fired: datetime) -> None:
        await self._clockwork.sweep()

    async def _seal(self, _fired: datetime) -> None:
        """Chain the latest audit entries, and write the head where Redis cannot take it back."""
        for workspace in await self._team.workspace_ids():
            await self._ground.audit.seal(workspace)

    async def _retire(self, _fired: datetime) -> None:
        await self._parts.keeping.retention.retire()

    async def _arm(self, _fired: datetime) -> None:
        await self._talking.weekly.arm(await self._team.workspace_ids())
        await self._parts.planning.slots.arm(await self._team.workspace_ids())

    async def _clean(self, _fired: datetime) -> None:
        await self._parts.keeping.retention.sweep()
        await self._parts.keeping.retention.rehint()
        await self._ground.audit.rewrite_file()  # yesterday's salt of clicks leaves the database's file, too

    async def _count(self, _fired: datetime) -> None:
        insights = self._parts.insights
        await insights.counting.count()
        await insights.client_reports.prepare_due()
        await insights.alerting.look()

    async def _beat(self, _fired: datetime) -> None:
        if self._ground.settings.heartbeat_url and not await self._not_ready():
            await self._ground.client.get(self._ground.settings.heartbeat_url)

    async def _renew(self, _fired: datetime) -> None:
        workspaces = await self._team.workspace_ids()
        await self._parts.connecting.care.renew_all(workspaces)
        await self._parts.connecting.waiting.sweep(workspaces)

    async def _examine(self, fired: datetime) -> None:
        care = self._parts.connecting.care
        await care.examine_all(await self._team.workspace_ids(), fired, timedelta(seconds=EXAMINE_SECONDS))

    async def _warn(self, _fired: datetime) -> None:
        workspaces = await self._team.workspace_ids()
        await self._talking.telling_accounts.warn_all(workspaces)
        await self._talking.api_versions.warn_all(workspaces)
