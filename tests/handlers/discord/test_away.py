"""What happens in Discord while AdMind is away, and how it goes on."""

from __future__ import annotations

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
from tests.handlers.discord.office import Office, running, said, says, settled, told
from tests.handlers.discord.test_journeys import carded

LOOK = "GET /channels/{channel}/messages/{message}"
SEED = "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
POST, EDIT = "POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}"


@pytest.mark.parametrize("forget", [False, True], ids=["resumed", "anew"])
async def test_a_reaction_while_it_was_cut_off_counts(office: Office, ana: Person, forget: bool) -> None:
    card = await carded(office, ana)
    async with office.server.gateway.away(forget=forget):
        ana.react(card, "✅")
    await office.status(card, "approved")
    assert office.server.gateway.resumed == (0 if forget else 1)
    async with office.server.gateway.away(forget=forget):
        ana.unreact(card, "✅")
    await office.status(card, "waiting")


async def test_a_reaction_to_an_older_revision_never_counts_for_the_newer_one(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    ana.reply(card, "move it to Saturday 3pm")
    newer = await office.card(2)
    await until(lambda: "Replaced" in card.words, "the old card says so")
    looks = len(office.server.rest.of(LOOK))
    async with office.server.gateway.away(forget=True):
        ana.react(card, "✅")
    await until(lambda: len(office.server.rest.of(LOOK)) > looks, "it looks at what is open", seconds=20)
    ana.dm("help")
    await told(ana, "Tell me in your own words")
    assert (await office.draft(newer)).status.value == "waiting"
    assert not (await office.draft(newer)).decisions


async def test_reactions_to_press_that_were_kept_off_a_card_come_after_the_start(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    server.rest.fail(SEED, Fault(status=403, code=50013))
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        card = await carded(office, ana)
        await until(lambda: bool(server.rest.of(SEED)), "it was tried", seconds=20)
    assert not card.reactions
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        await until(lambda: [each.name for each in card.reactions] == ["✅", "❌"], "both are there", seconds=20)
        ana.react(card, "✅")
        await office.status(card, "approved")


async def test_reactions_while_it_did_not_run_count_after_the_start(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        card = await carded(office, ana)
        await until(lambda: len(card.reactions) == 2, "seeded", seconds=20)
    ana.react(card, "✅")
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        await office.status(card, "approved")
        await until(lambda: "Approved" in card.words, "the card says so", seconds=20)


async def test_what_breaks_off_after_it_was_posted_is_not_posted_twice(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    lounge = office.velo.room("lounge")
    office.server.rest.fail(POST, Fault(breaks=True, commits=True), times=2)
    ana.mention(lounge, "Announce our workshop on bike repair for the feed, tomorrow 9am")
    await until(lambda: not office.server.rest.faults[POST], "both broke", seconds=20)

    async def heard() -> bool:
        clock.move(timedelta(seconds=40))  # it may note only now that it tries again
        return says(lounge, "Look at")

    await until(heard, "it is said after all", seconds=30)
    assert len(lounge.messages) == 2
    assert len(office.cards()) == 1


async def test_removed_from_a_guild_its_work_stops_and_a_new_invitation_goes_on(office: Office, ana: Person) -> None:
    await carded(office, ana)
    office.velo.remove_bot()

    async def gone() -> bool:
        return not await settled(office)

    await until(gone, "it is no home any more", seconds=20)
    assert office.cards(), "what was said stays"
    calls = len(office.server.rest.of(POST))
    await office.admind.board.show(office.workspace, (await office.drafts())[0].id)
    assert len(office.server.rest.of(POST)) == calls, "nothing goes there"
    office.velo.invite(Permission(permissions().value))
    await until(lambda: settled(office), "it is a home again", seconds=20)
    again = office.velo.room("again")
    ana.mention(again, "help")
    await said(again, "Tell me in your own words")


async def test_removed_while_it_was_away_it_notices(office: Office, ana: Person) -> None:
    await carded(office, ana)
    async with office.server.gateway.away(forget=True):
        office.velo.remove_bot()

    async def gone() -> bool:
        return not await settled(office)

    await until(gone, "it is no home any more", seconds=20)


async def test_an_outage_of_discords_removes_nobody(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    office.velo.outage()
    office.velo.recover()
    ana.react(card, "✅")
    await office.status(card, "approved")
    assert await settled(office)


async def test_edits_of_a_card_are_made_once_a_second_at_most(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    for _ in range(4):
        ana.react(card, "✅")
        await office.status(card, "approved")
        ana.unreact(card, "✅")
        await office.status(card, "waiting")
    await until(lambda: "Approved" not in card.words, "the card shows the last state", seconds=20)
    edits = [each for each in office.server.rest.of(EDIT) if each.path["message"] == str(card.id)]
    assert len(edits) <= 5


async def test_it_waits_as_discord_asks(office: Office, ana: Person) -> None:
    office.server.rest.fail(POST, Fault(retry_after=0.2), times=2)
    lounge = office.velo.room("lounge")
    ana.mention(lounge, "help")
    await said(lounge, "Tell me in your own words")
