"""A process that publishes one post to Bluesky, to be killed: the real publisher on a given database and clock.

python -m tests.reliability.bluesky_poster URL FOLDER PORT POST
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from storage.redis import connect
from tests.world import world_on


async def post_once(url: str, folder: Path, port: str, post_id: str) -> None:
    async with (
        connect(url) as database,
        world_on(database, folder, allow_hosts=frozenset({f"127.0.0.1:{port}"}), worker="poster") as world,
    ):
        kept = await world.kept_posts.get(world.ws, post_id)
        await world.publish_due(kept.record)


if __name__ == "__main__":
    asyncio.run(post_once(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
