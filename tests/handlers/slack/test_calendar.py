"""The calendar in Slack: a picture with its words beside it, typed after the command or said directly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.asking import answered, drafted
from tests.handlers.slack.office import Office


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 12, 2, 9, tzinfo=UTC))


@pytest.fixture
def lounge(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("lounge", ana)


async def test_the_calendar_comes_as_a_picture_and_in_words(office: Office, ana: Person, lounge: Channel) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Saturday 10am")
    found = await answered(ana, lounge, "calendar")
    [image] = [block for block in found.blocks if block["type"] == "image"]
    assert image["alt_text"].startswith("Wed 2 Dec – Tue 8 Dec: 1 entry. Sat 5 Dec, 10:00 Feed: Sale (waiting for")
    assert "Sale" in found.words, "and in words, for who sees no pictures"
    dm = office.slack.world.dm(office.slack.team, ana.id)
    await ana.say(dm, "show me the calendar for next week")
    await until(
        lambda: any("Nothing is planned next week" in each.words for each in dm.messages.values()), "said directly"
    )
    await ana.say(dm, "zeig mir den Kalender")
    await until(
        lambda: any(block["type"] == "image" for each in dm.messages.values() for block in each.blocks),
        "the sign of life became the picture",
    )
