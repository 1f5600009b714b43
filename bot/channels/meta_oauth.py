"""OAuth at Threads and Instagram: https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions
and https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login.

The state and the app's secret protect: neither offers PKCE. A code gives an access of one hour, which is traded at once
for one of 60 days. That one renews itself, once it is a day old and before it has ended, so it is its own refresh
token. Neither has a call that ends an access: a person takes it away there, else it ends by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.channels.answers import document
from bot.channels.base import ChannelRefused
from bot.channels.oauth import App, Request, Tokens, post, tokens_in, value
from bot.channels.platform import Platform
from bot.channels.platform_oauth import PlatformOAuth, asked, client_of


class MetaOAuth(PlatformOAuth):
    """`OAuthServer` of Threads (`prefix` "th") and Instagram ("ig"); the origin is the platform's."""

    def __init__(self, platform: Platform, prefix: str, setting: str) -> None:
        super().__init__(platform, setting)
        self._prefix = prefix

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        return f"{self._platform.web}/oauth/authorize?{urlencode(asked(app, state))}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
        place = self._platform.login or self._platform.api
        said = await post(request, f"{place}/oauth/access_token", fields | client_of(app))
        fields = {"grant_type": f"{self._prefix}_exchange_token", "client_secret": app.client_secret}
        given = {"access_token": value(said, "access_token")}
        return _renewable(await get(request, f"{self._platform.api}/access_token", fields | given))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        fields = {"grant_type": f"{self._prefix}_refresh_token", "access_token": refresh}
        return _renewable(await get(request, f"{self._platform.api}/refresh_access_token", fields))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        """Nothing: there is no call for it."""


async def get(request: Request, url: str, fields: Mapping[str, str], method: str = "GET") -> dict[str, object]:
    """The JSON object of a good answer. Raises ChannelRefused, without a word of the server's."""
    try:
        answer = await request(method, url, params=dict(fields), headers={"accept": "application/json"})
    except Exception:  # and without its traceback: the address holds secrets
        answer = None
    if answer is None or not 200 <= answer.status_code < 300:
        raise ChannelRefused(
            "The server did not give access.",
            code="no_access",
            kept="Nothing was connected.",
            do_next="Begin again under Settings, Accounts.",
        )
    return document(answer) or {}


def _renewable(said: Mapping[str, object]) -> Tokens:
    tokens = tokens_in(said)
    return dataclasses.replace(tokens, refresh=tokens.access, refresh_life=tokens.life)
