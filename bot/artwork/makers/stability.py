"""Stability's image models: https://platform.stability.ai/docs/api-reference#tag/Generate

A multipart form, answered with the picture itself. A 403 is a refusal of the content (`content_moderation`), and the
header `finish-reason: CONTENT_FILTERED` says that the picture came blurred.
"""

from __future__ import annotations

from decimal import Decimal

from bot.artwork.makers.base import MOST_WORDS, TYPES, MakingFailed, Wanted, document, nearest, refused, unreadable
from bot.artwork.makers.calling import Caller

URL = "https://api.stability.ai"
_SHAPES = {
    f"{wide}:{high}": wide / high
    for wide, high in ((1, 1), (2, 3), (3, 2), (4, 5), (5, 4), (9, 16), (16, 9), (9, 21), (21, 9))
}
_PATHS = {"stable-image-core": "core", "core": "core", "stable-image-ultra": "ultra", "ultra": "ultra"}


class StabilityMaker:
    def __init__(self, caller: Caller, url: str, model: str, price: Decimal) -> None:
        self._caller, self._url, self._model = caller, url, model
        self.price = price

    @property
    def name(self) -> str:
        return f"stability:{self._model}"

    async def make(self, wanted: Wanted) -> bytes:
        caller, path = self._caller, _PATHS.get(self._model, "sd3")
        form = {
            "prompt": wanted.prompt[:MOST_WORDS],
            "aspect_ratio": nearest(wanted.ratio, _SHAPES),
            "output_format": "png",
        } | ({"model": self._model} if path == "sd3" else {})
        response = await caller.ask(
            "POST",
            f"{self._url}/v2beta/stable-image/generate/{path}",
            files={name: (None, value.encode()) for name, value in form.items()},
            headers={"accept": "image/*"},
        )
        if response.status_code >= 400:
            try:
                name = document(caller.who, response.content).get("name")
            except MakingFailed:
                name = None
            raise refused(caller.who) if name == "content_moderation" else caller.wrong(response)
        if response.headers.get("finish-reason", "").upper() == "CONTENT_FILTERED":
            raise refused(caller.who)
        if response.headers.get("content-type", "").partition(";")[0].strip().lower() not in TYPES:
            raise unreadable(caller.who)
        return response.content
