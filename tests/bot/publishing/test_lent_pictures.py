"""A post to Instagram whose pictures Instagram fetches from the bucket, by addresses that are signed and end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from bot.channels.base import Content, Problem
from bot.channels.platform import INSTAGRAM
from bot.channels.registry import Platforms, build_channels
from storage import keys
from storage.accounts import Account
from storage.blobs.address import BucketAddress
from storage.blobs.base import name_of, place_of
from storage.blobs.bucket import BucketBlobs, Patience
from storage.feed import FeedStore
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.bot.channels.benches import blank_account
from tests.fakes.faulty_http import Act as Answered
from tests.fakes.instagram_server import InstagramServer, instagram_server
from tests.fakes.meta_server import asked_in
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, Act, S3Server, fetched, s3_server
from tests.world import World, world_on

PUBLIC = "https://pictures.velo.example"
QUICK = Patience(read_seconds=2, quiet_seconds=0.5, pauses=(0.01,))
JPEGS = (b"\xff\xd8\xff\xe0" + bytes(range(200)), b"\xff\xd8\xff\xe1" + bytes(range(100)))


@dataclass
class Town:
    world: World
    instagram: InstagramServer
    bucket: S3Server
    account: Account
    blobs: BucketBlobs
    asked: list[str] = field(default_factory=list)  # addresses that Instagram fetched

    async def approved(self, *jpegs: bytes) -> Post:
        media = [await self._kept(jpeg, number) for number, jpeg in enumerate(jpegs)]
        draft = await self.world.draft(self.account, text="Fresh bread from six. #bread", media=tuple(media))
        return (await self.world.decide(draft)).posts[0]

    async def _kept(self, jpeg: bytes, number: int) -> Medium:
        sha256 = await self.blobs.put(jpeg)
        return Medium(sha256=sha256, mime="image/jpeg", size=len(jpeg), width=1080, height=1080, alt=f"Bread {number}")

    def fetch(self, url: str) -> bytes | None:
        """As Meta does: whatever is no picture by its type is no picture."""
        if urlsplit(url).netloc != urlsplit(PUBLIC).netloc:
            return None
        self.asked.append(url)
        status, body, kind = fetched(self.bucket, url)
        return body if status == 200 and kind == "image/jpeg" else None

    async def shown_on_the_edge(self, *jpegs: bytes) -> list[object]:
        names = [keys.shown(self.world.ws, name_of(jpeg)) for jpeg in jpegs]
        return [found for name in names if (found := await self.world.database.client.get(name))]


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    with s3_server() as bucket:
        blobs = BucketBlobs(
            BucketAddress.parse(f"{bucket.url}&public={PUBLIC}"), ACCESS_KEY, SECRET_KEY, patience=QUICK
        )
        try:
            async with instagram_server() as server:
                platform = replace(INSTAGRAM, api=server.origin, web=server.origin)
                channels = build_channels(
                    FeedStore(database),
                    base_url="http://localhost:8484",
                    platforms=Platforms(instagram=platform),
                    lent_from=blobs.origin,
                )
                async with world_on(
                    database,
                    folder,
                    allow_hosts=frozenset({f"127.0.0.1:{server.port}"}),
                    channels=channels,
                    blobs=blobs,
                    lends=blobs,
                ) as world:
                    server.now = world.clock.now
                    account = await world.connected("instagram", "Velo", {}, {"access_token": server.token_for("velo")})
                    found = Town(world, server, bucket, account, blobs)
                    server.pictures = found.fetch
                    yield found
        finally:
            blobs.close()


async def test_a_carousel_goes_out_with_pictures_of_the_bucket_and_nothing_opens_on_the_edge(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(*JPEGS)
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.compared == "same"
        assert place.instagram.stands() == [("Fresh bread from six. #bread", ["Bread 0", "Bread 1"])]
        assert len(place.asked) == len(set(place.asked)) == 2
        assert await place.shown_on_the_edge(*JPEGS) == []
        for url, jpeg in zip(place.asked, JPEGS, strict=True):
            assert fetched(place.bucket, url)[:2] == (200, jpeg)
            assert fetched(place.bucket, url.partition("?")[0])[0] == 403
        place.bucket.now = lambda: datetime.now(UTC) + timedelta(hours=1, seconds=1)
        assert [fetched(place.bucket, url)[0] for url in place.asked] == [403, 403], "they end"


async def test_nothing_of_the_address_is_kept_or_told(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(JPEGS[0])
        kept = await place.world.publish_due(post)
        sealed = place.bucket.objects[place_of(post.payload)].decode()
        told = kept.model_dump_json() + sealed + "".join([n.model_dump_json() for n in await place.world.notices()])
        assert "X-Amz" not in told and urlsplit(PUBLIC).netloc not in told


async def test_another_attempt_gets_another_address(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(JPEGS[0])
        place.instagram.plan.append(Answered(429, (("Retry-After", "5"),), commits="never"))
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        place.world.clock.move(timedelta(minutes=2))
        place.bucket.now = lambda: datetime.now(UTC) + timedelta(seconds=1)
        await place.world.run_due()
        assert (await place.world.post(post)).state is PostState.published and len(place.instagram.posts) == 1
        made = [
            asked_in(seen)["image_url"]
            for seen in place.instagram.seen
            if seen.path.endswith("/media") and seen.method == "POST"
        ]
        assert len(made) == 2


async def test_bytes_that_changed_in_the_bucket_are_never_lent(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(JPEGS[0])
        (where,) = [name for name, data in place.bucket.objects.items() if data == JPEGS[0]]
        place.bucket.objects[where] = JPEGS[1]
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "picture"
        assert place.asked == [] and place.instagram.posts == []


async def test_a_bucket_that_is_away_only_puts_the_post_off(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(JPEGS[0])
        place.bucket.always = Act(code="SlowDown")
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        place.bucket.always = None
        place.world.clock.move(timedelta(minutes=3))
        await place.world.run_due()
        assert (await place.world.post(post)).state is PostState.published and len(place.instagram.posts) == 1


async def test_a_bucket_that_meta_is_refused_by_is_a_clear_no(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.approved(JPEGS[0])
        place.instagram.pictures = lambda url: place.fetch(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "picture"
        assert "admind doctor" in kept.failure.sentence and place.instagram.posts == []


def test_a_bucket_inside_the_network_is_a_problem_before_approval() -> None:
    assert _problems("http://10.0.0.5:9000") == ["public_address"] and _problems("http://minio:9000") == [
        "public_address"
    ]
    assert _problems("https://s3.eu-1.amazonaws.com") == []


def _problems(lent_from: str) -> list[str]:
    channels = build_channels(cast(FeedStore, None), base_url="http://localhost:8484", lent_from=lent_from)
    found: list[Problem] = []
    medium = Medium(sha256="ab" * 32, mime="image/jpeg", size=10, width=1080, height=1080)
    for name in ("instagram", "threads"):
        account = blank_account(name)
        channel = channels[name]
        found += channel.validate(channel.build(Content(text="Velo", media=(medium,)), account), account)
    return sorted({each.rule for each in found})
