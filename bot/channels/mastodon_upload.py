"""Pictures go up before the status: https://docs.joinmastodon.org/methods/media/#v2.

A server may say 202 and go on working at it; then /api/v1/media/:id answers 206 until it is done. Uploads that no
status holds are nobody's and are cleared away there, so nothing here publishes anything.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.channels.answers import document
from bot.channels.base import ChannelRefused
from bot.channels.mastodon_api import KEPT, Api, name_of
from storage.sealed import Medium

POLL_SECONDS = (0.3, 0.5, 1.0, 1.0, 2.0)
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


async def upload(api: Api, medium: Medium) -> str:
    """The id of the uploaded picture, ready to be posted.

    Raises ChannelRefused when it is refused or its alt text is lost, ProvenNotSent when trying later may help.
    """
    data = await api.door.blob(medium.sha256)
    file = (f"{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}", data, medium.mime)
    fields = {"description": medium.alt} if medium.alt else {}
    answer = await api.before("POST", "/api/v2/media", files={"file": file}, data=fields)
    said = document(answer) or {}
    found = name_of(str(said.get("id") or ""))
    api.door.named(medium, found)
    turn = 0
    while answer.status_code in (202, 206):
        await asyncio.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])  # the caller's deadline ends this
        turn += 1
        answer = await api.before("GET", f"/api/v1/media/{found}")
        said = document(answer) or {}
    _keeps_alt(api, said, medium)
    return found


def _keeps_alt(api: Api, said: dict[str, Any], medium: Medium) -> None:
    """What was approved has this alt text: a picture that lost it is not what was approved."""
    if medium.alt and str(said.get("description") or "").strip() != medium.alt.strip():
        raise ChannelRefused(
            f"{api.name} did not keep the picture's alt text as it was approved.",
            code="alt",
            kept=KEPT,
            do_next="Shorten the alt text, and have it approved again.",
        )
