"""Commands, buttons, menus and windows, with their deadlines."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.clock import MovableClock
from tests.fakes.discord.client import running
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.reading import pictures
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.fakes_discord.bots import raw, refused, refused_for
from tests.fakes_discord.office import Office

P = Permission
MODAL = {"type": 9, "data": {"title": "x" * 46, "custom_id": "a", "components": []}}


@pytest.fixture
async def office(
    server: DiscordServer, velo: Place, room: Channel, ana: Person, pointed: None
) -> AsyncIterator[Office]:
    async with running(made := Office(), server.token):
        yield made


@pytest.fixture
async def card(office: Office, ana: Person, room: Channel) -> Message:
    answer = await ana.slash(room, "/admind", "card")
    assert answer.original is not None
    return answer.original


async def test_a_slash_command_brings_typed_options(office: Office, velo: Place, ana: Person, room: Channel) -> None:
    bo, editors = velo.person("bo"), velo.role("editors")
    assert ana.commands(room) == [
        "/admind draft",
        "/admind card",
        "/admind silence",
        "Draft a post from this",
    ]
    answer = await ana.slash(
        room,
        "/admind draft",
        topic="Spring",
        kind="A story",
        count=3,
        to=bo,
        room=room,
        role=editors,
        picture=("a.txt", b"abc"),
    )
    topic, kind, campaign, count, to, where, role, picture = office.seen[0]
    assert (topic, kind, campaign, count, to.id, where.id) == ("Spring", "story", "", 3, bo.id, room.id)
    assert role.id == editors.id and await picture.read() == b"abc"
    await answer.settle()
    assert [each.words for each in ana.whispers(room)] == ["drafting Spring"]
    assert not bo.whispers(room) and not room.messages and answer.words == "drafting Spring"


async def test_the_client_refuses_what_does_not_fit(office: Office, ana: Person, room: Channel) -> None:
    for more, why in [
        ({}, "required"),
        ({"topic": "x" * 51}, "too much"),
        ({"topic": "x", "count": 6}, "too much"),
        ({"topic": "x", "kind": "A film"}, "one of"),
        ({"topic": "x", "other": "y"}, "no such"),
    ]:
        with pytest.raises(AssertionError, match=why):
            await ana.slash(room, "/admind", "draft", **more)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="no nothing"):
        await ana.slash(room, "/nothing")
    assert office.seen == []


async def test_autocomplete_proposes_while_typing(office: Office, ana: Person, room: Channel) -> None:
    found = await ana.suggestions(room, "/admind", "draft", option="campaign", typed="sp", topic="Sale")
    assert found == [{"name": "spring (Sale)", "value": "spring"}, {"name": "sport (Sale)", "value": "sport"}]


async def test_it_works_in_direct_messages_too(office: Office, ana: Person) -> None:
    answer = await ana.slash(ana.dms, "/admind", "card")
    assert answer.original is not None and ana.heard() == [answer.original]
    await ana.click(answer.original, "Approve")
    assert ana.reads(ana.dms) == "Draft 7 approved"


async def test_commands_may_be_withheld(office: Office, velo: Place, ana: Person, room: Channel) -> None:
    velo.deny(room, ana, P.USE_APPLICATION_COMMANDS)
    with pytest.raises(AssertionError, match="USE_APPLICATION_COMMANDS"):
        await ana.slash(room, "/admind", "card")


async def test_a_button_edits_its_message(card: Message, ana: Person, room: Channel) -> None:
    assert card.words == "Draft 7\n[Write]\n[Slow]\n[Old]\n[Approve]\n[When ▾]\n[Who ▾]"
    answer = await ana.click(card, "Approve")
    assert (answer.answer, ana.reads(room)) == (7, "Draft 7 approved")
    with pytest.raises(AssertionError, match="0 buttons"):
        await ana.click(card, "Approve")


async def test_a_button_works_after_a_restart(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, pointed: None
) -> None:
    async with running(Office(), server.token):
        answer = await ana.slash(room, "/admind", "card")
    assert answer.original is not None
    async with running(Office(), server.token):
        await ana.click(answer.original, "approve:7")
    assert room.last.words == "Draft 7 approved"


async def test_put_off_then_edited_and_followed_up(card: Message, ana: Person, room: Channel) -> None:
    answer = await ana.click(card, "Slow")
    await until(lambda: len(answer.follow_ups) == 1, "the follow-up")
    assert card.content == "done slowly" and [each.words for each in ana.whispers(room)] == ["told you"]
    with pytest.raises(AssertionError, match="greyed out"):
        await ana.click(card, "Old")


async def test_menus_take_options_and_people(card: Message, velo: Place, ana: Person, room: Channel) -> None:
    answer = await ana.choose(card, "A", "C", menu="When")
    assert answer.words == "chosen ['A', 'C']"
    assert (await ana.choose(card, velo.person("bo"), menu="who")).words == "for Bo"
    with pytest.raises(AssertionError, match="takes 1 to 2"):
        await ana.choose(card, "A", "B", "C", menu="When")


async def test_windows_open_are_filled_in_and_close(server: DiscordServer, card: Message, ana: Person) -> None:
    answer = await ana.click(card, "Write")
    assert answer.answer == 9 and ana.window is not None and ana.window["title"] == "New post"
    with pytest.raises(AssertionError, match="0 to 20"):
        await ana.submit(Topic="x" * 21)
    with pytest.raises(AssertionError, match="required"):
        await ana.submit()
    done = await ana.submit(Topic="Spring", where_to=["Feed", "x"])
    assert done.words == "Spring → ['feed', 'x']" and not server.world.windows
    await ana.click(card, "Write")
    ana.dismiss()
    with pytest.raises(AssertionError, match="no window"):
        await ana.submit(Topic="x")


async def test_a_context_menu_brings_the_whole_message(office: Office, ana: Person, room: Channel) -> None:
    message = ana.say(room, "we open on Sunday")
    answer = await ana.menu_on(message, "Draft a post from this")
    assert answer.words == "from 'we open on Sunday'"


# Deadlines


async def test_three_seconds_then_unknown(office: Office, ana: Person, room: Channel, clock: MovableClock) -> None:
    made = await ana.slash(room, "/admind", "silence", waits=False)
    await until(lambda: len(office.seen) == 1, "heard")
    clock.move(timedelta(seconds=4))
    assert await refused(office.seen[0].response.send_message("late")) == (404, 10062)
    assert not made.answered


async def test_an_answer_that_never_comes_is_told(
    server: DiscordServer, office: Office, ana: Person, room: Channel
) -> None:
    server.world.answer_within = timedelta(milliseconds=100)
    answer = await ana.slash(room, "/admind", "silence")
    assert answer.failed and not answer.answered


async def test_once_is_enough(office: Office, ana: Person, room: Channel) -> None:
    await ana.slash(room, "/admind", "silence", waits=False)
    await until(lambda: len(office.seen) == 1, "heard")
    interaction = office.seen[0]
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert await refused(raw(office, "POST", f"/webhooks/{interaction.application_id}/{interaction.token}", {})) == (
        404,
        10015,
    )
    await refused_for(raw(office, "POST", path, {"type": 7, "data": {"content": "x"}}))
    assert "45" in await refused_for(raw(office, "POST", path, MODAL))
    assert await refused(raw(office, "POST", path, {"type": 4, "data": {}})) == (400, 50006)
    await interaction.response.send_message("once")
    assert await refused(raw(office, "POST", path, {"type": 4, "data": {"content": "twice"}})) == (400, 40060)
    assert room.last.words == "once"


async def test_fifteen_minutes_of_follow_ups(office: Office, ana: Person, room: Channel, clock: MovableClock) -> None:
    await ana.slash(room, "/admind", "silence", waits=False)
    await until(lambda: len(office.seen) == 1, "heard")
    interaction = office.seen[0]
    await interaction.response.defer()
    assert room.last.flags & 128 and room.last.content == ""
    await interaction.followup.send("filled in", ephemeral=True)
    assert [each.words for each in room.messages.values()] == ["filled in"]
    assert not room.last.flags & (64 | 128), "put off in the open, it is filled in in the open"
    more = await interaction.followup.send("more", wait=True)
    clock.move(timedelta(minutes=14))
    await more.edit(content="more and more")
    assert (await interaction.original_response()).content == "filled in"
    await interaction.delete_original_response()
    assert [each.words for each in room.messages.values()] == ["more and more"]
    clock.move(timedelta(minutes=2))
    assert await refused(interaction.followup.send("late")) == (401, 50027)


async def test_answers_carry_files_and_layouts(office: Office, ana: Person, room: Channel) -> None:
    await ana.slash(room, "/admind", "silence", waits=False)
    await until(lambda: len(office.seen) == 1, "heard")
    view = discord.ui.LayoutView()
    gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery(
        discord.MediaGalleryItem("attachment://card.png", description="A bicycle")
    )
    view.add_item(discord.ui.Container(discord.ui.TextDisplay("# Sale"), gallery))
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="Go", custom_id="go")))
    file = discord.File(io.BytesIO(b"png"), "card.png")
    answer = await office.seen[0].response.send_message(view=view, file=file, ephemeral=True)
    shown = ana.whispers(room)[0]
    assert shown.words == "# Sale\nA bicycle\n[Go]\ncard.png" and pictures(shown) == ["attachment://card.png"]
    assert answer.resource is not None and answer.resource.attachments[0].filename == "card.png"
    ana.hides(shown)
    assert not ana.sees(room)
