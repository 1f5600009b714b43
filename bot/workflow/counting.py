"""What is counted besides posts, and how long it is kept: an hourly system job, each step of which may be repeated.

Once a day an account is asked how many follow it, where its channel tells that; where the question costs money, within
what reading numbers may cost. Numbers over time older than the setting go: out of posts in the database, and of those
in the archive, out of accounts, and out of the hours of short links' clicks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from bot.channels.base import Channel, Followed
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, ChannelRefused
from bot.insights.numbers import WITHIN, OpenDoor
from storage.accounts import Account
from storage.audience import AudienceStore
from storage.clicks import ClickStore
from storage.links import LinkStore
from storage.numbers import NumbersStore
from storage.pacing import Turns, resting_key
from storage.reading_budget import ReadingBudget
from storage.redis import Database
from storage.series import Reading
from storage.stores import PostStore, TeamStore

log = logging.getLogger(__name__)
MOST_ASKED: Final = 60  # accounts of one firing
AT_MOST_SECONDS: Final = 20.0
HOUR_MS: Final = 3_600_000
AGAIN: Final = timedelta(hours=4)  # after a question that failed and cost nothing
STEP: Final = 200  # posts whose numbers go in one firing, and links whose old hours do


class Counting:
    """`days`: how long numbers over time are kept. `paid`: whether channels are asked where that costs money."""

    def __init__(
        self,
        database: Database,
        *,
        channels: Mapping[str, Channel],
        open_door: OpenDoor,
        clock: Clock,
        days: int,
        paid: bool = False,
        budget: ReadingBudget | None = None,
    ) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._posts = PostStore(database)
        self._numbers = NumbersStore(database)
        self._audience = AudienceStore(database)
        self._links = LinkStore(database)
        self._clicks = ClickStore(database)
        self._turns = Turns(database)
        self._channels = channels
        self._open_door = open_door
        self._clock = clock
        self._days = timedelta(days=days)
        self._paid = paid
        self._budget = budget

    async def count(self) -> None:
        """Of every workspace."""
        left = MOST_ASKED
        for workspace in await self._team.workspace_ids():
            for account in await self._team.all(self._team.accounts, workspace):
                if left and await self._follows(account):
                    left -= 1
            await self._forget(workspace)

    async def _follows(self, account: Account) -> bool:
        """Whether its channel was asked."""
        channel, now = self._channels.get(account.channel), self._clock.now()
        if account.closed_at is not None or account.health.state == "broken":
            return False
        if channel is None or not isinstance(channel, Followed):
            return False
        price = channel.capabilities_for(account).followers_price
        if (price and not self._paid) or await self._rests(account, now):
            return False
        if not await self._audience.take(account.workspace, account.id, now) or not await self._pays(account, price):
            return False
        try:
            async with asyncio.timeout(AT_MOST_SECONDS):
                count = await channel.followers(account, self._open_door(account, _nothing_to_check, WITHIN))
        except AdMindError as error:
            await self._failed(account, error, now, price)
        except Exception:  # a platform that answers nonsense: it is asked again tomorrow
            log.warning("followers could not be read account=%s", account.id, exc_info=True)
        else:
            if count is not None and count >= 0:
                reading = Reading(now, {"followers": count})
                await self._audience.keep(account.workspace, account.id, reading, before=now - self._days)
        return True

    async def _rests(self, account: Account, now: datetime) -> bool:
        """Whether its channel wants to be left alone."""
        named = [resting_key(account.workspace, account.id, asked=asked) for asked in (False, True)]
        rests = await cast(Any, self._database.client).mget(named)
        return any(int(float(until or 0)) > milliseconds(now) for until in rests)

    async def _pays(self, account: Account, price: str) -> bool:
        """Whether this month's money reaches for it; then it is counted."""
        if not price or self._budget is None:
            return True
        cost = Decimal(price.removeprefix("$"))
        return await self._budget.spend(account.workspace, account.brand, cost, self._clock.now(), pauses=False)

    async def _failed(self, account: Account, error: AdMindError, now: datetime, price: str) -> None:
        """An access that may not ask is told once (`bot.workflow.weekly`): posts go out as before."""
        log.info("no followers account=%s why=%s", account.id, error.what)
        if isinstance(error, ChannelRefused) and error.code == "unauthorized":
            await self._audience.refused(account.workspace, account.id, now)
            return
        if error.retry_after_seconds:
            until = milliseconds(now + timedelta(seconds=error.retry_after_seconds))
            await self._turns.unasked(account.workspace, account.id, now_ms=milliseconds(now), until_ms=until)
        if not price:
            await self._audience.later(account.workspace, account.id, now + AGAIN)

    async def _forget(self, workspace: str) -> None:
        """Numbers of posts that went out before the time for which they are kept, and the hours of clicks before it."""
        before = self._clock.now() - self._days
        turn = milliseconds(self._clock.now()) // HOUR_MS
        codes = await self._links.approved_before(workspace, before, turn=turn, limit=STEP)
        await self._clicks.forget(workspace, codes, before)
        for post in await self._numbers.counted_before(workspace, before, limit=STEP):
            kept = await self._posts.find(workspace, post)
            if kept is not None and kept.archived:
                await self._posts.open(workspace, post)
            await self._numbers.forget(workspace, post)


async def _nothing_to_check() -> None:
    """A question publishes nothing."""
