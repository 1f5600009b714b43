"""No adapter leads anybody inside: not by the address that people connect, and not by one that a server names.

The loopback stands for the inside of whoever runs AdMind. An operator allowed nothing of it, or the channel's server
alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import AdMindError
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import listening
from tests.reliability.channel_table import CASES, Case
from tests.reliability.dying import Dying, Nowhere, dying
from tests.reliability.posters import channels_at
from tests.reliability.test_kill_channels import Nobody, stage
from tests.reliability.test_same_pictures import SHOWN, drawn
from tests.world import World, world_on

OUTSIDE = [case for case in CASES if case.inside is None]


@asynccontextmanager
async def nothing_allowed(world: World, server: Dying, database: Database) -> AsyncIterator[World]:
    """Another AdMind on the same data, whose operator opened nothing of the inside."""
    channels = channels_at(server.origin, database)
    async with world_on(database, world.folder, channels=channels, clock=world.clock, worker="careful") as found:
        yield found


@pytest.mark.parametrize("case", OUTSIDE, ids=[case.name for case in OUTSIDE])
async def test_a_server_inside_is_neither_connected_nor_posted_to(
    database: Database, tmp_path: Path, case: Case
) -> None:
    async with stage(case, database, tmp_path) as place, nothing_allowed(place.world, place.server, database) as world:
        place.server.process = Nobody()  # its steps are kept: the first byte of a connection, too
        heard = len(place.server.seen)
        with pytest.raises(AdMindError):
            await world.connected(case.on, "Velo", case.options(place.server), case.secrets(place.server))
        assert (await world.publish_due(place.post)).state in (PostState.scheduled, PostState.failed)
        assert place.server.asked == [] and len(place.server.seen) == heard
        assert not await place.stands()


@pytest.mark.parametrize("case", [drawn(case) for case in CASES if case.name in SHOWN], ids=lambda case: case.name)
async def test_a_picture_that_a_server_says_lies_inside_is_not_looked_at(
    database: Database, tmp_path: Path, case: Case
) -> None:
    async with stage(case, database, tmp_path) as place, listening(dying(Nowhere)()) as inside:
        inside.process = Nobody()
        place.server.show = lambda data, path="": f"{inside.origin}/latest/meta-data"
        kept = await place.world.publish_due(place.post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert inside.asked == [] and inside.seen == []
