"""OpenAI's image models, and servers that speak the same: https://platform.openai.com/docs/api-reference/images/create

The GPT image models always answer in base64 and refuse `response_format`; sides are multiples of 16.
"""

from __future__ import annotations

from decimal import Decimal

from bot.artwork.makers.base import MOST_WORDS, Wanted, decoded, document, nearest, refused, unreadable
from bot.artwork.makers.calling import Caller

URL = "https://api.openai.com/v1"
_SIZES = {"1024x1024": 1.0, "1536x1024": 1.5, "1024x1536": 1024 / 1536}
_CONTENT = frozenset({"moderation_blocked", "content_policy_violation", "content_filter", "safety_violations"})


class OpenAIMaker:
    def __init__(self, caller: Caller, url: str, model: str, price: Decimal) -> None:
        self._caller, self._url, self._model = caller, url, model
        self.price = price

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def make(self, wanted: Wanted) -> bytes:
        caller = self._caller
        response = await caller.ask(
            "POST",
            f"{self._url}/images/generations",
            json={
                "model": self._model,
                "prompt": wanted.prompt[:MOST_WORDS],
                "size": nearest(wanted.ratio, _SIZES),
                "n": 1,
                "output_format": "png",
            },
        )
        answer = document(caller.who, response.content)
        if response.status_code >= 400:
            error = answer.get("error")
            code = error.get("code") if isinstance(error, dict) else None
            raise refused(caller.who) if code in _CONTENT else caller.wrong(response)
        pictures = answer.get("data")
        if not isinstance(pictures, list) or not pictures or not isinstance(pictures[0], dict):
            raise unreadable(caller.who)
        return decoded(caller.who, pictures[0].get("b64_json"))
