"""Who may decide is what Discord says at that moment, whether or not an event has told of a change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from handlers.discord import people
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import DiscordServer, Fault
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, lounge, press, texts_of, whispered, works
from tests.handlers.discord.office import Office, running, said, told

LOOK = "GET /channels/{channel}/messages/{message}"
STRANGER = "I don't know you here yet"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for what was looked up a moment ago."""
    monkeypatch.setattr(people, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(people, "SEEN_SECONDS", -1.0)


async def waits(office: Office, card: Message) -> bool:
    draft = await office.draft(card)
    return draft.status.value == "waiting" and not any(each.withdrawn_at is None for each in draft.decisions)


async def test_whose_role_was_taken_approves_nothing_by_an_open_window_or_a_reaction(
    office: Office, ana: Person
) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.approver)
    card = await asked(office, ana)
    await press(ben, card, "edit")
    typed: dict[str, Any] = {texts_of(ben)[0]: "Mine", "approve": "approve"}
    office.velo.take(ben, next(each for each in office.velo.guild.roles.values() if each.name == "as-ben"))
    await ben.submit(**typed)
    await whispered(ben, office.room, STRANGER)
    await whispered(ben, office.room, "Mine")
    ben.react(card, "✅")
    await told(ben, "decides nothing")
    assert await waits(office, card)


async def test_a_missed_reaction_of_somebody_who_left_meanwhile_counts_for_nothing(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        ben = velo.person("ben")
        await works(office, ben, Role.approver)
        card = await asked(office, ana)
        ben.react(card, "✋")
        await office.status(card, "held")
        ben.unreact(card, "✋")
        await office.status(card, "waiting")
    ben.react(card, "✅")
    velo.kick(ben)
    looks = len(server.rest.of(LOOK))
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        await until(lambda: len(server.rest.of(LOOK)) > looks, "it looks at what came meanwhile", seconds=20)
        ana.mention(lounge(office), "help")
        await said(lounge(office), "Tell me in your own words")
        assert await waits(office, card)
        ana.react(card, "✅")
        await office.status(card, "approved")


async def test_a_discord_that_does_not_answer_gives_no_rights_and_says_so(office: Office, ana: Person) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.approver)
    card = await asked(office, ana)
    ben.react(card, "✅")
    await office.status(card, "approved")
    office.server.rest.fail("GET /guilds/{guild}/members/{user}", Fault(status=403), times=5)
    ben.unreact(card, "✅")  # of who takes a reaction off Discord says nothing but the id
    await told(ben, "Discord")
    assert (await office.draft(card)).status.value == "approved", "nothing was taken back that could not be checked"
