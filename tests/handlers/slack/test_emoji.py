"""Emoji on cards over the wire: each verdict and its removal, other names and skins, silence, stand-ins, clients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Message
from tests.fakes.waiting import until
from tests.handlers.slack.acting import asked, posts_are, quiet, sent, shows, works
from tests.handlers.slack.office import Office, member, whispered


async def off(person: Person, card: Message, name: str, office: Office, *, back_to: str = "waiting") -> None:
    await person.unreact(card, name)
    await office.status(card, back_to)


async def test_each_verdict_counts_and_taking_it_off_takes_it_back(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    said = {"x": "rejected", "hand": "held", "pencil2": "changes", "white_check_mark": "approved"}
    for name, status in said.items():
        await ana.react(card, name)
        await office.status(card, status)
        await off(ana, card, name, office)
    await whispered(ana, office.room, "What should be different?")
    assert not await posts_scheduled(office)


async def posts_scheduled(office: Office) -> list[str]:
    return [each.id for each in await office.posts() if each.state.value == "scheduled"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("heavy_check_mark", "approved"),
        ("ballot_box_with_check", "approved"),
        ("negative_squared_cross_mark", "rejected"),
        ("raised_hand::skin-tone-5", "held"),
        ("hand::skin-tone-2", "held"),
        ("memo", "changes"),
    ],
)
async def test_other_names_and_skins_mean_the_same(office: Office, ana: Person, name: str, status: str) -> None:
    card = await asked(office, ana)
    await ana.react(card, name)
    await office.status(card, status)


async def test_other_emoji_are_met_with_silence(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    before = (len(office.room.messages), len(ana.whispers(office.room)))
    for name in ("+1", "tada", "wave::skin-tone-3", "eyes", "four", "no_entry"):
        await ana.react(card, name)
        await ana.unreact(card, name)
    await quiet(office, ana)
    assert (len(office.room.messages), len(ana.whispers(office.room))) == before
    draft = await office.draft(card)
    assert (draft.status.value, draft.decisions, draft.revision) == ("waiting", (), 1)


async def test_the_latest_word_counts_and_the_one_before_comes_back(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await ana.react(card, "white_check_mark")
    await office.status(card, "approved")
    await ana.react(card, "x")
    await office.status(card, "rejected")
    await off(ana, card, "x", office, back_to="approved")
    assert len(await posts_scheduled(office)) == 1


async def test_what_is_out_is_not_taken_back(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    (post,) = await sent(office, ana, clock, card, "published")
    await ana.unreact(card, "white_check_mark")
    await ana.react(card, "x")
    told = await whispered(ana, office.room, "already out")
    assert "take the post down" in told.words
    assert (await posts_are(office, card, "published"))[0].receipt == post.receipt


async def test_a_stand_in_decides_while_somebody_is_away(office: Office, ana: Person, clock: MovableClock) -> None:
    ben = office.slack.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana)
    await ben.react(card, "white_check_mark")
    await whispered(ben, office.room, "Only people who approve")
    owner, stand_in = await member(office, ana), await member(office, ben)
    until_then = clock.now() + timedelta(days=3)
    await office.admind.office.set_away(office.workspace, owner.id, owner.id, until_then, stand_in.id)
    await ben.unreact(card, "white_check_mark")
    await ben.react(card, "white_check_mark")
    await office.status(card, "approved")
    decision = (await office.draft(card)).decisions[-1]
    assert (decision.member, decision.for_member) == (stand_in.id, owner.id)


async def test_the_client_decides_after_the_team_and_the_team_takes_it_back(office: Office, ana: Person) -> None:
    slack, admind = office.slack, office.admind
    carla = slack.person("carla", guest=True)
    theirs = slack.channel("with-carla", ana, carla)
    await ana.slash(office.room, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [theirs.id]})).errors
    owner, brand = await member(office, ana), admind.workspace.default_brand
    await admind.office.change_brand(office.workspace, owner.id, brand, {"client_approvals": 1})
    card = await asked(office, ana)
    await ana.react(card, "white_check_mark")
    clients = await office.card(1, theirs)
    await shows(card, "Waiting for the client")
    await ana.unreact(card, "white_check_mark")
    await shows(clients, "The team is working on it again")
    await carla.react(clients, "white_check_mark")
    await quiet(office, ana)
    assert not await office.posts(), "without the team's yes nothing is planned"
    await ana.react(card, "heavy_check_mark")
    await office.status(card, "approved")
    await until(lambda: "Approved by" in clients.words, "the client reads it, too")
    await carla.unreact(clients, "white_check_mark")
    await office.status(card, "waiting")
