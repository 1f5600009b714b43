"""Reports: of one brand, its campaign or one account, over a span of days; as figures, picture, PDF and CSV.

Brands are boundaries: posts, accounts, drafts, clicks and the logo are read of the one brand that is named, after it
was found that who asks holds a role there.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from bot.artwork.picture import PictureRefused
from bot.chat import CardPicture
from bot.clock import Clock
from bot.errors import BadInput, NotFound
from bot.insights.clicked import ClickCounts, Clicked, NoClicks
from bot.insights.numbers import ReadingNumbers
from bot.insights.report import COUNTED
from bot.insights.summary import Summary
from bot.insights.summing import Known, Material, Range, comparable, reaches_back, summed
from bot.insights.telling import in_words
from bot.review.discreet import only_client
from bot.words import words
from bot.workflow.wording import Wording
from storage.accounts import Account
from storage.audience import AudienceStore
from storage.blobs.base import BlobStore
from storage.counted import Counted, counted_between
from storage.drafts import DraftStatus
from storage.errors import AdMindError
from storage.redis import Database
from storage.series import Reading, count_at, known_at
from storage.stores import DraftStore, TeamStore
from storage.team import Brand, Member

log = logging.getLogger(__name__)
WHOLE_CAMPAIGN: Final = timedelta(days=400)
STALE: Final = timedelta(days=10)  # a number of followers is read once a day
LATE_OUT: Final = timedelta(days=2)  # a post may go out that long after it was due, by a person's word
MOST_DRAFTS: Final = 2000


class Reports:
    """`clicks`: who counts clicks on our own links; `days`: how long these are kept by the hour."""

    def __init__(
        self,
        database: Database,
        *,
        blobs: BlobStore,
        numbers: ReadingNumbers,
        clock: Clock,
        clicks: ClickCounts | None = None,
        days: int | None = None,
        wording: Wording | None = None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._numbers = numbers
        self._clock = clock
        self._clicks: ClickCounts = clicks or NoClicks()
        self._days = None if days is None else timedelta(days=days)
        self._wording = wording or Wording(None)
        self._team = TeamStore(database)
        self._drafts = DraftStore(database)
        self._audience = AudienceStore(database)

    async def asked_by(self, member: Member, brand: str) -> None:
        """Raises NotFound for who holds no role in the brand; clients get the reports that the team sends them."""
        if not member.roles.get(brand):
            raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")
        if only_client(member, brand):
            raise NotFound(
                "Reports come to clients once the team has approved them.", do_next="Ask the team for the next one."
            )

    async def zone_of(self, workspace: str, brand: str) -> str:
        found = (await self._team.brands.get(workspace, brand)).record
        return found.zone or (await self._team.workspaces.get(workspace, workspace)).record.zone

    async def campaign(self, workspace: str, brand: str, name: str) -> Range:
        """From the first post of a campaign, or the last 400 days, until today. Raises NotFound."""
        now, zone = self._clock.now(), await self.zone_of(workspace, brand)
        async for post in counted_between(self._database, workspace, brand, now - WHOLE_CAMPAIGN, now):
            if post.campaign.casefold() == name.casefold() and post.out_at is not None:
                first = post.out_at.astimezone(ZoneInfo(zone)).date()
                return Range("span", first, (now.astimezone(ZoneInfo(zone)).date() - first).days + 1, zone)
        raise NotFound(
            f"No post of a campaign “{name[:60]}” went out in the last 400 days.",
            do_next="Look at the campaign's name in the calendar.",
        )

    async def account(self, workspace: str, brand: str, name: str) -> Account:
        """The brand's account of that name, or id. Raises BadInput."""
        accounts = await self._accounts(workspace, brand)
        wanted = name.casefold().strip()
        found = [each for each in accounts if wanted in (each.name.casefold(), each.id, each.handle.casefold())]
        if not found:
            there = ", ".join(each.name for each in accounts) or "none yet"
            raise BadInput(f"I know no account of that name. There are: {there}.")
        return found[0]

    async def summary(
        self, workspace: str, brand: str, span: Range, *, campaign: str = "", account: Account | None = None
    ) -> Summary:
        """The figures. `campaign` and `account` narrow it to what is theirs. Raises NotFound."""
        found, now = (await self._team.brands.get(workspace, brand)).record, self._clock.now()
        accounts = [account] if account is not None else await self._accounts(workspace, brand)
        posts = await self._posts(workspace, brand, span, campaign, account)
        clicks = await self._clicks.hours(workspace, brand, comparable(span)[-1].start, min(span.end, now))
        since = None if self._days is None else now - self._days
        material = Material(
            workspace=workspace,
            brand=brand,
            brand_name=found.name,
            now=now,
            posts=posts,
            accounts=[await self._known(each) for each in accounts],
            about=posts[0].campaign if campaign and posts else account.name if account is not None else campaign,
            counts=_counts(posts, span),
            lapsed=() if campaign or account else await self._lapsed(found, span),
            clicks=None if clicks is None else Clicked(clicks, since),
            followers={} if campaign else {each.id: await self._followers(each, now) for each in accounts},
            compared=not campaign,
        )
        took = await self._numbers.spent(workspace, brand)
        summary = await asyncio.to_thread(summed, material, span)
        return summary.model_copy(update={"reading_cost": str(took)}) if took else summary

    async def picture(self, summary: Summary, language: str, *, dark: bool = False) -> bytes:
        """A PNG. Raises PictureRefused."""
        palette, logo = await self._looks(summary)
        drawing = await asyncio.to_thread(importlib.import_module, "bot.artwork.boards")
        boards = importlib.import_module("bot.insights.board")
        board = boards.board_of(summary, language, palette=palette, logo=logo)
        drawn = await asyncio.to_thread(drawing.draw_board, board, dark=dark)
        data: bytes = drawn.data
        return data

    async def kept_picture(self, summary: Summary, language: str) -> CardPicture | None:
        """Drawn and kept for an answer; None where there is nothing to draw, or it could not be."""
        if summary.main is None:
            return None
        try:
            data = await self.picture(summary, language)
        except PictureRefused as error:
            log.warning("report not drawn brand=%s why=%s", summary.brand, error.what)
            return None
        sha256 = await self._blobs.put(data)
        return CardPicture(sha256=sha256, mime="image/png", alt=in_words(words(language), summary))

    async def pdf(self, summary: Summary, language: str) -> bytes:
        """Tagged pages; the same summary and words give the same bytes. Raises PictureRefused."""
        said = await self._wording.of(summary, language)
        palette, logo = await self._looks(summary)
        drawing = await asyncio.to_thread(importlib.import_module, "bot.artwork.boards")
        boards = importlib.import_module("bot.insights.board")
        board = boards.board_of(summary, language, palette=palette, logo=logo, said=said)
        data: bytes = await asyncio.to_thread(drawing.print_board, board)
        return data

    async def _looks(self, summary: Summary) -> tuple[tuple[str, ...], bytes | None]:
        """The brand's colours and logo; without the logo where its file cannot be had."""
        brand = (await self._team.brands.get(summary.workspace, summary.brand)).record
        try:
            logo = await self._blobs.get(brand.logo) if brand.logo else None
        except AdMindError:
            logo = None
        return brand.palette, logo

    async def _accounts(self, workspace: str, brand: str) -> list[Account]:
        return [each for each in await self._team.all(self._team.accounts, workspace) if each.brand == brand]

    async def _posts(
        self, workspace: str, brand: str, span: Range, campaign: str, account: Account | None
    ) -> list[Counted]:
        start = span.start - LATE_OUT if campaign else reaches_back(span) - LATE_OUT
        return [
            post
            async for post in counted_between(self._database, workspace, brand, start, span.end)
            if (not campaign or post.campaign.casefold() == campaign.casefold())
            and (account is None or post.account == account.id)
        ]

    async def _known(self, account: Account) -> Known:
        why, since = await self._numbers.not_asked(account)
        return Known(account.id, account.name, account.channel, why, since)

    async def _followers(self, account: Account, now: datetime) -> Callable[[datetime], float | None]:
        readings = await self._audience.readings(account.workspace, account.id)
        return partial(_followers_at, readings, now)

    async def _lapsed(self, brand: Brand, span: Range) -> tuple[str, ...]:
        page = await self._drafts.page(brand.workspace, index=f"open:{brand.id}", limit=MOST_DRAFTS)
        late = [each for each in page.items if each.status is DraftStatus.late and each.due is not None]
        return tuple(each.title for each in late if each.due is not None and span.start <= each.due < span.end)


def _followers_at(readings: tuple[Reading, ...], now: datetime, at: datetime) -> float | None:
    """None once nothing was read for so long that nobody knows any more."""
    known, at = known_at(readings, now), min(at, now)
    fresh = any(at - STALE <= each.at for each in known)
    return count_at(None, known, "followers", at) if fresh else None


def _counts(posts: Sequence[Counted], span: Range) -> dict[str, int]:
    """As `bot.insights.report` counts."""
    counts: Counter[str] = Counter()
    for post in posts:
        if span.start <= post.due < span.end and post.state in COUNTED:
            counts["live" if post.out_at is not None else COUNTED[post.state]] += 1
            counts["down"] += post.down_at is not None
    return {name: count for name, count in counts.items() if count}
