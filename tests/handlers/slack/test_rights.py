"""Who may decide is what Slack says at that moment, whether or not an event has told of a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import MovableClock
from handlers.slack import people
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Group, Message
from tests.fakes.slack_server import Fault, SlackServer
from tests.handlers.slack.office import Office, member, running, whispered
from tests.handlers.slack.test_journeys import approved

STRANGER = "I don't know you here yet"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for what was looked up a moment ago; that it lives for seconds only is its own test."""
    monkeypatch.setattr(people, "FRESH_SECONDS", -1.0)


async def with_approver(office: Office, ana: Person) -> tuple[Person, Group, Message]:
    """Ben of a group that approves, before a card that he has looked at."""
    ben = office.slack.person("ben")
    office.room.members.add(ben.id)
    group = office.slack.group("approvers", ben)
    await ana.slash(office.slack.channel("lounge", ana), "/admind", "settings")
    assert not (await ana.submit(values={"groups:approver": [group.id]})).errors
    await approved(office, ana)
    card = await office.card()
    await ben.click(card, "edit:")
    assert ben.window is not None
    return ben, group, card


async def waits(office: Office, card: Message) -> bool:
    draft = await office.draft(card)
    return draft.status.value == "waiting" and not any(each.withdrawn_at is None for each in draft.decisions)


async def test_who_has_just_left_the_group_approves_nothing(office: Office, ana: Person) -> None:
    ben, group, card = await with_approver(office, ana)
    group.users.clear()  # and no event tells of it
    await ben.click(card, "approve:")
    await whispered(ben, office.room, STRANGER)
    await ben.react(card, "white_check_mark")
    assert await waits(office, card)
    group.users.append(ben.id)
    await ben.click(card, "approve:")
    await office.status(card, "approved")


async def test_who_was_deactivated_approves_nothing_by_a_reaction_or_an_open_window(
    office: Office, ana: Person
) -> None:
    ben, _, card = await with_approver(office, ana)
    ben.user.deleted = True
    await ben.react(card, "white_check_mark")
    errors = (await ben.submit()).errors
    assert STRANGER in next(iter(errors.values()))
    assert await waits(office, card)


async def test_a_reaction_that_was_missed_counts_by_what_its_person_is_now(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        ben, group, card = await with_approver(office, ana)
    group.users.clear()
    await ben.react(card, "white_check_mark")
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        assert slack.web.of("reactions.get")
        assert await waits(office, card)
        await ana.react(card, "white_check_mark")
        await office.status(card, "approved")


async def test_groups_that_slack_does_not_tell_of_take_no_rights_away_and_give_none(
    office: Office, ana: Person
) -> None:
    ben, _, card = await with_approver(office, ana)
    office.slack.web.fail("usergroups.list", Fault(status=503), times=1)
    await ben.click(card, "approve:")
    await whispered(ben, office.room, "try again in a moment")
    assert await waits(office, card)
    await ben.click(card, "approve:")
    await office.status(card, "approved")


async def test_a_reaction_that_could_not_be_checked_is_sent_again_by_slack(office: Office, ana: Person) -> None:
    ben, _, card = await with_approver(office, ana)
    office.slack.web.fail("users.info", Fault(status=503), times=1)
    await ben.react(card, "white_check_mark")
    assert await waits(office, card) and office.slack.deliveries.waiting
    await office.slack.deliveries.send_again()
    await office.status(card, "approved")


async def test_a_guest_approves_for_clients_and_only_while_in_the_room(office: Office, ana: Person) -> None:
    slack = office.slack
    carla = slack.person("carla", guest=True)
    theirs = slack.channel("with-carla", ana, carla, private=True)
    await ana.slash(slack.channel("lounge", ana), "/admind", "settings")
    assert not (await ana.submit(values={"clients": [theirs.id]})).errors
    owner, brand = await member(office, ana), office.admind.workspace.default_brand
    await office.admind.office.change_brand(office.workspace, owner.id, brand, {"client_approvals": 1})
    await approved(office, ana)
    card = await office.card()
    await ana.react(card, "white_check_mark")
    shown = await office.card(1, theirs)
    await carla.click(shown, "changes:")
    theirs.members.discard(carla.id)
    errors = (await carla.submit(values={"reason": "bluer"})).errors
    assert STRANGER in next(iter(errors.values()))
    theirs.members.add(carla.id)
    assert not (await carla.submit(values={"reason": "bluer"})).errors
    await office.status(card, "changes")


async def test_what_slack_said_counts_for_seconds_only(
    office: Office, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert people.FRESH_SECONDS <= 3
    await approved(office, ana)
    card = await office.card()
    looks = len(office.slack.web.of("users.info"))
    for name in ("x", "eyes", "raised_hand"):
        await ana.react(card, name)
    assert len(office.slack.web.of("users.info")) <= looks + 1, "who presses several in a row is looked up once"
