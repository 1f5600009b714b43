"""A Stable Diffusion web UI of one's own (Automatic1111, Forge): `--api`, then POST /sdapi/v1/txt2img

https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API . The model is a checkpoint's name; "default" leaves
the one that is loaded.
"""

from __future__ import annotations

from decimal import Decimal

from bot.artwork.makers.base import MOST_WORDS, Wanted, decoded, document, sides, unreadable
from bot.artwork.makers.calling import Caller

URL = "http://127.0.0.1:7860"
AVOID = "text, letters, watermark, logo, signature, blurry, deformed"


class Automatic1111Maker:
    price = Decimal(0)

    def __init__(self, caller: Caller, url: str, model: str) -> None:
        self._caller, self._url, self._model = caller, url, model

    @property
    def name(self) -> str:
        return f"automatic1111:{self._model}"

    async def make(self, wanted: Wanted) -> bytes:
        caller = self._caller
        width, height = sides(wanted, 1024 * 1024, 64)
        order: dict[str, object] = {
            "prompt": wanted.prompt[:MOST_WORDS],
            "negative_prompt": AVOID,
            "width": width,
            "height": height,
            "steps": 28,
            "seed": wanted.seed,
            "send_images": True,
            "save_images": False,
        }
        if self._model != "default":
            order |= {
                "override_settings": {"sd_model_checkpoint": self._model},
                "override_settings_restore_afterwards": True,
            }
        response = await caller.ask("POST", f"{self._url}/sdapi/v1/txt2img", json=order)
        if response.status_code >= 400:
            raise caller.wrong(response)
        pictures = document(caller.who, response.content).get("images")
        if not isinstance(pictures, list) or not pictures:
            raise unreadable(caller.who)
        return decoded(caller.who, pictures[0])
