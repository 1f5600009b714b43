"""An account that breaks while one of its posts is on its way: nothing is sent through it, and people are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.channels.base import AttemptKey, Door, Receipt, SealedPayload
from bot.channels.registry import build_channels
from bot.channels.webhook import Webhook
from storage.accounts import Account, Health
from storage.commit import Change, commit
from storage.feed import FeedStore
from storage.posts import PostState
from storage.redis import Database
from storage.stores import TeamStore
from tests.fakes.webhook_server import webhook_server
from tests.world import World, world_on

BASE_URL = "http://localhost:8484"
BROKEN = Health(state="broken", reason="It was signed out there.")


class Late(Webhook):
    """Takes its time before it sends: `meanwhile` happens in it, once."""

    meanwhile: Callable[[Account], Awaitable[None]] | None = None

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens(door.account)
        return await super().send(payload, key, door)


async def change(database: Database, account: Account, **fields: object) -> None:
    store = TeamStore(database).accounts
    kept = await store.get(account.workspace, account.id)
    changed = kept.record.changed(**fields)
    await commit(
        database,
        store.put(Change(account.workspace), changed, account.id, ver=kept.ver, at=changed.created_at.timestamp()),
    )


@pytest.mark.parametrize("way", ["broken", "closed", "broken and back"])
async def test_nothing_goes_through_an_account_that_broke_after_the_claim(
    database: Database, tmp_path: Path, way: str
) -> None:
    adapter = Late(BASE_URL)
    adapters = dict(build_channels(FeedStore(database), base_url=BASE_URL)) | {"webhook": adapter}
    async with webhook_server() as site:
        hosts = frozenset({f"127.0.0.1:{site.port}"})
        async with world_on(database, tmp_path / "data", allow_hosts=hosts, channels=adapters) as world:
            post = await world.approved(await world.webhook(site.url))

            async def breaks(account: Account) -> None:
                await change(
                    database, account, **({"closed_at": world.clock.now()} if way == "closed" else {"health": BROKEN})
                )
                if way == "broken and back":
                    await change(database, account, health=Health())

            adapter.meanwhile = breaks
            kept = await world.publish_due(post)
            if way == "broken and back":  # by the moment of the last check it can be used again
                assert kept.state is PostState.published and len(site.posts) == 1
                return
            assert site.sent == []
            assert kept.failure is not None and kept.attempts[-1].outcome == "not sent"
            if way == "closed":
                assert (kept.state, kept.failure.code) == (PostState.failed, "no_account")
            else:
                assert (kept.state, kept.failure.code) == (PostState.paused, "account")
                assert BROKEN.reason in kept.failure.sentence
            await world.run_due()
            assert await told(world, kept.failure.sentence)


async def told(world: World, sentence: str) -> bool:
    return any(sentence.split(".", maxsplit=1)[0] in str(item.card) for item in await world.notices())
