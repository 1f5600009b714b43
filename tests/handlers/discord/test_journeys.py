"""Whole journeys through Discord, with nothing replaced but Discord itself."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.handlers.discord.office import Office, said

ASK = "Announce our workshop on bike repair for the feed, tomorrow 9am"


async def test_mention_card_reaction_published_receipt(office: Office, ana: Person, clock: MovableClock) -> None:
    lounge = office.velo.room("lounge")
    asked = ana.mention(lounge, ASK)
    card = await office.card()
    assert "bike repair" in card.words
    answer = await said(lounge, "Look at")
    assert answer.reference == asked.id
    assert len(lounge.messages) == 2, "the sign of life became the answer"
    ana.react(card, "✅")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    assert (await office.published()).receipt is not None
    await said(office.room, "1 of 1 posted")
