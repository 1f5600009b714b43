"""A day of posts, with channels that fail in every way and a run that is killed three times: all accounted for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.posts import Post, PostState
from tests.reliability.day import Size, day_in, lived, wrong_with

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]

SMALL = Size(
    posts=600,
    moments=3,
    kinds={
        "webhook asked": 3,
        "webhook keyed": 2,
        "webhook": 1,
        "mastodon": 2,
        "mastodon kin": 1,
        "telegram": 1,
        "discord": 2,
    },
    deadline_seconds=1.5,
    settle_seconds=0.5,
)


async def test_every_post_of_a_day_is_published_once_or_its_fate_is_told(tmp_path: Path) -> None:
    async with day_in(tmp_path, SMALL) as day:
        found, _ = await lived(day)
        assert not found.wrong, (found.wrong[:20], day.life.here.log()[-3000:])
        assert sum(found.ends.values()) == SMALL.posts and len(day.killed_at) == SMALL.restarts
        assert found.ends[PostState.published] > 0.9 * SMALL.posts, found.ends
        assert found.rolled.total() > 10, found.rolled


@pytest.mark.parametrize(
    ("state", "there", "told", "wrong"),
    [
        (PostState.published, 1, "✅", 0),
        (PostState.failed, 0, "❌", 0),
        (PostState.unknown, 0, "❓", 0),
        (PostState.unknown, 1, "❓", 0),
        (PostState.published, 2, "✅", 2),
        (PostState.published, 0, "✅", 1),
        (PostState.published, 1, "", 1),
        (PostState.failed, 1, "❌", 1),
        (PostState.unknown, 2, "❓", 1),
        (PostState.unknown, 0, "", 1),
        (PostState.scheduled, 0, "", 1),
        (PostState.missed, 0, "⏰", 1),
    ],
)
def test_what_is_not_accounted_for_is_noticed(state: PostState, there: int, told: str, wrong: int) -> None:
    post = a_post(state)
    assert len(wrong_with(post, there, {told})) == wrong


def a_post(state: PostState) -> Post:
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    return Post(
        id="p_1",
        workspace="w_1",
        brand="b_1",
        account="a_1",
        channel="webhook",
        draft="d_1",
        revision=1,
        digest="f" * 64,
        payload="e" * 64,
        title="Loaf",
        requested_by="m_1",
        approved_by=("m_1",),
        created_at=now,
        due=now,
        state=state,
    )
