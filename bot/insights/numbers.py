"""Asks channels how posts did, at each step of the schedule in `storage.numbers`: fifteen minutes to thirty days after.

It is in nobody's way: a few questions at a time, never while a channel wants to be left alone, and an account that
fails or is throttled is asked again at the next step. Where a reading costs money, it needs the setting, and stops at
the brand's budget of the month: reports say so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.channels.base import Channel, Door, Receipt
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from bot.insights.summary import Why
from storage.accounts import Account
from storage.numbers import STEPS, NumbersStore, due_ms, step_at
from storage.pacing import Turns
from storage.posts import Numbers, Post, PostReceipt
from storage.reading_budget import ReadingBudget
from storage.redis import Database
from storage.stores import PostStore, TeamStore

log = logging.getLogger(__name__)

AT_ONCE: Final = 3  # questions of one process, so that they hold few of the places that notes and reminders share
BUSY: Final = timedelta(seconds=5)  # until what found no place comes again
WITHIN: Final = timedelta(seconds=20)  # one answer of the channel
AT_MOST_SECONDS: Final = 45.0  # all answers that one reading takes
OpenDoor = Callable[[Account, Callable[[], Awaitable[None]], timedelta], Door]


class ReadingNumbers:
    """`paid`: whether channels are asked where each reading costs money."""

    def __init__(
        self,
        database: Database,
        *,
        channels: Mapping[str, Channel],
        open_door: OpenDoor,
        clock: Clock,
        paid: bool = False,
        budget: ReadingBudget | None = None,
    ) -> None:
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._numbers = NumbersStore(database)
        self._turns = Turns(database)
        self._channels = channels
        self._open_door = open_door
        self._clock = clock
        self._paid = paid
        self._budget = budget
        self._asking = 0

    def asks(self, account: Account) -> bool:
        """Whether this account's channel is asked how posts do."""
        channel = self._channels.get(account.channel)
        if channel is None or account.closed_at is not None:
            return False
        can = channel.capabilities_for(account)
        return bool(can.metrics) and (self._paid or not can.metrics_price)

    async def not_asked(self, account: Account) -> tuple[Why | None, datetime | None]:
        """Why this account's channel is not asked how posts do, and since when, as far as that is known."""
        channel = self._channels.get(account.channel)
        if channel is None or not channel.capabilities_for(account).metrics:
            return "never", None
        if account.health.state == "broken" or account.closed_at is not None:
            return "broken", account.closed_at or account.health.since
        if not channel.capabilities_for(account).metrics_price:
            return None, None
        if not self._paid:
            return "unpaid", None
        if self._budget is None:
            return None, None
        since = await self._budget.paused_since(account.workspace, account.brand, self._clock.now())
        return ("paused", since) if since else (None, None)

    async def spent(self, workspace: str, brand: str) -> Decimal:
        """US dollars that reading took this month (UTC)."""
        return Decimal(0) if self._budget is None else await self._budget.spent(workspace, brand, self._clock.now())

    def come(self, post: Post, account: Account | None) -> bool:
        """Whether numbers of this post are still to come."""
        receipt = _standing(post)
        late = receipt is not None and self._clock.now() > receipt.at + STEPS[-1] + timedelta(days=1)
        return receipt is not None and not late and account is not None and self.asks(account)

    async def look(self, workspace: str, post_id: str) -> None:
        """The task behind a due entry `numbers:<post>`: take the step whose time has come, and ask."""
        kept, now_ms = await self._posts.find(workspace, post_id), milliseconds(self._clock.now())
        receipt = _standing(kept.record) if kept is not None and not kept.archived else None
        if kept is None or receipt is None:
            await self._numbers.drop(workspace, post_id)
            return
        post, step = kept.record, step_at(receipt.at, now_ms)
        if not step:
            await self._numbers.later(workspace, post_id, due_ms(receipt.at, 1) or now_ms)
            return
        found = await self._team.accounts.find(workspace, post.account)
        account = found.record if found else None
        ask = account is not None and account.health.state != "broken" and self.asks(account)
        if ask and self._asking >= AT_ONCE:
            await self._numbers.later(workspace, post_id, milliseconds(self._clock.now() + BUSY))
            return
        self._asking += 1
        try:
            turn = await self._numbers.take(post, step=step, now_ms=now_ms, skip=not ask)
            if turn == "read" and account is not None:
                await self._read(post, account, receipt, step)
        finally:
            self._asking -= 1

    async def _read(self, post: Post, account: Account, receipt: PostReceipt, step: int) -> None:
        channel = self._channels[account.channel]
        price = channel.capabilities_for(account).metrics_price
        if price and self._budget is not None:
            now = self._clock.now()
            if not await self._budget.spend(post.workspace, post.brand, Decimal(price.removeprefix("$")), now):
                log.info("no numbers post=%s step=%d: this month's budget is used up", post.id, step)
                return
        door = self._open_door(account, _nothing_to_check, WITHIN)
        try:
            async with asyncio.timeout(AT_MOST_SECONDS):
                counts = await channel.metrics(Receipt(receipt.remote_id, receipt.url, receipt.at), door)
        except AdMindError as error:
            log.info("no numbers post=%s step=%d", post.id, step)
            if error.retry_after_seconds:
                await self._leave_alone(post, error.retry_after_seconds)
            return
        except Exception:  # an adapter's fault, or a platform that answers nonsense: the next step asks again
            log.warning("numbers could not be read post=%s step=%d", post.id, step, exc_info=True)
            return
        known = {name: count for name, count in counts.items() if count >= 0}
        if known:
            await self._numbers.keep(post, step, Numbers(at=self._clock.now(), counts=known))

    async def _leave_alone(self, post: Post, seconds: float) -> None:
        now = self._clock.now()
        until = milliseconds(now + timedelta(seconds=seconds))
        await self._turns.unasked(post.workspace, post.account, now_ms=milliseconds(now), until_ms=until)


def _standing(post: Post) -> PostReceipt | None:
    """The receipt of a post that stands there under a name that is known."""
    receipt = post.receipt
    stands = post.state == "published" and receipt is not None and receipt.remote_id and receipt.taken_down_at is None
    return receipt if stands else None


async def _nothing_to_check() -> None:
    """A question publishes nothing."""
