"""Posts to LinkedIn: once, whatever the server does; what cannot be told is a question."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cards import Words, draft_card
from bot.channels.platform import LINKEDIN
from bot.channels.registry import Platforms, build_channels
from bot.fetch import safe_client
from bot.workflow.minting import Minting
from bot.workflow.opening import LinkOpening
from bot.workflow.recents import Recents
from bot.workflow.versions import Making, Versions
from storage.accounts import Account
from storage.drafts import Brief
from storage.feed import FeedStore
from storage.media import MediaStore
from storage.posts import PostState
from storage.redis import Database
from storage.sealed import Medium
from storage.stores import DraftStore, PostStore
from tests.fakes.faulty_http import Act
from tests.fakes.linkedin_server import PAGES_SCOPE, LinkedInServer, linkedin_server
from tests.world import World, world_on


@dataclass
class Town:
    world: World
    server: LinkedInServer
    account: Account
    token: str

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(database: Database, folder: Path, *, page: bool = True) -> AsyncIterator[Town]:
    async with linkedin_server() as server:
        platform = dataclasses.replace(LINKEDIN, api=server.origin, web=server.origin)
        channels = build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(platform))
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, channels=channels) as world:
            server.now = world.clock.now
            token = server.token_for(PAGES_SCOPE, velo="ADMINISTRATOR") if page else server.token_for()
            options = {"page": "4711"} if page else {}
            account = await world.connected("linkedin", "Velo", options, {"access_token": token})
            yield Town(world, server, account, token)


async def test_a_post_stands_there_once_and_was_read_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, text="Fresh bread (from six). #bread_lovers #bread")
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same" and kept.receipt.url.endswith(place.server.posts[0].urn)
        await place.world.publisher.publish(place.world.ws, post.id)
        assert len(place.server.posts) == 1


@pytest.mark.parametrize(
    "act", [Act(504, commits="late"), Act(500), Act(breaks="before answering"), Act(302, (("location", "/else"),))]
)
async def test_what_came_out_is_found_and_not_repeated(database: Database, tmp_path: Path, act: Act) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        place.server.commit_late()
        await place.later(2)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert len(place.server.posts) == 1 and len(place.server.posted()) == 1


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize("act", [Act(500, commits="never"), Act(commits="never", breaks="before answering")])
async def test_what_is_not_found_is_a_question_and_goes_out_once_a_person_says_so(
    database: Database, tmp_path: Path, page: bool, act: Act
) -> None:
    async with town(database, tmp_path / "data", page=page) as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        assert (await place.world.post(post)).state is PostState.unknown and len(place.server.posted()) == 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        kept = await place.world.post(post)
        assert kept.state is PostState.published, kept.failure
        assert len(place.server.posts) == 1


@pytest.mark.parametrize("page", [True, False])
async def test_a_person_who_says_send_again_makes_no_second_post(
    database: Database, tmp_path: Path, page: bool
) -> None:
    async with town(database, tmp_path / "data", page=page) as place:
        place.server.plan.append(Act(504, commits="late"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        place.server.commit_late()  # after everybody had looked
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        kept = await place.world.post(post)
        assert len(place.server.posts) == 1
        assert kept.state is (PostState.published if page else PostState.unknown), kept.failure


async def test_an_access_that_ended_fails_the_post_and_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        place.server.tokens.clear()
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        assert "60 days" in kept.failure.sentence
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken"


@pytest.mark.parametrize(("count", "option", "pages"), [(5, "document", 5), (1, "document", 0), (5, "", 0)])
async def test_a_card_knows_of_how_many_pages_the_document_is(
    database: Database, tmp_path: Path, count: int, option: str, pages: int
) -> None:
    async with town(database, tmp_path / "data") as place:
        world, options = place.world, {"page": "4711"} | ({"pictures": option} if option else {})
        account = place.account.changed(options=options)
        versions = Versions(
            channels=world.channels,
            blobs=world.blobs,
            media=MediaStore(database),
            drafts=DraftStore(database),
            recents=Recents(database),
            posts=PostStore(database),
            clock=world.clock,
            open_door=world.doors,
            opening=LinkOpening(safe_client(), world.clock),
            minting=Minting(database, base_url="", clock=world.clock),
        )
        pictures = tuple(
            Medium(sha256=f"{number:064x}", mime="image/png", size=9, width=1200, height=1200)
            for number in range(count)
        )
        making = [Making(account, "Fresh bread, page by page.", pictures)]
        [version] = await versions.seal(
            making, Brief(request="Bread"), world.brand, title="Bread", due=None, draft="d_bread"
        )
        assert version.pages == pages
        section = draft_card(await world.draft(account), _named(world, account), missing="").sections[0]
        assert "document" not in section.meter
        drafted = (await world.draft(account)).changed(versions=(version,))
        meter = draft_card(drafted, _named(world, account), missing="").sections[0].meter
        assert meter == ("26/3000 · as a document of 5 pages" if pages else "26/3000")


def _named(world: World, account: Account) -> Words:
    return Words(brand=world.brand, zone="Europe/Zurich", accounts={account.id: account})
