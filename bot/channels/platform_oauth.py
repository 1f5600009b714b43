"""OAuth at a platform that has one address for everybody, where AdMind is known by an app of the settings."""

from __future__ import annotations

import base64
from urllib.parse import quote

from bot.channels.oauth import App, Request
from bot.channels.platform import Platform


class PlatformOAuth:
    """What such an `OAuthServer` says of its app; the origin is the platform's, whatever is given.

    `setting` is how the app's settings begin: "ADMIND_X".
    """

    def __init__(self, platform: Platform, setting: str) -> None:
        self._platform = platform
        self._setting = setting

    def origin_of(self, given: str) -> str:
        return self._platform.api

    async def register(self, request: Request, origin: str, redirect: str) -> App:
        """Raises BadInput where the settings name no app."""
        return self._platform.app(redirect, self._setting)

    async def knows(self, request: Request, origin: str, app: App) -> bool:
        return self._platform.knows(app)


def asked(app: App, state: str) -> dict[str, str]:
    """What people are sent there with."""
    return {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect,
        "scope": app.scope,
        "state": state,
    }


def client_of(app: App) -> dict[str, str]:
    """AdMind's id and secret as fields."""
    return {"client_id": app.client_id, "client_secret": app.client_secret}


def basic(app: App) -> dict[str, str]:
    """AdMind's id and secret as HTTP Basic."""
    pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"  # RFC 6749 §2.3.1
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
