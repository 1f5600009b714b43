"""OAuth at Pinterest: https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/.

The state alone protects: PKCE is documented nowhere there. AdMind's id and secret go along as HTTP Basic. An access
lasts 30 days; with it comes a refresh token of 60 days, and each renewal brings the next one (`continuous_refresh`,
which apps made before 25 September 2025 must ask for). No call ends an access: its owner does that in Pinterest.
"""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

from bot.channels.oauth import App, Request, Tokens, post, tokens_in
from bot.channels.platform import Platform


class PinterestOAuth:
    """`OAuthServer` of Pinterest; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def origin_of(self, given: str) -> str:
        return self._platform.api

    async def register(self, request: Request, origin: str, redirect: str) -> App:
        """Raises BadInput where the settings name no app."""
        return self._platform.app(redirect, "ADMIND_PINTEREST")

    async def knows(self, request: Request, origin: str, app: App) -> bool:
        return self._platform.knows(app)

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        query = {
            "client_id": app.client_id,
            "redirect_uri": app.redirect,
            "response_type": "code",
            "scope": app.scope,
            "state": state,
        }
        return f"{self._platform.web}/oauth/?{urlencode(query)}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
        return await self._tokens(request, app, fields)

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        return await self._tokens(request, app, {"grant_type": "refresh_token", "refresh_token": refresh})

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        """Nothing: Pinterest has no call for it. The tokens are forgotten here and lapse there."""

    async def _tokens(self, request: Request, app: App, fields: dict[str, str]) -> Tokens:
        pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"  # RFC 6749 §2.3.1
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        url = f"{self._platform.api}/v5/oauth/token"
        return tokens_in(await post(request, url, fields | {"continuous_refresh": "true"}, headers))
