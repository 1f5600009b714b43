"""The weekly digest comes once, on Monday at nine of the brand's zone, and says nothing where there is nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.accounts.access import ENDS_OPTION
from bot.chat import Card
from bot.clock import MovableClock
from bot.review import delivering
from bot.workflow.weekly import Weekly, week_of
from storage.commit import Change, commit
from storage.redis import Database
from storage.spending import SpendingStore
from storage.usage import Usage
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)  # 10:00 in Zurich
MONDAY = datetime(2026, 12, 7, 8, tzinfo=UTC)  # 9:00 there


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(WEDNESDAY)) as found:
        await weekly(found).arm([found.ws])
        yield found


@pytest.fixture
def chat(world: World) -> ChatHome:
    home = ChatHome()
    world.board.add_home(world.ws, home)
    return home


def weekly(world: World) -> Weekly:
    return Weekly(world.database, board=world.board, audit=world.audit, clock=world.clock)


def digests(world: World, chat: ChatHome, room: str = "") -> list[Card]:
    return [card for key, card in chat.rooms.get(room or world.brand.id, {}).items() if key.startswith("digest:")]


async def a_busy_week(world: World) -> None:
    """One is out and one lapsed; one waits for longer, and one goes out on Tuesday."""
    await world.publish_due(await world.approved())
    await world.draft(text="Too late.", due_in=2 * HOUR)
    waits = await world.draft(text="Fresh rolls.", due_in=None)
    assert waits.created_at < MONDAY
    world.clock.move_to(MONDAY - HOUR)
    await world.run_due()
    await world.decide(await world.draft(text="Bread on Tuesday.", due_in=DAY))


async def test_what_models_took_last_week_is_said(world: World, chat: ChatHome) -> None:
    took = Usage(calls=3, tokens_in=900, tokens_out=100, cost="0.031", models=("openai:gpt-4o",))
    store = SpendingStore(world.database)
    for day in (date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 6), date(2026, 12, 7)):
        await store.add(world.ws, world.brand.id, day, {"openai:gpt-4o": took})
    await store.add(world.ws, "b_other", date(2026, 12, 1), {"openai:gpt-4o": took})
    await a_busy_week(world)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    (card,) = digests(world, chat)
    assert "Language model: 6 calls · 2,000 tokens · $0.062" in card.notes


async def test_monday_at_nine_says_what_was_and_what_is_to_be_done(world: World, chat: ChatHome) -> None:
    await a_busy_week(world)
    assert digests(world, chat) == []
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    (card,) = digests(world, chat)
    assert card.title == f"{world.brand.name} · 30 Nov – 6 Dec"
    assert card.status == "1 live · 1 lapsed unapproved"
    head = await world.audit.seal(world.ws)
    assert card.notes == (
        "Waiting: 1 draft, 5 days old (Owner)",
        "This week: 1 planned, 6 days without a post",
        f"Record of decisions up to here: {head.short}",
    )
    assert [button.label for button in card.buttons] == ["Review 1", "New post"]
    assert card.buttons[0].action == f"next:{world.brand.id}"


async def test_it_comes_once_whatever_crashes_and_again_a_week_later(world: World, chat: ChatHome) -> None:
    await a_busy_week(world)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await weekly(world).tell(world.ws, world.brand.id, date(2026, 12, 7))  # and died before it could say so
    await world.run_due()
    await world.upkeep.digest(world.ws, world.brand.id)
    assert len(digests(world, chat)) == 1
    await weekly(world).arm([world.ws])
    assert (await world.entries())[f"digest:{world.brand.id}"] == (MONDAY + 7 * DAY).timestamp() * 1000
    world.clock.move_to(MONDAY + 7 * DAY + timedelta(seconds=5))
    await world.run_due()
    assert len(digests(world, chat)) == 2


async def test_a_home_that_was_missed_gets_it_alone_and_later(world: World, chat: ChatHome) -> None:
    await a_busy_week(world)
    bad = ChatHome(home="b:bad", trouble=RuntimeError("down"))
    world.board.add_home(world.ws, bad)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    assert (len(digests(world, chat)), digests(world, bad)) == (1, [])
    tries, bad.trouble = chat.tries, None
    world.clock.move(delivering.SOON)
    await world.run_due()
    assert len(digests(world, bad)) == 1
    assert chat.tries == tries


async def test_owners_get_it_where_there_is_no_review_room(world: World) -> None:
    home = ChatHome(lacks=frozenset({world.brand.id}))
    world.board.add_home(world.ws, home)
    await a_busy_week(world)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    assert len(digests(world, home, f"owners:{world.brand.id}")) == 1


async def test_nothing_to_say_is_not_said(world: World, chat: ChatHome) -> None:
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    assert digests(world, chat) == []
    assert (await world.entries())[f"digest:{world.brand.id}"] > MONDAY.timestamp() * 1000


async def test_a_brand_may_do_without(world: World, chat: ChatHome) -> None:
    await a_busy_week(world)
    kept = await world.people.store.brands.get(world.ws, world.brand.id)
    change = Change(world.ws)
    world.people.store.brands.put(change, kept.record.changed(digest=False), world.brand.id, ver=kept.ver, at=1.0)
    await commit(world.database, change)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    assert digests(world, chat) == []


async def test_what_comes_days_too_late_is_left_out(world: World, chat: ChatHome) -> None:
    await a_busy_week(world)
    world.clock.move_to(MONDAY + 3 * DAY)
    await world.run_due()
    assert digests(world, chat) == []
    assert (await world.entries())[f"digest:{world.brand.id}"] == (MONDAY + 7 * DAY).timestamp() * 1000


async def test_a_login_that_ends_soon_is_named_with_what_hangs_on_it(world: World, chat: ChatHome) -> None:
    await world.decide(await world.draft(due_in=12 * DAY))
    kept = await world.people.store.accounts.get(world.ws, world.account.id)
    ends = (WEDNESDAY + 10 * DAY).isoformat()
    change = Change(world.ws)
    world.people.store.accounts.put(
        change, kept.record.changed(options={ENDS_OPTION: ends}), world.account.id, ver=kept.ver, at=1.0
    )
    await commit(world.database, change)
    world.clock.move_to(MONDAY + timedelta(seconds=5))
    await world.run_due()
    (card,) = digests(world, chat)
    assert card.status == "Nothing was due."
    assert f"{world.account.name} login ends Sat 12 Dec: 1 post" in card.notes
    assert [b.action for b in card.buttons if b.label.startswith("Reconnect")] == [f"reconnect:{world.account.id}"]


@pytest.mark.parametrize(
    ("now", "zone", "monday", "due"),
    [
        (MONDAY, "Europe/Zurich", date(2026, 12, 7), MONDAY),
        (MONDAY - timedelta(seconds=1), "Europe/Zurich", date(2026, 11, 30), MONDAY - 7 * DAY),
        (MONDAY, "Asia/Kolkata", date(2026, 12, 7), datetime(2026, 12, 7, 3, 30, tzinfo=UTC)),
        (
            datetime(2026, 3, 30, 8, tzinfo=UTC),
            "Europe/Zurich",
            date(2026, 3, 30),
            datetime(2026, 3, 30, 7, tzinfo=UTC),
        ),
    ],
)
def test_the_last_monday_at_nine_over_zones_and_changes_of_the_clocks(
    now: datetime, zone: str, monday: date, due: datetime
) -> None:
    found = week_of(now, zone)
    assert (found.monday, found.due.astimezone(UTC)) == (monday, due)
    assert found.following > now


async def test_rules_from_edits_are_spoken_of_in_one_line(world: World, chat: ChatHome) -> None:
    async def learned(workspace: str, brand: str, monday: date) -> int:
        assert (workspace, brand, monday) == (world.ws, world.brand.id, date(2026, 12, 7))
        return 2

    world.clock.move_to(MONDAY + timedelta(seconds=5))
    telling = Weekly(world.database, board=world.board, audit=world.audit, clock=world.clock, learned=learned)
    await telling.tell(world.ws, world.brand.id, date(2026, 12, 7))
    (card,) = digests(world, chat)
    assert "Your edits suggest 2 rules for its drafts: Settings, Voice, in the studio" in card.notes
