"""Emoji on cards over the wire: each verdict and its removal, other signs and skins, silence, stand-ins, clients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Message
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, needs_the_client, posts_are, sent, shows, ties, works
from tests.handlers.discord.office import Office, heard_all, member, told


async def off(person: Person, card: Message, sign: str, office: Office, *, back_to: str = "waiting") -> None:
    person.unreact(card, sign)
    await office.status(card, back_to)


async def test_each_verdict_counts_and_taking_it_off_takes_it_back(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    for sign, status in {"❌": "rejected", "✋": "held", "✏️": "changes", "✅": "approved"}.items():
        ana.react(card, sign)
        await office.status(card, status)
        await off(ana, card, sign, office)
    await told(ana, "What should be different?")
    assert not await scheduled(office)


async def scheduled(office: Office) -> list[str]:
    return [each.id for each in await office.posts() if each.state.value == "scheduled"]


@pytest.mark.parametrize(
    ("sign", "status"),
    [
        ("✔️", "approved"),
        ("☑️", "approved"),
        ("❎", "rejected"),
        ("✋🏻", "held"),
        ("✋🏿", "held"),
        ("✏", "changes"),
        ("📝", "changes"),
    ],
)
async def test_other_signs_and_skins_mean_the_same(office: Office, ana: Person, sign: str, status: str) -> None:
    card = await asked(office, ana)
    ana.react(card, sign)
    await office.status(card, status)


async def test_other_emoji_are_met_with_silence(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    before = len(office.room.messages)
    for sign in ("👍", "🎉", "👋🏽", "👀", "4️⃣", "⛔", "white_check_mark:4711"):
        ana.react(card, sign)
        ana.unreact(card, sign)
    await heard_all(office, ana)
    assert len(ana.heard()) == 1, "nothing but that answer"
    assert len(office.room.messages) == before and not ana.whispers(office.room)
    draft = await office.draft(card)
    assert (draft.status.value, draft.decisions, draft.revision) == ("waiting", (), 1)


async def test_the_latest_word_counts_and_the_one_before_comes_back(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    ana.react(card, "✅")
    await office.status(card, "approved")
    ana.react(card, "❌")
    await office.status(card, "rejected")
    await off(ana, card, "❌", office, back_to="approved")
    assert len(await scheduled(office)) == 1


async def test_what_is_out_is_not_taken_back(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    (post,) = await sent(office, ana, clock, card, "published")
    ana.unreact(card, "✅")
    ana.react(card, "❌")
    assert "take the post down" in (await told(ana, "already out")).words
    assert (await posts_are(office, card, "published"))[0].receipt == post.receipt


async def test_a_stand_in_decides_while_somebody_is_away(office: Office, ana: Person, clock: MovableClock) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana)
    ben.react(card, "✅")
    await told(ben, "Only people who approve")
    owner, stand_in = await member(office, ana), await member(office, ben)
    until_then = clock.now() + timedelta(days=3)
    await office.admind.office.set_away(office.workspace, owner.id, owner.id, until_then, stand_in.id)
    ben.unreact(card, "✅")
    ben.react(card, "✅")
    await office.status(card, "approved")
    decision = (await office.draft(card)).decisions[-1]
    assert (decision.member, decision.for_member) == (stand_in.id, owner.id)


async def test_the_client_decides_after_the_team_and_the_team_takes_it_back(office: Office, ana: Person) -> None:
    carla = office.velo.person("carla")
    await works(office, carla, Role.client)
    theirs = office.velo.room("with-carla")
    await ties(office, ana, theirs)
    await needs_the_client(office, ana)
    card = await asked(office, ana)
    ana.react(card, "✅")
    clients = await office.card(1, theirs)
    await shows(card, "Waiting for the client")
    ana.unreact(card, "✅")
    await shows(clients, "The team is working on it again")
    carla.react(clients, "✅")
    await heard_all(office, ana)
    assert not await office.posts(), "without the team's yes nothing is planned"
    ana.react(card, "✔️")
    await office.status(card, "approved")
    await until(lambda: "Approved by" in clients.words, "the client reads it, too")
    carla.unreact(clients, "✅")
    await office.status(card, "waiting")
