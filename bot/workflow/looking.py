"""What a member may see, in its public shape. Brands are boundaries: what is outside them does not exist here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.cards import Words
from bot.chat import Card
from bot.clock import Clock
from bot.errors import BadInput, NotFound
from bot.insights.clicks import Counted
from bot.planning.content_calendar import ContentCalendar, Entry
from bot.planning.ics import render
from bot.review.approval import could_approve
from bot.review.board import Board, safe_by
from bot.review.discreet import missing_for_clients, only_client, without_talk
from bot.review.round_table import RoundTable
from bot.views import (
    AccountView,
    BrandView,
    DraftView,
    ListView,
    MemberView,
    NoticeView,
    PauseView,
    PostView,
    account_view,
    brand_view,
    draft_view,
    member_view,
    post_view,
)
from bot.words import words
from bot.workflow.calendar_feeds import AHEAD, BACK, events_of
from bot.workflow.costing import Costing
from storage.accounts import Account
from storage.drafts import OPEN, Draft, DraftStatus
from storage.inbox import inbox_store
from storage.pauses import read as read_pauses
from storage.posts import ASKS, Post, PostState
from storage.record import Record
from storage.redis import Database
from storage.stores import DraftStore, Page, PostStore, TeamStore
from storage.team import Member, Role, Workspace
from storage.usage import NOTHING, Usage

T = TypeVar("T", bound=Record)
MOST = 200  # of a list in one answer
MOST_PAGES = 40  # looked through for one answer
MOST_BETWEEN = 1000  # posts of a span
FEW = 12  # so many brands are looked up one by one; more are filtered from the whole workspace's
NumbersCome = Callable[[Post, Account | None], bool]
ClicksOf = Callable[[str, Sequence[str]], Awaitable[Mapping[str, Counted]]]


def _none(_post: Post, _account: Account | None) -> bool:
    return False


async def _nobody(_workspace: str, _posts: Sequence[str]) -> Mapping[str, Counted]:
    return {}


class Looking:
    def __init__(
        self,
        database: Database,
        *,
        board: Board,
        clock: Clock,
        numbers_come: NumbersCome = _none,
        clicks: ClicksOf = _nobody,
        calendar: ContentCalendar | None = None,
    ) -> None:
        """`numbers_come`: whether numbers of a post are still to come, from its account as far as that is known;
        `clicks`: of posts that have short links, by their ids.
        """
        self._database = database
        self._clicks = clicks
        self._numbers_come = numbers_come
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._inbox = inbox_store(database)
        self._calendar = calendar or ContentCalendar(database)
        self._board = board
        self._costing = Costing(database)
        self._clock = clock
        self._within: frozenset[str] = frozenset()

    def within(self, brands: frozenset[str]) -> Looking:
        """The same windows for who acts in a member's name in these brands alone; no brands: no narrower."""
        narrower = copy(self)
        narrower._within = brands
        return narrower

    async def member(self, workspace: str, member_id: str) -> Member:
        """The member with the roles that count here. Raises NotFound."""
        return self._narrowed((await self._team.members.get(workspace, member_id)).record)

    def _narrowed(self, member: Member) -> Member:
        if not self._within:
            return member
        return member.changed(roles={brand: held for brand, held in member.roles.items() if brand in self._within})

    async def home_brand(self, workspace: str, member_id: str) -> str | None:
        """The brand that a member means who names none; "" when they have none; None for somebody who left."""
        kept = await self._team.members.find(workspace, member_id)
        if kept is None or kept.record.erased_at is not None:
            return None
        home = await self._team.workspaces.find(workspace, workspace)
        default, roles = home.record.default_brand if home else "", self._narrowed(kept.record).roles
        return default if roles.get(default) else next(iter(sorted(roles)), "")

    async def brand(self, workspace: str, member_id: str, brand_id: str) -> None:
        """Raises NotFound when this is no brand of the member's."""
        if not (await self.member(workspace, member_id)).roles.get(brand_id):
            raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")

    async def drafts(
        self,
        workspace: str,
        member_id: str,
        *,
        status: str = "",
        after: str = "",
        limit: int = 50,
        brands: frozenset[str] | None = None,
    ) -> ListView[DraftView]:
        """Drafts newest first; `status` is one of theirs, or `open`; of these of the member's brands, unless None.

        Raises BadInput.
        """
        if status and status != "open" and status not in set(DraftStatus):
            raise BadInput(
                f"There is no status {status[:20]!r}.", do_next=f"Use open or one of {', '.join(DraftStatus)}."
            )
        member = await self.member(workspace, member_id)
        table, now = await self._board.round_table(workspace), self._clock.now()
        kind = "open" if status == "open" or status in OPEN else ""
        mine, following = await _pages(
            self._drafts,
            workspace,
            [f"{kind or 'of'}:{brand}" for brand in _few(member, brands)] or [kind or "all"],
            after,
            limit,
            lambda draft: (
                _sees(member, brands, draft.brand)
                and status in ("", "open", draft.status.value)
                and _ripe(draft, member, table, now)
            ),
            lambda draft: draft.created_at.timestamp(),
        )
        return ListView(items=[self._shown(draft, member, table) for draft in mine], next=following)

    async def campaigns(self, workspace: str, member_id: str) -> tuple[str, ...]:
        """Names of campaigns that the newest drafts of the member's brands belong to, the latest first."""
        member = await self.member(workspace, member_id)
        indexes = [f"of:{brand}" for brand in _few(member, None)] or ["all"]
        newest, _ = await _pages(
            self._drafts,
            workspace,
            indexes,
            "",
            MOST,
            lambda draft: bool(draft.brief.campaign) and bool(member.roles.get(draft.brand)),
            lambda draft: draft.created_at.timestamp(),
        )
        return tuple(dict.fromkeys(draft.brief.campaign for draft in newest))

    async def waits_for(self, workspace: str, member_id: str, brand: str) -> tuple[DraftView, ...]:
        """The brand's drafts to which this member can give the next approval, whose time comes first before others."""
        member = await self.member(workspace, member_id)
        if not member.roles.get(brand):
            return ()
        table, now, after = await self._board.round_table(workspace), self._clock.now(), ""
        found: list[Draft] = []
        for _ in range(MOST_PAGES):
            page = await self._drafts.page(workspace, index=f"open:{brand}", after=after, limit=MOST)
            waiting = [draft for draft in page.items if draft.status is DraftStatus.waiting]
            found += [draft for draft in waiting if could_approve(member, table.standings(draft, now))]
            after = page.next or ""
            if not after:
                break
        far = datetime.max.replace(tzinfo=UTC)
        return tuple(
            self._shown(draft, member, table)
            for draft in sorted(found, key=lambda each: (each.due or far, each.created_at))
        )

    async def draft(self, workspace: str, member_id: str, draft_id: str) -> DraftView:
        """Raises NotFound, for another brand's draft too."""
        return self._shown(*await self._seen(workspace, member_id, draft_id))

    async def draft_card(self, workspace: str, member_id: str, draft_id: str) -> Card:
        """As it stands in the rooms of the team, or of the clients for who is one. Raises NotFound."""
        draft, member, _ = await self._seen(workspace, member_id, draft_id)
        return await self._board.card(draft, for_client=only_client(member, draft.brand))

    async def draft_record(self, workspace: str, member_id: str, draft_id: str) -> Draft:
        """For clients without what the team said of it. Raises NotFound."""
        draft, member, _ = await self._seen(workspace, member_id, draft_id)
        return without_talk(draft, member) if only_client(member, draft.brand) else draft

    async def _seen(self, workspace: str, member_id: str, draft_id: str) -> tuple[Draft, Member, RoundTable]:
        member = await self.member(workspace, member_id)
        draft = (await self._drafts.get(workspace, draft_id)).record
        table = await self._board.round_table(workspace)
        if not member.roles.get(draft.brand) or not _ripe(draft, member, table, self._clock.now()):
            raise NotFound(f"There is no draft {draft_id[:40]}.", do_next="Look at the list of those there are.")
        return draft, member, table

    async def posts(
        self,
        workspace: str,
        member_id: str,
        *,
        status: str = "",
        after: str = "",
        limit: int = 50,
        brands: frozenset[str] | None = None,
    ) -> ListView[PostView]:
        """Posts by their time, latest first; `status` is one of theirs, or `asking` for those that wait for a word; of
        these of the member's brands, unless None. Raises BadInput.
        """
        if status and status != "asking" and status not in set(PostState):
            raise BadInput(f"There is no status {status[:20]!r}.", do_next=f"Use one of {', '.join(PostState)}.")
        member = await self.member(workspace, member_id)
        few = [] if status == "asking" or status in ASKS else [f"of:{brand}" for brand in _few(member, brands)]
        mine, following = await _pages(
            self._posts,
            workspace,
            few or ["asking" if status == "asking" or status in ASKS else "all"],
            after,
            limit,
            lambda post: _sees(member, brands, post.brand) and status in ("", "asking", post.state.value),
            lambda post: post.due.timestamp(),
        )
        words = await self._words(workspace, {post.brand for post in mine}, member)
        return ListView(items=await self._views(workspace, mine, words), next=following)

    async def post(self, workspace: str, member_id: str, post_id: str) -> PostView:
        member = await self.member(workspace, member_id)
        post = (await self._posts.get(workspace, post_id)).record
        if not member.roles.get(post.brand):
            raise NotFound(f"There is no post {post_id[:40]}.", do_next="Look at the list of those there are.")
        [view] = await self._views(workspace, [post], await self._words(workspace, {post.brand}, member))
        return view

    async def post_card(self, workspace: str, member_id: str, post_id: str) -> Card:
        """Raises NotFound."""
        await self.post(workspace, member_id, post_id)
        return await self._board.post_card((await self._posts.get(workspace, post_id)).record)

    async def spent(self, workspace: str, member_id: str, brand: str, first: date, last: date) -> Usage:
        """What models took for a brand on these days (UTC); a client is told of nothing."""
        member = await self.member(workspace, member_id)
        if not _sees(member, None, brand) or only_client(member, brand):
            return NOTHING
        return await self._costing.of_brand(workspace, brand, first, last)

    async def between(
        self, workspace: str, member_id: str, start: datetime, end: datetime, brands: frozenset[str] | None = None
    ) -> tuple[Post, ...]:
        """Posts of these of the member's brands (None: all) due in this span, earliest first; at most 1,000."""
        member = await self.member(workspace, member_id)
        found: list[Post] = []
        for index in [f"of:{brand}" for brand in _few(member, brands)] or ["all"]:
            page = await self._posts.page(
                workspace,
                index=index,
                newest_first=False,
                limit=MOST_BETWEEN,
                least=start.timestamp(),
                most=end.timestamp(),
            )
            found += [post for post in page.items if _sees(member, brands, post.brand)]
        return tuple(sorted(found, key=lambda post: post.due)[:MOST_BETWEEN])

    async def followed(self, workspace: str, posts: Sequence[str]) -> Mapping[str, Counted]:
        """Clicks of these posts' short links, of those that have any."""
        return await self._clicks(workspace, posts)

    async def posts_between(
        self, workspace: str, member_id: str, start: datetime, end: datetime, brands: frozenset[str] | None = None
    ) -> tuple[PostView, ...]:
        """Like `between`, in public shape."""
        found = await self.between(workspace, member_id, start, end, brands)
        words = await self._words(workspace, {post.brand for post in found}, await self.member(workspace, member_id))
        return tuple(await self._views(workspace, found, words))

    async def planned(
        self, workspace: str, member_id: str, start: datetime, end: datetime, brands: frozenset[str] | None = None
    ) -> tuple[Entry, ...]:
        """What stands on the calendars of these of the member's brands (None: all) from `start` until before `end`,
        earliest first; clients see drafts once the team has approved them.
        """
        member = await self.member(workspace, member_id)
        mine = frozenset(brand for brand in member.roles if _sees(member, brands, brand))
        found = await self._calendar.between_all(workspace, mine, start, end)
        for_clients = {brand for brand in mine if only_client(member, brand)}
        ids = [each.id for each in found if each.kind == "draft" and each.brand in for_clients]
        if not ids:
            return found
        table, now = await self._board.round_table(workspace), self._clock.now()
        ripe = {draft.id for draft in await self._drafts.many(workspace, ids) if _ripe(draft, member, table, now)}
        return tuple(each for each in found if each.id in ripe or each.id not in ids)

    async def calendar(self, workspace: str, member_id: str) -> bytes:
        """RFC 5545: what the member may see, from 30 days back to a year ahead."""
        now, home = self._clock.now(), await self.home(workspace)
        entries = await self.planned(workspace, member_id, now - BACK, now + AHEAD)
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, workspace)}
        book = words((await self.member(workspace, member_id)).language or home.language)
        return render(f"{home.name} posts", home.zone, events_of(entries, names, book, now))

    async def accounts(self, workspace: str, member_id: str) -> ListView[AccountView]:
        member = await self.member(workspace, member_id)
        every = await self._team.all(self._team.accounts, workspace)
        return ListView(items=[account_view(account) for account in every if member.roles.get(account.brand)])

    async def account_record(self, workspace: str, member_id: str, account_id: str) -> Account:
        """An account of the member's brands. Raises NotFound."""
        member = await self.member(workspace, member_id)
        kept = await self._team.accounts.find(workspace, account_id)
        if kept is None or not member.roles.get(kept.record.brand):
            raise NotFound("There is no such account.", do_next="Look at the list of those there are.")
        return kept.record

    async def members(self, workspace: str, member_id: str) -> ListView[MemberView]:
        """Those who share a brand with the member."""
        mine = set((await self.member(workspace, member_id)).roles)
        every = await self._team.all(self._team.members, workspace)
        return ListView(items=[member_view(each, mine) for each in every if mine & set(each.roles)])

    async def colleague(self, workspace: str, member_id: str, other: str) -> MemberView:
        """Another member as this one may see them. Raises NotFound for somebody of other brands."""
        mine = set((await self.member(workspace, member_id)).roles)
        kept = await self._team.members.find(workspace, other)
        if kept is None or not (other == member_id or mine & set(kept.record.roles)):
            raise NotFound(f"There is no member {other[:40]}.", do_next="Look at the list of those there are.")
        return member_view(kept.record, mine)

    async def brands_of(self, workspace: str, member_id: str) -> tuple[str, ...]:
        """Ids of every brand that a member works for."""
        return tuple(sorted((await self.member(workspace, member_id)).roles))

    async def pauses(self, workspace: str, member_id: str) -> ListView[PauseView]:
        """What is stopped and concerns the member's brands; the reason is told to those who work with who gave it."""
        mine = set((await self.member(workspace, member_id)).roles)
        accounts = {account.id: account.brand for account in await self._team.all(self._team.accounts, workspace)}
        near = {m.id for m in await self._team.all(self._team.members, workspace) if mine & set(m.roles)} | {""}
        items = []
        for pause in (await read_pauses(self._database, workspace)).holding():
            kind, _, value = pause.scope.partition(":")
            if kind == "leaving":  # nobody can lift it alone, and it is told with what it belongs to
                continue
            told = pause.by in near or not pause.by.startswith("m_")  # a person of ours, or AdMind itself
            brand = {"brand": value, "account": accounts.get(value, "")}.get(kind)
            if brand in mine if brand is not None else kind == "workspace" or told:
                items.append(
                    PauseView(
                        scope=pause.scope, reason=pause.reason if told else "", since=pause.since, until=pause.until
                    )
                )
        return ListView(items=items)

    async def brands(self, workspace: str, member_id: str) -> ListView[BrandView]:
        member = await self.member(workspace, member_id)
        every = await self._team.all(self._team.brands, workspace)
        return ListView(items=[brand_view(brand) for brand in every if member.roles.get(brand.id)])

    async def notices(
        self, workspace: str, member_id: str, *, after: str = "", limit: int = 50
    ) -> ListView[NoticeView]:
        """What AdMind had to tell, newest first. A brand's room is its team's, not its clients'."""
        member = await self.member(workspace, member_id)
        rooms = {brand for brand, held in member.roles.items() if held != {Role.client}} | {f"member:{member.id}"}
        if any(Role.owner in roles for roles in member.roles.values()):
            rooms.add("owners")
        rooms |= {f"owners:{brand}" for brand, roles in member.roles.items() if Role.owner in roles}
        mine, following = await _pages(
            self._inbox,
            workspace,
            ["all"],
            after,
            limit,
            lambda item: item.room in rooms and not item.card.get("over"),
            lambda item: item.at.timestamp(),
        )
        items = [
            NoticeView(id=item.id, room=item.room, at=item.at, card=Card.model_validate(item.card)) for item in mine
        ]
        return ListView(items=items, next=following)

    async def home(self, workspace: str) -> Workspace:
        """The workspace itself, as it is now. Raises NotFound."""
        return (await self._team.workspaces.get(workspace, workspace)).record

    async def zone(self, workspace: str) -> ZoneInfo:
        return ZoneInfo((await self._team.workspaces.get(workspace, workspace)).record.zone)

    def _shown(self, draft: Draft, member: Member, table: RoundTable) -> DraftView:
        standings = table.standings(draft, self._clock.now())
        missing: Mapping[str, str] = {each.account: each.missing for each in standings if not each.met}
        words = table.words(draft.brand, for_client=only_client(member, draft.brand))
        if only_client(member, draft.brand):
            draft, missing = without_talk(draft, member), missing_for_clients(standings)
        safe = safe_by(draft, table) if draft.status is DraftStatus.waiting else None
        return draft_view(draft, words, missing=missing, media_url="/api/v1/media", safe_by=safe)

    async def _views(self, workspace: str, posts: Sequence[Post], words: Mapping[str, Words]) -> list[PostView]:
        out = [post.id for post in posts if post.receipt is not None]
        clicks = await self._clicks(workspace, out) if out else {}
        return [self._post(post, words[post.brand], clicks.get(post.id)) for post in posts]

    def _post(self, post: Post, words: Words, clicks: Counted | None) -> PostView:
        come = self._numbers_come(post, words.accounts.get(post.account))
        return post_view(post, words, numbers_come=come, clicks=clicks)

    async def _words(self, workspace: str, brands: set[str], member: Member) -> Mapping[str, Words]:
        """As this member reads them."""
        table = await self._board.round_table(workspace)
        return {brand: table.words(brand, for_client=only_client(member, brand)) for brand in brands}


