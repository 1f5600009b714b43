"""What people decided by reactions while nobody listened: re-read before anything may be sent.

Looked at are the cards of drafts that wait, of those that are approved and have not gone out, and of those rejected of
late whose time is still to come: what was taken off one of these must be found as well. Old revisions' cards are left
alone, since no word on them counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from bot.chat import Card
from bot.clock import Clock
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.review.inbox import INBOX
from storage.drafts import Draft, DraftStatus, MessageRef
from storage.redis import Database
from storage.stores import DraftStore, PostStore

log = logging.getLogger(__name__)

WITHIN = timedelta(seconds=60)
OF_LATE = timedelta(days=14)
LATE = timedelta(minutes=15)  # how long after its time a post may still go out by itself
AT_ONCE = 8  # workspaces that are re-read side by side
A_PAGE = 200


class CatchingUp:
    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._board = board
        self._clock = clock

    async def all(self, workspaces: Iterable[str]) -> tuple[str, ...]:
        """Re-read every home of these workspaces, a minute at most; those that were not reached. Owners are told."""
        side_by_side, unreached = asyncio.Semaphore(AT_ONCE), dict[str, tuple[str, ...]]()
        waiting = set(workspaces)

        async def one(workspace: str) -> None:
            async with side_by_side:
                unreached[workspace] = await self.one(workspace)
            waiting.discard(workspace)

        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                await asyncio.gather(*(one(workspace) for workspace in tuple(waiting)))
        except TimeoutError:
            for workspace in waiting:
                unreached[workspace] = tuple(sorted((await self._board.homes(workspace)).keys() - {INBOX}))
        for workspace, homes in unreached.items():
            for home in homes:
                await self._ask(workspace, home)
        return tuple(f"{workspace}/{home}" for workspace, homes in sorted(unreached.items()) for home in homes)

    async def one(self, workspace: str, home: str = "") -> tuple[str, ...]:
        """Re-read a workspace's homes, or one of them after a reconnect; the homes that could not be reached."""
        homes = {
            name: messenger
            for name, messenger in (await self._board.homes(workspace)).items()
            if name != INBOX and home in ("", name)
        }
        if not homes:
            return ()
        refs = [ref async for draft in self._alive(workspace) for ref in _current(draft)]
        unreached = []
        for name, messenger in homes.items():
            try:
                async with asyncio.timeout(WITHIN.total_seconds()):
                    await messenger.reread([ref for ref in refs if ref.home == name])
            except Exception:
                log.exception("home could not be re-read home=%s", name)
                unreached.append(name)
        return tuple(unreached)

    async def _alive(self, workspace: str) -> AsyncIterator[Draft]:
        """Drafts on which a word still counts, each once."""
        seen, now = set[str](), self._clock.now()
        for index, least in (("open", "-inf"), ("ended", (now - OF_LATE).timestamp())):
            after = ""
            while True:
                page = await self._drafts.page(workspace, index=index, after=after, limit=A_PAGE, least=least)
                for draft in page.items:
                    rejected = draft.status is DraftStatus.rejected and (draft.due is None or draft.due > now)
                    if draft.id not in seen and (index == "open" or rejected):
                        seen.add(draft.id)
                        yield draft
                after = page.next
                if not after:
                    break
        least = (now - LATE).timestamp()
        while True:
            posts = await self._posts.page(workspace, after=after, limit=A_PAGE, newest_first=False, least=least)
            wanted = [name for name in dict.fromkeys(post.draft for post in posts.items) if name not in seen]
            seen.update(wanted)
            for draft in await self._drafts.many(workspace, wanted):
                yield draft
            after = posts.next
            if not after:
                return

    async def _ask(self, workspace: str, home: str) -> None:
        """Nobody may learn too late that a word of theirs was not heard."""
        card = Card(
            title="I could not see the reactions in your chat when I started",
            status="A reaction that came or went while I was away may not have been heard. What was approved before "
            "goes out at its time.",
            notes=(
                "Please look at what is planned, and withdraw in the studio or the terminal what shall not go out.",
            ),
        )
        day = self._clock.now().date().isoformat()
        try:
            await self._board.tell(workspace, "owners", card, key=f"unread:{home}:{day}")
        except Undelivered:
            log.info("only the inbox could be told home=%s", home)


def _current(draft: Draft) -> list[MessageRef]:
    return [ref for ref in draft.messages if ref.digest == draft.digest]
