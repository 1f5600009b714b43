"""An adapter that means well: what it would send is not what was approved, so nothing leaves, and people are told."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.channels.base import AttemptKey, Door, Receipt, SealedPayload
from bot.channels.registry import build_channels
from bot.channels.webhook import Webhook
from bot.clock import MovableClock
from storage.feed import FeedStore
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.webhook_server import webhook_server
from tests.world import world_on

BASE_URL = "http://localhost:8484"
TEXT = "Two  blanks before the fair, and one after it. "


class Tidy(Webhook):
    """Takes blanks off, as a platform's own library might."""

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        part = payload.parts[0]
        tidy = part.model_copy(update={"text": " ".join(part.text.split())})
        return await super().send(payload.model_copy(update={"parts": (tidy,)}), key, door)


async def test_what_differs_is_not_sent_and_the_post_fails_with_a_sentence(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    adapters = dict(build_channels(FeedStore(database), base_url=BASE_URL))
    caplog.set_level(logging.ERROR)
    async with webhook_server() as site:
        clock = MovableClock()
        hosts = frozenset({f"127.0.0.1:{site.port}"})
        async with world_on(
            database,
            tmp_path / "data",
            allow_hosts=hosts,
            channels={**adapters, "webhook": Tidy(BASE_URL)},
            clock=clock,
        ) as world:
            post = await world.approved(await world.webhook(site.url), text=TEXT)
            kept = await world.publish_due(post)
            assert site.posts == [] and site.sent == []
            assert kept.state is PostState.failed and kept.failure is not None
            assert (kept.failure.code, kept.attempts[-1].outcome) == ("changed", "refused")
            assert "not what was approved" in kept.failure.sentence
            assert "Nothing of it was sent" in kept.failure.sentence
            assert kept.failure.fixes
            await world.run_due()
            assert any("not what was approved" in str(item.card) for item in await world.notices())
            kinds = [entry.kind for entry in await world.audit.read(world.ws, about=post.id)]
            assert "post failed" in kinds
        async with world_on(database, tmp_path / "data", allow_hosts=hosts, worker="worker-2", clock=clock) as world:
            await world.posts.resolve(world.ws, post.id, world.owner.id, "send", "test")
            await world.run_due()
            assert (await world.post(post)).state is PostState.published
            assert len(site.posts) == 1
    assert "not handed over" in caplog.text and "blanks" not in caplog.text
