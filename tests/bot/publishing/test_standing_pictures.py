"""Pictures that an article names by our address are shown while it stands: not before, and not longer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import BadInput
from bot.workflow.erasing import Erasing
from bot.workflow.library import Library
from bot.workflow.retention import Retention
from bot.workflow.room import Room
from storage import keys
from storage.accounts import Account
from storage.leaving import leaving_store
from storage.media import MediaStore
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import Medium
from storage.serving import ServedPlaces
from storage.standing import StandingPictures
from tests.bot.channels.handed_contract import MEDIA, PAIR
from tests.bot.leaving.full import farewells, going
from tests.fakes.faulty_http import Act
from tests.fakes.forem_server import API_KEY, SHOWN, ForemServer, forem_server
from tests.world import World, world_on

EDGE = "http://localhost:8484/media/"
DAY = timedelta(days=1)


@dataclass
class Town:
    world: World
    server: ForemServer
    account: Account
    fetched: list[str] = field(default_factory=list)

    @property
    def library(self) -> Library:
        world = self.world
        return Library(
            blobs=world.blobs,
            media=MediaStore(world.database),
            feed=world.feed,
            standing=StandingPictures(world.database),
            audit=world.audit,
            room=Room(world.database, world.folder),
            clock=world.clock,
        )

    async def approved(self, *media: Medium) -> Post:
        for data in PAIR:
            await self.world.blobs.put(data)
        draft = await self.world.draft(self.account, text="# Fresh bread\n\nFrom **six**.", media=media)
        return (await self.world.decide(draft)).posts[0]

    async def shown(self) -> list[bytes | None]:
        """What strangers get at the addresses of both pictures."""
        found = [await self.library.public("w_elsewhere", medium.sha256) for medium in MEDIA]
        return [each.data if each else None for each in found]

    def fetch(self, url: str) -> bytes | None:
        self.fetched.append(url)
        names = {f"{EDGE}{medium.sha256}.jpg": data for medium, data in zip(MEDIA, PAIR, strict=True)}
        return names.get(url)


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    async with (
        forem_server() as server,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as world,
    ):
        server.now = world.clock.now
        account = await world.connected("devto", "Velo", {"server": server.origin}, {"api_key": API_KEY})
        found = Town(world, server, account)
        server.pictures = found.fetch
        yield found


async def test_they_are_shown_from_the_first_attempt_until_the_article_is_taken_down(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        world, nothing = place.world, [None, None]
        post = await place.approved(*MEDIA)
        assert await place.shown() == nothing, "approved is not sent"
        place.server.plan.append(Act(429, (("Retry-After", "5"),), commits="never"))
        assert (await world.publish_due(post)).state is PostState.scheduled
        assert await place.shown() == list(PAIR), "its draft is there, and names them"
        world.clock.move(timedelta(minutes=2))
        await world.run_due()
        kept = await world.post(post)
        assert kept.receipt is not None and kept.receipt.compared == "same", kept.failure
        [entry] = place.server.public()
        assert SHOWN.findall(entry.fields["body_markdown"]) == [f"{EDGE}{medium.sha256}.jpg" for medium in MEDIA]
        assert entry.broken == [] and place.fetched

        world.clock.move(500 * DAY)
        retention = Retention(database, blobs=world.blobs, audit=world.audit, clock=world.clock)
        assert (await retention.retire())["posts"] == 1
        for _ in range(2):
            await retention.sweep()
            world.clock.move(30 * DAY)
        assert await place.shown() == list(PAIR), "its record is in the archive, and it stands there"
        await cast(Any, database.client).delete(*(keys.lookup("picture", medium.sha256) for medium in MEDIA))
        assert await place.shown() == nothing
        assert await StandingPictures(database).rebuild(world.ws) == 2 and await place.shown() == list(PAIR)

        await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
        assert place.server.public() == [] and await place.shown() == nothing


async def test_what_did_not_go_out_shows_nothing_and_what_others_show_stays(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        first, second = await place.approved(MEDIA[0]), await place.approved(MEDIA[0])
        assert (await place.world.publish_due(first)).state is PostState.published
        place.world.clock.move(timedelta(minutes=1))
        place.server.answers["GET /users/me"] = [(403, b"{}", ())]
        assert (await place.world.publish_due(second)).state is PostState.failed
        assert await place.shown() == [PAIR[0], None]
        await place.world.posts.take_down(place.world.ws, first.id, place.world.owner.id, "test")
        assert await place.shown() == [None, None], "the failed one shows none"


async def test_an_erased_draft_leaves_nothing_of_where_its_pictures_stood(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        world = place.world
        post = await place.approved(*MEDIA)
        await world.publish_due(post)
        erasing = Erasing(database, audit=world.audit, channels=world.channels, clock=world.clock)
        with pytest.raises(BadInput, match="still out"):
            await erasing.draft(world.ws, world.owner.id, post.draft)
        await world.posts.take_down(world.ws, post.id, world.owner.id, "test")
        await erasing.draft(world.ws, world.owner.id, post.draft)
        assert await StandingPictures(database).posts(world.ws) == frozenset()


async def test_they_end_with_the_brand_and_its_owner_is_told(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        world = place.world
        post = await place.approved(*MEDIA)
        await world.publish_due(post)
        assert await place.shown() == list(PAIR) and await ServedPlaces(database).claim(place.account)
        await farewells(world).ask(world.ws, world.owner.id, world.brand.id, world.brand.name, surface="test")
        world.clock.move(8 * DAY)
        await going(world).leave(world.ws, world.brand.id)
        gone = (await leaving_store(database).get(world.ws, world.brand.id)).record
        assert gone.state == "gone"
        [article, pictures] = [each for each in gone.leftovers if each.kind in ("post", "pictures")]
        assert (article.kind, pictures.kind) == ("post", "pictures") and article.url == pictures.url != ""
        assert await place.shown() == [None, None]
        every = [str(key) async for key in cast(Any, database.client).scan_iter(match="*")]
        assert not [key for key in every if re.search("standing|serves|" + MEDIA[0].sha256, key)]
