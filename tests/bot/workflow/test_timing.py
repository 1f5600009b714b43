"""Slots in which posts do better are taken where the past foretells that, and else the next one, and it is said."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.workflow.experiments import Arm
from bot.workflow.requests import Idea
from storage.drafts import Brief, DraftStatus
from tests.bot.workflow.planning import House, house
from tests.fakes.tracked_posts import tracked

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", MONDAY) as opened:
        yield opened


async def _history(at: House, *, mornings: float, posts: int = 120) -> None:
    draws = random.Random(3)
    for number in range(posts):
        hour = (7, 10, 13, 16, 19)[number % 5]
        day = MONDAY - timedelta(days=10 + number)
        likes = round(40 * (mornings if hour == 10 else 1.0) * draws.lognormvariate(0, 0.4))
        out_at = day.replace(hour=hour)
        await tracked(at.admind.database, at.ws, at.brand, at.accounts[0].id, out_at, impressions=900, likes=likes)


def _idea(when: str) -> Idea:
    said = "We open a second shop."
    return Idea(Brief(request=said, topic=said, facts=(said,)), when=when)


async def test_a_good_slot_is_the_one_that_the_past_foretells(at: House) -> None:
    await _history(at, mornings=2.5)
    await at.plan("Feed Tue 19:00 from the queue, Thu 10:00 from the queue")
    [draft] = await at.admind.requests.draft(at.asker(), [_idea("in the next good slot")])
    assert draft.due == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert draft.why.startswith("The best free slot of these days: +") and "%" in draft.why
    [plain] = await at.admind.requests.draft(at.asker(), [_idea("in the next free slot")])
    assert plain.due == datetime(2026, 12, 1, 19, tzinfo=UTC) and plain.why == ""
    (found,) = (await at.admind.timing.of(at.ws, at.brand, [at.accounts[0].id])).values()
    best = found.best("hour")
    assert found.usable and found.posts == 120 and best is not None and (best.name, best.posts) == ("9", 24)


async def test_where_no_time_is_better_it_is_the_next_free_slot_and_says_so(at: House) -> None:
    await _history(at, mornings=1.0)
    await at.plan("Feed Tue 19:00 from the queue, Thu 10:00 from the queue")
    [draft] = await at.admind.requests.draft(at.asker(), [_idea("im nächsten guten Platz")])
    assert draft.due == datetime(2026, 12, 1, 19, tzinfo=UTC)
    assert draft.why == "The next free slot: no time is known to be better than another here."


async def test_a_slot_is_drafted_in_the_form_that_an_experiment_drew(at: House) -> None:
    feed = at.accounts[0].id
    for number in range(12):
        day = MONDAY - timedelta(days=8 + number)
        await tracked(at.admind.database, at.ws, at.brand, feed, day, impressions=500, clicks=10 + number % 3)
    await at.set(pillars=[{"name": "Service", "points": ["We repair within two days.", "We take old bikes back."]}])
    arms = (Arm(name="tip"), Arm(name="question"))
    of = (at.ws, at.owner.id, at.brand)
    await at.admind.experiments.start(*of, "Form", "slots", arms)
    await at.plan("Feed Tue 9:00, Thu 9:00")
    await at.work()
    drafts = await at.drafts()
    (standing,) = await at.admind.experiments.all(*of)
    drawn = {each.of: each for each in standing.experiment.drawn}
    assert len(drafts) == 2 and {each.slot for each in drafts} == set(drawn)
    for draft in drafts:
        each = drawn[draft.slot]
        assert draft.brief.form == each.arm and each.at <= draft.created_at and sum(each.chances.values()) > 0.99
        assert draft.status is DraftStatus.waiting, "people approve it as any other"
