"""OAuth at Facebook: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow.

The state and the app's secret protect: PKCE is offered with OpenID alone, "still in testing". A code gives a person's
access of hours, which is traded for one of 60 days. Once a page was chosen, that one gives the page's own access, which
does not end and can do nothing for other pages or for the person; it is what is kept, and the person's is forgotten.

Giving back takes the person's id and the app's own access, and ends all that this person gave AdMind:
https://developers.facebook.com/docs/graph-api/reference/user/permissions.
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.channels.base import Account, ChannelRefused
from bot.channels.meta_api import id_in, proof
from bot.channels.meta_oauth import get
from bot.channels.oauth import App, Request, Tokens, tokens_in, value
from bot.channels.platform import Platform
from bot.channels.platform_oauth import PlatformOAuth, asked, client_of


class FacebookOAuth(PlatformOAuth):
    """`OAuthServer` of Facebook that narrows; the origin is the platform's, whatever is given."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform, "ADMIND_FACEBOOK")

    def authorize_url(self, origin: str, app: App, state: str, challenge: str) -> str:
        query = asked(app, state)
        if self._platform.config:  # …/facebook-login-for-business: it stands for the permissions
            query |= {"config_id": self._platform.config, "override_default_response_type": "true"}
        return f"{self._platform.web}/{self._platform.version}/dialog/oauth?{urlencode(query)}"

    async def exchange(self, request: Request, origin: str, app: App, code: str, verifier: str) -> Tokens:
        client = client_of(app)
        said = await get(request, self._at("oauth/access_token"), client | {"redirect_uri": app.redirect, "code": code})
        traded = {"grant_type": "fb_exchange_token", "fb_exchange_token": value(said, "access_token")}
        return tokens_in(await get(request, self._at("oauth/access_token"), client | traded))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        """Never asked for: nothing that is given here can be renewed without the person."""
        raise ChannelRefused("The server did not give access.", code="no_access")

    async def narrow(self, request: Request, app: App, tokens: Tokens, account: Account) -> Tokens:
        given = {"access_token": tokens.access, "appsecret_proof": proof(tokens.access, app.client_secret)}
        said = await get(request, self._at(account.remote_id), given | {"fields": "access_token"})
        return Tokens(value(said, "access_token"))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        own = {"access_token": f"{app.client_id}|{app.client_secret}"}
        said = await get(request, self._at("debug_token"), own | {"input_token": token})
        data = said.get("data")
        person = id_in({"id": str(data.get("user_id") or "")}) if isinstance(data, dict) else ""
        if person:
            await get(request, self._at(f"{person}/permissions"), own, method="DELETE")

    def _at(self, what: str) -> str:
        return f"{self._platform.api}/{self._platform.version}/{what}"
