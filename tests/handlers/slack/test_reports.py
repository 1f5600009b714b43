"""`/admind report` shows its picture in Slack, and a client report goes out by a press of one who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.counted_posts import grown, put_out
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.asking import answered, shown
from tests.handlers.slack.office import Office, all_of, whispered

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(WEDNESDAY)


@pytest.fixture
def lounge(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("lounge", ana)


async def test_a_report_has_its_picture_with_its_numbers_in_words(
    office: Office, slack: SlackServer, ana: Person, lounge: Channel
) -> None:
    admind, workspace = office.admind, office.workspace
    home = (await admind.people.store.workspaces.get(workspace, workspace)).record
    brand, store = home.default_brand, admind.people.store
    [feed] = [each for each in await store.all(store.accounts, workspace) if each.brand == brand]
    for day in range(1, 40):
        at = WEDNESDAY - day * DAY
        told = grown(at, {"likes": 40 * day, "reach": 900}, WEDNESDAY)
        await put_out(admind.database, workspace, brand, feed.id, at, told, title=f"Day {day}")
    message = await answered(ana, lounge, "report last week")
    [picture] = [block for block in message.blocks if block["type"] == "image"]
    assert "Engagements:" in picture["alt_text"] and "Reach:" in picture["alt_text"]
    assert (slack.team.files[picture["slack_file"]["id"]].data or b"").startswith(b"\x89PNG")
    assert "★ “Day" in shown(message)
    members = [each for each in await store.all(store.members, workspace) if each.may(brand, Role.owner)]
    await admind.client_reports.set_plan(workspace, members[-1].id, brand, {"rooms": True})
    await admind.client_reports.prepare_due()
    await until(lambda: any("For the client" in all_of(each) for each in office.room.messages.values()), "it is shown")
    [card] = [each for each in office.room.messages.values() if "For the client" in all_of(each)]
    await ana.click(card, "sendreport:")
    await whispered(ana, office.room, "did not go everywhere")  # no room for clients yet
    await until(
        lambda: any("Client report" in all_of(each) for each in office.room.messages.values()), "its end is told"
    )
