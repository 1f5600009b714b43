"""A picture that an image model makes for a draft: within its budget and its time, cleaned, and kept with its origin.

Whatever fails becomes a sentence: the draft goes on with a card.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import AdMindError, unexpected
from bot.words import noted
from storage.blobs.base import BlobStore
from storage.drafts import Brief, GeneratedPicture
from storage.media import MediaItem, MediaStore
from storage.picture_budget import PictureBudget
from storage.team import Brand

if TYPE_CHECKING:
    from bot.artwork.makers.base import Maker

INSTEAD = noted("A card was drawn instead.")


class Painter:
    """`maker` is called at the first picture and gives None without an image model; `seconds` end each picture."""

    def __init__(
        self,
        maker: Callable[[], Maker | None],
        *,
        budget: PictureBudget,
        blobs: BlobStore,
        media: MediaStore,
        clock: Clock,
        seconds: float,
    ) -> None:
        self._maker = maker
        self._budget = budget
        self._blobs = blobs
        self._media = media
        self._clock = clock
        self._seconds = seconds

    async def paint(
        self, brief: Brief, brand: Brand, size: tuple[int, int], *, alt: str, by: str, draft: str
    ) -> GeneratedPicture | str:
        """The picture, kept in the library; or a sentence why there is none."""
        try:
            return await self._painted(brief, brand, size, alt=alt, by=by, draft=draft)
        except AdMindError as error:
            return f"{error.sentence()} {INSTEAD}"
        except Exception as error:
            return f"{unexpected(error, 'making the picture').what} {INSTEAD}"

    async def _painted(
        self, brief: Brief, brand: Brand, size: tuple[int, int], *, alt: str, by: str, draft: str
    ) -> GeneratedPicture:
        maker = self._maker()
        if maker is None:
            raise AdMindError("No image model is set up here.", do_next="An owner can set ADMIND_IMAGE_MODEL.")
        from bot.artwork.fit import AI_IMAGE, picture_hash  # noqa: PLC0415 - loads numpy and Pillow
        from bot.artwork.makers.base import NotCharged, Wanted  # noqa: PLC0415
        from bot.artwork.picture import PictureRefused  # noqa: PLC0415
        from bot.artwork.uploads import clean  # noqa: PLC0415
        from bot.drafting.picturing import prompt_for  # noqa: PLC0415

        prompt, stamp = prompt_for(brief, brand)
        aside = await self._budget.set_aside(brand.workspace, maker.price)
        try:
            async with asyncio.timeout(self._seconds):
                data = await maker.make(Wanted(prompt, *size, seed=_seed(draft, self._clock.now())))
        except TimeoutError:
            raise AdMindError(f"The image model took longer than {self._seconds:.0f} seconds.") from None
        except NotCharged:
            await self._budget.give_back(aside)
            raise
        try:
            picture = await clean(data)
        except PictureRefused as refused:
            raise AdMindError("What the image model sent can't be used.", kept=refused.what) from refused
        now, sha256 = self._clock.now(), await self._blobs.put(picture.data)
        await self._media.put(
            MediaItem(
                sha256=sha256,
                workspace=brand.workspace,
                brand=brand.id,
                mime=picture.mime,
                size=len(picture.data),
                width=picture.width,
                height=picture.height,
                alt=alt,
                source="generated",
                made_by=by,
                from_draft=draft,
                picture_hash=f"{picture_hash(picture.data):016x}",
                created_at=now,
                digital_source=AI_IMAGE,
                made_with=maker.name,
            )
        )
        return GeneratedPicture(
            sha256=sha256,
            model=maker.name,
            prompt=prompt,
            prompt_stamp=stamp,
            price=f"{maker.price.normalize():f}" if maker.price else "",
            at=now,
        )


def _seed(draft: str, now: datetime) -> int:
    """Another for every picture, and known from what the draft records; 32 bits, which all servers take."""
    return zlib.crc32(f"{draft} {now.isoformat()}".encode())
