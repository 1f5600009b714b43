"""A small AdMind without a model: real storage, review, publishing and channels, on a clock that tests move."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.door import Doors, Given
from bot.channels.base import Channel, Content
from bot.channels.registry import build_channels, build_oauth
from bot.chat import DecisionRequest, Identified
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.fetch import safe_client
from bot.insights.numbers import ReadingNumbers
from bot.publishing.pause import Pausing
from bot.publishing.publisher import Publisher
from bot.publishing.reconciler import Reconciler
from bot.publishing.recovery import Recovery
from bot.review.board import Board
from bot.review.inbox import Inbox
from bot.review.reminders import decide_by
from bot.team.people import People
from bot.team.setup import Setup
from bot.workflow.decisions import Decided, Decisions, watch
from bot.workflow.lapses import Lapses
from bot.workflow.posts import Posts
from bot.workflow.telling_accounts import TellingAccounts
from bot.workflow.telling_stops import TellingStops
from bot.workflow.upkeep import Add, Clockwork, Upkeep
from bot.workflow.weekly import Weekly
from storage import keys
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore, Lends
from storage.blobs.files import FileBlobs
from storage.commit import Change, commit
from storage.credentials import Credentials, Vault, load_or_create_keys
from storage.drafts import Brief, Draft, DraftStatus, Finding, Verdict, Version
from storage.feed import FeedStore
from storage.inbox import InboxItem, inbox_store
from storage.journal import Journal
from storage.ledger import Ledger
from storage.posts import Post, PostState
from storage.record import new_id
from storage.redis import Database
from storage.sealed import Medium
from storage.stores import DraftStore, PostStore
from storage.team import Brand, Member, Policy, Role, Workspace

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=2)


@dataclass
class World:
    """One workspace with a brand, an owner and a feed account."""

    database: Database
    clock: MovableClock
    folder: Path
    blobs: BlobStore
    journal: Journal
    vault: Vault
    audit: AuditWriter
    feed: FeedStore
    channels: Mapping[str, Channel]
    people: People
    workspace: Workspace
    brand: Brand
    owner: Member
    account: Account
    doors: Doors
    decisions: Decisions
    posts: Posts
    pausing: Pausing
    board: Board
    publisher: Publisher
    reconciler: Reconciler
    recovery: Recovery
    upkeep: Upkeep
    care: Care
    book: TeamBook
    lapses: Lapses
    telling_accounts: TellingAccounts
    numbers: ReadingNumbers
    added: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    @property
    def ws(self) -> str:
        return self.workspace.id

    @property
    def drafts(self) -> DraftStore:
        return DraftStore(self.database)

    @property
    def kept_posts(self) -> PostStore:
        return PostStore(self.database)

    async def member(self, name: str, *roles: Role, distinct: bool = True) -> Member:
        change = Change(self.ws)
        identity = Identified(platform="test", user=name)
        member = self.people.add(change, name, {self.brand.id: frozenset(roles)}, [identity], self.clock.now())
        await self.people.save(change)
        if not distinct:
            kept = await self.people.store.members.get(self.ws, member.id)
            member = kept.record.changed(distinct=False)
            change = Change(self.ws)
            self.people.store.members.put(change, member, member.id, ver=kept.ver, at=1.0)
            await commit(self.database, change)
        return member

    async def policy(self, policy: Policy) -> None:
        kept = await self.people.store.brands.get(self.ws, self.brand.id)
        self.brand = kept.record.changed(policy=policy)
        change = Change(self.ws)
        self.people.store.brands.put(change, self.brand, self.brand.id, ver=kept.ver, at=1.0)
        await commit(self.database, change)

    async def webhook(self, url: str, *, posted: bool = True, **options: str) -> Account:
        """A connected webhook account; the address must be on the client's allow-list."""
        secrets = {"signing_key": "whsec_" + "A" * 43 + "="}
        return await self.connected("webhook", "Our site", {"url": url, **options}, secrets, posted=posted)

    async def connected(
        self, channel: str, name: str, options: Mapping[str, str], secrets: Mapping[str, str], *, posted: bool = True
    ) -> Account:
        candidate = Account(
            id=new_id("a"),
            workspace=self.ws,
            brand=self.brand.id,
            channel=channel,
            name=name,
            options=dict(options),
            posted=posted,
            created_at=self.clock.now(),
        )
        account = await self.channels[channel].connect(candidate, self.doors(candidate, secrets=Given(secrets)))
        for secret, value in secrets.items():
            await Credentials(self.database, self.vault).put(self.ws, account.id, secret, value)
        change = Change(self.ws)
        self.people.store.accounts.put(change, account, account.id, ver=None, at=self.clock.now().timestamp())
        await commit(self.database, change)
        return account

    async def draft(
        self,
        *accounts: Account,
        text: str = "Fresh bread from six.",
        due_in: timedelta | None = HOUR,
        by: Member | None = None,
        findings: tuple[Finding, ...] = (),
        media: tuple[Medium, ...] = (),
        comment: str = "",
    ) -> Draft:
        """A draft with one version an account, sealed as drafting seals it."""
        now, author = self.clock.now(), by or self.owner
        due = now + due_in if due_in is not None else None
        versions = [await self._version(account, text, due, media, comment) for account in accounts or (self.account,)]
        draft = Draft(
            id=new_id("d"),
            workspace=self.ws,
            brand=self.brand.id,
            title=text[:40],
            brief=Brief(request=text),
            requested_by=author.id,
            authors=frozenset({author.id}),
            versions=tuple(versions),
            findings=findings,
            due=due,
            decide_by=decide_by(due, now),
            created_at=now,
            updated_at=now,
        )
        change = self.drafts.save(Change(self.ws), draft, ver=None)
        watch(change, draft, now)
        await commit(self.database, change)
        return draft

    async def _version(
        self, account: Account, text: str, due: datetime | None, media: tuple[Medium, ...], comment: str
    ) -> Version:
        channel = self.channels[account.channel]
        content = Content(text=text, title=text[:40], media=media, not_before=due, first_comment=comment)
        payload = channel.build(content, account)
        measured = channel.measure(text, account)
        return Version(
            account=account.id,
            channel=account.channel,
            text=text,
            media=media,
            payload=await self.blobs.put(payload.canonical()),
            digest=payload.digest,
            length=measured.used,
            limit=measured.limit,
            unit=measured.unit,
            first_comment=comment,
        )

    async def decide(
        self,
        draft: Draft,
        verdict: Verdict = Verdict.approve,
        by: Member | None = None,
        *,
        digest: str = "",
        reason: str = "",
        accounts: tuple[str, ...] = (),
    ) -> Decided:
        return await self.decisions.decide(
            DecisionRequest(
                workspace=self.ws,
                draft=draft.id,
                member=(by or self.owner).id,
                verdict=verdict,
                digest=digest or draft.digest,
                surface="test",
                reason=reason,
                accounts=accounts,
                at=self.clock.now(),
            )
        )

    async def revise(self, draft: Draft, by: Member, *, text: str = "", due: datetime | None = None) -> Draft:
        """What `Requests` does for a person's own wording (`text`) or another time (`due`)."""
        case = await self.decisions.case(self.ws, draft.id)
        old = case.draft
        if any(
            kept.record.state in (PostState.published, PostState.sending, PostState.unknown)
            for kept in case.posts.values()
        ):
            raise BadInput("This is already out or on its way.")
        met = all(standing.met for standing in case.standings(old, self.clock.now()))
        versions = []
        for version in old.versions:
            made = await self._version(
                case.accounts[version.account], text or version.text, due, (), version.first_comment
            )
            versions.append(made.model_copy(update={"post": version.post, "edited_by": by.id if text else ""}))
        new = old.changed(
            versions=tuple(versions),
            due=due,
            revision=old.revision + 1,
            authors=old.authors | ({by.id} if text else set()),
            status=DraftStatus.waiting,
            updated_at=self.clock.now(),
        )
        if not text and met:
            new = self.decisions.approved_by_mover(case, new, by, "test")
        return (await self.decisions.settle(case, new, None, why="revised", by=by)).draft

    async def approved(self, *accounts: Account, text: str = "Fresh bread from six.", comment: str = "") -> Post:
        """A draft for the owner's accounts, approved; its (first) post, due in an hour."""
        decided = await self.decide(await self.draft(*accounts, text=text, comment=comment))
        assert decided.posts, decided.sentence
        return decided.posts[0]

    async def post(self, post: Post) -> Post:
        return (await self.kept_posts.get(self.ws, post.id)).record

    async def publish_due(self, post: Post) -> Post:
        """Let its time come, and publish it as a worker would, its first comment after it."""
        if self.clock.now() < post.due:
            self.clock.move_to(post.due + timedelta(seconds=1))
        await self.publisher.publish(self.ws, post.id)
        kept = await self.post(post)
        if kept.commenting and kept.state is PostState.scheduled and kept.failure is None:
            await self.publisher.publish(self.ws, post.id)
            kept = await self.post(post)
        return kept

    async def feed_guids(self) -> list[str]:
        return [item.guid for item in (await self.feed.newest(self.ws)).items]

    async def notices(self) -> list[InboxItem]:
        return list((await inbox_store(self.database).page(self.ws, limit=5000)).items)

    async def entries(self) -> dict[str, float]:
        """The due set: entry → ms."""
        client: Any = self.database.client
        return dict(await client.zrange(keys.due(self.ws), 0, -1, withscores=True))

    def clockwork(self, add: Add | None = None) -> Clockwork:
        """Hands over to `added` for want of an engine."""

        async def remember(queue: str, task: str, workspace: str, entry: str, key: str) -> None:
            self.added.append((queue, task, workspace, entry, key))

        return Clockwork(self.database, self.clock, add or remember)

    async def run_due(self, *, rounds: int = 10) -> None:
        """Tick and carry out what came, as the engine would, until nothing is due."""
        clockwork = self.clockwork()
        tasks = {
            "post": self.publisher.publish,
            "reconcile": self.reconciler.reconcile,
            "note": self.upkeep.note,
            "remind": self.upkeep.remind,
            "expire": self.upkeep.expire,
            "digest": self.upkeep.digest,
            "numbers": self.numbers.look,
        }
        for _ in range(rounds):
            await clockwork.tick()
            work, self.added[:] = list(self.added), []
            if not work:
                return
            for _, task, workspace, entry, _ in work:
                if task in tasks:
                    await tasks[task](workspace, entry)


