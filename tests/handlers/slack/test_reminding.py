"""Reminders by direct message: one a person, which opens the review and is brought up to date."""

from __future__ import annotations

from datetime import timedelta

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Message
from tests.fakes.waiting import until
from tests.handlers.slack.acting import asked, shows, window_of, works
from tests.handlers.slack.office import Office, all_of, member, nothing_due, said

LATER = "Announce our workshop on bike repair for the feed, next Wednesday 11am"


async def reminded(office: Office, person: Person, card: Message, clock: MovableClock) -> Message:
    """The reminder, two hours before the draft must be decided."""
    decide_by = (await office.draft(card)).decide_by
    assert decide_by is not None
    clock.move_to(decide_by - timedelta(minutes=119))
    room = office.slack.world.dm(office.slack.team, person.id)
    await until(lambda: any("Still waiting" in each.words for each in room.messages.values()), "a reminder", seconds=30)
    return next(each for each in room.messages.values() if "Still waiting" in each.words)


async def test_a_reminder_opens_the_review_and_knows_when_it_is_over(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana, LATER)
    message = await reminded(office, ana, card, clock)
    assert "decide by" in message.words
    await ana.click(message, "review:")
    window = window_of(ana)
    assert (await office.draft(card)).versions[0].text.partition("\n")[0] in window.words
    assert not (await ana.submit()).errors
    await office.status(card, "approved")
    await shows(message, "Approved by")
    assert "review:" not in all_of(message), "there is nothing to review any more"


async def test_a_draft_that_changed_meanwhile_is_reviewed_as_it_is_now(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana, LATER)
    message = await reminded(office, ana, card, clock)
    await ana.click(card, "edit:")
    field = next(each["block_id"] for each in window_of(ana).blocks if each["block_id"].startswith("text:"))
    await ana.submit(values={field: "Other words."})
    await office.card(2)
    await ana.click(message, "review:")
    assert "Other words." in window_of(ana).words
    room = office.slack.world.dm(office.slack.team, ana.id)
    assert len([each for each in room.messages.values() if "Still waiting" in each.words]) == 1


async def test_who_stands_in_is_woken_once_more_in_the_last_hour(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    ben = office.slack.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana, LATER)
    decide_by = (await office.draft(card)).decide_by
    assert decide_by is not None
    owner, stand_in = await member(office, ana), await member(office, ben)
    until_then = decide_by + timedelta(days=1)
    await office.admind.office.set_away(office.workspace, owner.id, owner.id, until_then, stand_in.id)
    direct = office.slack.world.dm(office.slack.team, ben.id)
    clock.move_to(decide_by - timedelta(hours=2) + timedelta(seconds=1))
    first = await said(direct, "Still waiting")
    await nothing_due(office)
    assert not any("One hour left" in each.words for each in direct.messages.values())
    clock.move_to(decide_by - timedelta(hours=1) + timedelta(seconds=1))
    second = await said(direct, f"One hour left, and you decide for {owner.name}: ")
    assert second.ts != first.ts, "a message of its own, which wakes him"
    clock.move_to(decide_by - timedelta(minutes=30))
    await nothing_due(office)
    assert len([each for each in direct.messages.values() if "review:" in all_of(each)]) == 2
    hers = office.slack.world.dm(office.slack.team, ana.id).messages.values()
    assert [each.words[:12] for each in hers] == ["I am AdMind."], "who is away is left alone after the greeting"
    await ben.click(second, "review:")
    assert not (await ben.submit()).errors
    await office.status(card, "approved")
    await shows(first, "Approved by")
    await shows(second, "Approved by")
    assert "review:" not in all_of(second)
