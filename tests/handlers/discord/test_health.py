"""What `admind doctor` says of Discord: each wrong state is named, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.workflow.symptoms import Symptom
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Fault, Permission
from tests.handlers.discord.office import Office, member, running

ROOM = "Discord velo review room of My brand"
ME = "GET /oauth2/applications/@me"


async def rows(office: Office, ana: Person) -> dict[str, Symptom]:
    every = await office.admind.doctor.examine(await member(office, ana))
    return {each.what: each for each in every if "Discord" in each.what}


async def test_all_is_well_but_for_the_optional_intent(office: Office, ana: Person) -> None:
    found = await rows(office, ana)
    assert {name: each.state for name, each in found.items()} == {
        "Discord": "ok",
        "Discord intents": "note",
        "Discord commands": "ok",
        "Discord velo": "ok",
        ROOM: "ok",
    }
    assert found[ROOM].found == "#reviews"


async def test_each_permission_that_lacks_in_a_room_is_named(office: Office, ana: Person) -> None:
    office.velo.deny(office.room, None, Permission.ATTACH_FILES, Permission.ADD_REACTIONS)
    row = (await rows(office, ana))[ROOM]
    assert row.state == "bad" and "Attach Files, Add Reactions" in row.found and "Permissions" in row.do


async def test_commands_that_are_gone_are_named_and_come_back_with_a_start(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        tree = office.living.bot.tree
        group = tree.remove_command("admind")
        assert group is not None
        await tree.sync()  # somebody with the same token offers less
        tree.add_command(group)
        row = (await rows(office, ana))["Discord commands"]
        assert row.state == "bad" and "admind, admind ask" in row.found and "Start AdMind again" in row.do
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        assert (await rows(office, ana))["Discord commands"].state == "ok"


async def test_a_room_that_is_gone(office: Office, ana: Person) -> None:
    office.velo.drop(office.room)
    row = (await rows(office, ana))[ROOM]
    assert row.state == "bad" and "/admind settings" in row.do


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault(status=401), "does not accept my token"),
        (Fault(breaks=True), "does not answer"),
    ],
    ids=["401", "broken"],
)
async def test_a_token_that_does_not_work(office: Office, ana: Person, fault: Fault, found: str) -> None:
    office.server.rest.fail(ME, fault, times=9)
    row = (await rows(office, ana))["Discord"]
    assert row.state == "bad" and found in row.found and row.do
