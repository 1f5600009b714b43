"""AdMind, composed: every service built from the settings, opened and closed as one.

This is the one place where parts meet, and the one that loads LangChain and the drawing of pictures: last, in a thread,
while the rest works already. Tests compose with the same class and another clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.connect import Accounts
from bot.accounts.door import Doors
from bot.accounts.installations import Installations
from bot.accounts.oauth import OAuth
from bot.accounts.pasted import Pasting
from bot.accounts.waiting import WaitingAccounts
from bot.channels.registry import build_channels, build_oauth, build_renewals, platforms_of
from bot.channels.rehearsed import rehearsed
from bot.clock import Clock, SystemClock
from bot.conversation.campaigning import Campaigning
from bot.conversation.desk import TOGETHER, Desk
from bot.conversation.learned import Learned
from bot.conversation.linked import Linked
from bot.conversation.places import Places
from bot.conversation.slotting import Slotting
from bot.drafting.copy import Ask
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer, Sightless
from bot.drafting.importer import Importer
from bot.drafting.opening import Opening
from bot.drafting.reader import Reader
from bot.drafting.site import Sites
from bot.drafting.sources import Sources
from bot.drafting.swapping import Swapping
from bot.engine.crons import handing_to, once_a_firing
from bot.engine.outbox import Engine, Queue
from bot.engine.scheduler import Scheduler, Ticker
from bot.errors import Misconfigured
from bot.fetch import safe_client
from bot.fetch.shut import shut_client
from bot.insights.clicks import Clicks
from bot.insights.numbers import ReadingNumbers
from bot.insights.orders import Orders
from bot.leaving.evidence import Evidencing
from bot.leaving.exporting import Exporting
from bot.leaving.farewells import Farewells
from bot.leaving.going import Going
from bot.leaving.parting import Parting
from bot.leaving.telling import Telling
from bot.llm.budget import Meter, Payer
from bot.llm.chat_models import ModelChoice
from bot.planning.content_calendar import ContentCalendar
from bot.planning.standing import Standing
from bot.publishing.pause import Pausing
from bot.publishing.publisher import Publisher
from bot.publishing.reconciler import Reconciler
from bot.publishing.recovery import ALIVE_EVERY, Recovery
from bot.review.board import Board
from bot.review.catching_up import CatchingUp
from bot.review.posted import Posted
from bot.review.typed import Typed
from bot.settings import Settings
from bot.team.homes import Homes
from bot.team.local import LocalDoor
from bot.team.people import People
from bot.team.setup import Setup
from bot.team.signin import SignIn
from bot.workflow.advising import Advising
from bot.workflow.alerting import Alerting
from bot.workflow.answers import Answers
from bot.workflow.api_versions import ApiVersions
from bot.workflow.binding import Binder
from bot.workflow.bringing_in import BringingIn
from bot.workflow.calendar_exporting import CalendarExporting
from bot.workflow.calendar_feeds import CalendarFeeds
from bot.workflow.calendar_importing import CalendarImporting
from bot.workflow.calendar_showing import CalendarShowing
from bot.workflow.campaign_gate import CampaignGate
from bot.workflow.campaigns import Campaigns
from bot.workflow.canaries import Canaries
from bot.workflow.client_links import ClientLinks
from bot.workflow.client_reports import ClientReports
from bot.workflow.costing import Costing
from bot.workflow.counting import Counting
from bot.workflow.decisions import Decisions
from bot.workflow.declarations import is_model
from bot.workflow.documents import Documents
from bot.workflow.entry_drafts import EntryDrafts
from bot.workflow.erasing import Erasing
from bot.workflow.examine import Doctor
from bot.workflow.experiments import Experimenting
from bot.workflow.free_slots import FreeSlots
from bot.workflow.history import History
from bot.workflow.holding_back import HoldingBack
from bot.workflow.housing import Housing
from bot.workflow.importing import Importing
from bot.workflow.keeping import Keeping
from bot.workflow.kinship import Kinship
from bot.workflow.lapses import Lapses
from bot.workflow.learning import Learning
from bot.workflow.library import Library
from bot.workflow.linking import LinkRules
from bot.workflow.live import Live
from bot.workflow.looking import Looking
from bot.workflow.measure import Measures
from bot.workflow.minting import Minting
from bot.workflow.mixing import Mixing
from bot.workflow.names import Names
from bot.workflow.observing import Observing
from bot.workflow.office import Office
from bot.workflow.once import OnceOnly
from bot.workflow.opening import LinkOpening
from bot.workflow.painting import Painter
from bot.workflow.pictures import Pictures
from bot.workflow.plans import Plans
from bot.workflow.polling import Polling
from bot.workflow.posts import Posts
from bot.workflow.programs import Programs
from bot.workflow.promised import Promised
from bot.workflow.proving import Proving
from bot.workflow.reactions import Reactions
from bot.workflow.recents import Recents
from bot.workflow.recounting import Recounting
from bot.workflow.reports import Reports
from bot.workflow.requests import Asker, Requests
from bot.workflow.rereading import Rereading
from bot.workflow.retention import Retention
from bot.workflow.revising import Revising
from bot.workflow.revisions import Revisions
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.slots import Slots
from bot.workflow.stopping import Stopping
from bot.workflow.syndication import Syndication
from bot.workflow.taking_up import TakingUp
from bot.workflow.telling_accounts import TellingAccounts
from bot.workflow.telling_stops import TellingStops
from bot.workflow.timing import Timing
from bot.workflow.upkeep import BATCH, Clockwork, Upkeep
from bot.workflow.versions import Versions
from bot.workflow.watching import Watching
from bot.workflow.weekly import Weekly
from bot.workflow.wording import Wording
from prompts import Prompt, load
from storage import epoch
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore, Lends
from storage.blobs.opening import open_blobs, set_aside
from storage.budget import DailyTokens
from storage.credentials import Credentials, check_keys, load_or_create_keys
from storage.cron_markers import CronMarkers
from storage.embedded import EmbeddedValkey
from storage.ending import ended
from storage.epoch import EPOCH, TooOld
from storage.errors import AdMindError
from storage.feed import FeedStore
from storage.journal import Journal
from storage.ledger import Ledger
from storage.media import MediaStore
from storage.picture_budget import PictureBudget
from storage.plans import Slot
from storage.reading_budget import ReadingBudget
from storage.redis import Database, connect
from storage.standing import StandingPictures
from storage.stores import DraftStore, PostStore, TeamStore
from storage.team import Workspace
from storage.tokens import TokenStore
from storage.waiting import WaitingStore

log = logging.getLogger(__name__)
SchemaT = TypeVar("SchemaT", bound=BaseModel)

ALL_QUEUES: frozenset[Queue] = frozenset({"chat", "publish", "upkeep"})
WITHOUT_MODEL: frozenset[Queue] = frozenset({"publish", "upkeep"})
SWEEP_SECONDS, SEAL_SECONDS, BEAT_SECONDS = 60, 20, 60
RENEW_SECONDS, EXAMINE_SECONDS, WARN_SECONDS = 5 * 60, 10 * 60, 15 * 60
RETIRE_SECONDS, CLEAN_SECONDS, COUNT_SECONDS = 3600, 86_400, 3600
ARM_SECONDS = 600
CRON_LEASE_SECONDS = 30.0
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
        self._model: Any = None
        self._seeing: tuple[Any, ...] = ()
        self._fallback: Any = None
        self._loading: asyncio.Task[None] | None = None
        self._creative: Any = None
        self._maker: Any = None
        self._started = False

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open_storage(stack)
            await self._build(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._stack.aclose()

    async def _open_storage(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"ADMIND_DATA_DIR: {settings.data_dir} cannot be made: {os.strerror(error.errno or 0)}.",
                kept="Nothing was started.",
                do_next="Name a directory that the user who runs AdMind may write to.",
            ) from error
        self.embedded = None
        if settings.redis_url is None:
            fsync = "no" if self.apart else "always"
            self.embedded = await stack.enter_async_context(EmbeddedValkey(settings.data_dir, fsync=fsync))
            url = self.embedded.url
        else:
            url = settings.redis_url.get_secret_value()
        self._url = url
        self.database: Database = await stack.enter_async_context(connect(url))
        self.too_old = await self._too_old()
        if self.too_old is not None:
            self.database.refuse_writes(self.too_old)
        self.vault = load_or_create_keys(settings.data_dir, [key.get_secret_value() for key in settings.secret_keys])
        await check_keys(self.database, self.vault)
        self.journal = await stack.enter_async_context(Journal(settings.data_dir / "journal", self.worker))
        key, secret = settings.bucket_key
        self.blobs: BlobStore = await stack.enter_async_context(
            open_blobs(settings.data_dir, settings.blobs_url, access_key=key, secret_key=secret)
        )
        self.database.files = self.blobs
        self.client = await stack.enter_async_context(
            shut_client() if self.apart else safe_client(allow_hosts=settings.allow_hosts)
        )
        self.picture_client = await stack.enter_async_context(
            shut_client()
            if self.apart
            else safe_client(allow_hosts=settings.allow_hosts, timeout_seconds=settings.image_seconds)
        )
        self.signer = _signer(settings)

    async def _build(self, stack: AsyncExitStack) -> None:
        """Every service, lower rooms first."""
        database, clock, settings = self.database, self.clock, self.settings
        self.audit = AuditWriter(database, self.vault, self.journal)
        self.credentials = Credentials(database, self.vault)
        self.media = MediaStore(database)
        self.feed = FeedStore(database)
        self.tokens = TokenStore(database, clock.now)
        self.people = People(database)
        self.setup = Setup(self.people, self.audit)
        self.workspace: Workspace = await self.setup.ensure(
            zone=settings.timezone or local_zone(), owners=settings.owners, now=clock.now()
        )
        lends = self.blobs if settings.media_from == "bucket" and isinstance(self.blobs, Lends) else None
        channels = build_channels(
            self.feed,
            base_url=settings.base_url,
            platforms=platforms_of(settings),
            lent_from=lends.origin if lends else "",
        )
        self.channels = rehearsed(channels) if self.apart else channels
        self.doors = Doors(
            secrets=self.credentials,
            blobs=self.blobs,
            client=self.client,
            base_url=settings.base_url,
            clock=clock,
            lends=lends,
        )
        self._build_accounts(database)
        self.board = Board(database, clock)
        self.posted = Posted(database, clock)
        self.typed = Typed(database)
        self.decisions = Decisions(database, audit=self.audit, clock=clock)
        self.posts = Posts(database, audit=self.audit, channels=self.channels, open_door=self.doors, clock=clock)
        self.pausing = Pausing(database, self.audit)
        room = Room(database, settings.data_dir)
        self._build_pictures(database, room)
        self._build_drafting(database, room)
        self._build_homes(database)
        self._build_insights(database)
        self._build_calendar(database)
        self.history = History(self.audit, self.people.store, self.journal)
        self.syndication = Syndication(self.feed, self.people.store, settings.base_url)
        self._build_profile(database)
        self.canaries = Canaries(database, self.blobs, self.worker)
        self.doctor = Doctor(
            settings,
            database,
            embedded=self.embedded,
            blobs=self.blobs,
            canaries=self.canaries,
            team=self.people.store,
            clock=clock,
            workspace=self.workspace.id,
            client=self.client,
        )
        self.client_links = ClientLinks(
            database,
            audit=self.audit,
            decisions=self.decisions,
            looking=self.looking,
            blobs=self.blobs,
            clock=clock,
        )
        self.stopping = Stopping(database, self.blobs, self.pausing)
        self.revisions = Revisions(self.blobs, self.board)
        self.keeping = Keeping(
            database,
            self.vault,
            self.blobs,
            self.audit,
            settings.data_dir,
            clock,
            [key.get_secret_value() for key in settings.secret_keys],
        )
        self.retention = Retention(database, blobs=self.blobs, audit=self.audit, clock=clock)
        self.farewells = Farewells(database, audit=self.audit, clock=clock)
        self.evidencing = Evidencing(database, blobs=self.blobs, audit=self.audit, clock=clock)
        self.exporting = Exporting(database, blobs=self.blobs, audit=self.audit, clock=clock)
        self.erasing = Erasing(database, audit=self.audit, channels=self.channels, clock=clock)
        self.once_only = OnceOnly(database)
        self.sign_in = SignIn(database, self.audit, clock)
        self.live = Live(database)
        self.local_door = LocalDoor(database, self.vault, clock)
        self.budget = DailyTokens(
            database,
            clock.now,
            workspace_limit=settings.daily_tokens,
            member_limit=settings.daily_tokens_member,
        )
        self.measures = Measures(database, clock)
        self._build_sending(database)
        self._build_working(database)
        self.file_token_id = await self._file_token()

    def _build_insights(self, database: Database) -> None:
        """What is counted, and what reports of it."""
        clock, settings = self.clock, self.settings
        self.numbers = ReadingNumbers(
            database,
            channels=self.channels,
            open_door=self.doors,
            clock=clock,
            paid=settings.paid_numbers,
            budget=ReadingBudget(database, limit=settings.paid_numbers_budget),
        )
        self.clicks = Clicks(database, clock)
        self.orders = Orders(database, credentials=self.credentials, clock=clock)
        self.counting = Counting(
            database, channels=self.channels, open_door=self.doors, clock=clock, days=settings.numbers_days
        )
        self.reports = Reports(
            database,
            blobs=self.blobs,
            numbers=self.numbers,
            clock=clock,
            clicks=self.clicks,
            wording=Wording(self._asking()),
        )
        self.bringing_in = BringingIn(database, reports=self.reports, audit=self.audit, clock=clock)
        self.alerting = Alerting(
            database, board=self.board, numbers=self.numbers, blobs=self.blobs, client=self.client, clock=clock,
            clicks=self.clicks,
        )  # fmt: skip
        self.client_reports = ClientReports(
            database,
            reports=self.reports,
            board=self.board,
            blobs=self.blobs,
            audit=self.audit,
            open_door=self.doors,
            clock=clock,
            base_url=settings.base_url,
        )

    def _build_pictures(self, database: Database, room: Room) -> None:
        """The library, what makes pictures with an image model, and what they may cost."""
        standing = StandingPictures(database)
        self.library = Library(
            blobs=self.blobs,
            media=self.media,
            feed=self.feed,
            standing=standing,
            audit=self.audit,
            room=room,
            clock=self.clock,
        )
        self.picture_budget = PictureBudget(database, self.clock.now, limit=self.settings.image_budget)
        self.painter = Painter(
            self._image_model,
            budget=self.picture_budget,
            blobs=self.blobs,
            media=self.media,
            clock=self.clock,
            seconds=self.settings.image_seconds,
        )

    def _build_links(self, database: Database) -> None:
        """What links lead to."""
        base_url = self.settings.links_url or self.settings.public_url
        self.linking = LinkRules(
            database,
            office=self.office,
            audit=self.audit,
            credentials=self.credentials,
            base_url=base_url,
            clock=self.clock,
        )

    def _build_calendar(self, database: Database) -> None:
        """The office, what members may see, and the calendar in all its shapes."""
        calendar = ContentCalendar(database)
        self.office = Office(database, self.people, self.audit, self.clock)
        self.looking = Looking(
            database,
            board=self.board,
            clock=self.clock,
            numbers_come=self.numbers.come,
            clicks=self.clicks.of_posts,
            calendar=calendar,
        )
        self.calendar_exporting = CalendarExporting(database)
        self.calendar_showing = CalendarShowing(database, self.blobs, self.clock)
        self.calendar_feeds = CalendarFeeds(
            database,
            calendar=calendar,
            credentials=self.credentials,
            office=self.office,
            audit=self.audit,
            clock=self.clock,
            base_url=self.settings.base_url,
        )

    def _build_profile(self, database: Database) -> None:
        """What proposes a brand's profile: its homepage, and its people's own edits. And how its links are counted."""
        self._build_links(database)
        self.learning = Learning(database, blobs=self.blobs, audit=self.audit, clock=self.clock)
        self.experiments = Experimenting(
            database,
            observing=self.observing,
            requests=self.requests,
            learning=self.learning,
            audit=self.audit,
            clock=self.clock,
        )
        self.importing = Importing(
            database,
            office=self.office,
            sites=Sites(self.client, self.clock),
            importer=lambda asker: Importer(self._ask(asker, Meter()), prompt=self._prompt),
            channels=self.channels,
            open_door=self.doors,
            blobs=self.blobs,
            library=self.library,
            clock=self.clock,
            model_name=self.settings.model,
        )

    def _build_accounts(self, database: Database) -> None:
        """Connecting accounts, by hand and by OAuth, and looking after what their servers gave."""
        book = TeamBook(database, self.people.store, self.audit, self.clock)
        servers = build_oauth(platforms_of(self.settings))
        access = Access(
            build_renewals(servers),
            book=book,
            secrets=self.credentials,
            ledger=Ledger(database),
            client=self.client,
            clock=self.clock,
            waiting=WaitingStore(database).accounts,
        )
        self._access = access
        self.accounts = Accounts(
            book,
            channels=self.channels,
            secrets=self.credentials,
            open_door=self.doors,
            clock=self.clock,
            give_back=access.give_back,
            admitted=access.admitted,
            faces=self.blobs,
        )
        self.waiting = WaitingAccounts(
            database,
            accounts=self.accounts,
            access=access,
            secrets=self.credentials,
            audit=self.audit,
            clock=self.clock,
        )
        self.oauth = OAuth(
            database,
            servers=servers,
            accounts=self.accounts,
            access=access,
            waiting=self.waiting,
            credentials=self.credentials,
            client=self.client,
            vault=self.vault,
            audit=self.audit,
            clock=self.clock,
            public_url=self.settings.public_url,
        )
        self.pasting = Pasting(
            database,
            accounts=self.accounts,
            waiting=self.waiting,
            vault=self.vault,
            audit=self.audit,
            clock=self.clock,
        )
        self.care = Care(
            book,
            channels={name: each for name, each in self.channels.items() if each.capabilities.access_ends},
            access=access,
            open_door=self.doors,
            clock=self.clock,
        )

    def _build_drafting(self, database: Database, room: Room) -> None:
        """What makes drafts, what they cost, and how they are mixed."""
        clock, settings = self.clock, self.settings
        self.mixing = Mixing(database, clock)
        self.costing = Costing(database)
        self.versions = versions = Versions(
            channels=self.channels,
            blobs=self.blobs,
            media=self.media,
            drafts=DraftStore(database),
            recents=Recents(database),
            posts=PostStore(database),
            clock=clock,
            open_door=self.doors,
            opening=LinkOpening(self.client, clock),
            minting=Minting(database, base_url=settings.links_url or settings.public_url, clock=clock),
            binder=Binder(self.blobs, self.signer) if self.signer is not None else None,
        )
        self._sources = Sources(database, client=self.client, blobs=self.blobs, clock=clock)
        self.standing = Standing(database, clock)
        self.observing = Observing(database)
        self.timing = Timing(self.observing, clock)
        free = FreeSlots(database, self.standing, clock, score=self.timing.score)
        self.requests = Requests(
            database,
            audit=self.audit,
            blobs=self.blobs,
            versions=versions,
            copywriter=self._copywriter,
            reader=self._reader,
            sources=self._sources,
            pictures=Pictures(
                channels=self.channels,
                blobs=self.blobs,
                creative=self._drawing,
                versions=versions,
                painter=self.painter,
            ),
            shelf=(shelf := Shelf(self.media, clock)),
            decisions=self.decisions,
            clock=clock,
            model_name=settings.model,
            room=room,
            describer=self._describer,
            free=free,
            swapping=None
            if not is_model(settings.model)
            else lambda asker: Swapping(self._ask(asker, Meter(), by_rule=False)),
        )
        self.plans = Plans(
            database, standing=self.standing, free=free, requests=self.requests, audit=self.audit, clock=clock
        )
        self.slots = Slots(
            database,
            requests=self.requests,
            board=self.board,
            clock=clock,
            forms=self._form_for,
        )
        self.advising = Advising(
            database, observing=self.observing, mixing=self.mixing, standing=self.standing, clock=clock
        )
        self.slotting = Slotting(database, self.plans, self.mixing, clock)
        self.campaigns = Campaigns(
            database,
            standing=self.standing,
            requests=self.requests,
            gate=CampaignGate(database, self.board, clock),
            stopping=lambda: self.stopping,
            audit=self.audit,
            clock=clock,
        )
        self.campaigning = Campaigning(database, self.campaigns)
        self.calendar_importing = CalendarImporting(
            database,
            requests=self.requests,
            versions=versions,
            shelf=shelf,
            board=self.board,
            audit=self.audit,
            room=room,
            clock=clock,
        )

    async def _form_for(self, slot: Slot) -> str:
        """What an experiment draws for a slot; experiments are built after slots."""
        return await self.experiments.form_for(slot)

    def _build_homes(self, database: Database) -> None:
        """Homes on chat platforms, and what people say and do there."""
        settings, clock = self.settings, self.clock
        self.homes = Homes(
            database,
            people=self.people,
            setup=self.setup,
            audit=self.audit,
            clock=clock,
            owners=settings.owners,
            seeds={"slack": settings.slack_review_room, "discord": settings.discord_review_room},
        )
        self.names = Names(database, self.people)
        self.kinship = Kinship(database, people=self.people, audit=self.audit, clock=clock)
        self.installations = Installations(database, self.vault)
        self.reactions = Reactions(
            database, homes=self.homes, decisions=self.decisions, requests=self.requests, clock=clock
        )
        self.places = Places(database, self.homes)
        self.housing = Housing(
            database,
            homes=self.homes,
            installations=self.installations,
            board=self.board,
            catching_up=CatchingUp(database, self.board, clock),
            team=self.people.store,
            local=self.workspace.id,
            clock=clock,
        )
        self.on_home, self.open_home, self.close_home = self.housing.on_home, self.housing.open, self.housing.close

    def _build_feeds(self, database: Database) -> None:
        """Feeds that brands have watched, and files that people give to write from."""
        self.documents = Documents(database, blobs=self.blobs, room=Room(database, self.settings.data_dir))
        self.opening = Opening(self.client)
        self.watching = Watching(database, opening=self.opening, office=self.office, audit=self.audit, clock=self.clock)

    def _build_sending(self, database: Database) -> None:
        self._build_feeds(database)
        self.proving = Proving(
            decisions=self.decisions, versions=self.versions, sources=self._sources, clock=self.clock
        )
        self.rereading = Rereading(database, sources=self._sources, audit=self.audit, clock=self.clock)
        self.publisher = Publisher(
            database,
            blobs=self.blobs,
            journal=self.journal,
            audit=self.audit,
            channels=self.channels,
            open_door=self.doors,
            clock=self.clock,
            worker=self.worker,
            lease=self.settings.lease,
            lent=self.settings.media_from == "bucket",
        )
        self.recovery = Recovery(
            database, channels=self.channels, journal=self.journal, audit=self.audit, clock=self.clock
        )
        self.reconciler = Reconciler(database, self.publisher, self.clock)

    def _build_working(self, database: Database) -> None:
        self.engine = Engine(
            self._url,
            worker_name=self.worker,
            lease=self.settings.redelivery,
            queues=self.queues,
            on_dead=self._given_up,
        )
        self.programs = Programs(self.audit, self.people.store, self.clock)
        self.ledger = ledger = Ledger(database)
        self.desk = Desk(
            database,
            ledger=ledger,
            requests=self.requests,
            looking=self.looking,
            stopping=self.stopping,
            absences=self.office,
            proving=self.proving,
            reports=self.reports,
            calendar=self.calendar_showing,
            people=self.people,
            clock=self.clock,
            enqueue=self._enqueue_request,
            enqueue_reply=self._enqueue_reply,
            slotting=self.slotting,
            campaigning=self.campaigning,
            learned=Learned(database, advising=self.advising, timing=self.timing, experiments=self.experiments),
            links=Linked(self.linking, self.clicks, self.blobs),
        )
        self.desk.quotes_into(self.documents.keep)
        self.lapses = Lapses(database, self.posts)
        self.telling_accounts = TellingAccounts(database, self.board, self.lapses, self.clock)
        self.api_versions = ApiVersions(database, channels=self.channels, board=self.board, clock=self.clock)
        self.doctor.also("API versions", self.api_versions.look)
        self.weekly = Weekly(
            database,
            board=self.board,
            audit=self.audit,
            clock=self.clock,
            learned=self.experiments.news,
            summaries=self.reports.summary,
            standing=self.standing,
        )
        self.taking_up = TakingUp(database, ledger=ledger, posted=self.posted, clock=self.clock)
        upkeep = Upkeep(
            database,
            board=self.board,
            decisions=self.decisions,
            weekly=self.weekly,
            stops=TellingStops(database, self.board, self.clock),
            accounts=self.telling_accounts,
            clock=self.clock,
            examine=self.care.examine,
        )
        answers = Answers(database, self.desk, self.clock)
        revising = Revising(database, requests=self.requests, board=self.board)
        polling = Polling(database, opening=self.opening, board=self.board, clock=self.clock)
        entries = EntryDrafts(database, requests=self.requests, board=self.board, clock=self.clock)
        clockwork = Clockwork(database, self.clock, self._add)
        self.engine.register("chat", "request", self._with_model(self.desk.answer))
        self.engine.register("chat", "requests", self.desk.spread)
        self.engine.register("chat", "reply", answers.bring)
        self.engine.register("chat", "revise", self._with_model(revising.revise))
        self.engine.register("publish", "post", self.rereading.before(self.publisher.publish))
        self.engine.register("upkeep", "sources", self.rereading.read)
        holding_back = HoldingBack(database, blobs=self.blobs, audit=self.audit, clock=self.clock)
        self.engine.register("upkeep", "timing", holding_back.look)
        self.engine.register("chat", "entry", self._with_model(entries.entry))
        self.engine.register("upkeep", "feed", polling.feed)
        self.engine.register("chat", "import", self._with_model(self.calendar_importing.work))
        self.engine.register("upkeep", "plan", self.slots.plan)
        self.engine.register("chat", "slot", self._with_model(self.slots.slot))
        self.engine.register("publish", "reconcile", self.reconciler.reconcile)
        promised = Promised(database, posts=self.posts, board=self.board, clock=self.clock)
        self.engine.register("publish", "takedown", promised.take_down)
        for name in ("note", "remind", "expire", "digest"):
            self.engine.register("upkeep", name, getattr(upkeep, name))
        recounting = Recounting(
            database,
            board=self.board,
            decisions=self.decisions,
            sign_in=self.sign_in,
            tokens=self.tokens,
            clock=self.clock,
        )
        self.engine.register("upkeep", "kin", recounting.kin)
        self.engine.register("upkeep", "numbers", self.numbers.look)
        self.engine.register("upkeep", "leaving", self._going(database).leave)
        self._clockwork = clockwork
        self.scheduler = Scheduler(handing_to(self.engine), CronMarkers(database), self.clock)
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
            self.engine.register("upkeep", name, once_a_firing(ledger, name, task, lease_seconds=CRON_LEASE_SECONDS))
            self.scheduler.every(name, timedelta(seconds=seconds))
        self.ticker = Ticker(self._tick, full_batch=BATCH)

    def _going(self, database: Database) -> Going:
        """What a brand that leaves goes through."""
        parting = Parting(
            database,
            blobs=self.blobs,
            aside=lambda: set_aside(self.settings.data_dir),
            audit=self.audit,
            journal=self.journal,
            board=self.board,
            office=self.office,
            credentials=self.credentials,
            access=self._access,
            clock=self.clock,
            links_url=self.linking.base_url,
        )
        telling = Telling(self.board, self.people.store)
        return Going(database, parting=parting, audit=self.audit, telling=telling, clock=self.clock)

    async def _too_old(self) -> TooOld | None:
        """Why this code may read but not write what is kept here, if so. Raises TooOld when it may not even read."""
        asked = await epoch.needs(self.database, await TeamStore(self.database).workspace_ids())
        refusal = EPOCH.refusal(asked)
        if refusal is not None and not EPOCH.reads(asked):
            raise refusal
        return refusal

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
            self._begin_loading()
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
        await ended(*self._loops, *([self._loading] if self._loading else []))
        self._loops.clear()
        await self.canaries.leave()
        await self._working.aclose()
        for model in {id(each): each for each in (self._model, self._fallback, *self._seeing)}.values():
            if model is not None:
                await importlib.import_module("bot.llm.chat_models").close_model(model)
        self._model = self._fallback = None
        self._seeing = ()

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
        await asyncio.shield(self._begin_loading())

    def _begin_loading(self) -> asyncio.Task[None]:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(), name="load-model")
        return self._loading

    def _with_model(self, work: Callable[[str, str], Awaitable[None]]) -> Callable[[str, str], Awaitable[None]]:
        async def waited(workspace: str, entry: str) -> None:
            await self.loaded()
            await work(workspace, entry)

        return waited

    async def _load(self) -> None:
        """LangChain comes in here and nowhere earlier: seconds and 80 MB that nothing but a model's turn needs."""
        await _aside(self._build_models)
        self.desk.use(self._model, self._fallback, self.budget)
        await _aside(self._drawing)

    def _drawing(self) -> Any:
        """What draws pictures, loaded when it is first asked for."""
        if self._creative is None:
            creative = importlib.import_module("bot.drafting.creative").Creative
            self._creative = creative(signer=self.signer)
        return self._creative

    def _image_model(self) -> Any:
        """What makes pictures, loaded when one is first asked for; None without a setting."""
        settings = self.settings
        if not settings.image_model:
            return None
        if self._maker is None:
            self._maker = importlib.import_module("bot.artwork.makers.choosing").build_maker(
                settings.image_model,
                client=self.picture_client,
                key=settings.picture_key,
                url=settings.picture_url,
                price=settings.image_price,
                patience_seconds=settings.image_seconds,
            )
        return self._maker

    def _build_models(self) -> None:
        """Blocking, for seconds."""
        build = importlib.import_module("bot.llm.chat_models").build_model
        importlib.import_module("bot.conversation.agent")
        importlib.import_module("bot.llm.structured")
        keys = {name: key.get_secret_value() for name, key in self.settings.provider_keys.items()}
        prices = self.settings.prices
        self._model = build(ModelChoice.parse(self.settings.model), keys, prices=prices)
        if self.settings.fallback_model:
            choice = ModelChoice.parse(self.settings.fallback_model, setting="ADMIND_FALLBACK_MODEL")
            self._fallback = build(choice, keys, prices=prices)
        self._seeing = importlib.import_module("bot.llm.seeing").seeing(
            self.settings.seeing_model,
            (self._model, self._fallback),
            lambda choice: build(choice, keys, prices=prices),
        )

    def _copywriter(self, asker: Asker) -> Copywriter:
        meter = Meter()
        return Copywriter(self._ask(asker, meter), prompt=self._prompt, rounds=self.settings.repair_rounds, meter=meter)

    def _reader(self, asker: Asker) -> Reader:
        meter = Meter()
        return Reader(self._ask(asker, meter), prompt=self._prompt, meter=meter)

    def _describer(self, asker: Asker) -> Describer:
        meter = Meter()
        return Describer(self._ask(asker, meter, seeing=True), prompt=self._prompt, meter=meter)

    def _ask(self, asker: Asker, meter: Meter, *, by_rule: bool = True, seeing: bool = False) -> Ask:
        """One structured call on this workspace's token budget; without `by_rule` the offline writer never steps in.
        `seeing`: of a model that looks at pictures; raises Sightless where there is none.
        """

        async def ask(schema: type[SchemaT], messages: Sequence[tuple[str, str]], /) -> SchemaT:
            await self.loaded()
            structured = importlib.import_module("bot.llm.structured").structured
            as_messages = importlib.import_module("langchain_core.messages").convert_to_messages
            model = self._model
            fallback = self._fallback if by_rule or is_model(self.settings.fallback_model) else None
            if seeing:
                if not self._seeing:
                    raise Sightless
                model, fallback = self._seeing[0], self._seeing[1] if len(self._seeing) > 1 else None
            filled: SchemaT = await structured(
                model,
                schema,
                as_messages(messages),
                fallback=fallback,
                budget=self.budget,
                payer=Payer(asker.workspace, asker.member, asker.brand),
                meter=meter,
            )
            return filled

        return ask

    def _asking(self) -> Callable[[str, str], Ask] | None:
        """Who asks a model for a brand, in nobody's name; None where no model writes."""
        if not is_model(self.settings.model):
            return None

        def of(workspace: str, brand: str) -> Ask:
            asker = Asker(workspace, brand, "", conversation="", surface="report", language="en", zone="UTC")
            return self._ask(asker, Meter(), by_rule=False)

        return of

    async def _enqueue_request(self, workspace: str, request: str) -> None:
        """One request, or several that came together."""
        several = TOGETHER in request
        task, name = ("requests", sha256(request.encode()).hexdigest()) if several else ("request", request)
        await self.engine.add("chat", task, workspace, request, key=f"{workspace}:{task}:{name}")

    async def _enqueue_reply(self, workspace: str, request: str) -> None:
        await self.engine.add("chat", "reply", workspace, request, key=f"{workspace}:reply:{request}")

    async def _add(self, queue: str, task: str, workspace: str, entry: str, key: str) -> None:
        await self.engine.add(cast(Queue, queue), task, workspace, entry, key=key)

    async def _tick(self) -> int:
        ticked = await self._clockwork.tick()
        return BATCH if ticked.more else ticked.entries

    async def _given_up(self, _queue: str, task: str, workspace: str, entry: str, error: Exception) -> None:
        if task == "requests":  # each of them is on the due set
            return
        if task == "request":
            await self.desk.give_up(workspace, entry)
        await self._clockwork.given_up(workspace, f"{task}:{entry}", self.board)

    async def _sweep(self, _fired: datetime) -> None:
        await self._clockwork.sweep()

    async def _seal(self, _fired: datetime) -> None:
        """Chain the latest audit entries, and write the head where Redis cannot take it back."""
        for workspace in await self.people.store.workspace_ids():
            await self.audit.seal(workspace)

    async def _retire(self, _fired: datetime) -> None:
        await self.retention.retire()

    async def _arm(self, _fired: datetime) -> None:
        await self.weekly.arm(await self.people.store.workspace_ids())
        await self.slots.arm(await self.people.store.workspace_ids())

    async def _clean(self, _fired: datetime) -> None:
        await self.retention.sweep()
        await self.retention.rehint()
        await self.audit.rewrite_file()  # yesterday's salt of clicks leaves the database's file, too

    async def _count(self, _fired: datetime) -> None:
        await self.counting.count()
        await self.client_reports.prepare_due()
        await self.alerting.look()

    async def _beat(self, _fired: datetime) -> None:
        if self.settings.heartbeat_url and not await self.not_ready():
            await self.client.get(self.settings.heartbeat_url)

    async def _renew(self, _fired: datetime) -> None:
        workspaces = await self.people.store.workspace_ids()
        await self.care.renew_all(workspaces)
        await self.waiting.sweep(workspaces)

    async def _examine(self, fired: datetime) -> None:
        await self.care.examine_all(await self.people.store.workspace_ids(), fired, timedelta(seconds=EXAMINE_SECONDS))

    async def _warn(self, _fired: datetime) -> None:
        workspaces = await self.people.store.workspace_ids()
        await self.telling_accounts.warn_all(workspaces)
        await self.api_versions.warn_all(workspaces)

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
                self.too_old = await self._too_old()
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


