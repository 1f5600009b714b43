"""OAuth 2.0 at X, with PKCE: https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code.

AdMind is a confidential client: its id and secret go along as HTTP Basic. An access lasts two hours; with
`offline.access` it comes with a refresh token, which is good once and comes with the next one.
"""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

from bot.channels.oauth import App, Request, Tokens, post, tokens_in
from bot.channels.platform import Platform
from bot.channels.platform_oauth import PlatformOAuth, asked, basic


class XOAuth(PlatformOAuth):
    """`OAuthServer` of X; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform, "ADMIND_X")

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        query = asked(app, state) | {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self._platform.web}/i/oauth2/authorize?{urlencode(query, quote_via=quote)}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return await self._tokens(request, app, fields | {"redirect_uri": app.redirect})

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        return await self._tokens(request, app, {"grant_type": "refresh_token", "refresh_token": refresh})

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        await post(request, f"{self._platform.api}/2/oauth2/revoke", {"token": token}, basic(app))

    async def _tokens(self, request: Request, app: App, fields: dict[str, str]) -> Tokens:
        return tokens_in(await post(request, f"{self._platform.api}/2/oauth2/token", fields, basic(app)))


def _basic(app: App) -> dict[str, str]:
    pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"  # RFC 6749 §2.3.1
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
