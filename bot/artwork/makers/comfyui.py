"""A ComfyUI of one's own: a workflow is queued, looked after until it ended, and its picture fetched.

POST /prompt, GET /history/{id}, GET /view: https://docs.comfy.org/development/comfyui-server/comms_routes . The
model is a checkpoint's file name, which stands in the plainest workflow for it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from bot.artwork.makers.automatic1111 import AVOID
from bot.artwork.makers.base import MOST_WORDS, TYPES, MakingFailed, Wanted, document, sides, unreadable
from bot.artwork.makers.calling import Caller

URL = "http://127.0.0.1:8188"
LOOK_SECONDS: Final = 1.0


class ComfyUIMaker:
    price = Decimal(0)

    def __init__(self, caller: Caller, url: str, model: str, *, patience_seconds: float = 120) -> None:
        self._caller, self._url, self._model = caller, url, model
        self._looks = max(1, round(patience_seconds / LOOK_SECONDS))

    @property
    def name(self) -> str:
        return f"comfyui:{self._model}"

    async def make(self, wanted: Wanted) -> bytes:
        caller = self._caller
        response = await caller.ask("POST", f"{self._url}/prompt", json={"prompt": workflow(self._model, wanted)})
        if response.status_code >= 400:
            raise caller.wrong(response)
        job = document(caller.who, response.content).get("prompt_id")
        if not isinstance(job, str) or not job:
            raise unreadable(caller.who)
        where = await self._done(job)
        query = {name: str(where.get(name, "")) for name in ("filename", "subfolder", "type")}
        picture = await caller.ask("GET", f"{self._url}/view", params=query)
        kind = picture.headers.get("content-type", "").partition(";")[0].strip().lower()
        if picture.status_code >= 400 or kind not in TYPES:
            raise unreadable(caller.who)
        return picture.content

    async def _done(self, job: str) -> dict[str, Any]:
        """Where the picture lies once the job has ended. Raises MakingFailed."""
        caller = self._caller
        for _ in range(self._looks):
            response = await caller.ask("GET", f"{self._url}/history/{quote(job, safe='')}")
            entry = document(caller.who, response.content).get(job) if response.status_code < 400 else None
            if isinstance(entry, dict):
                status = entry.get("status")
                if isinstance(status, dict) and status.get("status_str") == "error":
                    raise MakingFailed(
                        f"{caller.who} could not make the picture.",
                        do_next="Look into its log; often the checkpoint is missing or its memory is full.",
                    )
                found = _first_picture(entry)
                if found is not None:
                    return found
                if isinstance(status, dict) and status.get("completed"):
                    raise unreadable(caller.who)
            await caller.pause(LOOK_SECONDS)
        raise MakingFailed(
            f"{caller.who} took too long for the picture.", do_next="Try again later, or choose a smaller model."
        )


def _first_picture(entry: dict[str, Any]) -> dict[str, Any] | None:
    outputs = entry.get("outputs")
    for output in outputs.values() if isinstance(outputs, dict) else ():
        pictures = output.get("images") if isinstance(output, dict) else None
        for each in pictures if isinstance(pictures, list) else ():
            if isinstance(each, dict) and isinstance(each.get("filename"), str):
                return each
    return None


def workflow(checkpoint: str, wanted: Wanted) -> dict[str, Any]:
    """The plainest text-to-image workflow in ComfyUI's API format."""
    width, height = sides(wanted, 1024 * 1024, 64)
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": wanted.prompt[:MOST_WORDS], "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": AVOID, "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": width, "height": height, "batch_size": 1}},
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
                "seed": wanted.seed, "steps": 28, "cfg": 6.5, "sampler_name": "euler", "scheduler": "normal",
                "denoise": 1.0,
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "PreviewImage", "inputs": {"images": ["6", 0]}},
    }  # fmt: skip
