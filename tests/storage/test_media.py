"""A brand's pictures are its own, newest first."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from storage.media import MediaItem, MediaStore
from storage.redis import Database

START = datetime(2026, 1, 1, tzinfo=UTC)


def picture(number: int, brand: str = "b_1") -> MediaItem:
    return MediaItem(
        sha256=hashlib.sha256(bytes([number])).hexdigest(),
        workspace="w_1",
        brand=brand,
        mime="image/png",
        size=10,
        width=1,
        height=1,
        alt=f"Picture {number}",
        source="upload",
        picture_hash="00ff",
        created_at=START + timedelta(minutes=number),
    )


async def test_pictures_are_listed_newest_first_and_by_brand(database: Database) -> None:
    media = MediaStore(database)
    for number in range(6):
        await media.put(picture(number, brand=f"b_{number % 2}"))
    alts = [item.alt for item in await media.list("w_1", "b_1", limit=2)]
    assert alts == ["Picture 5", "Picture 3"]
    older = await media.list("w_1", "b_1", before=START + timedelta(minutes=3))
    assert [item.alt for item in older] == ["Picture 1"]
    assert len(await media.list("w_1")) == 6
    assert await media.list("w_2", "b_1") == ()


async def test_a_brand_does_not_see_anothers_picture(database: Database) -> None:
    media, item = MediaStore(database), picture(1)
    await media.put(item)
    assert await media.get("w_1", "b_1", item.sha256) == item
    assert await media.get("w_1", "b_2", item.sha256) is None
    assert await media.get("w_2", "b_1", item.sha256) is None
    assert await media.delete("w_1", "b_1", item.sha256)
    assert await media.list("w_1") == ()
    assert not await media.delete("w_1", "b_1", item.sha256)
