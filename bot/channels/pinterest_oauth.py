"""OAuth at Pinterest: https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/.

The state alone protects: PKCE is documented nowhere there. AdMind's id and secret go along as HTTP Basic. An access
lasts 30 days; with it comes a refresh token of 60 days, and each renewal brings the next one (`continuous_refresh`,
which apps made before 25 September 2025 must ask for). No call ends an access: its owner does that in Pinterest.
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.channels.oauth import App, Request, Tokens, post, tokens_in
from bot.channels.platform import Platform
from bot.channels.platform_oauth import PlatformOAuth, asked, basic


class PinterestOAuth(PlatformOAuth):
    """`OAuthServer` of Pinterest; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform, "ADMIND_PINTEREST")

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        return f"{self._platform.web}/oauth/?{urlencode(asked(app, state))}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
        return await self._tokens(request, app, fields)

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        return await self._tokens(request, app, {"grant_type": "refresh_token", "refresh_token": refresh})

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        """Nothing: Pinterest has no call for it. The tokens are forgotten here and lapse there."""

    async def _tokens(self, request: Request, app: App, fields: dict[str, str]) -> Tokens:
        url = f"{self._platform.api}/v5/oauth/token"
        return tokens_in(await post(request, url, fields | {"continuous_refresh": "true"}, basic(app)))
