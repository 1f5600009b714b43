"""What could not be said somewhere comes as soon as people have mended it, even if they do it while it is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Card
from bot.errors import AdMindError
from bot.workflow.mending import Mending
from storage.drafts import MessageRef
from storage.redis import Database
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

SHUT = AdMindError("I lack in #reviews: Send Messages.", do_next="Give it to me.")


@dataclass
class Mended(ChatHome):
    """Its room is shut; people open it while AdMind tries, too late for that try."""

    mending: Mending | None = None
    workspace: str = ""

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        try:
            return await super().post(room, card, key=key, under=under)
        finally:
            if self.trouble is not None and self.mending is not None:
                self.trouble = None
                await self.mending.mended(self.workspace, self.home)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


async def test_what_is_mended_while_it_is_tried_comes_at_once(world: World, database: Database) -> None:
    mending = Mending(database, world.clock)
    home = Mended(home="a:chat", trouble=SHUT, mending=mending, workspace=world.ws)
    world.board.add_home(world.ws, home)
    draft = await world.draft(text="Fresh bread from six.")
    await world.upkeep.note(world.ws, f"draft:{draft.id}")
    assert not home.titles(world.brand.id)
    await world.run_due()
    assert len(home.titles(world.brand.id)) == 1


async def test_what_is_mended_in_another_home_or_long_before_hastens_nothing(world: World, database: Database) -> None:
    mending = Mending(database, world.clock)
    await mending.mended(world.ws, "a:chat")
    await mending.mended(world.ws, "b:chat")
    world.clock.move(timedelta(minutes=1))
    home = ChatHome(home="a:chat", trouble=SHUT)
    world.board.add_home(world.ws, home)
    draft = await world.draft(text="Fresh bread from six.")
    await world.upkeep.note(world.ws, f"draft:{draft.id}")
    tries = home.tries
    await world.run_due()
    assert home.tries == tries
    home.trouble = None
    assert await mending.mended(world.ws, "b:chat") == 0
    await world.run_due()
    assert home.tries == tries
    assert await mending.mended(world.ws, "a:chat") == 1
    await world.run_due()
    assert len(home.titles(world.brand.id)) == 1
