"""A day of posts, with channels that fail in every way and a run that is killed three times: all accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.posts import PostState
from tests.reliability.day import Size, day_in, lived

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

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
