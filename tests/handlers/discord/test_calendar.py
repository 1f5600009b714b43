"""The calendar in Discord: a picture with its words beside it, said directly or by its command."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked
from tests.handlers.discord.office import Office
from tests.handlers.discord.test_words import answer_to


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 12, 2, 9, tzinfo=UTC))


async def test_the_calendar_comes_as_a_picture_and_in_words(office: Office, ana: Person) -> None:
    await asked(office, ana, "Announce our sale for the feed, Saturday 10am")
    found = await answer_to(ana, "show me the calendar")
    assert "Sale" in found.words, "in words, for who sees no pictures"
    await until(lambda: any(each.attachments for each in ana.heard()), "the picture is there", seconds=30)
    [shown] = [each for each in ana.heard() if each.attachments]
    assert shown.attachments[0].name.endswith(".png")
    [gallery] = [each for each in shown.components if each["type"] == 12]
    assert gallery["items"][0]["description"].startswith("Wed 2 Dec – Tue 8 Dec: 1 entry. Sat 5 Dec, 10:00 Feed: Sale")
    nothing = await answer_to(ana, "calendar next month")
    assert "Nothing is planned" in nothing.words
    assert len([each for each in ana.heard() if each.attachments]) == 1, "nothing to show, no picture"
    await ana.slash(office.room, "admind", "calendar")
    await until(lambda: any(each.attachments for each in office.room.whispers), "the command's own answer, too")
