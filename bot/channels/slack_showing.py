"""Where Slack shows an uploaded picture: to whoever is in the workspace, so its bot brings its token along.

https://docs.slack.dev/reference/objects/file-object: `thumb_360` and larger keep the picture's shape, smaller ones are
cut to squares; a picture below such a size has none of it. Reading them takes `files:read`, which uploading takes too.
"""

from __future__ import annotations

from bot.channels.answers import web
from bot.channels.slack_api import Api
from bot.errors import AdMindError

SIZES = ("thumb_720", "thumb_480", "thumb_360", "url_private")


async def address_of(api: Api, file: str) -> str:
    """Where the file is shown, best in small; "" where Slack does not say it."""
    try:
        said = (await api.read("files.info", file=file)).get("file") if file else None
    except AdMindError:  # the words can be compared without it
        return ""
    return next((web(said[name]) for name in SIZES if said.get(name)), "") if isinstance(said, dict) else ""
