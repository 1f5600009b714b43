"""Where AdMind lives: homes that open, close and are re-read, with whatever hangs on each."""

from __future__ import annotations

import asyncio

from bot.accounts.installations import Installations
from bot.chat import Card, Messenger
from bot.clock import Clock
from bot.review.board import Board
from bot.review.catching_up import CatchingUp
from bot.review.delivering import Undelivered
from bot.review.hosting import Factory
from bot.team.homes import Homes
from bot.workflow.mending import Mending
from storage.homes import Home
from storage.redis import Database
from storage.stores import TeamStore

AT_ONCE = 16


class Housing:
    """`local` is the workspace of the machine itself, of which settings speak."""

    def __init__(
        self,
        database: Database,
        *,
        homes: Homes,
        installations: Installations,
        board: Board,
        catching_up: CatchingUp,
        team: TeamStore,
        local: str,
        clock: Clock,
    ) -> None:
        self._mending = Mending(database, clock)
        self._homes = homes
        self._installations = installations
        self._board = board
        self._catching_up = catching_up
        self._team = team
        self._local = local
        homes.when_gone(self._gone)

    def on_home(self, platform: str, factory: Factory) -> None:
        """Talk to homes of this platform through what the factory makes. Before AdMind starts."""
        self._board.hosting.on_home(platform, factory)

    def open(self, home: Home) -> Messenger | None:
        """The home's messenger, opened if it was not; None while no handler knows its platform."""
        return self._board.hosting.open(home)

    def close(self, home: Home) -> None:
        self._board.hosting.close(home)

    async def reread(self, home: Home) -> bool:
        """After a reconnect: what came and went meanwhile. False when the home could not be reached."""
        return not await self._catching_up.one(home.workspace, home.key)

    async def mended(self, home: Home) -> int:
        """People did what they were asked for: what could not be posted there is tried now; how much that is."""
        return await self._mending.mended(home.workspace, home.key)

    async def open_all(self) -> tuple[str, ...]:
        """At a start: every workspace's homes, re-read before anything is sent. The homes that were not reached."""
        if not self._board.hosting.platforms:
            return ()
        workspaces = await self._team.workspace_ids()
        await self._homes.seed_rooms(self._local)
        side_by_side = asyncio.Semaphore(AT_ONCE)

        async def found_again(workspace: str) -> None:
            async with side_by_side:
                await self._homes.rebuild(workspace)

        await asyncio.gather(*(found_again(workspace) for workspace in workspaces))
        return await self._catching_up.all(workspaces)

    async def _gone(self, home: Home) -> None:
        """A home is being removed: its secrets go, its work stops, and the owners hear of it. Again: no difference."""
        await self._installations.delete(home.platform, home.team)
        self.close(home)
        card = Card(
            title=f"AdMind was removed from {home.name}",
            status="No cards, reminders or reactions go there any more. Drafts and what is scheduled stay as they are.",
            notes=("To stop what is scheduled, pause it. To come back, install AdMind there again.",),
        )
        try:
            key = f"removed:{home.key}:{round(home.installed_at.timestamp())}"
            await self._board.tell(home.workspace, "owners", card, key=key, leave_out=home.key)
        except Undelivered:
            pass  # the inbox has it
