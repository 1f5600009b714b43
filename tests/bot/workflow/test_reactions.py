"""A reaction decides on exactly the bytes that its message showed, whenever and however often it is heard of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.chat import Identified
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Metadata, StandingReactions
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus, Variant, Verdict
from storage.redis import Database
from storage.team import Policy, Role
from tests.bot.workflow.reacting import TEAM, Chat, chat_on

SECOND = timedelta(seconds=1)


@pytest.fixture
async def chat(database: Database, tmp_path: Path) -> AsyncIterator[Chat]:
    async with chat_on(database, tmp_path / "data") as found:
        yield found


async def status(chat: Chat, draft: Draft) -> str:
    return (await chat.fresh(draft)).status.value


async def test_each_sign_is_its_decision_and_taking_it_off_withdraws(chat: Chat) -> None:
    for emoji, stands in (
        ("white_check_mark", "approved"),
        ("x", "rejected"),
        ("pencil2", "changes"),
        ("raised_hand::skin-tone-4", "held"),
    ):
        draft = await chat.world.draft(text=f"Bread for {emoji}.")
        name = await chat.show(draft)
        answer = await chat.hear(name, "U1", emoji)
        assert (answer.outcome, answer.private, answer.asks_why) == ("decided", "", emoji == "pencil2")
        assert await status(chat, draft) == stands
        chat.world.clock.move(SECOND)
        assert (await chat.hear(name, "U1", emoji, added=False)).outcome == "withdrawn"
        assert await status(chat, draft) == "waiting"


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("✅", "approve"),
        ("✔️", "approve"),
        (":heavy_check_mark:", "approve"),
        ("+1", ""),
        ("thumbsup", ""),
        ("👍", ""),
        ("✋🏽", "hold"),
        ("hand::skin-tone-2", "hold"),
        ("raised_hand_tone3", "hold"),
        ("1️⃣", "choose-1"),
        ("three", "choose-3"),
        ("four", ""),
        ("tada", ""),
        ("", ""),
        ("XX", ""),
    ],
)
def test_signs_are_known_by_all_their_names_and_nothing_else_is_one(name: str, sign: str) -> None:
    assert sign_of(name) == sign


async def test_what_means_nothing_is_met_with_silence(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    for emoji in ("tada", "+1", "eyes"):
        answer = await chat.hear(name, "U9", emoji)
        assert (answer.outcome, answer.private) == ("ignored", "")
    assert (await chat.fresh(draft)).decisions == ()


async def test_who_may_not_decide_is_told_kindly_and_alone(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    answer = await chat.hear(name, "U3", "white_check_mark")
    assert answer.outcome == "refused"
    assert "Ana" in answer.private
    assert "Nothing changed." in answer.private
    stranger = await chat.hear(name, "U9", "white_check_mark")
    assert "I don't know you here yet" in stranger.private
    assert (await chat.hear(name, "U9", "white_check_mark", added=False)).private == ""
    assert (await chat.fresh(draft)).decisions == ()


async def test_one_who_lost_the_right_no_longer_decides(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    await chat.homes.meet(chat.home.who("U1"), "Ana", active=False)
    assert (await chat.hear(name, "U1", "white_check_mark")).outcome == "refused"
    assert await status(chat, draft) == "waiting"


async def test_an_old_revisions_card_decides_nothing(chat: Chat) -> None:
    draft = await chat.world.draft()
    old = await chat.show(draft)
    revised = await chat.world.revise(draft, chat.world.owner, text="Better bread.", due=draft.due)
    answer = await chat.hear(old, "U1", "white_check_mark")
    assert answer.outcome == "refused"
    assert "changed since you looked" in answer.private
    new = await chat.show(revised)
    assert await status(chat, revised) == "waiting"
    await chat.catch_up()
    await chat.home.reread_one(old)
    assert await status(chat, revised) == "waiting", "nor when it is found again"
    await chat.hear(new, "U1", "white_check_mark")
    assert await status(chat, revised) == "approved"


async def test_the_last_reaction_is_a_persons_word_and_taking_it_off_goes_back_to_the_one_before(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    await chat.hear(name, "U1", "white_check_mark")
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "x")
    assert await status(chat, draft) == "rejected"
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "x", added=False)
    assert await status(chat, draft) == "approved"
    await chat.hear(name, "U1", "x")
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "white_check_mark", added=False)
    assert await status(chat, draft) == "rejected"


async def test_of_two_checks_one_is_enough(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    for emoji in ("white_check_mark", "heavy_check_mark"):
        await chat.hear(name, "U1", emoji)
        chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "heavy_check_mark", added=False)
    assert await status(chat, draft) == "approved"
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "white_check_mark", added=False)
    assert await status(chat, draft) == "waiting"


async def test_taking_a_reaction_off_does_not_withdraw_what_was_said_by_a_button(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    await chat.hear(name, "U1", "white_check_mark")
    await chat.world.decide(await chat.fresh(draft), Verdict.reject, by=chat.people["U1"])
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "white_check_mark", added=False)
    assert await status(chat, draft) == "rejected"


async def test_events_may_come_twice_late_and_in_another_order(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    added = chat.home.react(name, "U1", "white_check_mark")
    chat.world.clock.move(SECOND)
    removed = chat.home.react(name, "U1", "white_check_mark", added=False)
    assert added is not None
    assert removed is not None
    for event in (removed, added, added, removed, added):
        await chat.reactions.react(event)
        assert await status(chat, draft) == "waiting"
    assert (await chat.fresh(draft)).decisions == ()


async def test_an_event_that_comes_again_does_not_undo_what_a_button_did_since(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    chat.home.connected = False
    event = chat.home.react(name, "U1", "white_check_mark")
    assert event is not None
    await chat.home.reread_one(name)
    assert await status(chat, draft) == "approved"
    await chat.world.decide(await chat.fresh(draft), Verdict.withdraw, by=chat.people["U1"])
    await chat.reactions.react(event)  # delivered late
    await chat.home.reread_one(name)
    assert await status(chat, draft) == "waiting"


async def test_two_who_hear_of_one_persons_reactions_at_once_end_with_the_last_one(chat: Chat) -> None:
    for first, second, ends in (
        ("white_check_mark", "x", "rejected"),
        ("x", "white_check_mark", "approved"),
        ("hand", "x", "rejected"),
    ):
        draft = await chat.world.draft(text=f"Bread {first} {second}.")
        name = await chat.show(draft)
        events = []
        for emoji in (first, second):
            events.append(chat.home.react(name, "U1", emoji))
            chat.world.clock.move(SECOND)
        await asyncio.gather(*(chat.reactions.react(event) for event in events if event is not None))
        assert await status(chat, draft) == ends


async def test_two_who_hear_at_once_that_one_reaction_came_and_went_end_without_it(chat: Chat) -> None:
    for number in range(8):
        draft = await chat.world.draft(text=f"Bread number {number}.")
        name = await chat.show(draft)
        added = chat.home.react(name, "U1", "white_check_mark")
        chat.world.clock.move(SECOND)
        removed = chat.home.react(name, "U1", "white_check_mark", added=False)
        events = [added, removed] if number % 2 else [removed, added]
        await asyncio.gather(*(chat.reactions.react(event) for event in events if event is not None))
        assert await status(chat, draft) == "waiting"


async def test_a_card_that_could_not_show_everything_is_not_approved_by_a_reaction(chat: Chat) -> None:
    chat.home.whole = False
    draft = await chat.world.draft()
    name = await chat.show(draft)
    answer = await chat.hear(name, "U1", "white_check_mark")
    assert answer.outcome == "refused"
    assert "Press Approve" in answer.private
    assert await status(chat, draft) == "waiting"
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "x")
    assert await status(chat, draft) == "rejected", "saying no needs no more than that"
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "x", added=False)
    assert await status(chat, draft) == "waiting"


async def test_a_number_takes_that_wording_of_the_card_it_stands_on(chat: Chat) -> None:
    world = chat.world
    draft = await world.draft()
    kept = await world.drafts.get(world.ws, draft.id)
    variants = tuple(Variant(texts={world.account.id: f"Wording {number}."}) for number in (2, 3))
    await commit(
        world.database,
        world.drafts.save(Change(world.ws), kept.record.changed(variants=variants), ver=kept.ver),
    )
    name = await chat.show(draft)
    assert (await chat.hear(name, "U3", "one")).outcome == "ignored"
    assert (await chat.hear(name, "U3", "three")).outcome == "chosen"
    chosen = await chat.fresh(draft)
    assert [version.text for version in chosen.versions] == ["Wording 3."]
    assert (await chat.hear(name, "U3", "two")).outcome == "refused", "on the old card, numbers stand for other words"
    assert (await chat.fresh(draft)).revision == chosen.revision


async def test_what_came_and_went_while_nobody_listened_is_found(chat: Chat) -> None:
    first, second = await chat.world.draft(text="One."), await chat.world.draft(text="Two.")
    one, two = await chat.show(first), await chat.show(second)
    await chat.hear(two, "U1", "white_check_mark")
    assert await status(chat, second) == "approved"
    chat.home.connected = False
    chat.home.react(one, "U1", "white_check_mark")
    chat.home.react(two, "U1", "white_check_mark", added=False)
    chat.home.connected = True
    chat.world.clock.move(SECOND)
    assert await chat.catch_up() == ()
    assert (await status(chat, first), await status(chat, second)) == ("approved", "waiting")


async def test_a_reading_does_not_overrule_what_was_heard_since_it_began(chat: Chat) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    began = chat.world.clock.now()
    chat.world.clock.move(SECOND)
    await chat.hear(name, "U1", "white_check_mark")
    message = chat.home.messages[name]
    stale = StandingReactions(
        platform="slack", team=TEAM, channel=message.channel, message=name, reactions=(), at=began
    )
    assert await chat.reactions.reread(stale) == ()
    assert await status(chat, draft) == "approved"


async def test_a_home_out_of_reach_is_said_to_the_owners_and_holds_up_nothing_for_long(chat: Chat) -> None:
    await chat.show(await chat.world.draft())
    chat.home.connected = False
    unreached = await chat.catch_up()
    assert unreached == (f"{chat.world.ws}/slack:{TEAM}",)
    told = [item.card["title"] for item in await chat.world.notices() if item.room == "owners"]
    assert told == ["I could not see the reactions in your chat when I started"]


async def test_a_message_that_a_crash_orphaned_is_taken_by_what_it_says_itself(chat: Chat) -> None:
    draft = await chat.world.draft()
    card = await chat.world.board.card(draft)
    ref = await chat.home.post(chat.world.brand.id, card, key="before the crash")
    assert ref is not None
    assert (await chat.hear(ref.message, "U1", "white_check_mark")).outcome == "decided"
    fresh = await chat.fresh(draft)
    assert fresh.status is DraftStatus.approved
    assert [each.message for each in fresh.messages] == [ref.message]
    await chat.world.board.show(chat.world.ws, draft.id)
    assert len(chat.home.messages) == 1, "it is the card, and is brought up to date"


async def test_a_message_that_says_something_that_never_was_is_ignored(chat: Chat) -> None:
    draft = await chat.world.draft()
    card = await chat.world.board.card(draft)
    ref = await chat.home.post(chat.world.brand.id, card, key="forged")
    assert ref is not None
    message = chat.home.messages[ref.message]
    message.first = card.model_copy(update={"digest": "0" * 64})
    assert (await chat.hear(ref.message, "U1", "white_check_mark")).outcome == "ignored"
    assert (await chat.fresh(draft)).decisions == ()
    await chat.homes.untie(chat.world.ws, chat.people["UO"], "slack", TEAM, "C1")
    message.first = card.model_copy(update={"draft": "d_elsewhere"})
    assert (await chat.hear(ref.message, "U2", "white_check_mark")).outcome == "ignored"


async def test_a_client_approves_by_a_reaction_in_the_clients_room(chat: Chat) -> None:
    world = chat.world
    await world.policy(Policy(client_approvals=1))
    await chat.homes.tie(world.ws, chat.people["UO"], "slack", TEAM, "C2", "client", world.brand.id, "client")
    cleo = await chat.homes.meet(chat.home.who("UG"), "Cleo", guest=True, rooms=frozenset({"C2"}))
    assert cleo is not None
    draft = await world.draft()
    name = await chat.show(draft)
    await chat.hear(name, "U1", "white_check_mark")
    await chat.show(draft)
    clients = [name for name, message in chat.home.messages.items() if message.channel == "C2"]
    assert len(clients) == 1
    assert (await chat.hear(clients[0], "UG", "white_check_mark")).outcome == "decided"
    assert await status(chat, draft) == "approved"


async def test_another_teams_people_and_messages_decide_nothing_here(chat: Chat, database: Database) -> None:
    draft = await chat.world.draft()
    name = await chat.show(draft)
    boris = Identified(platform="slack", team="T2", user="U1")
    other = await chat.homes.install("slack", "T2", "Elsewhere", boris, "Boris", "UTC")
    assert other.workspace != chat.world.ws
    event = chat.home.react(name, "U1", "white_check_mark")
    assert event is not None
    shared = event.model_copy(update={"who": boris})  # a room that two Slack workspaces share
    assert (await chat.reactions.react(shared)).outcome == "refused"
    elsewhere = event.model_copy(
        update={"team": "T2", "metadata": Metadata(draft=draft.id, digest=draft.digest, whole=True)}
    )
    assert (await chat.reactions.react(elsewhere)).outcome == "ignored"
    assert (await chat.fresh(draft)).decisions == ()
    keys = [key async for key in cast(Any, database.client).scan_iter(f"admind:{{{other.workspace}}}:shows:*")]
    assert keys == []
    owners = [member for member in await chat.world.people.members(other.workspace) if member.roles]
    assert all(Role.owner in roles for member in owners for roles in member.roles.values())


async def test_every_message_that_is_remembered_has_an_end(chat: Chat, database: Database) -> None:
    await chat.show(await chat.world.draft())
    client = cast(Any, database.client)
    lives = [await client.ttl(key) async for key in client.scan_iter("*:shows:*")]
    assert lives
    assert all(life > 0 for life in lives)
