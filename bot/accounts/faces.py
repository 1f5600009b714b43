"""How an account shows itself to whoever must say whether it is the right one: its profile's picture, safe to show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.base import Door

MOST_FACE_BYTES = 1_000_000
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
