"""What somebody should look at: a day far outside an account's own, numbers that stopped, a link that leads nowhere.

Each is told once, at most three a brand and day (`Board.alert`), and says what to do. An account whose login ended is
told elsewhere (`telling_accounts`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import httpx2

from bot.chat import Button, Card
from bot.checks.addresses import find_addresses
from bot.checks.tracking import full
from bot.clock import Clock
from bot.errors import AdMindError
from bot.fetch import fetch
from bot.insights.amounts import amount, label
from bot.insights.clicked import ClickCounts, Clicked, NoClicks
from bot.insights.gained import unread_since
from bot.insights.numbers import ReadingNumbers
from bot.insights.telling import apart
from bot.insights.unusual import DAYS, Unusual, unusual_day
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import Phrasebook, words
from storage.accounts import Account
from storage.alerts import Alerts
from storage.blobs.base import BlobStore
from storage.counted import Counted, counted_between
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import TeamStore
from storage.team import Brand

log = logging.getLogger(__name__)
BACK: Final = timedelta(days=DAYS + 33)
LINKED: Final = timedelta(days=30)  # so long after a post went out its links are looked at
MOST_LINKS: Final = 30  # of a brand a day
SECONDS: Final = 10.0
GONE: Final = frozenset({404, 410})
AGAIN: Final = timedelta(hours=2)  # between the look that finds a page gone and the one that says so


class Alerting:
    def __init__(
        self,
        database: Database,
        *,
        board: Board,
        numbers: ReadingNumbers,
        blobs: BlobStore,
        client: httpx2.AsyncClient,
        clock: Clock,
        clicks: ClickCounts | None = None,
    ) -> None:
        self._clicks: ClickCounts = clicks or NoClicks()
        self._database = database
        self._board = board
        self._numbers = numbers
        self._blobs = blobs
        self._client = client
        self._clock = clock
        self._team = TeamStore(database)
        self._alerts = Alerts(database)

    async def look(self) -> None:
        """Of every brand. What was told is not told again."""
        for workspace in await self._team.workspace_ids():
            home = (await self._team.workspaces.get(workspace, workspace)).record
            accounts = await self._team.all(self._team.accounts, workspace)
            for brand in await self._team.all(self._team.brands, workspace):
                mine = [each for each in accounts if each.brand == brand.id and each.closed_at is None]
                try:
                    await self._brand(brand, mine, brand.zone or home.zone, words(home.language))
                except Undelivered as error:
                    log.info("alert later brand=%s missed=%d", brand.id, len(error.missed))
                except AdMindError as error:
                    log.warning("no look at a brand's numbers brand=%s why=%s", brand.id, error.what)

    async def _brand(self, brand: Brand, accounts: Sequence[Account], zone: str, book: Phrasebook) -> None:
        now = self._clock.now()
        posts = [post async for post in counted_between(self._database, brand.workspace, brand.id, now - BACK, now)]
        hours = await self._clicks.hours(brand.workspace, brand.id, now - BACK, now)
        clicked = None if hours is None else Clicked(hours)
        for account in accounts:
            mine = [post for post in posts if post.account == account.id]
            why, since = await self._numbers.not_asked(account)
            if why == "paused" and since is not None:
                await self._tell(brand, paused(book, account, since), f"paused:{brand.id}:{since:%Y-%m}")
            elif why is None and (since := unread_since(mine, now)) is not None:
                await self._tell(brand, unread(book, account, since, zone), f"unread:{account.id}:{since:%Y-%m-%d}")
            elif why is None:
                found = await asyncio.to_thread(unusual_day, mine, now, zone, clicked)
                if found:  # one day of one account is one piece of news, whatever moved in it
                    await self._tell(brand, moved(book, account, found), f"moved:{account.id}:{found[0].day}")
        await self._links(brand, [p for p in posts if p.out_at and p.out_at > now - LINKED and not p.down_at], book)

    async def _tell(self, brand: Brand, card: Card, key: str) -> None:
        """Once, whichever day it is told on."""
        if await self._alerts.told(brand.workspace, brand.id, key):
            return
        await self._board.alert(brand.workspace, brand.id, card, key=key)
        await self._alerts.note(brand.workspace, brand.id, key)

    async def _links(self, brand: Brand, posts: Sequence[Counted], book: Phrasebook) -> None:
        """A page that is gone twice, hours apart, is told with the posts that lead there; each is opened once a day."""
        now, leading = self._clock.now(), dict[str, list[Counted]]()
        for post in posts:
            for url in await self._links_of(post):
                leading.setdefault(url, []).append(post)
        for url, found in list(leading.items())[:MOST_LINKS]:
            name = hashlib.sha256(url.encode()).hexdigest()[:24]
            gone = await self._alerts.gone_since(brand.workspace, brand.id, name)
            if gone is not None and now - gone >= AGAIN:
                await self._alerts.found(brand.workspace, brand.id, name, None)
                if await self._status(url) in GONE:
                    await self._tell(brand, dead(book, url, found), f"dead:{brand.id}:{name}")
                continue
            mine = gone is None and await self._alerts.opens(brand.workspace, brand.id, f"{name}:{now:%Y-%m-%d}")
            if mine and await self._status(url) in GONE:
                await self._alerts.found(brand.workspace, brand.id, name, now)

    async def _links_of(self, post: Counted) -> list[str]:
        try:
            payload = SealedPayload.read(await self._blobs.get(post.payload))
        except (AdMindError, ValueError):
            return []
        texts = [part.text for part in payload.parts] + [payload.first_comment]
        given = [each for text in texts for each in find_addresses(text) if each.kind in ("url", "bare")]
        # Where it leads in the end: our own short link would count this look as a click.
        leads = {each.shown: each.destination for each in payload.links}
        found = [leads.get(each.text) or full(each) for each in given]
        return list(dict.fromkeys(url for url in found if url.casefold().startswith(("http://", "https://"))))

    async def _status(self, url: str) -> int:
        """0 where nobody can tell: a site that is down for a moment is no dead link."""
        try:
            async with asyncio.timeout(SECONDS):
                return (await fetch(self._client, url)).status
        except (AdMindError, TimeoutError):
            return 0


def moved(book: Phrasebook, account: Account, every: Sequence[Unusual]) -> Card:
    """A spike or a drop, what else moved on that day, and what to do."""
    found, *others = every
    up = found.way == "up"
    if up:
        todo = book.text("Look at it while it runs: answer comments, and think of a follow-up.")
    else:
        todo = book.text(
            "Did posts go out as planned, and does the account look right there? Look before you change plans."
        )
    notes = [book.text("Most of it: “{title}”", title=apart(found.post.title))] if up and found.post else []
    notes += [_moved(book, account, each) for each in others]
    return Card(title=_moved(book, account, found), status=todo, notes=tuple(notes))


def _moved(book: Phrasebook, account: Account, found: Unusual) -> str:
    """ "▲ Instagram reach 9,100 on Tue 1 Dec (usual 800–1,100 a day)"."""
    what = label(book, found.metric).lower() if book.language == "en" else label(book, found.metric)
    what = book.text("{account} {metric}", account=apart(account.name), metric=what)
    value, low, high = (amount(book, found.metric, each) for each in (found.value, found.low, found.high))
    said = book.text(
        "{count} on {day} (usual {range} a day)", count=value, day=book.day(found.day), range=f"{low}–{high}"
    )
    return f"{'▲' if found.way == 'up' else '▼'} {what} {said}"


def paused(book: Phrasebook, account: Account, since: datetime) -> Card:
    """This month's money for reading is used up."""
    return Card(
        title=book.text("{account}: reading numbers is paused", account=apart(account.name)),
        status=book.text(
            "Each reading costs money there, and this month's budget is used up. Numbers come again on the 1st; "
            "whoever runs AdMind can raise ADMIND_PAID_NUMBERS_BUDGET."
        ),
        notes=(book.text("Posts go out as before. Reports say what is missing."),),
    )


def unread(book: Phrasebook, account: Account, since: datetime, zone: str) -> Card:
    """No numbers for a day and more."""
    day = book.day(since.astimezone(ZoneInfo(zone)).date())
    return Card(
        title=book.text("{account}: no numbers since {day}", account=apart(account.name), day=day),
        status=book.text(
            "Its channel does not answer when it is asked how posts did. It is asked again by itself; if posts go out "
            "there, nothing else is wrong. If it stays so, connect the account again."
        ),
        buttons=(Button(label=book.text("Connect it again"), action=f"reconnect:{account.id}"),),
    )


def dead(book: Phrasebook, url: str, posts: Sequence[Counted]) -> Card:
    """A page is gone to which posts lead."""
    titles = book.series([f"“{apart(post.title)}”" for post in posts[:3]])
    return Card(
        title=book.text("A link leads nowhere: {url}", url=url[:200]),
        status=book.text("The page is gone. Put it back, or have its address lead on to another one."),
        notes=(
            book.many(
                "{count} live post leads there: {titles}",
                "{count} live posts lead there: {titles}",
                len(posts),
                titles=titles,
            ),
        ),
    )
