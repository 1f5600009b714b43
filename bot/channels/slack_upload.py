"""Pictures go up before the post: https://docs.slack.dev/messaging/working-with-files#upload.

Three calls: an address, the bytes there, and that they are complete. Without a room the file is nobody's but the bot's
until a message shows it, so nothing here publishes anything. Slack looks at it for a while; until it knows what kind of
file it is, a message that shows it is refused (https://github.com/slackapi/node-slack-sdk/issues/2170), so AdMind asks.
"""

from __future__ import annotations

import asyncio

from bot.channels.answers import KEPT
from bot.channels.base import ChannelRefused, ProvenNotSent
from bot.channels.slack_api import Api, file_in
from storage.sealed import Medium

POLL_SECONDS = (0.2, 0.3, 0.5, 1.0, 1.0, 2.0)
SUFFIX = {"image/jpeg": "jpg", "image/png": "png"}


async def upload(api: Api, medium: Medium) -> str:
    """The id of the uploaded picture, ready to be shown.

    Raises ChannelRefused when it is refused or is taken for something else, ProvenNotSent when trying later may help.
    """
    data = await api.door.blob(medium.sha256)
    name = f"{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}"
    asked = {"filename": name, "length": str(len(data)), "alt_txt": medium.alt.strip()}
    place = await api.read("files.getUploadURLExternal", **asked)
    url, file = place.get("upload_url"), file_in(place.get("file_id"))
    if not isinstance(url, str) or not file:
        raise ProvenNotSent(f"{api.name} does not say where the picture shall go.", kept=KEPT)
    await api.put(url, data)
    api.door.named(medium, file)
    await api.made("files.completeUploadExternal", {"files": [{"id": file, "title": name}]})
    turn = 0
    while not (kind := await _kind(api, file)):
        await asyncio.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])  # the caller's deadline ends this
        turn += 1
    if kind != medium.mime:
        raise ChannelRefused(
            f"{api.name} takes the picture for something else than it is.",
            code="picture",
            kept=KEPT,
            do_next="Use another picture.",
        )
    return file


async def _kind(api: Api, file: str) -> str:
    """Its MIME type, "" while Slack does not know it."""
    found = (await api.read("files.info", file=file)).get("file")
    return str(found.get("mimetype") or "") if isinstance(found, dict) else ""
