"""An embargo or a day without posts that is set after the approval holds the post, in code, and people are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clock import MovableClock, milliseconds
from bot.errors import NotAllowed
from bot.publishing.handover import Stopped
from bot.publishing.run import LATE_WINDOW
from bot.workflow.holding_back import HoldingBack
from bot.workflow.office import Office
from storage.drafts import Finding
from storage.posts import Attempt, Post, PostState
from storage.redis import Database
from storage.team import Role
from tests.world import World, world_on

NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)
NEWS = "Meet the Gravel 2, our new bike."


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(NOON)) as found:
        yield found


async def _timing(world: World, **timing: Any) -> None:
    """As an owner sets it; and what the clock does with it right away."""
    office = Office(world.database, world.people, world.audit, world.clock)
    await office.change_brand(world.ws, world.owner.id, world.brand.id, {"profile": {"timing": timing}})
    assert f"timing:{world.brand.id}" in await world.entries()
    await _look(world)


async def _look(world: World) -> None:
    looking = HoldingBack(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    await looking.look(world.ws, world.brand.id)
    assert f"timing:{world.brand.id}" not in await world.entries()


async def _quietly(world: World, **timing: Any) -> None:
    """Set a moment before the post is due: nobody has looked ahead yet."""
    office = Office(world.database, world.people, world.audit, world.clock)
    await office.change_brand(world.ws, world.owner.id, world.brand.id, {"profile": {"timing": timing}})


async def _embargo(world: World, post: Post, after: timedelta) -> list[dict[str, str]]:
    zone = ZoneInfo((await world.people.store.brands.get(world.ws, world.brand.id)).record.zone or "UTC")
    until = (post.due + after).astimezone(zone).replace(tzinfo=None)
    return [{"about": "Gravel 2", "until": until.isoformat()}]


async def _day(world: World, post: Post) -> list[dict[str, str]]:
    zone = ZoneInfo((await world.people.store.brands.get(world.ws, world.brand.id)).record.zone or "UTC")
    day = post.due.astimezone(zone).date().isoformat()
    return [{"first": day, "last": day, "why": "Mourning"}]


async def test_an_embargo_that_comes_later_holds_what_names_it_and_tells_the_thread_and_owners(world: World) -> None:
    named, other = await world.approved(text=NEWS), await world.approved(text="Fresh bread.")
    await _timing(world, embargoes=await _embargo(world, named, timedelta(days=9)))
    held = await world.post(named)
    assert held.state is PostState.paused and held.failure is not None and held.failure.code == "embargo"
    assert held.failure.sentence.startswith("Held: nothing about “Gravel 2” goes out before ")
    assert (await world.post(other)).state is PostState.scheduled
    await world.run_due()
    [card] = [item.card for item in await world.notices() if item.card["title"].startswith("⏸ Paused")]
    assert held.failure.sentence in card["notes"] and world.owner.id in card["ping"] and card["draft"] == named.draft
    assert [button["label"] for button in card["buttons"]] == [
        "Send it as it is",
        "At another time",
        "Edit text",
        "Drop",
    ]
    assert (await world.publish_due(named)).state is PostState.paused
    assert (await world.publish_due(other)).state is PostState.published


async def test_a_rule_set_in_the_last_moment_holds_at_sending_even_where_nobody_looked_ahead(world: World) -> None:
    embargoed, free_day = await world.approved(text=NEWS), await world.approved(text="Fresh bread.")
    await _quietly(world, embargoes=await _embargo(world, embargoed, timedelta(days=2)))
    assert (await world.publish_due(embargoed)).state is PostState.paused
    await _quietly(world, blackouts=await _day(world, free_day))
    kept = await world.publish_due(free_day)
    assert kept.state is PostState.paused and kept.failure is not None
    assert kept.failure.code == "blackout" and kept.failure.sentence.endswith("nothing goes out: Mourning.")
    assert await world.feed_guids() == [] and kept.attempts == ()


async def test_a_rule_that_comes_between_the_claim_and_the_attempt_or_the_call_stops_both(world: World) -> None:
    post = await world.approved(text=NEWS)
    world.clock.move_to(post.due + timedelta(seconds=1))
    now = world.clock.now()
    attempt = Attempt(id="t_1", number=1, key="k", at=now, deadline=now + timedelta(minutes=1), worker="w")
    async with world.publisher.holds.hold(post) as run:
        assert run is not None
        await _quietly(world, embargoes=await _embargo(world, post, timedelta(days=2)))
        with pytest.raises(Stopped) as stopped:
            await world.publisher.handover.record(run, attempt)
        assert stopped.value.refusal.why == "held" and (await world.post(post)).attempts == ()
    await _quietly(world)
    other = await world.approved(text=NEWS)
    world.clock.move_to(other.due + timedelta(seconds=1))
    async with world.publisher.holds.hold(other) as run:
        assert run is not None
        await world.publisher.handover.record(run, attempt)
        run.deadline_at = float("inf")
        await _quietly(world, blackouts=await _day(world, other))
        with pytest.raises(Stopped) as stopped:
            await world.publisher.handover.check(run)
        assert stopped.value.refusal.why == "held" and not run.may_be_out


async def test_one_that_ends_within_the_late_window_lets_it_go_then_and_a_later_one_never_by_itself(
    world: World,
) -> None:
    soon, late = await world.approved(text=NEWS), await world.approved(text=NEWS + " Really.")
    await _timing(world, embargoes=await _embargo(world, soon, timedelta(minutes=10)))
    assert (await world.post(soon)).state is PostState.scheduled, "it goes out by itself within its late window"
    waits = await world.publish_due(soon)
    assert waits.state is PostState.scheduled and waits.failure is not None and waits.failure.code == "embargo"
    ends = soon.due + timedelta(minutes=10)
    assert (await world.entries())[f"post:{soon.id}"] == milliseconds(ends)
    world.clock.move_to(ends + timedelta(seconds=1))
    await world.publisher.publish(world.ws, soon.id)
    assert (await world.post(soon)).state is PostState.published
    await _quietly(world, embargoes=await _embargo(world, late, LATE_WINDOW + timedelta(minutes=5)))
    await world.publisher.publish(world.ws, late.id)
    assert (await world.post(late)).state is PostState.paused
    world.clock.move(timedelta(days=1))
    await _look(world)
    await world.publisher.publish(world.ws, late.id)
    assert (await world.post(late)).state is PostState.paused, "its time is long over: a person decides"


async def test_a_rule_that_is_taken_back_in_time_lets_the_post_go_at_its_own_time(world: World) -> None:
    post = await world.approved(text=NEWS)
    await _timing(world, blackouts=await _day(world, post))
    assert (await world.post(post)).state is PostState.paused
    await _timing(world)
    back = await world.post(post)
    assert (back.state, milliseconds(back.due), back.failure) == (PostState.scheduled, milliseconds(post.due), None)
    assert (await world.publish_due(post)).state is PostState.published


async def test_only_an_owner_sends_it_all_the_same_and_is_not_asked_again(world: World) -> None:
    ana = await world.member("Ana", Role.approver)
    [post] = (await world.decide(await world.draft(text=NEWS, by=ana))).posts
    await _timing(world, embargoes=await _embargo(world, post, timedelta(days=2)))
    with pytest.raises(NotAllowed, match="Only an owner"):
        await world.posts.resolve(world.ws, post.id, ana.id, "send", "test")
    later = post.due + timedelta(days=3)
    sent = await world.posts.resolve(world.ws, post.id, world.owner.id, "send", "test")
    assert sent.post.state is PostState.scheduled and sent.post.rules
    assert milliseconds(sent.post.due) == milliseconds(post.due), "its own time is still to come"
    await _look(world)
    assert (await world.publish_due(post)).state is PostState.published
    [other] = (await world.decide(await world.draft(text=NEWS + " Again.", by=ana))).posts
    await _quietly(world, embargoes=await _embargo(world, other, timedelta(days=2)))
    await _look(world)
    moved = await world.posts.resolve(world.ws, other.id, ana.id, "send", "test", at=later)
    assert moved.post.due == later and moved.post.rules == (), "behind the embargo nobody has to take it on"


async def test_what_an_owner_took_on_at_approval_is_not_held_by_the_same_rule(world: World) -> None:
    first = await world.draft(text=NEWS)
    timing = await _embargo(world, (await world.approved()), timedelta(days=2))
    await _timing(world, embargoes=timing)
    finding = Finding(severity="block", rule="embargo", reason="Nothing about it yet.", account=world.account.id)
    draft = await world.draft(text=NEWS, findings=(finding,))
    [post] = (await world.decide(draft, reason="The press has it already")).posts
    [held] = (await world.decide(first)).posts
    assert (await world.publish_due(post)).state is PostState.published
    assert (await world.publish_due(held)).state is PostState.paused
