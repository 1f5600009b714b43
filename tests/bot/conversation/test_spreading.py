"""`plan three tips for next week` becomes a request with times: free working days, evenly apart, still to come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.periods import Period, read_period
from bot.conversation.spreading import is_plan, spread
from tests.bot.conversation.room import NOW, Room

ZURICH = ZoneInfo("Europe/Zurich")
NEXT_WEEK = "2026-11-23 2026-11-25 2026-11-27"


@pytest.mark.parametrize(
    ("text", "topic", "days"),
    [
        ("plan three tips about bike care for next week", "tips for bike care", NEXT_WEEK),
        ("/plan 3 posts about our workshop next week on the feed", "our workshop", NEXT_WEEK),
        ("plan our launch posts for next week", "our launch", NEXT_WEEK),
        ("plan next week's posts about the sale", "the sale", NEXT_WEEK),
        ("plan a post about our café for Friday 9am", "our café", "2026-11-20"),
        ("plane drei Tipps zu Velopflege für nächste Woche", "Tipps zu Velopflege", NEXT_WEEK),
        ("plan two posts about our sale, Mon and Wed 10:00", "our sale", "2026-11-23 2026-11-25"),
    ],
)
async def test_a_wish_for_a_time_becomes_drafts_in_it(room: Room, text: str, topic: str, days: str) -> None:
    said = await room.say(text)
    assert len(said.drafts) == len(days.split()), said.reply
    ideas = room.workshop.ideas
    assert {idea.brief.topic for idea in ideas} == {topic}
    assert {idea.brief.request for idea in ideas} == {text}
    views = [await room.looking.draft(room.workspace.id, room.owner.id, draft) for draft in said.drafts]
    found = sorted(view.due.astimezone(ZURICH).date().isoformat() for view in views if view.due)
    assert found == days.split()


async def test_days_that_have_something_are_left_to_it(room: Room) -> None:
    await room.say("Announce our café on Monday 9am")
    said = await room.say("plan two posts about our sale for next week", conversation="v_2")
    views = [await room.looking.draft(room.workspace.id, room.owner.id, draft) for draft in said.drafts]
    assert sorted(view.due.astimezone(ZURICH).day for view in views if view.due) == [25, 27]


@pytest.mark.parametrize("text", ["planning is everything", "our plan for the summer", "plan", "the plan three"])
def test_other_words_are_no_plan(text: str) -> None:
    assert not is_plan(text)


@given(
    count=st.integers(1, 12),
    length=st.integers(1, 31),
    hours=st.integers(0, 24 * 400),
    taken=st.sets(st.integers(0, 31)),
)
def test_times_are_in_the_period_ahead_and_all_different(count: int, length: int, hours: int, taken: set[int]) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    first = now.astimezone(ZURICH).date()
    start = datetime.combine(first, datetime.min.time(), ZURICH)
    span = Period(start, datetime.combine(first + timedelta(days=length), datetime.min.time(), ZURICH), "")
    busy: set[date] = {first + timedelta(days=day) for day in taken}
    found = spread(span, count, now=now, zone=ZURICH, taken=busy)
    assert len(set(found)) == len(found) <= count
    assert found == sorted(found)
    assert all(span.start <= at < span.end and at > now for at in found)
    assert len(found) == count or length * 3 < count + 3


def test_without_a_time_the_next_seven_days_are_meant() -> None:
    span = read_period("", NOW, "Europe/Zurich", "en", past=False)
    found = spread(span, 3, now=NOW, zone=ZURICH, taken=())
    assert [at.date().isoformat() for at in found] == ["2026-11-19", "2026-11-23", "2026-11-24"]
