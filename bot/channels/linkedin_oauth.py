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


class LinkedInOAuth:
    """`OAuthServer` of LinkedIn; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def origin_of(self, given: str) -> str:
        return self._platform.api

    async def register(self, request: Request, origin: str, redirect: str) -> App:
        """Raises BadInput where the settings name no app."""
        return self._platform.app(redirect, "ADMIND_LINKEDIN")

    async def knows(self, request: Request, origin: str, app: App) -> bool:
        return self._platform.knows(app)

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        query = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect,
            "scope": app.scope,
            "state": state,
        }
        return f"{self._platform.web}/oauth/v2/authorization?{urlencode(query)}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
        return tokens_in(await post(request, self._at("accessToken"), fields | _client(app)))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        return tokens_in(await post(request, self._at("accessToken"), fields | _client(app)))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        await post(request, self._at("revoke"), _client(app) | {"token": token})

    def _at(self, what: str) -> str:
        return f"{self._platform.web}/oauth/v2/{what}"


def _client(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}
