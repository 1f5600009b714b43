"""How an account shows itself to whoever must say whether it is the right one: its profile's picture, safe to show."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from bot.channels.base import Door
from bot.errors import AdMindError

log = logging.getLogger(__name__)

MOST_FACE_BYTES = 1_000_000
SIDE = 144  # pixels: three for each that the largest preview shows
FACES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


@dataclass(frozen=True, slots=True)
class Face:
    """A profile's picture, in a form that a browser cannot take for anything else."""

    data: bytes
    mime: str


async def face_at(door: Door, address: str) -> Face | None:
    """The picture at the address that a channel told; None when there is none that can be shown."""
    if not address:
        return None
    try:
        answer = await door.request("GET", address, headers={"accept": "image/*"})
    except Exception:  # whatever kept the picture away: nothing depends on it
        return None
    data = answer.content if answer.status_code == 200 else b""
    mime = next((mime for start, mime in FACES.items() if data.startswith(start)), "")
    return Face(data, mime) if mime and len(data) <= MOST_FACE_BYTES else None


class Keeper(Protocol):
    async def put(self, data: bytes) -> str:
        """Keep it; its SHA-256. Raises AdMindError."""
        ...


async def kept(face: Face | None, keeper: Keeper) -> str:
    """The SHA-256 of a copy of our own, decoded and drawn anew; empty where there is none to be had."""
    from bot.artwork.uploads import portrait  # noqa: PLC0415 - loads numpy and Pillow

    if face is None:
        return ""
    try:
        return await keeper.put(await asyncio.to_thread(portrait, face.data, SIDE))
    except AdMindError:  # a picture that is none, or no room: nothing depends on it
        log.info("a profile's picture was not kept", exc_info=True)
        return ""
