"""What Discord refuses, in words, where the person is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import MovableClock
from bot.words import reading
from handlers.discord.telling import words_as_views
from tests.fakes.discord.pressing import Person
from tests.fakes.discord_server import Fault, Permission
from tests.fakes.waiting import until
from tests.handlers.discord.office import Office, rests, said, told
from tests.handlers.discord.phone import components, seen
from tests.handlers.discord.test_journeys import ASK, THREAD, carded

EDIT = "PATCH /channels/{channel}/messages/{message}"


async def test_a_review_room_in_which_it_may_not_write_is_named_with_what_lacks(office: Office, ana: Person) -> None:
    office.velo.deny(office.room, None, Permission.SEND_MESSAGES)
    lounge = office.velo.room("lounge")
    ana.mention(lounge, ASK)
    answer = await said(lounge, "I lack in #reviews: Send Messages")
    assert "Permissions" in answer.words and not office.cards()
    await rests(office)
    office.velo.allow(office.room, None, Permission.SEND_MESSAGES)
    await office.card()


async def test_where_it_may_not_write_it_answers_directly(office: Office, ana: Person) -> None:
    lounge = office.velo.room("lounge")
    office.velo.deny(lounge, None, Permission.SEND_MESSAGES)
    ana.mention(lounge, "help")
    answer = await told(ana, "Tell me in your own words")
    assert "Send Messages" in answer.words


async def test_a_review_room_that_is_gone(office: Office, ana: Person) -> None:
    office.velo.drop(office.room)
    lounge = office.velo.room("lounge")
    ana.mention(lounge, ASK)
    await said(lounge, "/admind settings")


async def test_a_card_that_somebody_deleted_does_not_stop_what_follows(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    thread = office.velo.room("elsewhere")
    office.velo.erase(card)
    ana.mention(thread, "help")
    await said(thread, "Tell me in your own words")
    draft = (await office.drafts())[0]
    await office.admind.board.show(office.workspace, draft.id)


async def test_without_the_right_to_threads_a_card_stands_all_the_same(office: Office, ana: Person) -> None:
    office.velo.deny(office.room, None, Permission.CREATE_PUBLIC_THREADS, Permission.ADD_REACTIONS)
    card = await carded(office, ana)
    await until(lambda: bool(office.server.rest.of(THREAD)), "it tried", seconds=20)
    ana.react(card, "✅")
    await office.status(card, "approved")
    await until(lambda: "Approved" in card.words, "the card says so", seconds=20)


async def test_who_takes_no_direct_messages_is_told_so_without_what_is_private(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    ben = office.velo.person("ben")
    ben.close_dms()
    ben.react(card, "✅")
    near = await said(office.room, "does not let me write to you")
    assert ben.id in near.pinged and "I don't know you" not in near.words


@pytest.mark.parametrize("status", [500, 503])
async def test_an_edit_that_discord_fails_is_made_later(
    office: Office, ana: Person, clock: MovableClock, status: int
) -> None:
    card = await carded(office, ana)
    await until(lambda: len(card.reactions) == 2, "it has all that it gets", seconds=20)
    office.server.rest.fail(EDIT, Fault(status=status), times=1)
    ana.react(card, "✅")
    await office.status(card, "approved")

    async def told() -> bool:
        clock.move(timedelta(seconds=31))
        return "Approved" in card.words

    await until(told, "the card says so in the end", seconds=30)


def test_a_very_long_answer_is_said_in_parts() -> None:
    text = "\n".join(f"Line {number} of *stars* and <@12345>" for number in range(400))
    with reading("en"):
        views = words_as_views(text)
    assert 1 < len(views) <= 8
    shown = "".join(seen(components(view)) for view in views)
    assert all(f"Line {number} " in shown for number in range(400))
