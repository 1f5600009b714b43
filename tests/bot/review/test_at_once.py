"""Whoever decides at once, from wherever, in whatever order it is written down: all ends the way the rule says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.chat import DecisionRequest
from bot.errors import Conflict
from bot.workflow.decisions import Decisions
from storage.drafts import Draft, DraftStatus, Verdict
from storage.posts import PostState
from storage.redis import Database
from storage.team import Member, Policy, Role
from tests.world import World, world_on

AGAINST = {
    Verdict.reject: DraftStatus.rejected,
    Verdict.hold: DraftStatus.held,
    Verdict.changes: DraftStatus.changes,
}


@dataclass(frozen=True)
class Word:
    who: int
    verdict: Verdict
    second: int
    reason: str


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


def words_of(dice: Random) -> list[Word]:
    """Up to seven words of four people within some seconds; person 0 is an owner."""
    seconds = dice.sample(range(1, 50), dice.randint(2, 7))
    verdicts = [Verdict.approve] * 4 + [Verdict.reject] * 2 + [Verdict.hold, Verdict.changes]
    return [Word(dice.randrange(4), dice.choice(verdicts), second, dice.choice(["", "Fine."])) for second in seconds]


def rule(words: list[Word]) -> DraftStatus:
    """What docs/publishing.md promises, said once more without any of AdMind's code: two must approve."""
    last = {word.who: word for word in sorted(words, key=lambda word: word.second)}
    said = sorted(last.values(), key=lambda word: word.second)
    for word in said:
        lifts = [o for o in said if o.who == 0 and o.verdict is Verdict.approve and o.reason and o.second > word.second]
        if word.verdict in AGAINST and not lifts:
            return AGAINST[word.verdict]
    approvals = [word for word in said if word.verdict is Verdict.approve]
    return DraftStatus.approved if len(approvals) >= 2 else DraftStatus.waiting


async def heard(world: World, desks: list[Decisions], draft: Draft, people: list[Member], word: Word, n: int) -> None:
    request = DecisionRequest(
        workspace=world.ws,
        draft=draft.id,
        member=people[word.who].id,
        verdict=word.verdict,
        digest=draft.digest,
        surface=("slack", "studio", "terminal")[n % 3],
        reason=word.reason,
        at=world.clock.now() - timedelta(seconds=60 - word.second),
    )
    while True:
        try:
            await desks[n % 3].decide(request)
            return
        except Conflict:
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(30))
async def test_any_interleaving_ends_as_the_rule_says(world: World, seed: int) -> None:
    dice = Random(seed)
    await world.policy(Policy(approvals=2))
    author = await world.member("Tom", Role.requester)
    people = [world.owner, *[await world.member(name, Role.approver) for name in ("Ana", "Ben", "Cora")]]
    desks = [Decisions(world.database, audit=world.audit, clock=world.clock) for _ in range(3)]
    words = words_of(dice)
    for number in range(4):
        draft = await world.draft(text=f"Bread {seed} {number}.", by=author)
        order = dice.sample(words, len(words))
        if number == 0:
            for n, word in enumerate(order):
                await heard(world, desks, draft, people, word, n)
        else:
            await asyncio.gather(*(heard(world, desks, draft, people, word, n) for n, word in enumerate(order)))
        found = (await world.drafts.get(world.ws, draft.id)).record
        assert found.status is rule(words), (order, found.decisions)
        posts = [p for p in (await world.kept_posts.page(world.ws)).items if p.draft == draft.id]
        alive = [post for post in posts if post.state is PostState.scheduled]
        assert len(alive) == (1 if rule(words) is DraftStatus.approved else 0)


async def test_an_owner_who_approved_before_can_still_lift_a_rejection(world: World) -> None:
    await world.policy(Policy(self_approval="allowed"))
    ben = await world.member("Ben", Role.approver)
    draft = await world.draft()
    await world.decide(draft)
    world.clock.move(timedelta(seconds=5))
    assert (await world.decide(draft, Verdict.reject, ben)).draft.status is DraftStatus.rejected
    world.clock.move(timedelta(seconds=5))
    assert (await world.decide(draft, reason="Ben and I spoke.")).draft.status is DraftStatus.approved
