"""Access that a server gave by OAuth: kept with the account, renewed before it ends, given back at the end."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bot.accounts.connect import AccountBook
from bot.accounts.door import HttpClient
from bot.channels.base import Account, ChannelRefused
from bot.channels.oauth import App, OAuthServer, Tokens
from bot.clock import Clock

RENEW_AT = 2 / 3  # of a token's life
ENDS_OPTION = "access_ends_at"  # ISO 8601, for what ends and cannot be renewed: a person must log in again
RENEW_OPTION = "renew_access_at"  # ISO 8601, beside the account's other options; absent: it does not end


class Secrets(Protocol):
    async def get(self, workspace: str, account: str, name: str) -> str | None: ...

    async def put(self, workspace: str, account: str, name: str, value: str) -> None: ...


def packed(app: App, tokens: Tokens) -> dict[str, str]:
    """The secrets of an account: what posting needs, and what renewing and giving back need."""
    found = {"access_token": tokens.access, "app": pack_app(app)}
    return found | ({"refresh_token": tokens.refresh} if tokens.refresh else {})


def pack_app(app: App) -> str:
    return json.dumps([app.client_id, app.client_secret, app.redirect, app.scope])


def unpack_app(text: str) -> App:
    return App(*json.loads(text))


def renewal(tokens: Tokens, now: datetime) -> Mapping[str, str]:
    """The options that say when to renew, and when a person must sign in again; empty for what does not end."""
    if tokens.life is None:
        return {}
    if not tokens.refresh:
        return {ENDS_OPTION: (now + tokens.life).isoformat(timespec="seconds")}
    found = {RENEW_OPTION: (now + tokens.life * RENEW_AT).isoformat(timespec="seconds")}
    if tokens.refresh_life is not None:
        found[ENDS_OPTION] = (now + tokens.refresh_life).isoformat(timespec="seconds")
    return found


class Access:
    def __init__(
        self,
        servers: Mapping[str, OAuthServer],
        *,
        book: AccountBook,
        secrets: Secrets,
        client: HttpClient,
        clock: Clock,
    ) -> None:
        self._servers = servers
        self._book = book
        self._secrets = secrets
        self._client = client
        self._clock = clock

    def renewable(self, account: Account) -> bool:
        """Whether it is time to renew."""
        at = account.options.get(RENEW_OPTION, "")
        return account.channel in self._servers and bool(at) and datetime.fromisoformat(at) <= self._clock.now()

    async def renew(self, account: Account) -> Account:
        """The account with its new date; the new tokens are kept. Raises ChannelRefused when the server says no."""
        app = await self._secrets.get(account.workspace, account.id, "app")
        refresh = await self._secrets.get(account.workspace, account.id, "refresh_token")
        if not app or not refresh:
            return account.changed(options={k: v for k, v in account.options.items() if k != RENEW_OPTION})
        server = self._servers[account.channel]
        tokens = await server.refresh(self._client.request, account.server, unpack_app(app), refresh)
        tokens = dataclasses.replace(tokens, refresh=tokens.refresh or refresh)
        # The refresh token first: the old one may be good no longer, and with it the next renewal.
        for name, value in sorted(packed(unpack_app(app), tokens).items(), reverse=True):
            await self._secrets.put(account.workspace, account.id, name, value)
        kept = {k: v for k, v in account.options.items() if k not in (RENEW_OPTION, ENDS_OPTION)}
        return account.changed(options={**kept, **renewal(tokens, self._clock.now())})

    async def give_back(self, account: Account) -> None:
        """Revoke what OAuth gave, as far as the server can be reached; a pasted token is not ours to revoke."""
        with contextlib.suppress(ChannelRefused):  # it is forgotten here in any case
            await self.end(account)

    async def end(self, account: Account, *, besides: Collection[str] = ()) -> bool:
        """The same, for who must know: False for a pasted token. `besides` are accounts that end too, and for which
        nothing needs to stay good. Raises ChannelRefused when the server did not take it back.
        """
        app = await self._secrets.get(account.workspace, account.id, "app")
        token = await self._secrets.get(account.workspace, account.id, "access_token")
        if not (app and token and account.channel in self._servers):
            return False
        if not await self._held_by_another(account, token, besides):
            await self._servers[account.channel].revoke(self._client.request, account.server, unpack_app(app), token)
        return True

    async def revoke(self, account: Account, app: App, token: str) -> None:
        """End a token at its server, unless another account lives by it.

        Mastodon gives one application the same token each time (`reuse_access_token` in its
        config/initializers/doorkeeper.rb): who says "not this one" must not end what works already.
        """
        if await self._held_by_another(account, token):
            return
        with contextlib.suppress(ChannelRefused):  # it is forgotten here in any case
            await self._servers[account.channel].revoke(self._client.request, account.server, app, token)

    async def _held_by_another(self, account: Account, token: str, besides: Collection[str] = ()) -> bool:
        for other, _ in await self._book.all(account.workspace):
            there = (other.channel, other.server) == (account.channel, account.server) and other.closed_at is None
            if there and other.id not in {account.id, *besides}:
                held = await self._secrets.get(other.workspace, other.id, "access_token")
                if held == token:
                    return True
        return False
