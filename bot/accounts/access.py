"""Access that a server gave by OAuth: kept with the account, renewed before it ends, given back at the end.

A refresh token may be good once: of all workers of all replicas that want to renew an access one does, and what it is
given is kept, in one write, before anything uses it. Where a worker dies between the two, the new access is lost with
it. The next one tries the old refresh token once more, for nobody knows whether the server ever saw it; when that is
refused, the access lasts until its end, and people are told meanwhile that somebody must sign in again.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.accounts.connect import AccountBook
from bot.accounts.door import BEGUN, HttpClient
from bot.channels.base import Account, ChannelRefused
from bot.channels.oauth import App, Pasted, Renews, Tokens
from bot.clock import Clock
from bot.errors import AdMindError
from storage.ledger import Busy, Claim, Ledger
from storage.redis import StorageFull, StorageUnavailable

T = TypeVar("T")

RENEW_AT = 2 / 3  # of a token's life
ENDS_OPTION = "access_ends_at"  # ISO 8601, for what ends and cannot be renewed: a person must log in again
PERSON_OPTION = "person"  # who signed in, where giving back one access ends all that this person gave
RENEW_OPTION = "renew_access_at"  # ISO 8601, beside the account's other options; absent: it does not end
LAPSE_OPTION = "access_lapses_at"  # ISO 8601: until when the access is good that is to be renewed before
TIMES = (RENEW_OPTION, ENDS_OPTION, LAPSE_OPTION)
LEASE_SECONDS = 60.0  # of a renewal: longer than the client waits for an answer
LOOKS, LOOK_SECONDS = 20, 0.2  # after another worker that renews at this moment
KEEP_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0)  # what may be given once only is kept with patience
LAST_SECONDS = 8.0  # for what a server was asked already, when this process ends
LOST = "renewal_lost"  # the refusal's code where an earlier renewal was cut off


class Secrets(Protocol):
    async def get(self, workspace: str, account: str, name: str) -> str | None: ...

    async def put(self, workspace: str, account: str, name: str, value: str) -> None: ...

    async def swap(self, workspace: str, account: str, name: str, was: str, values: Mapping[str, str]) -> bool:
        """Keep all of them in one write if the secret `name` is still that."""
        ...


def packed(app: App, tokens: Tokens) -> dict[str, str]:
    """The secrets of an account: what posting needs, and what renewing and giving back need."""
    found = {"access_token": tokens.access, "app": pack_app(app)}
    return found | ({"refresh_token": tokens.refresh} if tokens.refresh else {})


def pack_app(app: App) -> str:
    values = [app.client_id, app.client_secret, app.redirect, app.scope]
    return json.dumps([*values, app.token_url] if app.token_url else values)


def unpack_app(text: str) -> App:
    return App(*json.loads(text))


def undated(options: Mapping[str, str]) -> dict[str, str]:
    """Without what `renewal` says."""
    return {name: value for name, value in options.items() if name not in TIMES}


def renewal(tokens: Tokens, now: datetime) -> Mapping[str, str]:
    """The options that say when to renew, and when a person must sign in again; empty for what does not end."""
    if tokens.life is None:
        return {}
    if not tokens.refresh:
        return {ENDS_OPTION: (now + tokens.life).isoformat(timespec="seconds")}
    found = {
        RENEW_OPTION: (now + tokens.life * RENEW_AT).isoformat(timespec="seconds"),
        LAPSE_OPTION: (now + tokens.life).isoformat(timespec="seconds"),
    }
    if tokens.refresh_life is not None:
        found[ENDS_OPTION] = (now + tokens.refresh_life).isoformat(timespec="seconds")
    return found


class Access:
    def __init__(
        self,
        servers: Mapping[str, Renews],
        *,
        book: AccountBook,
        secrets: Secrets,
        ledger: Ledger,
        client: HttpClient,
        clock: Clock,
        waiting: Callable[[str], Awaitable[Sequence[Account]]] | None = None,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """`waiting`: a workspace's accounts that no owner has confirmed yet; `lease_seconds`: of a renewal."""
        self._lease_seconds = lease_seconds
        self._servers = servers
        self._waiting = waiting
        self._book = book
        self._secrets = secrets
        self._ledger = ledger
        self._client = client
        self._clock = clock

    async def admitted(
        self, channel: str, options: Mapping[str, str], secrets: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Options and secrets of an account to be: with an access in place of a refresh token that was pasted, else as
        they were given. Raises BadInput, ChannelRefused when the server gives none.
        """
        server = self._servers.get(channel)
        app = server.pasted(options, secrets) if isinstance(server, Pasted) else None
        if not isinstance(server, Pasted) or app is None:
            return options, secrets
        refresh = secrets["refresh_token"]
        tokens = await server.refresh(self._client.request, "", app, refresh)
        tokens = dataclasses.replace(tokens, refresh=tokens.refresh or refresh)
        others = {name: value for name, value in secrets.items() if name != "client_secret"}
        return {**undated(options), **renewal(tokens, self._clock.now())}, {**others, **packed(app, tokens)}

    def renewable(self, account: Account) -> bool:
        """Whether it is time to renew."""
        at = account.options.get(RENEW_OPTION, "")
        return account.channel in self._servers and bool(at) and datetime.fromisoformat(at) <= self._clock.now()

    async def renew(self, account: Account) -> Mapping[str, str] | None:
        """Renew it and keep what is given; the account's new times, None when another worker did so or a person
        connected it again meanwhile.

        Raises Busy when another does it at this moment, ChannelRefused when the server says no (`unreachable`: or
        nothing; `LOST`: and an earlier renewal was cut off), StorageUnavailable.
        """
        held = {name: await self._secret(account, name) for name in ("app", "refresh_token", "access_token")}
        if not held["app"] or not held["refresh_token"]:
            return {}
        what = hashlib.sha256(f"{held['refresh_token']}\0{held['access_token']}".encode()).hexdigest()
        for look in range(LOOKS):
            try:
                async with self._ledger.once(
                    account.workspace, f"renew:{account.id}:{what}", lease_seconds=self._lease_seconds
                ) as claim:
                    # Reading again within the claim: whoever had it before may have ended in between.
                    if claim is None or await self._secret(account, "refresh_token") != held["refresh_token"]:
                        return None
                    return await _to_its_end(self._renewed(account, held, what, claim))
            except Busy:
                if look == LOOKS - 1:
                    raise
                await asyncio.sleep(LOOK_SECONDS)
        return None

    async def _renewed(
        self, account: Account, held: Mapping[str, str], what: str, claim: Claim
    ) -> Mapping[str, str] | None:
        cut_off = await self._secret(account, BEGUN) == what
        await self._secrets.put(account.workspace, account.id, BEGUN, what)
        await claim.check()
        app, server = unpack_app(held["app"]), self._servers[account.channel]
        try:
            tokens = await server.refresh(self._client.request, account.server, app, held["refresh_token"])
        except ChannelRefused as refused:
            if cut_off and refused.code != "unreachable":
                raise ChannelRefused(refused.what, code=LOST) from refused
            raise
        tokens = dataclasses.replace(tokens, refresh=tokens.refresh or held["refresh_token"])
        given = packed(app, tokens) | {BEGUN: ""}
        for pause in (*KEEP_PAUSES_SECONDS, None):
            try:
                kept = await self._secrets.swap(
                    account.workspace, account.id, "refresh_token", held["refresh_token"], given
                )
            except (StorageUnavailable, StorageFull):
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return renewal(tokens, self._clock.now()) if kept else None
        return None

    async def _secret(self, account: Account, name: str) -> str:
        return await self._secrets.get(account.workspace, account.id, name) or ""

    async def token(self, account: Account) -> str:
        """The access as it is kept now; empty without."""
        return await self._secret(account, "access_token")

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
        if not (app and token and account.channel in self._servers) or unpack_app(app).token_url:
            return False
        if not await self._held_by_another(account, token, besides):
            await self._servers[account.channel].revoke(self._client.request, account.server, unpack_app(app), token)
        return True

    async def revoke(self, account: Account, app: App, token: str) -> None:
        """End a token at its server, unless another account lives by it.

        Mastodon gives one application the same token each time (`reuse_access_token` in its
        config/initializers/doorkeeper.rb): who says "not this one" must not end what works already. Facebook ends all
        that a person gave at once, other pages' too.
        """
        if await self._held_by_another(account, token):
            return
        with contextlib.suppress(ChannelRefused):  # it is forgotten here in any case
            await self._servers[account.channel].revoke(self._client.request, account.server, app, token)

    async def _held_by_another(self, account: Account, token: str, besides: Collection[str] = ()) -> bool:
        person = account.options.get(PERSON_OPTION, "")
        others = [other for other, _ in await self._book.all(account.workspace)]
        if self._waiting is not None:
            others += await self._waiting(account.workspace)
        for other in others:
            there = (other.channel, other.server) == (account.channel, account.server) and other.closed_at is None
            if there and other.id not in {account.id, *besides}:
                giver = other.options.get(PERSON_OPTION, "")
                if giver and person in ("", giver):  # of whom it is not known who it is may be the same
                    return True
                held = await self._secrets.get(other.workspace, other.id, "access_token")
                if held == token:
                    return True
        return False


async def _to_its_end(work: Coroutine[object, object, T]) -> T:
    """Its result. When this process is ended meanwhile it goes on for a few seconds: the server was asked already."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(TimeoutError, AdMindError):
            await asyncio.wait_for(task, LAST_SECONDS)
        raise
