"""Pictures go up before the post: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api.

Three steps: LinkedIn gives an address and an id, the bytes go there, and it works at them. What no post holds is
nobody's, so nothing here publishes anything.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

import rfc8785

from bot.channels.answers import KEPT, document
from bot.channels.base import ChannelRefused, ProvenNotSent
from bot.channels.calling import harmless
from bot.channels.linkedin_api import Api, judged
from storage.sealed import Medium

POLL_SECONDS = (0.2, 0.5, 1.0, 2.0)
_IMAGE = re.compile(r"urn:li:image:[A-Za-z0-9_-]{1,100}")


async def upload(api: Api, owner: str, medium: Medium) -> str:
    """The id of the uploaded picture, ready to be posted.

    Raises ChannelRefused when it is refused, ProvenNotSent when trying later may help.
    """
    data = await api.door.blob(medium.sha256)
    wanted = rfc8785.dumps({"initializeUploadRequest": {"owner": owner}})
    answer = await api.before("POST", "/rest/images", params={"action": "initializeUpload"}, content=wanted)
    place = (document(answer) or {}).get("value")
    url, image = (place.get("uploadUrl"), place.get("image")) if isinstance(place, dict) else (None, None)
    if not isinstance(url, str) or not isinstance(image, str) or not _IMAGE.fullmatch(image):
        raise ProvenNotSent(f"{api.name} does not say where the picture goes.", kept=KEPT)
    await harmless(lambda: api.put(url, data), api.name, lambda said: judged(said, api.door))
    await _ready(api, image)
    return image


async def _ready(api: Api, image: str) -> None:
    """Until LinkedIn has worked at it. Where it may not be asked, the post itself is the question."""
    turn = 0
    while True:
        answer = await api.before("GET", f"/rest/images/{quote(image, safe='')}", forbidden=True)
        state = (document(answer) or {}).get("status")
        if answer.status_code == 403 or state == "AVAILABLE":
            return
        if state == "PROCESSING_FAILED":
            raise ChannelRefused(
                f"{api.name} cannot use a picture.", code="picture", kept=KEPT, do_next="Choose another picture."
            )
        await asyncio.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])  # the caller's deadline ends this
        turn += 1
