"""What comes by itself in Slack: the digest, reminders by day and alarms by night, and App Home."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.chat import Identified, Role
from bot.clock import MovableClock
from storage.commit import Change, commit
from storage.stores import DraftStore
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.fakes.webhook_server import Act, WebhookServer
from tests.handlers.digest_needs import needy
from tests.handlers.slack.acting import asked, below, connected, sent, works
from tests.handlers.slack.asking import answered, drafted, shown
from tests.handlers.slack.office import Office, member, nothing_due, running, said, whispered
from tests.handlers.slack.phone import seen

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(WEDNESDAY)


@pytest.fixture
def lounge(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("lounge", ana)


async def test_the_digest_comes_into_the_review_room_with_buttons_that_work(
    office: Office, ana: Person, lounge: Channel, room: Channel, clock: MovableClock
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Friday 18 December 10am")
    name = await needy(office.admind, office.workspace, office.admind.workspace.default_brand)
    await office.admind.weekly.arm([office.workspace])
    clock.move_to(datetime(2026, 12, 7, 9, 0, 1, tzinfo=UTC))
    digest = await said(room, "30 Nov – ")
    assert "Waiting: 1 draft, 5 days old" in digest.words
    assert "This week: nothing is planned, 1 empty slot" in digest.words
    assert f"{name} login ends Fri 11 Dec" in digest.words
    assert re.search(r"Record of decisions up to here: \d+-[0-9a-f]{10}", digest.words)
    await ana.click(digest, "next:")
    assert ana.window is not None and "Sale" in ana.window.words
    await ana.close()
    await ana.click(digest, "fill:")
    await whispered(ana, room, "1 slot is being filled.")
    await ana.click(digest, "reconnect:")
    await whispered(ana, room, f"Connect {name} again in the studio")
    brand = next(iter((await member(office, ana)).roles))
    await office.admind.weekly.tell(office.workspace, brand, datetime(2026, 12, 7, tzinfo=UTC).date())
    assert len([each for each in room.messages.values() if "30 Nov – " in each.words]) == 1


async def test_settings_switch_the_digest_off_and_on(
    office: Office, ana: Person, lounge: Channel, room: Channel, clock: MovableClock
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Friday 18 December 10am")
    await office.admind.weekly.arm([office.workspace])
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"digest": []})).errors
    clock.move_to(datetime(2026, 12, 7, 9, 0, 1, tzinfo=UTC))
    await nothing_due(office)
    assert not any("30 Nov – " in each.words for each in room.messages.values())
    await ana.slash(lounge, "/admind", "settings")
    assert ana.window is not None and "☐ A summary of the week" in seen(ana.window.blocks)
    assert not (await ana.submit(values={"digest": ["weekly"]})).errors
    clock.move_to(datetime(2026, 12, 14, 9, 0, 1, tzinfo=UTC))
    await said(room, "7–13 Dec")


async def test_home_of_somebody_for_whom_nothing_waits(
    office: Office, slack: SlackServer, lounge: Channel, ana: Person
) -> None:
    owner, ben = await member(office, ana), slack.person("ben")
    brand = next(iter(owner.roles))
    made = await office.admind.office.add_member(office.workspace, owner.id, "Ben", brand, [Role.requester.value])
    change = Change(office.workspace)
    who = Identified(platform="slack", team=slack.team.id, user=ben.id)
    office.admind.people.link(change, made, who, office.admind.clock.now())
    await office.admind.people.save(change)
    await drafted(office, ana, lounge, "Announce our sale for the feed, Saturday 10am")
    await ben.open_home()
    await until(lambda: ben.home is not None, "home is drawn")
    assert ben.home is not None
    home = seen(ben.home.blocks)
    assert "First steps" in home or "Nothing waits for you." in home
    assert "Review" not in home and "[‼STOP My brand]" in home


async def test_home_with_300_waiting_keeps_slacks_limits_and_reviews_one_at_a_time(
    office: Office, ana: Person, lounge: Channel
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Saturday 10am")
    first, store = (await office.drafts())[0], DraftStore(office.admind.database)
    for number in range(299):
        due = WEDNESDAY + timedelta(days=4, minutes=number)
        copy = first.changed(id=f"d_copy{number:05}", title=f"Number {number}", due=due, messages=(), decide_by=None)
        await commit(office.admind.database, store.save(Change(office.workspace), copy, ver=None))
    await ana.open_home()
    await until(lambda: ana.home is not None and "Review 300" in ana.home.words, "home counts them", seconds=30)
    assert ana.home is not None
    assert "… and 295 more" in ana.home.words
    await ana.click(ana.home, "next:")
    assert ana.window is not None and "Sale" in ana.window.words
    await ana.click(ana.window, "next:")
    assert ana.window is not None and "Number 0" in ana.window.words
    await ana.close()
    listed = shown(await answered(ana, lounge, "drafts"))
    assert "… and 290 more." in listed and len(listed) <= 1300
    assert "“Number" not in shown(await answered(ana, lounge, "report month"))


async def test_a_failure_and_a_doubt_wake_people_at_night(
    shop: Office, ana: Person, room: Channel, clock: MovableClock, site: WebhookServer
) -> None:
    await connected(shop, site)
    for ask, act, state in (
        ("Announce our workshop for Our site, Friday 11pm", Act(status=422, commits="never"), "failed"),
        ("Announce our sale for Our site, Saturday 3am", Act(commits="now", breaks="before answering"), "unknown"),
    ):
        card = await asked(shop, ana, ask)
        site.plan.append(act)
        await sent(shop, ana, clock, card, state)
        assert is_quiet(clock.now(), ana.user.tz)
        clock.move(timedelta(minutes=3))  # until nothing can arrive any more, AdMind looks by itself
        told = await below(shop, card, "Not posted" if state == "failed" else "We can't tell")
        assert told.pings == (f"@{ana.id}",)


async def test_a_stop_wakes_who_decides_at_night_and_names_who_pressed_it(
    office: Office, ana: Person, room: Channel, clock: MovableClock
) -> None:
    ben = office.slack.person("ben")
    await works(office, ben, Role.requester)
    await drafted(office, ana, office.slack.channel("lounge", ana), "Announce our sale for the feed, Saturday 10pm")
    await ana.react(office.cards()[0], "white_check_mark")
    await office.status(office.cards()[0], "approved")
    clock.move_to(datetime(2026, 12, 4, 23, 30, tzinfo=UTC))
    assert is_quiet(clock.now(), ana.user.tz)
    await ben.open_home()
    assert ben.home is not None
    await ben.click(ben.home, "stop:")
    stopped = await said(room, "⏸ Stopped: My brand")
    assert stopped.pings == (f"@{ana.id}",), "not who pressed it"
    assert "ben stopped it" in stopped.words and "1 scheduled post waits." in stopped.words
    await ben.click(stopped, "resume:")
    await whispered(ben, room, "Only somebody who may approve")
    await ana.click(stopped, "resume:")
    again = await said(room, "▶ Posts go out again: My brand")
    assert not again.pings
    await nothing_due(office)
    assert sum("Stopped: My brand" in each.words for each in room.messages.values()) == 1


def is_quiet(now: datetime, zone: str) -> bool:
    return not 8 <= now.astimezone(ZoneInfo(zone)).hour < 19


async def test_a_missed_time_wakes_people_at_night(
    office: Office, ana: Person, lounge: Channel, room: Channel, clock: MovableClock
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Saturday 10pm")
    await ana.react(office.cards()[0], "white_check_mark")
    await office.status(office.cards()[0], "approved")
    due = (await office.draft(office.cards()[0])).due
    assert due is not None
    clock.move_to(due + timedelta(hours=1))  # nobody ran
    missed = await said(room, "⏰ Missed")
    assert any(ana.id in ping for ping in missed.pings)


REMINDED = "Still waiting: "


async def test_a_reminder_is_one_message_by_day_and_none_by_night(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    clock.move_to(datetime(2026, 12, 2, 18, 30, tzinfo=UTC))
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        lounge = slack.channel("lounge", ana)
        await drafted(office, ana, lounge, "Announce our sale for the feed, Thursday 10pm")  # decide by 21:45
        direct = slack.world.dm(slack.team, ana.id)
        await office.admind._clockwork.tick()
        clock.move_to(datetime(2026, 12, 2, 22, 0, tzinfo=UTC))  # 24 h before, and night
        await nothing_due(office)
        assert not reminders(direct)
        clock.move_to(datetime(2026, 12, 3, 8, 0, 5, tzinfo=UTC))
        await until(lambda: bool(reminders(direct)), "it comes in the morning", seconds=20)
        (reminder,) = reminders(direct)
        assert "decide by Thu 3 Dec, 21:45" in reminder.words
        clock.move_to(datetime(2026, 12, 3, 18, 45, 5, tzinfo=UTC))  # instead of 19:45 and 20:45
        await nothing_due(office)
        assert reminders(direct) == [reminder], "brought up to date, not sent again"
        await ana.click(reminder, "review:")
        assert ana.window is not None
        assert (await ana.submit()).answer.ok
        await office.status(office.cards()[0], "approved")
        await until(lambda: not reminders(direct), "the reminder says that it is over", seconds=20)


def reminders(direct: Channel) -> list[Message]:
    return [each for each in direct.messages.values() if REMINDED in each.words]
