"""Pictures and documents go up before the post, in the same three steps.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and …/shares/documents-api.
LinkedIn gives an address and an id, the bytes go there, and it works at them. What no post holds is nobody's, so
nothing here publishes anything.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import quote

import rfc8785

from bot.channels.answers import KEPT, document
from bot.channels.base import ChannelRefused, ProvenNotSent
from bot.channels.calling import harmless
from bot.channels.handed import Carries
from bot.channels.linkedin_api import Api, judged

POLL_SECONDS = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is uploaded: its place in the API, and how answers name it."""

    path: str
    name: str

    def names(self, urn: object) -> bool:
        return isinstance(urn, str) and bool(re.fullmatch(rf"urn:li:{self.name}:[A-Za-z0-9_-]{{1,100}}", urn))


IMAGES = Kind("/rest/images", "image")
DOCUMENTS = Kind("/rest/documents", "document")


async def upload(api: Api, owner: str, data: bytes, kind: Kind = IMAGES, carries: Carries | None = None) -> str:
    """The id of what was uploaded, ready to be posted. `carries`: of what is no picture as it was approved.

    Raises ChannelRefused when it is refused, ProvenNotSent when trying later may help.
    """
    wanted = rfc8785.dumps({"initializeUploadRequest": {"owner": owner}})
    answer = await api.before("POST", kind.path, params={"action": "initializeUpload"}, content=wanted)
    place = (document(answer) or {}).get("value")
    url, urn = (place.get("uploadUrl"), place.get(kind.name)) if isinstance(place, dict) else (None, None)
    if not isinstance(url, str) or not kind.names(urn):
        if kind is DOCUMENTS:
            raise ProvenNotSent(f"{api.name} does not say where the document goes.", kept=KEPT)
        raise ProvenNotSent(f"{api.name} does not say where the picture goes.", kept=KEPT)
    await harmless(lambda: api.put(url, data, carries), api.name, lambda said: judged(said, api.door))
    await _ready(api, str(urn), kind)
    return str(urn)


async def _ready(api: Api, urn: str, kind: Kind) -> None:
    """Until LinkedIn has worked at it. Where it may not be asked, the post itself is the question."""
    turn = 0
    while True:
        answer = await api.before("GET", f"{kind.path}/{quote(urn, safe='')}", forbidden=True)
        state = (document(answer) or {}).get("status")
        if answer.status_code == 403 or state == "AVAILABLE":
            return
        if state == "PROCESSING_FAILED":
            raise ChannelRefused(
                f"{api.name} cannot use the document." if kind is DOCUMENTS else f"{api.name} cannot use a picture.",
                code="picture",
                kept=KEPT,
                do_next="Choose another picture.",
            )
        await asyncio.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])  # the caller's deadline ends this
        turn += 1