def _signer(settings: Settings) -> Any:
    """What signs pictures; None without a certificate. Raises Misconfigured."""
    if settings.c2pa_chain is None or settings.c2pa_key is None:
        return None
    provenance = importlib.import_module("bot.artwork.provenance")
    try:
        return provenance.signer_with_key(settings.c2pa_chain.read_bytes(), settings.c2pa_key.read_bytes())
    except (OSError, UnicodeDecodeError, provenance.ProvenanceFailed) as error:
        raise Misconfigured(
            "ADMIND_C2PA_CHAIN, ADMIND_C2PA_KEY: these files can't be used to sign pictures.",
            kept="Nothing was started.",
            do_next="Give the chain as PEM and a P-256 private key as unencrypted PEM; "
            "`admind doctor --make-test-cert` makes a pair to try it out.",
        ) from error


async def _aside(work: Callable[[], object]) -> None:
    """Work on a thread that nothing waits for at the end: half an import must not hold up a stop for seconds."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="load", daemon=True).start()
    await done.wait()
    if failed:
        raise failed[0]


def local_zone() -> str:
    """This machine's IANA zone, or UTC when it does not say."""
    tzlocal = importlib.import_module("tzlocal")
    with contextlib.suppress(Exception):
        name = cast(Callable[[], str], tzlocal.get_localzone_name)()
        if name:
            return name
    return "UTC"
