"""What to post next: from numbers, balance and open slots, each point with what shows it; said without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation.learned import Learned
from bot.errors import BadInput, NotAllowed
from bot.words import words
from storage.drafts import Brief
from storage.profile import Audience, Profile
from storage.team import Role
from tests.bot.workflow.planning import House, house
from tests.fakes.tracked_posts import tracked

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", MONDAY) as opened:
        yield opened


async def _posts(at: House) -> None:
    """Commuters get nearly all, and their posts do best; families got one of the last month."""
    for number in range(24):
        commuters = number % 4 != 3 or number < 8
        brief = Brief(
            request="Say it", topic=f"Number {number}", audience="commuters" if commuters else "families",
            pillar=("Service", "People")[number % 2], form="tip",
        )  # fmt: skip
        out_at, likes = MONDAY - timedelta(days=5 + 3 * number), 60 + number % 3 if commuters else 20 + number % 3
        await tracked(at.admind.database, at.ws, at.brand, at.accounts[0].id, out_at, impressions=1000, likes=likes,
                      brief=brief, title=f"Post {number}")  # fmt: skip


async def test_each_point_has_its_numbers_and_the_first_serves_whom_posts_leave_out(at: House) -> None:
    people = (Audience(name="families", share=50), Audience(name="commuters", share=50))
    await at.brand_with(profile=Profile(audiences=people))
    pillars = [{"name": "Service", "points": ["We repair within two days.", "We take old bikes back."]},
               {"name": "People", "points": ["Ana has led the workshop since May.", "Ben came in June."]}]  # fmt: skip
    await at.set(pillars=pillars, open_percent=30)
    await at.plan("Feed Tue 19:00 from the queue, Thu 10:00 from the queue")
    await _posts(at)
    first, second, third = await at.admind.advising.next(at.ws, at.owner.id, at.brand)
    assert first.keeps_open and not second.keeps_open and not third.keeps_open
    assert first.audience == "families" and second.audience == third.audience == "commuters"
    assert first.reasons[0].startswith("“families” got 0 of ") and "of 50 % meant for it" in first.reasons[0]
    assert any(each.startswith("“commuters” brings +") and "90 %" in each for each in second.reasons)
    assert len(second.evidence) == 3 and second.evidence[0].title.startswith("Post ") and second.posts == 24
    assert first.due == datetime(2026, 12, 1, 19, tzinfo=UTC) and first.slot and third.due is not None
    assert len({first.topic, second.topic, third.topic}) == 3 and first.topic, "no topic twice"
    client = await at.member("Client", Role.client)
    with pytest.raises(NotAllowed):
        await at.admind.advising.next(at.ws, client.id, at.brand)
    said = Learned(
        at.admind.database, advising=at.admind.advising, timing=at.admind.timing, experiments=at.admind.experiments
    )
    text = await said.next(at.asker())
    assert "1. " in text and "for families" in text and "“commuters” brings +" in text and "Posts: “Post" in text
    assert all(words("de").said(each) != each for each in (first.reasons[0], second.reasons[0]))
    assert "not enough data for a best time: 23 posts" in await said.best_time(at.asker(), "for Feed")
    with pytest.raises(BadInput, match="no account of that name"):
        await said.best_time(at.asker(), "LinkedIn")
    assert "Not enough data for an experiment: 0 posts" in await said.experiments(at.asker())


async def test_an_empty_brand_gets_what_there_is_and_no_claims(at: House) -> None:
    tips = await at.admind.advising.next(at.ws, at.owner.id, at.brand, 2)
    assert [each.evidence for each in tips] == [[]] and tips[0].due is None
    assert tips[0].reasons[-1] == "No slot of the plan is open in the next two weeks."


async def test_what_would_be_said_again_in_the_same_words_is_said_once(at: House) -> None:
    for number in range(24):
        form, likes = ("question", 90) if number % 2 else ("tip", 30)
        brief = Brief(request="Say it", topic=f"Number {number}", form=form)
        out_at = MONDAY - timedelta(days=5 + 3 * number)
        await tracked(at.admind.database, at.ws, at.brand, at.accounts[0].id, out_at, impressions=1000,
                      likes=likes + number % 3, brief=brief)  # fmt: skip
    [tip] = await at.admind.advising.next(at.ws, at.owner.id, at.brand)
    assert tip.form == "question" and tip.reasons[0].startswith("“question” brings +")
