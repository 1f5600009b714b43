"""AdMind, composed: every service built from the settings, opened and closed as one.

This is the one place where parts meet: one file builds each room's, `parts` puts them in order, `working` says what the
engine does with them, and `models` alone loads LangChain, late. Tests compose with the same class and another clock.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

from bot.bootstrap.ground import Ground, open_storage, refused_by
from bot.bootstrap.models import Models
from bot.bootstrap.parts import Parts
from bot.bootstrap.working import Working
from bot.clock import Clock, SystemClock
from bot.engine.outbox import Queue
from bot.publishing.recovery import ALIVE_EVERY
from bot.settings import Settings
from prompts import Prompt, load
from storage.budget import DailyTokens
from storage.ending import ended
from storage.epoch import EPOCH, TooOld
from storage.errors import AdMindError
from storage.team import Workspace

log = logging.getLogger(__name__)

ALL_QUEUES: frozenset[Queue] = frozenset({"chat", "publish", "upkeep"})
WITHOUT_MODEL: frozenset[Queue] = frozenset({"publish", "upkeep"})
WATCH_SECONDS = 1.0
EPOCH_SECONDS = 2.0
try:
    VERSION = version("admind")
except PackageNotFoundError:  # run from a checkout without an installation
    VERSION = "0.1.0"


class AdMind:
    """Opened with `async with`: storage and services answer. `start` begins to work, and loads the model meanwhile.

    `name` tells processes on one machine apart that share a database; `prompt` is what writing models are told.
    `apart`: it has no way out, for rehearsals on throw-away data: channels send nowhere, and no address is reached.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        queues: frozenset[Queue] = ALL_QUEUES,
        name: str = "all",
        prompt: Callable[[str], Prompt] = load,
        apart: bool = False,
    ) -> None:
        self.settings = settings
        self.apart = apart
        self.rehearsing = asyncio.Lock()
        self.clock: Clock = clock or SystemClock()
        self.queues = queues
        self.worker = f"{socket.gethostname()}-{name}"
        self._stack = AsyncExitStack()
        self._working = AsyncExitStack()
        self._loops: list[asyncio.Task[None]] = []
        self._prompt = prompt
        self._started = False

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._share_ground()
            self._share_drafting()
            self._share_office()
            self._share_working()
            self.file_token_id = await self._file_token()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        settings, clock = self.settings, self.clock
        opened = await open_storage(stack, settings, self.worker, apart=self.apart)
        self.too_old = opened.too_old
        ground = Ground(opened, settings, clock, self.worker, apart=self.apart)
        self.workspace: Workspace = await ground.first_workspace()
        self.budget = DailyTokens(
            ground.database,
            clock.now,
            workspace_limit=settings.daily_tokens,
            member_limit=settings.daily_tokens_member,
        )
        self._models = Models(
            settings, budget=self.budget, prompt=self._prompt, signer=ground.signer, client=ground.picture_client
        )
        self._parts = Parts(ground, self._models, self.workspace.id)
        self._work = Working(self._parts, self.queues, self.not_ready)

    # What handlers reach, by one name each.

    def _share_ground(self) -> None:
        ground = self._parts.ground
        self.database = ground.database
        self.embedded = ground.embedded
        self.journal = ground.journal
        self.blobs = ground.blobs
        self.client = ground.client
        self.picture_client = ground.picture_client
        self.signer = ground.signer
        self.audit = ground.audit
        self.credentials = ground.credentials
        self.media = ground.media
        self.feed = ground.feed
        self.tokens = ground.tokens
        self.people = ground.people
        self.setup = ground.setup
        self.channels = ground.channels
        self.doors = ground.doors
        connecting = self._parts.connecting
        self.accounts = connecting.accounts
        self.waiting = connecting.waiting
        self.oauth = connecting.oauth
        self.pasting = connecting.pasting
        self.care = connecting.care
        deciding = self._parts.deciding
        self.board = deciding.board
        self.posted = deciding.posted
        self.typed = deciding.typed
        self.decisions = deciding.decisions
        self.posts = deciding.posts
        self.pausing = deciding.pausing
        self.stopping = deciding.stopping
        self.revisions = deciding.revisions

    def _share_drafting(self) -> None:
        drafting = self._parts.drafting
        self.library = drafting.library
        self.picture_budget = drafting.picture_budget
        self.painter = drafting.painter
        self.mixing = drafting.mixing
        self.costing = drafting.costing
        self.versions = drafting.versions
        self.standing = drafting.standing
        self.observing = drafting.observing
        self.timing = drafting.timing
        self.requests = drafting.requests
        self._sources = drafting.sources
        planning = self._parts.planning
        self.learning = planning.learning
        self.experiments = planning.experiments
        self.plans = planning.plans
        self.slots = planning.slots
        self.advising = planning.advising
        self.slotting = planning.slotting
        self.campaigns = planning.campaigns
        self.campaign_notices = planning.campaign_notices
        self.campaigning = planning.campaigning
        self.calendar_importing = planning.calendar_importing
        homing = self._parts.homing
        self.homes = homing.homes
        self.names = homing.names
        self.kinship = homing.kinship
        self.installations = homing.installations
        self.reactions = homing.reactions
        self.places = homing.places
        self.housing = homing.housing
        self.on_home, self.open_home, self.close_home = self.housing.on_home, self.housing.open, self.housing.close

    def _share_office(self) -> None:
        insights = self._parts.insights
        self.numbers = insights.numbers
        self.clicks = insights.clicks
        self.orders = insights.orders
        self.counting = insights.counting
        self.reports = insights.reports
        self.bringing_in = insights.bringing_in
        self.alerting = insights.alerting
        self.client_reports = insights.client_reports
        office = self._parts.office
        self.office = office.office
        self.looking = office.looking
        self.calendar_exporting = office.calendar_exporting
        self.calendar_showing = office.calendar_showing
        self.calendar_feeds = office.calendar_feeds
        self.linking = office.linking
        self.importing = office.importing
        self.documents = office.documents
        self.opening = office.opening
        self.watching = office.watching
        self.client_links = office.client_links
        keeping = self._parts.keeping
        self.history = keeping.history
        self.syndication = keeping.syndication
        self.canaries = keeping.canaries
        self.doctor = keeping.doctor
        self.keeping = keeping.keeping
        self.retention = keeping.retention
        self.farewells = keeping.farewells
        self.evidencing = keeping.evidencing
        self.exporting = keeping.exporting
        self.erasing = keeping.erasing
        self.once_only = keeping.once_only
        self.sign_in = keeping.sign_in
        self.live = keeping.live
        self.local_door = keeping.local_door
        self.measures = keeping.measures
        self.programs = keeping.programs

    def _share_working(self) -> None:
        sending = self._parts.sending
        self.proving = sending.proving
        self.tracking = sending.tracking
        self.rereading = sending.rereading
        self.publisher = sending.publisher
        self.recovery = sending.recovery
        self.reconciler = sending.reconciler
        work, talking = self._work, self._work.talking
        self.engine = work.engine
        self.scheduler = work.scheduler
        self.ticker = work.ticker
        self._clockwork = work.clockwork
        self.ledger = talking.ledger
        self.desk = talking.desk
        self.lapses = talking.lapses
        self.telling_accounts = talking.telling_accounts
        self.api_versions = talking.api_versions
        self.weekly = talking.weekly
        self.taking_up = talking.taking_up

    async def start(self, *, warm: bool = True) -> None:
        """Find out what may have been lost, and begin to work. Ready when it returns.

        The model is loaded when it is first needed, or at once and beside the rest when `warm`; requests wait for it.
        Raises TooOld where this code may only look.
        """
        if self.too_old is not None:
            raise self.too_old
        await EPOCH.raise_in(self.database, await self.people.store.workspace_ids(), VERSION)
        self._loops.append(asyncio.create_task(self._follow_epoch(), name="follow-epoch"))
        await self._working.enter_async_context(self.engine)
        if "publish" in self.queues:
            if self.embedded is not None:
                await self.recovery.fence_all()
            await self.recovery.recover()
            unreached = await self.housing.open_all()
            if unreached:
                log.warning("homes were not re-read homes=%s", unreached)
            self.publisher.open.set()
            self._loops.append(asyncio.create_task(self._watch(), name="watch-redis"))
        if self.queues:
            if self.embedded is not None:
                begun, open_ = await self.engine.take_over(), await self.taking_up.take_up()
                log.info("taken over tasks=%d requests=%d", begun, open_)
            await self.engine.start_working()
            await self._working.enter_async_context(self.scheduler)
            await self._working.enter_async_context(self.ticker)
        self._started = True
        if warm and self.queues != WITHOUT_MODEL:
            self._models.begin_loading()
        log.info("ready worker=%s queues=%s model=%s", self.worker, sorted(self.queues), self.settings.model)

    def stay(self) -> None:
        """This process is one of those that people run: the doctor of each knows of the others."""
        self._loops.append(asyncio.create_task(self.canaries.stay(), name="canary"))

    async def stop(self) -> None:
        """Take nothing new, finish or hand back what runs. Doing so again changes nothing."""
        self._started = False
        self.publisher.open.clear()
        await self.clicks.settle()
        await self.live.stop()
        await ended(*self._loops, *([self._models.loading] if self._models.loading else []))
        self._loops.clear()
        await self.canaries.leave()
        await self._working.aclose()
        await self._models.close()

    async def not_ready(self) -> list[str]:
        """What is still missing, in words; empty when everything works."""
        missing = [] if self._started else ["the start"]
        if self.too_old is not None:
            missing.append("a newer AdMind")
        try:
            async with asyncio.timeout(2):
                await self.database.server_time_ms()
        except Exception:
            missing.append("the database")
        if self._started and "publish" in self.queues and not self.publisher.open.is_set():
            missing.append("the look at what may have been lost")
        return missing

    async def measured(self) -> tuple[bytes, str]:
        """Metrics in Prometheus' text format, and its media type."""
        return await self.measures.render(ready=not await self.not_ready())

    async def loaded(self) -> None:
        """Wait until the model is there. Raises Misconfigured when its settings cannot be used."""
        await self._models.loaded()

    async def _watch(self) -> None:
        """Notice a server that was restarted or replaced, and publish nothing until that is understood."""
        last = 0.0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                if await self.recovery.changed():
                    self.publisher.open.clear()
                    await self.recovery.recover()
                if not self.publisher.open.is_set() and self.too_old is None:
                    self.publisher.open.set()
                now = asyncio.get_running_loop().time()
                if now - last >= ALIVE_EVERY.total_seconds():
                    await self.recovery.sign_of_life()
                    last = now
            except Exception:
                self.publisher.open.clear()
                log.warning("the database does not answer as it should", exc_info=True)

    async def _follow_epoch(self) -> None:
        """When a newer AdMind changes how things are kept, end what runs here and only look from then on."""
        while self.too_old is None:
            await asyncio.sleep(EPOCH_SECONDS)
            try:
                self.too_old = await refused_by(self.database)
            except TooOld as error:
                self.too_old = error
            except AdMindError:
                continue  # the database is away; others say so
        log.error("%s", self.too_old.sentence())
        self.publisher.open.clear()
        await self._working.aclose()
        self.database.refuse_writes(self.too_old)

    async def _file_token(self) -> str:
        """The token in the data directory, for programs of the same user: it may read and propose."""
        owner = await self.setup.local_owner(self.workspace.id)
        if owner is None:
            return ""
        token = await self.tokens.ensure_file_token(
            self.settings.data_dir, workspace=self.workspace.id, member=owner.id, now=self.clock.now()
        )
        return token.id
