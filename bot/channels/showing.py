"""Where platforms show pictures, and how these are fetched: with a size of their own, and without our access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.base import Door

FAIR_WIDTH = 320  # pixels: enough to know a picture again


async def fetched(address: str, most_bytes: int, door: Door, headers: Mapping[str, str] | None = None) -> bytes | None:
    """What lies at an address that a platform gave; None where it does not answer with it. No redirect is followed.

    Raises as `Door.request`, also for more than `most_bytes`.
    """
    answer = await door.request("GET", address, headers=dict(headers or {}), extensions={"max_bytes": most_bytes})
    return bytes(answer.content) if answer.status_code == 200 else None


def small(sizes: Sequence[Mapping[str, Any]], width: str, address: str) -> object:
    """The address of the smallest that can be judged, else of the widest; None for no sizes."""
    known = sorted((each for each in sizes if isinstance(each.get(width), int)), key=lambda each: int(each[width]))
    fair = [each for each in known if each[width] >= FAIR_WIDTH] or known[-1:]
    return fair[0].get(address) if fair else None
