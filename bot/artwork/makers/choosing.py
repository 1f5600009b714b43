"""Which image model do the settings name? Built from them, each with its key and its address."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

import httpx2

from bot.artwork.makers import automatic1111, comfyui, gemini, openai, stability
from bot.artwork.makers.base import Maker
from bot.artwork.makers.calling import Caller
from bot.artwork.makers.prices import price_of

NAMES: Mapping[str, str] = {
    "openai": "OpenAI",
    "gemini": "Gemini",
    "stability": "Stability",
    "automatic1111": "Automatic1111",
    "comfyui": "ComfyUI",
}


def build_maker(
    setting: str,
    *,
    client: httpx2.AsyncClient,
    key: str = "",
    url: str = "",
    price: Decimal | None = None,
    patience_seconds: float = 120,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Maker:
    """The image model of a checked setting, provider:model. `client` dials safely and ends each exchange in time.

    Raises ValueError for a provider that is none.
    """
    provider, _, model = setting.partition(":")
    caller = Caller(NAMES.get(provider, provider), client, _headers(provider, key), pause)
    cost = price_of(setting, price)
    match provider:
        case "openai":
            return openai.OpenAIMaker(caller, url or openai.URL, model, cost)
        case "gemini":
            return gemini.GeminiMaker(caller, url or gemini.URL, model, cost)
        case "stability":
            return stability.StabilityMaker(caller, url or stability.URL, model, cost)
        case "automatic1111":
            return automatic1111.Automatic1111Maker(caller, url or automatic1111.URL, model)
        case "comfyui":
            return comfyui.ComfyUIMaker(caller, url or comfyui.URL, model, patience_seconds=patience_seconds)
    raise ValueError(f"no provider of pictures: {provider}")


def _headers(provider: str, key: str) -> dict[str, str]:
    if not key:
        return {}
    if provider == "gemini":
        return {"x-goog-api-key": key}
    if provider == "automatic1111" and ":" in key:  # --api-auth user:password
        return {"authorization": "Basic " + base64.b64encode(key.encode()).decode()}
    return {"authorization": f"Bearer {key}"}
