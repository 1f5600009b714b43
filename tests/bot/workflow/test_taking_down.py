"""Taking posts down: by the channel, or by a person who then says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import AdMindError, BadInput, NotAllowed
from bot.workflow.erasing import Erasing
from bot.workflow.looking import Looking
from storage.posts import Post
from storage.redis import Database
from storage.team import Role
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.world import HOUR, World, world_on


@pytest.fixture
async def site() -> AsyncIterator[WebhookServer]:
    async with webhook_server() as server:
        yield server


@pytest.fixture
async def world(database: Database, tmp_path: Path, site: WebhookServer) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", allow_hosts=frozenset({f"127.0.0.1:{site.port}"})) as found:
        yield found


async def published(world: World, site: WebhookServer, delete: str = "no") -> Post:
    post = await world.publish_due(await world.approved(await world.webhook(site.url, delete=delete)))
    assert post.receipt is not None
    return post


async def asking(world: World) -> list[str]:
    looking = Looking(world.database, board=world.board, clock=world.clock)
    found = await looking.posts(world.ws, world.owner.id, status="asking")
    return [each.id for each in found.items]


async def test_it_stands_as_to_be_taken_down_until_somebody_says_done(world: World, site: WebhookServer) -> None:
    post = await published(world, site)
    tom = await world.member("Tom", Role.requester)
    told = await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert site.posts and site.origin in told.sentence and told.post.by_hand
    assert await asking(world) == [post.id]
    again = await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert again.sentence == told.sentence
    with pytest.raises(NotAllowed):
        await world.posts.taken_down(world.ws, post.id, tom.id, "test")
    done = await world.posts.taken_down(world.ws, post.id, world.owner.id, "test")
    assert done.post.receipt is not None and done.post.receipt.taken_down_by == world.owner.id
    assert await asking(world) == []
    with pytest.raises(BadInput, match="before"):
        await world.posts.taken_down(world.ws, post.id, world.owner.id, "test")
    kinds = [each.kind for each in await world.audit.read(world.ws, about=post.id)]
    assert kinds[-2:] == ["to be taken down by hand", "taken down by hand"]


async def test_what_waits_for_done_is_neither_erased_nor_put_away(world: World, site: WebhookServer) -> None:
    post = await published(world, site)
    erasing = Erasing(world.database, audit=world.audit, channels=world.channels, clock=world.clock)
    await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert not (await world.kept_posts.page(world.ws, index="ended")).items
    with pytest.raises(BadInput, match="still out"):
        await erasing.draft(world.ws, world.owner.id, post.draft)
    await world.posts.taken_down(world.ws, post.id, world.owner.id, "test")
    assert [each.id for each in (await world.kept_posts.page(world.ws, index="ended")).items] == [post.id]
    await erasing.draft(world.ws, world.owner.id, post.draft)


async def test_what_a_person_found_is_never_deleted_by_a_guess(world: World, site: WebhookServer) -> None:
    account = await world.webhook(site.url, delete="yes")
    other = await published(world, site)
    post = await world.approved(account)
    world.clock.move(3 * HOUR)
    await world.publisher.publish(world.ws, post.id)
    await world.posts.resolve(world.ws, post.id, world.owner.id, "live", "test")
    told = await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert told.post.by_hand and site.origin in told.sentence
    assert not [each for each in site.seen if each.method == "DELETE"] and other.receipt is not None


@pytest.mark.parametrize("status", [403, 422])
async def test_a_refusal_is_a_persons_work_and_may_be_tried_again(
    world: World, site: WebhookServer, status: int
) -> None:
    post = await published(world, site, delete="yes")
    site.deleting_answers = status
    told = await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert told.post.by_hand and "refused to delete it" in told.sentence
    site.deleting_answers = 0
    done = await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert not site.posts and not done.post.by_hand
    assert done.post.receipt is not None and not done.post.receipt.taken_down_by


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_no_clear_answer_changes_nothing(world: World, site: WebhookServer, status: int) -> None:
    post = await published(world, site, delete="yes")
    site.deleting_answers = status
    with pytest.raises(AdMindError, match="did not answer"):
        await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
    assert await world.post(post) == post
