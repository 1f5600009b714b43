"""Gemini's image models: `generateContent` with image modality, https://ai.google.dev/gemini-api/docs/image-generation

A refusal comes as a good answer without a picture: `promptFeedback.blockReason`, or a candidate whose `finishReason` is
IMAGE_SAFETY and the like, https://ai.google.dev/api/generate-content#FinishReason
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from bot.artwork.makers.base import MOST_WORDS, Wanted, decoded, document, nearest, refused, unreadable
from bot.artwork.makers.calling import Caller

URL = "https://generativelanguage.googleapis.com"
_SHAPES = {
    f"{wide}:{high}": wide / high
    for wide, high in ((1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 4), (9, 16), (16, 9))
}
_CONTENT = frozenset(
    {"SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION",
     "IMAGE_RECITATION", "SPII", "IMAGE_OTHER", "NO_IMAGE"}
)  # fmt: skip


class GeminiMaker:
    def __init__(self, caller: Caller, url: str, model: str, price: Decimal) -> None:
        self._caller, self._url, self._model = caller, url, model
        self.price = price

    @property
    def name(self) -> str:
        return f"gemini:{self._model}"

    async def make(self, wanted: Wanted) -> bytes:
        caller = self._caller
        response = await caller.ask(
            "POST",
            f"{self._url}/v1beta/models/{quote(self._model, safe='')}:generateContent",
            json={
                "contents": [{"parts": [{"text": wanted.prompt[:MOST_WORDS]}]}],
                "generationConfig": {
                    "responseModalities": ["IMAGE"],
                    "imageConfig": {"aspectRatio": nearest(wanted.ratio, _SHAPES)},
                },
            },
        )
        if response.status_code >= 400:
            raise caller.wrong(response)
        answer = document(caller.who, response.content)
        feedback = answer.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            raise refused(caller.who)
        candidates = answer.get("candidates")
        for candidate in candidates if isinstance(candidates, list) else ():
            if not isinstance(candidate, dict):
                continue
            found = _picture(candidate)
            if found is not None:
                return decoded(caller.who, found)
            if candidate.get("finishReason") in _CONTENT:
                raise refused(caller.who)
        raise unreadable(caller.who)


def _picture(candidate: dict[str, Any]) -> object:
    """The first picture's base64 text; None where there is none."""
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else ():
        inline = part.get("inlineData") if isinstance(part, dict) else None
        if isinstance(inline, dict) and str(inline.get("mimeType", "")).startswith("image/"):
            return inline.get("data")
    return None
