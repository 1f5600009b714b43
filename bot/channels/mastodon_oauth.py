"""OAuth at servers of the Mastodon API: https://docs.joinmastodon.org/spec/oauth/ and …/methods/apps/.

Every endpoint lies under the origin that the person named. Mastodon checks PKCE since 4.3; older servers ignore it,
and the state alone protects. Applications that nobody came to use are forgotten after a day
(app/lib/vacuum/applications_vacuum.rb).
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.channels import mastodon_server as server
from bot.channels.base import ChannelRefused
from bot.channels.oauth import App, Request, Tokens, post, tokens_in, value

NAME = "AdMind"
SCOPE = "read:accounts read:statuses write:statuses write:media"
BROAD_SCOPE = "read write"  # Pixelfed knows no finer ones


class MastodonOAuth:
    """`OAuthServer` of the Mastodon API."""

    def origin_of(self, given: str) -> str:
        return server.origin_of(given)

    async def register(self, request: Request, origin: str, redirect: str) -> App:
        """Raises ChannelRefused when nothing there speaks the Mastodon API, or it takes no applications."""
        facts = await server.facts_of(request, origin)
        scope = BROAD_SCOPE if facts["software"] == "pixelfed" else SCOPE
        fields = {"client_name": NAME, "redirect_uris": redirect, "scopes": scope}
        said = await post(request, f"{origin}/api/v1/apps", fields)
        return App(value(said, "client_id"), value(said, "client_secret"), redirect, scope)

    async def knows(self, request: Request, origin: str, app: App) -> bool:
        fields = _client(app) | {"grant_type": "client_credentials", "scope": app.scope, "redirect_uri": app.redirect}
        try:
            await post(request, f"{origin}/oauth/token", fields)
        except ChannelRefused:
            return False
        return True

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        query = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect,
            "scope": app.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{origin}/oauth/authorize?{urlencode(query)}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        fields |= _client(app) | {"redirect_uri": app.redirect, "scope": app.scope}
        return tokens_in(await post(request, f"{origin}/oauth/token", fields))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        fields = _client(app) | {"grant_type": "refresh_token", "refresh_token": refresh}
        return tokens_in(await post(request, f"{origin}/oauth/token", fields))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        await post(request, f"{origin}/oauth/revoke", _client(app) | {"token": token})


def _client(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}
