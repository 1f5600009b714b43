"""Client rooms, which hear of a draft once the team has said yes; a burst of messages, and a restart within one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Fault, Permission
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, asker_of, lounge, needs_the_client, press, ties, works
from tests.handlers.discord.office import Office, member, rests, running, said
from tests.handlers.discord.test_journeys import ASK


async def test_every_client_room_of_a_brand_gets_its_card_and_any_of_them_decides(office: Office, ana: Person) -> None:
    carla, chris = office.velo.person("carla"), office.velo.person("chris")
    for client in (carla, chris):
        await works(office, client, Role.client)
    first, second = office.velo.room("with-carla"), office.velo.room("with-chris")
    await ties(office, ana, first, second)
    brand = office.admind.workspace.default_brand
    rooms = await office.admind.homes.rooms(office.workspace, brand, "discord")
    assert {each.channel for each in rooms if each.kind == "client"} == {str(first.id), str(second.id)}
    await needs_the_client(office, ana)
    card = await asked(office, ana)
    assert not office.cards(first) and not office.cards(second), "the clients see nothing yet"
    ana.react(card, "✅")
    one, two = await office.card(1, first), await office.card(1, second)
    assert not await office.posts(), "nothing is planned without the client"
    await press(chris, two, "approve")
    await office.status(card, "approved")
    await until(lambda: "Approved by" in one.words and "Approved by" in two.words, "both rooms hear of it")
    draft = await office.draft(card)
    await office.admind.requests.word(
        await asker_of(office, card), draft.id, {draft.versions[0].account: "Other words."}
    )
    newer = await office.card(2)
    await until(lambda: "Replaced" in one.words and "Replaced" in two.words, "both old cards collapse")
    ana.react(newer, "✅")
    await office.card(2, first)
    await office.card(2, second)
    assert len(office.cards(first)) == len(office.cards(second)) == 2


async def test_a_client_room_that_is_shut_keeps_no_other_from_its_card(office: Office, ana: Person) -> None:
    first, second = office.velo.room("with-carla"), office.velo.room("with-chris")
    await ties(office, ana, first, second)
    office.velo.deny(first, None, Permission.VIEW_CHANNEL)
    card = await asked(office, ana, ASK)
    ana.react(card, "✅")
    await office.card(1, second)
    assert not office.cards(first)
    await rests(office)
    office.velo.allow(first, None, Permission.VIEW_CHANNEL)
    await office.card(1, first)
    assert len(office.cards(first)) == len(office.cards(second)) == len(office.cards()) == 1


async def test_a_room_that_is_no_clients_any_more_gets_nothing_new(office: Office, ana: Person) -> None:
    first, second = office.velo.room("with-carla"), office.velo.room("with-chris")
    await ties(office, ana, first, second)
    await ties(office, ana, second)
    ana.react(await asked(office, ana, ASK), "✅")
    await office.card(1, second)
    assert not office.cards(first)


async def test_of_a_burst_none_is_lost_and_none_runs_twice(office: Office, ana: Person) -> None:
    messages = [ana.mention(lounge(office), f"show d_{number}") for number in range(150)]
    for message in messages:  # after a resume Discord tells of some again
        office.server.events.tell_message("MESSAGE_CREATE", message)
    owner = await member(office, ana)

    async def all_there() -> bool:
        return len(await office.admind.desk.recent(office.workspace, owner.id, limit=500)) >= len(messages)

    await until(all_there, "all are taken in", seconds=60)
    ana.dm("help")
    await until(lambda: bool(ana.heard()), "what came after them is heard", seconds=60)
    found = await office.admind.desk.recent(office.workspace, owner.id, limit=500)
    asked_for = sorted(each.text for each in found if each.text != "help")
    assert asked_for == sorted(f"show d_{number}" for number in range(150))

    def answered() -> list[int]:
        bot = office.server.world.bot
        return [e.reference for e in lounge(office).messages.values() if e.author is bot and "On it" not in e.words]

    await until(lambda: len(answered()) >= len(messages), "all are answered", seconds=120)
    assert sorted(answered()) == [each.id for each in messages], "each once, in answer to its own"


async def test_a_restart_in_the_middle_of_a_turn_answers_once(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    edit = "PATCH /channels/{channel}/messages/{message}"
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        server.rest.fail(edit, Fault(status=503), times=100)
        asked_for = ana.mention(lounge(office), ASK)
        await office.card()
        await until(lambda: len(server.rest.of(edit)) > 0, "the answer is on its way", seconds=30)
    server.rest.faults.pop(edit, None)
    clock.move(timedelta(minutes=1))
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        answer = await said(lounge(office), "Look at")
        bot = server.world.bot
        assert [each for each in lounge(office).messages.values() if each.author is bot] == [answer]
        assert answer.reference == asked_for.id and answer.versions[0] == "On it…"
        assert len(office.cards()) == 1 and len(await office.drafts()) == 1
