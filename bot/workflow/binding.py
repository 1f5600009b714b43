"""A document that pictures become is signed and kept before anybody approves it: no signature can be made again.

Without a signer no file is kept: the same pictures make the same document when it is sent.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from bot.channels.base import Documents, Door
from bot.errors import AdMindError
from storage.blobs.base import BlobStore
from storage.sealed import SealedPayload

if TYPE_CHECKING:
    from bot.artwork.provenance import Signer

log = logging.getLogger(__name__)
PDF: Final = "application/pdf"


class Binder:
    def __init__(self, blobs: BlobStore, signer: Signer) -> None:
        self._blobs = blobs
        self._signer = signer

    async def bound(
        self, payload: SealedPayload, channel: Documents, door: Door, was: SealedPayload | None
    ) -> SealedPayload:
        """The payload with its signed document. One of the same pages as before keeps its file, so that nobody has to
        approve it again. What cannot be signed stays as it is: its pages say so of themselves.
        """
        if was is not None and channel.file_of(was) and _pages(was) == _pages(payload):
            return channel.with_file(payload, channel.file_of(was))
        try:
            signed = await self._signed(await channel.document(payload, door), payload)
        except AdMindError as error:
            log.warning("document_unsigned account=%s why=%s", payload.account, error.what)
            return payload
        return channel.with_file(payload, await self._blobs.put(signed))

    async def _signed(self, data: bytes, payload: SealedPayload) -> bytes:
        from bot.artwork.fit import AI_BACKGROUND, CARD, UPLOAD  # noqa: PLC0415 - loads numpy and Pillow
        from bot.artwork.picture import Picture  # noqa: PLC0415
        from bot.artwork.provenance import sign_picture  # noqa: PLC0415

        origins = {medium.source for part in payload.parts for medium in part.media}
        source = AI_BACKGROUND if "generated" in origins else CARD if origins == {"card"} else UPLOAD
        bare = Picture(data, PDF, 0, 0)
        return (await asyncio.to_thread(sign_picture, bare, source=source, signer=self._signer)).data


def _pages(payload: SealedPayload) -> tuple[object, ...]:
    """All that goes into the document."""
    return payload.parts[0].media, payload.extra.get("document"), payload.language
