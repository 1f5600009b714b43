"""As many connections as Discord asks for: what happens on each is heard, and each goes on by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from handlers.discord.surface import permissions
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Fault, Permission
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, lounge, menu, press
from tests.handlers.discord.office import Office, running, said, told


def shard_of(place: Place) -> int:
    return (place.id >> 22) % 2


@pytest.fixture
def kino(server: DiscordServer, velo: Place, clock: MovableClock) -> Place:
    """A server of the other shard."""
    while shard_of(place := server.guild("kino", bot=False)) == shard_of(velo):
        clock.move(timedelta(milliseconds=1))
    place.invite(Permission(permissions().value))
    return place


@pytest.fixture
async def office(
    server: DiscordServer, velo: Place, kino: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> AsyncIterator[Office]:
    server.gateway.shards = server.gateway.needs_shards = 2
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        yield office


def shards(server: DiscordServer) -> list[tuple[int, int]]:
    return [tuple(each["shard"]) for each in server.gateway.identified]


async def test_each_server_is_served_whatever_its_shard(office: Office, kino: Place, ana: Person) -> None:
    assert shards(office.server) == [(0, 2), (1, 2)]
    card = await asked(office, ana)
    ana.react(card, "✅")
    await office.status(card, "approved")
    far = kino.room("lounge")
    kino.owner.mention(far, "help")
    await said(far, "Tell me in your own words")
    ana.dm("help")
    await told(ana, "Tell me in your own words")
    assert (await (await ana.slash(lounge(office), "/admind", "drafts")).settle()).words
    assert (await (await kino.owner.slash(far, "/admind", "drafts")).settle()).words


@pytest.mark.parametrize("forget", [False, True], ids=["resumed", "anew"])
async def test_a_shard_that_was_cut_off_goes_on_and_the_other_one_never_stopped(
    office: Office, kino: Place, ana: Person, forget: bool
) -> None:
    card, far = await asked(office, ana), kino.room("lounge")
    async with office.server.gateway.away(forget=forget, shard=shard_of(office.velo)):
        ana.react(card, "✅")
        kino.owner.mention(far, "help")
        await said(far, "Tell me in your own words")
        assert (await office.draft(card)).status.value == "waiting"
    await office.status(card, "approved")
    assert office.server.gateway.resumed == (0 if forget else 1)
    assert shards(office.server) == [(0, 2), (1, 2)] + ([(shard_of(office.velo), 2)] if forget else [])
    await menu(ana, card, "hold")
    await office.status(card, "held")


async def test_more_connections_are_opened_once_discord_asks_for_more(
    server: DiscordServer, velo: Place, kino: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        assert shards(server) == [(0, 1)]
        card, far = await asked(office, ana), kino.room("lounge")
        server.gateway.shards = server.gateway.needs_shards = 2
        async with server.gateway.away(forget=True):
            ana.react(card, "✅")
        await server.gateway.online(2)
        assert shards(server) == [(0, 1), (0, 2), (1, 2)] and server.gateway.closes == [4011]
        await office.status(card, "approved")
        kino.owner.mention(far, "help")
        await said(far, "Tell me in your own words")
        await menu(ana, card, "hold")
        await office.status(card, "held")


async def test_a_start_at_which_discord_says_nothing_of_its_gateway_is_made_up_for(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    server.rest.fail("GET /gateway/bot", Fault(status=403), times=1)
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        assert not server.rest.faults["GET /gateway/bot"]
        card = await asked(office, ana)
        await press(ana, card, "approve")
        await office.status(card, "approved")
        await until(lambda: "Approved" in card.words, "the card says so", seconds=20)
