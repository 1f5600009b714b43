"""OAuth at LinkedIn: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow.

The state alone protects: LinkedIn offers PKCE to native apps only, and refuses a web app's code that comes with a
verifier as if its secret were wrong. An access lasts 60 days. Only approved partners are given a refresh token; it is
good for a year from the first sign-in, and renewing does not make that longer
(…/authentication/programmatic-refresh-tokens).
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.channels.oauth import App, Request, Tokens, post, tokens_in
from bot.channels.platform import Platform
from bot.channels.platform_oauth import PlatformOAuth, asked, client_of


class LinkedInOAuth(PlatformOAuth):
    """`OAuthServer` of LinkedIn; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform, "ADMIND_LINKEDIN")

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        return f"{self._platform.web}/oauth/v2/authorization?{urlencode(asked(app, state))}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
        return tokens_in(await post(request, self._at("accessToken"), fields | client_of(app)))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        return tokens_in(await post(request, self._at("accessToken"), fields | client_of(app)))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        await post(request, self._at("revoke"), client_of(app) | {"token": token})

    def _at(self, what: str) -> str:
        return f"{self._platform.web}/oauth/v2/{what}"