@cache
def public_roots() -> ssl.SSLContext:
    """What a client trusts by itself, read once: reading it takes longer than most tests."""
    return httpx2.create_ssl_context(trust_env=False)


@asynccontextmanager
async def world_on(
    database: Database,
    folder: Path,
    *,
    allow_hosts: frozenset[str] = frozenset(),
    clock: MovableClock | None = None,
    worker: str = "worker-1",
    lease: timedelta = LEASE,
    channels: Mapping[str, Channel] | None = None,
    webhook_deadline: timedelta | None = None,
    webhook_settle: timedelta = timedelta(seconds=60),
    blobs: BlobStore | None = None,
    lends: Lends | None = None,
    paid_numbers: bool = False,
) -> AsyncIterator[World]:
    """A world in this database and folder; the same again finds what was there. `blobs`: other than in the folder;
    `lends`: where channels that fetch get pictures, other than from the public edge.
    """
    clock = clock or MovableClock()
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        vault = load_or_create_keys(folder)
        journal = await stack.enter_async_context(Journal(folder / "journal", worker))
        client = await stack.enter_async_context(safe_client(allow_hosts=allow_hosts, verify=public_roots()))
        audit, feed = AuditWriter(database, vault, journal), FeedStore(database)
        blobs = blobs or FileBlobs(folder / "blobs")
        database.files = blobs
        people = People(database)
        workspace = await Setup(people, audit).ensure(zone="Europe/Zurich", owners=(), now=clock.now())
        owner = await people.who(workspace.id, Identified(platform="terminal", user="owner"))
        assert owner is not None
        account = (await people.store.all(people.store.accounts, workspace.id))[0]
        adapters = channels or build_channels(feed, base_url="http://localhost:8484")
        if webhook_deadline is not None:
            hook = adapters["webhook"]
            hook.capabilities = replace(hook.capabilities, deadline=webhook_deadline, settle=webhook_settle)
        credentials = Credentials(database, vault)
        doors = Doors(
            secrets=credentials,
            blobs=blobs,
            client=client,
            base_url="http://localhost:8484",
            clock=clock,
            lends=lends,
        )
        board = Board(database, clock)
        board.add_home(workspace.id, Inbox(database, workspace.id, clock))
        decisions = Decisions(database, audit=audit, clock=clock)
        publisher = Publisher(
            database,
            blobs=blobs,
            journal=journal,
            audit=audit,
            channels=adapters,
            open_door=doors,
            clock=clock,
            worker=worker,
            lease=lease,
            lent=lends is not None,
        )
        publisher.open.set()
        servers = build_oauth()
        book = TeamBook(database, people.store, audit, clock)
        care = Care(
            book,
            channels={name: each for name, each in adapters.items() if each.capabilities.access_ends},
            access=Access(servers, book=book, secrets=credentials, ledger=Ledger(database), client=client, clock=clock),
            open_door=doors,
            clock=clock,
        )
        posts = Posts(database, audit=audit, channels=adapters, open_door=doors, clock=clock)
        telling_accounts = TellingAccounts(database, board, Lapses(database, posts), clock)
        yield World(
            database=database,
            clock=clock,
            folder=folder,
            blobs=blobs,
            journal=journal,
            vault=vault,
            audit=audit,
            feed=feed,
            channels=adapters,
            people=people,
            workspace=workspace,
            brand=(await people.store.brands.get(workspace.id, workspace.default_brand)).record,
            owner=owner,
            account=account,
            doors=doors,
            decisions=decisions,
            posts=posts,
            care=care,
            book=book,
            lapses=Lapses(database, posts),
            telling_accounts=telling_accounts,
            numbers=ReadingNumbers(database, channels=adapters, open_door=doors, clock=clock, paid=paid_numbers),
            pausing=Pausing(database, audit),
            board=board,
            publisher=publisher,
            reconciler=Reconciler(database, publisher, clock),
            recovery=Recovery(database, channels=adapters, journal=journal, audit=audit, clock=clock),
            upkeep=Upkeep(
                database,
                board=board,
                decisions=decisions,
                weekly=Weekly(database, board=board, audit=audit, clock=clock),
                stops=TellingStops(database, board, clock),
                accounts=telling_accounts,
                clock=clock,
                examine=care.examine,
            ),
        )
