"""A report shows its picture in Discord, below its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MovableClock
from tests.fakes.counted_posts import grown, put_out
from tests.fakes.discord.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.discord.office import Office

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(WEDNESDAY)


async def test_a_report_has_its_picture_below_its_words(office: Office, ana: Person) -> None:
    admind, store = office.admind, office.admind.people.store
    home = (await store.workspaces.get(office.workspace, office.workspace)).record
    accounts = await store.all(store.accounts, office.workspace)
    [feed] = [each for each in accounts if each.brand == home.default_brand]
    for day in range(1, 12):
        at = WEDNESDAY - day * DAY
        told = grown(at, {"likes": 40 * day, "reach": 900}, WEDNESDAY)
        await put_out(admind.database, office.workspace, home.default_brand, feed.id, at, told, title=f"Day {day}")
    asked = ana.dm("report last week")
    await until(lambda: any(each.attachments for each in ana.heard()), "the picture is there", seconds=30)
    [picture] = [each for each in ana.heard() if each.attachments]
    assert picture.attachments[0].name.endswith(".png")
    answers = [each for each in ana.heard() if each.reference == asked.id]
    assert any("★ “Day" in each.words for each in answers)
