"""A plan keeps its horizon drafted: each slot once, in time, for approval alone; what stays empty is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.planning.standing import SlotView
from bot.workflow.requests import Idea
from storage.commit import Change, commit
from storage.drafts import Brief, DraftStatus, Verdict
from storage.forgetting import forget, survey
from storage.profile import Audience, Blackout, Profile, Timing
from storage.team import Away, Role
from tests.bot.workflow.planning import House, house

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)
POINTS = [
    "We repair every bike within two days.",
    "Our workshop is open on Saturdays.",
    "We take old bikes back.",
    "Every bike gets a free check after a month.",
    "Lights and locks are included.",
    "We rent cargo bikes by the hour.",
    "Children's bikes can be swapped as they grow.",
    "Our mechanics learned their trade here.",
]
SERVICE = {"name": "Service", "points": POINTS, "share": 60}
DAY = timedelta(days=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", MONDAY) as opened:
        yield opened


def states(places: list[SlotView]) -> list[tuple[str, str]]:
    return [(f"{each.due:%a %d %H:%M}", each.state) for each in places]


async def test_the_horizon_is_drafted_each_slot_once_and_nothing_goes_out_by_itself(at: House) -> None:
    await at.set(pillars=[SERVICE], horizon_days=3)
    await at.plan("Feed daily 9:00 tip")
    await at.work()
    drafts = await at.drafts()
    assert [each.due for each in drafts] == [MONDAY + timedelta(hours=2) + n * DAY for n in range(3)]
    assert {each.status for each in drafts} == {DraftStatus.waiting}
    assert all(each.versions and each.versions[0].account == at.accounts[0].id for each in drafts)
    assert [each.brief.pillar for each in drafts] == ["Service"] * 3 and {each.brief.form for each in drafts} == {"tip"}
    assert len({each.brief.topic for each in drafts}) == 3, "no topic twice"
    assert all(each.why.startswith("It is a point of “Service” that was not said yet.") for each in drafts)
    places = await at.places(5)
    assert states(places)[:4] == [
        ("Mon 30 09:00", "drafted"),
        ("Tue 01 09:00", "drafted"),
        ("Wed 02 09:00", "drafted"),
        ("Thu 03 09:00", "planned"),
    ]
    await at.decide(drafts[0])
    for _ in range(2):  # again, and by another worker: no difference
        await at.work(timedelta(hours=1), worker=at.worker())
    await at.expire()
    assert [each.id for each in await at.drafts()][:3] == [each.id for each in drafts]
    assert states(await at.places(5))[0] == ("Mon 30 09:00", "approved")
    await at.work(DAY)
    await at.expire()
    await at.work(DAY)
    found = dict(states(await at.places(5)))
    assert found["Tue 01 09:00"] == "expired" and found["Wed 02 09:00"] == "expired"
    assert found["Fri 04 09:00"] == "drafted", "each recurrence waits for a word of its own"
    late = await at.draft(drafts[1].id)
    assert late.status is DraftStatus.late and not any(version.post for version in late.versions)


async def test_two_workers_at_once_make_one_draft_of_a_slot(at: House) -> None:
    await at.set(pillars=[SERVICE], horizon_days=2)
    await at.plan("Feed daily 9:00")
    one, other = at.worker(), at.worker()
    await asyncio.gather(one.plan(at.ws, at.brand), other.plan(at.ws, at.brand))
    due = await at.due("slot")
    assert len(due) == 2
    await asyncio.gather(*(worker.slot(at.ws, slot) for slot in due for worker in (one, other)), return_exceptions=True)
    await at.work()
    drafts = await at.drafts()
    assert len(drafts) == len({each.slot for each in drafts}) == 2
    assert len({each.brief.topic for each in drafts}) == 2


async def test_free_days_are_skipped_and_said_and_come_back_when_they_are_not_free_any_more(at: House) -> None:
    stock = Blackout(first=date(2026, 12, 30), last=date(2026, 12, 30), why="stocktaking")
    await at.brand_with(profile=Profile(timing=Timing(blackouts=(stock,))))
    await at.set(pillars=[SERVICE], horizon_days=10, holidays={"country": "CH", "region": "ZH"})
    at.clock.move_to(datetime(2026, 12, 22, 7, tzinfo=UTC))
    await at.plan("Feed daily 9:00")
    await at.admind.plans.pause(at.ws, at.owner.id, at.brand, date(2026, 12, 28), date(2026, 12, 29), why="inventory")
    await at.work()
    found = {f"{each.due:%d %b}": each for each in await at.places(9)}
    assert {day for day, each in found.items() if each.state == "skipped"} == {
        *("25 Dec", "26 Dec", "28 Dec", "29 Dec", "30 Dec")
    }
    assert found["25 Dec"].problem == "It is a holiday: Christmas Day."
    assert found["28 Dec"].problem == "The plan pauses: inventory."
    assert found["30 Dec"].problem == "Nothing goes out that day: stocktaking."
    await at.set(holidays={"country": "CH", "region": "ZH", "kept": ["2026-12-26"]})
    await at.admind.plans.go_on(at.ws, at.owner.id, at.brand)
    await at.work()
    found = {f"{each.due:%d %b}": each for each in await at.places(9)}
    assert (found["26 Dec"].state, found["28 Dec"].state, found["25 Dec"].state) == ("drafted", "drafted", "skipped")


async def test_what_has_nothing_to_say_stays_empty_is_told_once_and_filled_when_there_is_something(at: House) -> None:
    chat = at.chat()
    await at.plan("Feed daily 9:00")
    await at.work(timedelta(minutes=1))
    assert await at.drafts() == []
    places = [each for each in await at.places(7) if each.due > at.clock.now()]
    assert {each.state for each in places[:7]} == {"empty"} and "nothing new to say" in places[0].problem
    told = [card for card in chat.rooms.get(at.brand, {}).values() if "slot" in card.title]
    assert len(told) == 1, "once a week, not once a slot"
    await at.work(timedelta(hours=3))  # the first one's time goes by
    assert len([card for card in chat.rooms.get(at.brand, {}).values() if "slot" in card.title]) == 1
    await at.set(pillars=[SERVICE])
    await at.work()
    assert len(await at.drafts()) >= 6


async def test_a_rejected_one_leaves_its_slot_empty_until_somebody_fills_it(at: House) -> None:
    await at.set(pillars=[SERVICE], horizon_days=1)
    await at.plan("Feed daily 9:00")
    await at.work()
    [draft] = await at.drafts()
    await at.decide(draft, Verdict.reject)
    [place] = [each for each in await at.places(1) if each.due == draft.due]
    assert (place.state, place.draft) == ("empty", "")
    await at.work(timedelta(minutes=5))
    assert len(await at.drafts()) == 1
    assert await at.admind.plans.fill(at.ws, at.owner.id, at.brand) == 1
    await at.work()
    _, again = await at.drafts()
    assert again.due == draft.due and again.brief.topic != draft.brief.topic


async def test_early_enough_for_whoever_approves_and_the_card_says_until_when(at: House) -> None:
    await at.set(pillars=[SERVICE], horizon_days=1)
    await at.plan("Feed Mondays 9:00")
    slot = datetime(2026, 12, 7, 9, tzinfo=UTC)
    at.clock.move_to(datetime(2026, 12, 4, 8, tzinfo=UTC))
    await at.work()
    assert [each for each in await at.drafts() if each.due == slot] == []
    await at.work(timedelta(hours=1))  # Friday, with a day of the owner's work left before the slot
    [draft] = [each for each in await at.drafts() if each.due == slot]
    assert "surely" not in (await at.admind.board.card(draft)).status
    ana = await at.member("Ana", Role.approver, zone="Pacific/Auckland")
    team = at.admind.people.store
    kept = await team.members.get(at.ws, at.owner.id)
    away = kept.record.changed(away=Away(until=datetime(2027, 1, 10, tzinfo=UTC), delegate=ana.id))
    await commit(at.admind.database, Change(at.ws).put(team.members.key(at.ws, at.owner.id), away, ver=kept.ver))
    card = await at.admind.board.card(draft)
    assert "surely by Mon 7 Dec, 06:00" in card.status, card.status  # 19:00 in Auckland
    view = await at.admind.looking.draft(at.ws, at.owner.id, draft.id)
    assert view.safe_by == datetime(2026, 12, 7, 6, tzinfo=UTC), "programs and the studio are told, too"
    assert any(note.startswith("Why this: It is a point of “Service”") for note in card.notes)


async def test_the_least_served_come_first_and_the_reason_is_kept(at: House) -> None:
    audiences = (Audience(name="families", share=50), Audience(name="commuters", share=50))
    await at.brand_with(profile=Profile(audiences=audiences))
    people = {"name": "People", "points": ["Mia runs our workshop.", "Noah paints our frames."], "share": 40}
    await at.set(pillars=[SERVICE, people], horizon_days=5)
    await at.plan("Feed daily 9:00")
    await at.work()
    drafts = await at.drafts()
    assert [each.brief.pillar for each in drafts] == ["Service", "People", "Service", "People", "Service"]
    assert [each.brief.audience for each in drafts] == ["families", "commuters"] * 2 + ["families"]
    assert "“People” was not served lately." in drafts[1].why
    assert "“commuters” were not addressed lately." in drafts[1].why


async def test_the_next_free_slot_takes_a_draft_and_gives_up_its_old_place(at: House) -> None:
    await at.plan("Feed Tue 9:00 from the queue, Thu 9:00 from the queue")
    await at.work()
    ideas = [_idea("We open a second shop."), _idea("We hire a mechanic.")]
    one, two = await at.admind.requests.draft(at.asker(), ideas)
    moved = await at.admind.requests.move(at.asker(), one.id, "put it in the next free slot")
    assert moved.due == datetime(2026, 12, 1, 9, tzinfo=UTC)
    second = await at.admind.requests.move(at.asker(), two.id, "next free slot")
    assert second.due == datetime(2026, 12, 3, 9, tzinfo=UTC)
    [third] = await at.admind.requests.draft(at.asker(), [_idea("We sponsor the race.", when="in the next free slot")])
    assert third.due == datetime(2026, 12, 8, 9, tzinfo=UTC)
    found = {f"{each.due:%d %b}": each for each in await at.places(10)}
    assert [found[day].draft for day in ("01 Dec", "03 Dec", "08 Dec")] == [one.id, two.id, third.id]
    await at.work(timedelta(hours=30))
    await at.expire()
    assert {f"{each.due:%d %b}": each.state for each in await at.places(3)}["01 Dec"] == "expired"
    back = await at.admind.requests.move(at.asker(), one.id, "next free slot")
    assert back.due == datetime(2026, 12, 10, 9, tzinfo=UTC)


def _idea(topic: str, when: str = "") -> Idea:

    return Idea(Brief(request=topic, topic=topic, facts=(topic,)), ("Feed",), when=when)


async def test_mondays_summary_counts_slots_and_offers_to_fill_them(at: House) -> None:
    chat = at.chat()
    await at.set(pillars=[{"name": "Service", "points": POINTS[:3]}], holidays={"country": "CH"})
    await at.plan("Feed daily 9:00")
    at.clock.move_to(datetime(2026, 12, 21, 8, 50, tzinfo=UTC))
    await at.work()
    await at.work(timedelta(minutes=20))
    await at.admind.weekly.tell(at.ws, at.brand, date(2026, 12, 21))
    [card] = [card for key, card in chat.rooms[at.brand].items() if key.startswith("digest:")]
    [week] = [note for note in card.notes if note.startswith("This week:")]
    assert week.startswith("This week: 3 planned, 3 empty slots"), week
    assert any(note.startswith("Left out: Fri 25 Dec") and "Christmas Day" in note for note in card.notes), card.notes
    assert "fill:" + at.brand in [button.action for button in card.buttons]


async def test_a_brand_that_leaves_takes_its_plan_along(at: House) -> None:
    await at.set(pillars=[SERVICE], horizon_days=1)
    await at.plan("Feed daily 9:00")
    await at.work()
    found = await survey(at.admind.database, at.ws, at.brand)
    await forget(at.admind.database, at.ws, at.brand, found)
    client: Any = at.admind.database.client
    keys_left = [str(key) async for key in client.scan_iter(count=1000)]
    assert [key for key in keys_left if "}:plan" in key or "}:slot:" in key] == []
    assert [
        each for each in await client.zrange(f"admind:{{{at.ws}}}:due", 0, -1) if "plan" in each or "slot" in each
    ] == []
    assert await client.zcard(f"admind:{{{at.ws}}}:slots:all") == 0
