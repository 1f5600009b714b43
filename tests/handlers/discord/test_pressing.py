"""Presses that meet trouble: a restart, a deadline, no right to do it, what nobody foresaw."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.reading import walk
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.discord.acting import (
    asked,
    lounge,
    menu,
    press,
    sent,
    shows,
    whispered,
    works,
)
from tests.handlers.discord.office import Office, ids, running


async def test_a_press_after_a_restart_works(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        card = await asked(office, ana)
        await menu(ana, card, "reject")
        syncs = len(server.rest.of("PUT /applications/{application}/commands"))
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        await ana.submit(reason="Not now")  # the window was opened before
        await office.status(card, "rejected")
        other = await asked(office, ana, "Announce our spring sale, Friday 9am")
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        await press(ana, other, "approve")
        await office.status(other, "approved")
    assert syncs == 1 == len(server.rest.of("PUT /applications/{application}/commands")), "told of commands once"


async def test_who_may_not_approve_is_told_kindly_and_alone(office: Office, ana: Person) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana)
    await press(ben, card, "approve")
    told = await whispered(ben, office.room, "Only people who approve for My brand")
    assert "That would be" in told.words and not ana.whispers(office.room)
    assert (await office.draft(card)).status.value == "waiting"
    eve = office.velo.person("eve")
    await press(eve, card, "approve")
    await whispered(eve, office.room, "I don't know you here yet.")
    await menu(eve, card, "reject")
    await until(lambda: len(eve.whispers(office.room)) == 2, "the second one is answered, too")
    assert eve.window is None


async def test_a_press_that_discord_gives_up_on_is_answered_directly(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana)
    office.server.world.answer_within = timedelta(seconds=-1)
    await press(ana, card, "approve")
    await until(lambda: any("That took too long for Discord." in each.words for each in ana.heard()), "told directly")
    assert (await office.draft(card)).status.value == "waiting", "nothing was done that looks failed"
    office.server.world.answer_within = timedelta(seconds=3)
    await press(ana, card, "approve")
    await office.status(card, "approved")


async def test_what_nobody_foresaw_is_said_with_a_reference_and_no_trace(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    draft = await office.draft(card)

    async def presses(name: str) -> None:
        """As the card stands now: it may have been drawn again."""
        next(each for each in walk(card.components) if "custom_id" in each)["custom_id"] = name
        await ana.click(card, name)

    await presses(f"a:page:{draft.id}:read:many:{draft.digest}")  # a number was expected
    told = await whispered(ana, office.room, "reference")
    assert "Traceback" not in told.words and "ValueError" not in told.words
    await presses("a:dance:now")
    await whispered(ana, office.room, "I don't know this button any more.")


async def test_taking_down_takes_two_taps(shop: Office, ana: Person, clock: MovableClock, site: WebhookServer) -> None:
    card = await asked(shop, ana, "Announce our workshop on bike repair for the feed, tomorrow 9am")
    await sent(shop, ana, clock, card, "published")
    await shows(card, "1 of 1 posted")
    await until(lambda: any("takedown" in each for each in ids(card)), "it can be taken down")
    opened = await press(ana, card, "takedown")
    assert opened.modal is not None and "It is deleted there." in str(opened.modal)
    await ana.submit()
    await whispered(ana, shop.room, "taken down")


async def test_a_stop_and_going_on(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "stop")
    await whispered(ana, office.room, "Stopped. Nothing was scheduled")
    answer = await (await ana.slash(lounge(office), "/admind", "resume")).settle()
    assert "Posts go out again: My brand" in answer.words


async def test_a_window_that_was_refused_opens_again_after_a_restart_for_who_sent_it_alone(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        card = await asked(office, ana)
        await menu(ana, card, "move")
        await ana.submit(phrase="whenever it suits")
        wrong = await whispered(ana, room, "What you wrote:")
        name = next(each for each in ids(wrong) if each.startswith("a:again:")).removeprefix("a:again:")
    clock.move(timedelta(hours=1))
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        workspace, _, kept = name.partition(":")
        assert await office.living.discord.typed.find(workspace, "7", kept) is None, "nobody else"
        await press(ana, wrong, "again")
        assert "whenever it suits" in str(ana.window)
        await ana.submit(phrase="Monday 9am")
        moved = await office.card(2)
        await office.status(moved, "waiting")