class _Store(Protocol[T]):
    async def page(self, workspace: str, *, index: str = "all", after: str = "", limit: int = 50) -> Page[T]: ...


def _sees(member: Member, brands: frozenset[str] | None, brand: str) -> bool:
    return bool(member.roles.get(brand)) and (brands is None or brand in brands)


def _ripe(draft: Draft, member: Member, table: RoundTable, now: datetime) -> bool:
    """Whether the member may see it yet: clients see what the team has approved, or they themselves decided on."""
    if not only_client(member, draft.brand) or draft.status is DraftStatus.approved:
        return True
    current = {version.account: version.digest for version in draft.versions}
    mine = [decision for decision in draft.decisions if decision.member == member.id]
    if any(decision.versions.items() & current.items() for decision in mine):
        return True
    return any(standing.internal for standing in table.standings(draft, now))


def _few(member: Member, brands: frozenset[str] | None) -> tuple[str, ...]:
    """The brands looked at, when they are few enough to be looked up one by one; else none."""
    wanted = sorted(brand for brand in member.roles if _sees(member, brands, brand))
    return tuple(wanted) if len(wanted) <= FEW else ()


async def _pages(
    store: _Store[T],
    workspace: str,
    indexes: Sequence[str],
    after: str,
    limit: int,
    wanted: Callable[[T], bool],
    score: Callable[[T], float],
) -> tuple[list[T], str | None]:
    """Up to `limit` wanted items of these indexes together, the highest score first, and the cursor of those that
    follow; fewer, with a cursor, after a long search. A cursor is a place by score and id, so it fits every index.
    """
    found: list[T] = []
    limit = max(1, min(limit, MOST))
    try:
        for _ in range(MOST_PAGES):
            size = max(limit - len(found), 1)
            pages = [await store.page(workspace, index=index, after=after, limit=size) for index in indexes]
            items = sorted(
                (item for page in pages for item in page.items), key=lambda item: (score(item), _id(item)), reverse=True
            )
            more = len(items) > size or any(page.next for page in pages)
            found += [item for item in items[:size] if wanted(item)]
            after = f"{score(items[:size][-1])!r}|{_id(items[:size][-1])}" if more and items else ""
            if not after or len(found) >= limit:
                break
        return found, after or None
    except ValueError as error:
        raise BadInput(
            "That is no cursor of this list.", do_next="Use `next` as it was given, or leave it out."
        ) from error


def _id(item: Record) -> str:
    return str(getattr(item, "id"))  # noqa: B009 - every listed record has one
