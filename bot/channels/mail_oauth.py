"""An access to a mailbox in place of a password, as Google and Microsoft want it; another provider's by its address.

People make it at their provider and paste three things: client id, client secret, and a refresh token. From then on it
is renewed here as every other access is. Google's lives an hour, and its refresh token stays the same
(https://developers.google.com/identity/protocols/oauth2/web-server#offline); Microsoft's lives about an hour, and each
renewal brings the next refresh token, good for 90 days
(https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.channels.mail_address import on_this_machine, page_of
from bot.channels.mail_login import GIVER
from bot.channels.oauth import App, Request, Tokens, post, tokens_in
from bot.errors import BadInput

GOOGLE = "https://oauth2.googleapis.com/token"
MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
_WORD = re.compile(r"[!-~]{1,4000}")  # what RFC 6749 appendix A lets ids, secrets and tokens be made of


class MailOAuth:
    """`Renews` and `Pasted` of e-mail."""

    def pasted(self, options: Mapping[str, str], secrets: Mapping[str, str]) -> App | None:
        giver = options.get(GIVER, "").strip()
        if not giver:
            return None
        given = options.get("client_id", "").strip(), secrets.get("client_secret", ""), secrets.get("refresh_token", "")
        if not all(_WORD.fullmatch(each) for each in (given[0], given[2], given[1] or "-")):
            raise BadInput(
                "An access in place of a password needs a client id and a refresh token, and mostly a client secret.",
                kept="Nothing was connected.",
                do_next="The page about e-mail in AdMind's documentation says where to get them.",
            )
        return App(given[0], given[1], "", "", token_url_of(giver))

    async def refresh(self, request: Request, origin: str, app: App, refresh: str) -> Tokens:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": app.client_id}
        fields |= {"client_secret": app.client_secret} if app.client_secret else {}
        return tokens_in(await post(request, app.token_url, fields))

    async def revoke(self, request: Request, origin: str, app: App, token: str) -> None:
        """Nothing: it was pasted, and whoever made it may use it elsewhere."""


def token_url_of(giver: str) -> str:
    """`google`, `microsoft`, `microsoft/<tenant>`, or the provider's own address for tokens. Raises BadInput."""
    name, _, tenant = giver.strip().partition("/")
    if giver.strip().lower() == "google":
        return GOOGLE
    if name.lower() == "microsoft":
        if tenant and not _TENANT.fullmatch(tenant):
            raise BadInput("That is no tenant of Microsoft.", kept="Nothing was connected.")
        return MICROSOFT.format(tenant=tenant or "common")
    parts = urlsplit(giver.strip())
    if parts.scheme == "http" and on_this_machine(parts.hostname or "") and parts.path and not parts.username:
        return giver.strip()  # which only the operator can allow
    return page_of(giver)
