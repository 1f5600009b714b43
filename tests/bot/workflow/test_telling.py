"""What wakes people: reminders outside their quiet hours, one message each, and three alerts a brand a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat import Card
from bot.clock import MovableClock
from storage.commit import Change, commit
from storage.drafts import Verdict
from storage.posts import PostState
from storage.redis import Database
from storage.team import Away, Member, Policy, Role
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

THURSDAY = datetime(2026, 12, 3, 6, tzinfo=UTC)  # 7:00 in Zurich
HOUR = timedelta(hours=1)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(THURSDAY)) as found:
        yield found


@pytest.fixture
def chat(world: World) -> ChatHome:
    home = ChatHome()
    world.board.add_home(world.ws, home)
    return home


async def let_pass(world: World, until: datetime, step: timedelta = timedelta(minutes=15)) -> None:
    while world.clock.now() < until:
        world.clock.move(step)
        await world.run_due()


async def in_zone(world: World, member: Member, zone: str) -> None:
    kept = await world.people.store.members.get(world.ws, member.id)
    change = Change(world.ws)
    world.people.store.members.put(change, kept.record.changed(zone=zone), member.id, ver=kept.ver, at=1.0)
    await commit(world.database, change)


async def test_each_is_reminded_in_one_message_that_in_the_end_says_what_became_of_the_draft(
    world: World, chat: ChatHome
) -> None:
    ana = await world.member("Ana", Role.approver)
    draft = await world.draft(due_in=34 * HOUR)  # Friday, 17:00 in Zurich
    await world.upkeep.remind(world.ws, draft.id)
    room = f"member:{ana.id}"
    assert chat.titles(room) == [], "the card was just shown"
    await let_pass(world, THURSDAY + 9.5 * HOUR)
    assert chat.titles(room) == [], "24 h before 16:45"
    await let_pass(world, THURSDAY + 10.5 * HOUR)
    assert len(chat.titles(room)) == 1
    await let_pass(world, THURSDAY + 33 * HOUR)
    (card,) = chat.rooms[room].values()
    assert card.title.startswith("Still waiting: ")
    assert "decide by Fri 4 Dec, 16:45" in card.status
    assert chat.updates >= 2
    await world.decide((await world.drafts.get(world.ws, draft.id)).record, by=ana)
    await world.run_due()
    (card,) = chat.rooms[room].values()
    assert not card.title.startswith("Still waiting")
    assert card.status.startswith("Approved by Ana")


async def test_nobody_is_woken_at_night_or_at_the_weekend_in_their_own_zone(world: World, chat: ChatHome) -> None:
    ana, kiri = await world.member("Ana", Role.approver), await world.member("Kiri", Role.approver)
    await in_zone(world, kiri, "Pacific/Auckland")
    draft = await world.draft(due_in=26 * HOUR)  # Friday, 9:00 in Zurich: 24 h before is 8:45, in Auckland 20:45
    await world.upkeep.remind(world.ws, draft.id)
    await let_pass(world, THURSDAY + 2 * HOUR)
    assert len(chat.titles(f"member:{ana.id}")) == 1
    assert chat.titles(f"member:{kiri.id}") == []
    await let_pass(world, datetime(2026, 12, 3, 19, 15, tzinfo=UTC))  # 8:15 on Friday in Auckland
    assert len(chat.titles(f"member:{kiri.id}")) == 1


async def test_who_has_approved_is_left_alone_and_a_delegate_stands_in(world: World, chat: ChatHome) -> None:
    await world.policy(Policy(approvals=2))
    ana, ben = await world.member("Ana", Role.approver), await world.member("Ben", Role.approver)
    dora = await world.member("Dora", Role.requester)
    kept = await world.people.store.members.get(world.ws, ben.id)
    change = Change(world.ws)
    away = Away(until=THURSDAY + timedelta(days=9), delegate=dora.id)
    world.people.store.members.put(change, kept.record.changed(away=away), ben.id, ver=kept.ver, at=1.0)
    await commit(world.database, change)
    draft = await world.draft(due_in=10 * HOUR)
    await world.decide(draft, by=ana)
    await let_pass(world, THURSDAY + 9 * HOUR)
    assert chat.titles(f"member:{ana.id}") == chat.titles(f"member:{ben.id}") == []
    title = "My brand · Fresh bread from six."
    told = [f"Still waiting: {title}", f"One hour left, and you decide for Ben: {title}"]
    assert chat.titles(f"member:{dora.id}") == told


async def test_after_three_alerts_a_day_the_others_stand_in_one_summary(world: World, chat: ChatHome) -> None:
    for number in range(16):
        card = Card(title=f"Something is slow: {number}")
        await world.board.alert(world.ws, world.brand.id, card, key=f"slow:{number}")
        await world.board.alert(world.ws, world.brand.id, card, key=f"slow:{number}")
    titles = chat.titles(world.brand.id)
    assert titles == [*(f"Something is slow: {number}" for number in range(3)), f"{world.brand.name}: 13 more today"]
    summary = list(chat.rooms[world.brand.id].values())[-1]
    assert summary.notes[0] == "Something is slow: 3"
    assert summary.notes[-1] == "… and 3 more"
    world.clock.move(timedelta(days=1))
    await world.board.alert(world.ws, world.brand.id, Card(title="A new day"), key="slow:new")
    assert chat.titles(world.brand.id)[-1] == "A new day"


async def test_a_stop_reaches_a_home_that_was_away_and_wakes_who_decides(world: World, chat: ChatHome) -> None:
    ana, ben = await world.member("Ana", Role.approver), await world.member("Ben", Role.requester)
    scope, now = "topic:bread / rolls", world.clock.now()  # with what separates a home from its note
    chat.trouble = RuntimeError("away")
    await world.pausing.stop(world.ws, scope, world.owner, "Nothing about bread today.", now)
    await world.run_due()
    assert not chat.rooms
    chat.trouble = None
    await let_pass(world, now + HOUR)
    (card,) = chat.rooms[world.brand.id].values()
    assert card.title == "⏸ Stopped: the topic “bread / rolls”"
    assert card.notes[0] == "Nothing about bread today." and "/admind resume topic bread / rolls" in card.notes[-1]
    assert not card.buttons, "one button would lift more or less than this"
    assert ana.id in card.ping and not {world.owner.id, ben.id} & set(card.ping)
    await world.pausing.resume(world.ws, scope, ana, world.clock.now())
    await world.run_due()
    assert chat.titles(world.brand.id)[1:] == ["▶ Posts go out again: the topic “bread / rolls”"]


async def test_a_stop_without_a_review_room_is_told_to_owners_with_what_it_holds(world: World, chat: ChatHome) -> None:
    brand = world.brand.id
    chat.lacks = frozenset({brand})
    draft = await world.draft(due_in=10 * HOUR)
    await world.decide(draft)
    await world.pausing.stop(world.ws, f"brand:{brand}", world.owner, "", world.clock.now())
    await world.run_due()
    (card,) = [each for each in chat.rooms[f"owners:{brand}"].values() if "Stopped" in each.title]
    assert card.notes[0].startswith("1 scheduled post waits.")
    assert [button.action for button in card.buttons] == [f"resume:{brand}"]


async def test_near_misses_of_a_topic_are_shown_in_every_room_by_what_the_posts_say(
    world: World, chat: ChatHome
) -> None:
    for text in ("Bread, and more of it.", "Our breads are back.", "Cake."):
        draft = await world.draft(text=f"Dear all, and this is a long way to begin a title. {text}")
        await world.decide(draft)
    await world.pausing.stop(world.ws, "topic:bread", world.owner, "", world.clock.now())
    await world.run_due()
    (card,) = [each for each in chat.rooms[world.brand.id].values() if "Stopped" in each.title]
    assert card.notes[0].startswith("1 scheduled post waits."), "its title does not say it, its text does"
    assert sum("nearly names the topic and is not stopped" in note for note in card.notes) == 1


async def test_what_was_kept_back_is_one_list_when_it_goes_on(world: World, chat: ChatHome) -> None:
    posts = [await world.approved(text=f"Bread {number}.") for number in range(2)]
    later = (await world.decide(await world.draft(text="Next week.", due_in=100 * HOUR))).posts[0]
    scope = f"brand:{world.brand.id}"
    await world.pausing.stop(world.ws, scope, world.owner, "", world.clock.now())
    for post in posts:
        assert (await world.publish_due(post)).state is PostState.paused
    await world.pausing.resume(world.ws, scope, world.owner, world.clock.now())
    await world.run_due()
    (card,) = [each for each in chat.rooms[world.brand.id].values() if "go out again" in each.title]
    assert [button.action for button in card.buttons] == [f"held:{world.brand.id}"]
    assert all(any(post.title in note for note in card.notes) for post in posts)
    assert not any("Next week." in note for note in card.notes), "that goes on by itself"
    said = await world.posts.send_held(world.ws, [posts[0].id, later.id], world.owner.id, "test")
    assert "1 post goes out now." in said and "Nothing about this post is in doubt" in said
    assert (await world.post(posts[1])).state is PostState.paused, "the rest waits for its word"


async def test_what_goes_out_at_once_can_be_undone_with_one_press_until_then(world: World, chat: ChatHome) -> None:
    draft = await world.draft(text="Now.", due_in=None)
    await world.run_due()
    decided = await world.decide(draft)
    await world.run_due()
    (card,) = [each for each in chat.rooms[world.brand.id].values() if each.draft == draft.id]
    (undo,) = [each for each in card.buttons if not each.more]
    assert (undo.label, undo.action) == ("Undo", f"hold:{draft.id}:{draft.digest}")
    world.clock.move(timedelta(seconds=50))
    await world.decide(draft, Verdict.hold)
    world.clock.move(timedelta(minutes=5))
    await world.run_due()
    assert (await world.post(decided.posts[0])).state is not PostState.published and not await world.feed_guids()
