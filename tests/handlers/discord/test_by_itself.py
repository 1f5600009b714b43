"""What comes by itself in Discord: the digest, alarms by night, and reminders in each person's own hours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Message
from tests.fakes.waiting import until
from tests.fakes.webhook_server import Act, WebhookServer
from tests.handlers.digest_needs import needy
from tests.handlers.discord.acting import asked, below, connected, lounge, press, sent, shows, whispered, works
from tests.handlers.discord.office import Office, member, nothing_due, said

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)
LATER = "Announce our sale for the feed, Friday 18 December 10am"
REMINDED = "Still waiting: "


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(WEDNESDAY)


async def test_the_digest_comes_into_the_review_room_with_buttons_that_work(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    await asked(office, ana, LATER)
    name = await needy(office.admind, office.workspace, office.admind.workspace.default_brand)
    await office.admind.weekly.arm([office.workspace])
    clock.move_to(datetime(2026, 12, 7, 9, 0, 1, tzinfo=UTC))
    digest = await said(office.room, "30 Nov – ")
    assert "Waiting: 1 draft, 5 days old" in digest.words
    assert "This week: nothing is planned, 1 empty slot" in digest.words
    assert f"{name} login ends Fri 11 Dec" in digest.words
    assert re.search(r"Record of decisions up to here: \d+-[0-9a-f]{10}", digest.words)
    assert not digest.pinged
    await press(ana, digest, "next")
    await whispered(ana, office.room, "Sale")
    await press(ana, digest, "fill")
    await whispered(ana, office.room, "1 slot is being filled.")
    await press(ana, digest, "reconnect")
    await whispered(ana, office.room, f"Connect {name} again in the studio")
    brand = office.admind.workspace.default_brand
    await office.admind.weekly.tell(office.workspace, brand, datetime(2026, 12, 7, tzinfo=UTC).date())
    assert len([each for each in office.room.messages.values() if "30 Nov – " in each.words]) == 1


async def test_settings_switch_the_digest_off_and_on(office: Office, ana: Person, clock: MovableClock) -> None:
    await asked(office, ana, LATER)
    await office.admind.weekly.arm([office.workspace])
    await (await ana.slash(lounge(office), "/admind", "settings")).settle()
    menu = await whispered(ana, lounge(office), "My brand in this Discord server.")
    await ana.click(menu, "Rooms")
    await ana.submit(digest=[])
    await whispered(ana, lounge(office), "Saved.")
    clock.move_to(datetime(2026, 12, 7, 9, 0, 1, tzinfo=UTC))
    await nothing_due(office)
    assert not any("30 Nov – " in each.words for each in office.room.messages.values())
    await ana.click(menu, "Rooms")
    await ana.submit(Each_Monday_at_nine=["A summary of the week, in the review room"])
    clock.move_to(datetime(2026, 12, 14, 9, 0, 1, tzinfo=UTC))
    await said(office.room, "7–13 Dec")


async def test_a_failure_and_a_doubt_wake_people_at_night(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    await connected(shop, site)
    for ask, act, state in (
        ("Announce our workshop for Our site, Friday 11pm", Act(status=422, commits="never"), "failed"),
        ("Announce our sale for Our site, Saturday 3am", Act(commits="now", breaks="before answering"), "unknown"),
    ):
        card = await asked(shop, ana, ask)
        site.plan.append(act)
        await sent(shop, ana, clock, card, state)
        assert is_quiet(clock.now())
        clock.move(timedelta(minutes=3))  # until nothing can arrive any more, AdMind looks by itself
        told = await below(shop, card, "Not posted" if state == "failed" else "We can't tell")
        assert told.pinged == {ana.id}


async def test_a_stop_wakes_who_decides_at_night_and_names_who_pressed_it(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana, "Announce our sale for the feed, Saturday 10pm")
    ana.react(card, "✅")
    await office.status(card, "approved")
    clock.move_to(datetime(2026, 12, 4, 23, 30, tzinfo=UTC))
    assert is_quiet(clock.now())
    await (await ben.slash(office.room, "/admind", "pause")).settle()
    stopped = await said(office.room, "⏸ Stopped: My brand")
    assert stopped.pinged == {ana.id}, "not who pressed it"
    assert "Ben stopped it" in stopped.words and "1 scheduled post waits." in stopped.words
    await press(ben, stopped, "resume")
    await whispered(ben, office.room, "Only somebody who may approve")
    await press(ana, stopped, "resume")
    again = await said(office.room, "▶ Posts go out again: My brand")
    assert not again.pinged
    await nothing_due(office)
    assert sum("Stopped: My brand" in each.words for each in office.room.messages.values()) == 1


async def test_a_missed_time_wakes_people_at_night(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana, "Announce our sale for the feed, Saturday 10pm")
    ana.react(card, "✅")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(hours=1))  # nobody ran
    missed = await below(office, card, "⏰ Missed")
    assert missed.pinged == {ana.id} and is_quiet(clock.now())


def is_quiet(now: datetime, zone: str = "UTC") -> bool:
    there = now.astimezone(ZoneInfo(zone))
    return not 8 <= there.hour < 19 or there.weekday() > 4


async def test_a_reminder_is_one_message_in_the_persons_day_and_none_in_their_night(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    owner = await member(office, ana)
    await office.admind.office.set_manners(office.workspace, owner.id, language="en", zone="America/New_York")
    clock.move_to(datetime(2026, 12, 2, 15, 30, tzinfo=UTC))
    card = await asked(office, ana, "Announce our sale for the feed, Friday 2am")  # decide by Thu 20:45 in New York
    decide_by = (await office.draft(card)).decide_by
    assert decide_by is not None
    clock.move_to(decide_by - timedelta(hours=24) + timedelta(seconds=5))
    assert is_quiet(clock.now(), "America/New_York")
    await nothing_due(office)
    assert not reminders(ana)
    clock.move_to(datetime(2026, 12, 3, 8, 0, 5, tzinfo=UTC))
    await nothing_due(office)
    assert not reminders(ana), "it is morning for the brand, and night for her"
    clock.move_to(datetime(2026, 12, 3, 13, 0, 5, tzinfo=UTC))
    await until(lambda: bool(reminders(ana)), "it comes in her morning", seconds=20)
    (reminder,) = reminders(ana)
    assert "decide by" in reminder.words
    await nothing_due(office)
    clock.move_to(decide_by - timedelta(hours=2) + timedelta(seconds=5))
    await nothing_due(office)
    assert reminders(ana) == [reminder], "brought up to date, not sent again"
    await press(ana, reminder, "review")
    await approves_what_it_reads(ana)
    await office.status(card, "approved")
    await until(lambda: not reminders(ana), "the reminder says that it is over", seconds=20)


async def approves_what_it_reads(person: Person) -> None:
    """On the private page, in the room of the two."""
    page = await whispered(person, person.dms, "Sale")
    await person.click(page, "Approve")


def reminders(person: Person) -> list[Message]:
    return [each for each in person.heard() if REMINDED in each.words]


async def test_who_stands_in_is_woken_once_more_in_the_last_hour(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana, "Announce our workshop on bike repair for the feed, next Wednesday 11am")
    decide_by = (await office.draft(card)).decide_by
    assert decide_by is not None
    await (await ben.slash(lounge(office), "/admind", "back")).settle()
    owner, stand_in = await member(office, ana), await member(office, ben)
    until_then = decide_by + timedelta(days=1)
    await office.admind.office.set_away(office.workspace, owner.id, owner.id, until_then, stand_in.id)
    clock.move_to(decide_by - timedelta(hours=2) + timedelta(seconds=1))
    await until(lambda: bool(reminders(ben)), "a reminder", seconds=20)
    (first,) = reminders(ben)
    await nothing_due(office)
    assert not any("One hour left" in each.words for each in ben.heard())
    clock.move_to(decide_by - timedelta(hours=1) + timedelta(seconds=1))
    await until(lambda: any("One hour left" in each.words for each in ben.heard()), "once more", seconds=20)
    second = next(each for each in ben.heard() if "One hour left" in each.words)
    assert f"you decide for {owner.name}" in second.words and second is not first
    clock.move_to(decide_by - timedelta(minutes=30))
    await nothing_due(office)
    assert len([each for each in ben.heard() if "bike repair" in each.words]) == 2
    assert not ana.heard(), "who is away is left alone"
    ben.react(card, "✅")
    await office.status(card, "approved")
    await shows(first, "Approved by")
    await shows(second, "Approved by")
