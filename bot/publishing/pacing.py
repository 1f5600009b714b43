"""When is it an account's next turn? Its channel's limits are kept in advance, and what hangs there waits by itself.

An account that does not answer holds few of the places that all share, so that it delays nobody else's posts.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.clock import Clock, from_milliseconds, milliseconds
from bot.publishing.run import LATE_WINDOW, Run
from storage.pacing import Turns
from storage.posts import Post
from storage.redis import Database

AT_ONCE = 2  # posts of one account that a process works on
AT_ONCE_SLOW = 1  # of one that did not answer the last time
SLACK = timedelta(seconds=5)  # beyond a window: bytes leave a little after their turn
LOOK_AGAIN = timedelta(seconds=1)  # of what found no place


class Pacing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._turns = Turns(database)
        self._clock = clock
        self._working = Counter[tuple[str, str]]()
        self._slow = set[tuple[str, str]]()

    @contextlib.contextmanager
    def place(self, post: Post, *, own: bool) -> Iterator[bool]:
        """Whether there is a place to work on a post of this account; for what is `own`, without a network, always."""
        who = (post.workspace, post.account)
        if own:
            yield True
            return
        if self._working[who] >= (AT_ONCE_SLOW if who in self._slow else AT_ONCE):
            yield False
            return
        self._working[who] += 1
        try:
            yield True
        finally:
            self._working[who] -= 1
            if not self._working[who]:
                del self._working[who]

    def answered(self, post: Post, *, well: bool) -> None:
        """How the channel answered: whether at all."""
        who = (post.workspace, post.account)
        (self._slow.discard if well else self._slow.add)(who)

    async def turn(self, run: Run) -> datetime | None:
        """When this run's next attempt has its turn; None: now."""
        pace, now = run.capabilities.pace, milliseconds(self._clock.now())
        if run.capabilities.own:
            return None
        parts = run.payload.parts
        turn = await self._turns.turn(
            run.post.workspace,
            run.post.account,
            f"{run.post.id}:{len(run.post.attempts)}",
            now_ms=now,
            latest_ms=milliseconds(run.post.due + LATE_WINDOW),
            gap_ms=round(pace.gap.total_seconds() * 1000),
            amounts={"posts": 1, "parts": len(parts), "pictures": sum(len(part.media) for part in parts)},
            windows=[(each.of, each.most, round((each.span + SLACK).total_seconds() * 1000)) for each in pace.windows],
        )
        return from_milliseconds(turn) if turn > now else None

    async def rest(self, post: Post, seconds: float) -> None:
        """The channel asked to come back later: that holds for all of this account."""
        now = milliseconds(self._clock.now())
        await self._turns.rest(post.workspace, post.account, now_ms=now, until_ms=now + round(seconds * 1000))
