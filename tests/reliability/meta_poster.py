"""A process that publishes one post to a channel of Meta's, to be killed: the real publisher on a given database.

python -m tests.reliability.meta_poster URL FOLDER PORT POST
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.channels.base import Channel
from bot.channels.registry import DEFAULT, Platforms, build_channels
from storage.feed import FeedStore
from storage.redis import Database, connect
from tests.fakes.meta_server import SECRET
from tests.world import world_on


def channels_at(origin: str, database: Database) -> Mapping[str, Channel]:
    """All channels, with Meta's at one server."""
    threads = dataclasses.replace(DEFAULT.threads, api=origin, web=origin)
    facebook = dataclasses.replace(DEFAULT.facebook, api=origin, web=origin, client_secret=SECRET)
    instagram = dataclasses.replace(DEFAULT.instagram, api=origin, web=origin)
    platforms = Platforms(threads=threads, facebook=facebook, instagram=instagram)
    return build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=platforms)


async def post_once(url: str, folder: Path, port: str, post_id: str) -> None:
    async with connect(url) as database:
        channels = channels_at(f"http://127.0.0.1:{port}", database)
        hosts = frozenset({f"127.0.0.1:{port}"})
        async with world_on(database, folder, allow_hosts=hosts, worker="poster", channels=channels) as world:
            kept = await world.kept_posts.get(world.ws, post_id)
            await world.publish_due(kept.record)


if __name__ == "__main__":
    asyncio.run(post_once(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
