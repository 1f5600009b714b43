"""When posts of an account do better, learned from its own posts of the last year; and whether that can be said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.insights.best_time import Pattern, Timed, pattern
from bot.insights.observed import Observation
from bot.workflow.observing import Observing

LOOKED_BACK: Final = timedelta(days=365)
GROWN: Final = timedelta(days=7)  # before that a post has not brought what it will
TOLD: Final = 0.8  # of an account's posts, from which a number is compared
Score = Callable[[datetime, str], float]


class Timing:
    def __init__(self, observing: Observing, clock: Clock) -> None:
        self._observing = observing
        self._clock = clock

    async def of(self, workspace: str, brand: str, accounts: Sequence[str]) -> dict[str, Pattern]:
        """By account; one with too few posts has a pattern that is not usable."""
        now = self._clock.now()
        posts = await self._observing.of(workspace, brand, now - LOOKED_BACK, now - GROWN)
        return {
            account: await asyncio.to_thread(pattern, timed([each for each in posts if each.account == account]))
            for account in dict.fromkeys(accounts)
        }

    async def score(self, workspace: str, brand: str, accounts: Sequence[str]) -> Score | None:
        """What is expected of a post on all of these at a time, against their means; None where no account has a
        pattern that foretells anything.
        """
        usable = [each for each in (await self.of(workspace, brand, accounts)).values() if each.usable]
        if not usable:
            return None
        zone = ZoneInfo(await self._observing.zone(workspace, brand))
        return lambda at, form: sum(each.score(at.astimezone(zone), form) for each in usable) / len(usable)


def timed(posts: Sequence[Observation]) -> list[Timed]:
    """Of one account: engagements and clicks together, each where nearly all of its posts have it."""
    most = TOLD * len(posts)
    by_engagement = sum(each.engagements is not None for each in posts) >= most
    by_clicks = sum(each.clicks is not None for each in posts) >= most
    return [
        Timed(
            form=each.form,
            hour=each.hour,
            weekday=each.weekday,
            brought=float((each.engagements or 0) * by_engagement + (each.clicks or 0) * by_clicks),
        )
        for each in posts
        if (by_engagement or by_clicks)
        and not (by_engagement and each.engagements is None)
        and not (by_clicks and each.clicks is None)
    ]
