"""Connecting an account by OAuth: out to the server that a member named, and back to the same browser.

Authorization code with PKCE (RFC 7636) and a state that is kept here, good once, for ten minutes, and bound to the
session, the member, the workspace, the brand and the server that it was made for (RFC 9700 §4.7). The code comes back
at the public edge, which knows no session; it therefore hands it to the browser that came, under a fresh handle, and
only the studio's session that began the way may go on with it. Before anything is kept a page shows whose access it is.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bot.accounts.access import Access, Secrets, pack_app, packed, renewal, undated, unpack_app
from bot.accounts.connect import Accounts
from bot.accounts.door import HttpClient
from bot.accounts.faces import Face
from bot.accounts.traveller import LIFE, Traveller, ended, may_connect
from bot.accounts.waiting import Settled, WaitingAccounts
from bot.channels.base import Account, Introduction, Place
from bot.channels.oauth import App, Narrows, OAuthServer, Tokens, challenge_of
from bot.clock import Clock
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.credentials import Vault
from storage.grants import Grant, GrantStore
from storage.redis import Database
from storage.stores import Kept
from storage.team import Member

RETURN_PATH = "/oauth/return"
CONFIRM_PATH = "/studio/settings/accounts/confirm/"
ACCOUNTS_PATH = "/studio/settings/accounts"
PLACE_OPTION = "page"  # of an account: which of the places that its access may post as


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where to send the browser, and the server's name as people write it."""

    url: str
    server: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """How a return ended. `url`: where the browser goes on, in the studio; empty when nobody knows the state."""

    outcome: Literal["back", "declined", "failed", "unknown"]
    url: str = ""


class OAuth:
    def __init__(
        self,
        database: Database,
        *,
        servers: Mapping[str, OAuthServer],
        accounts: Accounts,
        access: Access,
        waiting: WaitingAccounts,
        credentials: Secrets,
        client: HttpClient,
        vault: Vault,
        audit: AuditWriter,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._database = database
        self._grants = GrantStore(database)
        self._servers = servers
        self._accounts = accounts
        self._access = access
        self._waiting = waiting
        self._credentials = credentials
        self._client = client
        self._vault = vault
        self._audit = audit
        self._clock = clock
        self._public_url = public_url.rstrip("/")

    async def begin(self, who: Traveller, channel: str, given: str, studio: str) -> Leaving:
        """Make AdMind known to the server and keep the way. `studio` is the origin that the browser uses.

        Raises BadInput (no public address, no such server), NotAllowed, ChannelRefused.
        """
        if not self._public_url:
            raise BadInput(
                "There is no public address that the server could lead back to.",
                kept="Nothing was connected.",
                do_next="Set ADMIND_PUBLIC_URL.",
            )
        may_connect(who.member, who.brand)
        server = self._servers.get(channel)
        if server is None:
            raise BadInput("This channel is not connected that way.")
        origin = server.origin_of(given)
        app = await self._app(server, who.member.workspace, origin)
        now, verifier = self._clock.now(), secrets.token_urlsafe(48)  # RFC 7636 §4.1: 43 to 128 characters
        grant = Grant(
            id="",
            workspace=who.member.workspace,
            brand=who.brand,
            member=who.member.id,
            session=who.session,
            channel=channel,
            server=origin,
            studio=studio,
            sealed=self._seal({"verifier": verifier, "app": pack_app(app)}),
            made_at=now,
            expires_at=now + LIFE,
        )
        state = await self._grants.add(grant, "g", await self._audited(grant, who.member, "begun"))
        url = server.authorize_url(origin, app, state, challenge_of(verifier))
        return Leaving(url, urlsplit(url).netloc)

    async def came_back(self, state: str, code: str, error: str, issuer: str) -> CameBack:
        """At the public edge: the state is used up, and the code goes with the browser under a handle of its own."""
        grant = await self._grants.take(state, "g", self._clock.now())
        if grant is None:
            return CameBack("unknown")
        # RFC 9207: a server that names itself must be the one that was asked.
        wrong_server = bool(issuer) and issuer.rstrip("/") != grant.server
        if error or not code or wrong_server:
            declined = error == "access_denied" and not wrong_server
            await self._written(grant, None, "declined" if declined else "failed", why=_why(error, wrong_server))
            return CameBack("declined" if declined else "failed", grant.studio + ACCOUNTS_PATH)
        back = grant.changed(sealed=self._seal(self._open(grant) | {"code": code}))
        handle = await self._grants.add(back, "h", Change(grant.workspace))
        return CameBack("back", f"{grant.studio}{CONFIRM_PATH}{handle}")

    async def look(self, handle: str, who: Traveller) -> Account:
        """Whose access it is, for the session that began the way. The code is handed in once; nothing is kept.

        Raises NotFound (the way was used, has ended or never was), NotAllowed (another session, member or workspace,
        or not of the team any more: the way ends thereby), BadInput (another brand in view: the way stays),
        ChannelRefused (the server gave nothing: it ends).
        """
        kept = await self._mine(handle, who)
        if kept.record.account is not None:
            return kept.record.account
        if kept.record.tried:
            ended()
        tried = kept.record.changed(tried=True)
        try:
            await self._grants.save(tried, ver=kept.ver)  # of two loads of the page one hands the code in
        except Conflict:
            raise BadInput(
                "This page is being loaded already.", kept="Nothing was connected.", do_next="Load it again."
            ) from None
        try:
            account, tokens = await self._verified(tried)
        except AdMindError:
            await self._grants.take(handle, "h", self._clock.now())
            await self._written(tried, who.member, "failed", why="exchange")
            raise
        sealed = self._seal(self._open(tried) | {"access": tokens.access, "refresh": tokens.refresh})
        await self._grants.save(tried.changed(sealed=sealed, account=account), ver=kept.ver + 1)
        return account

    async def places(self, handle: str, who: Traveller) -> tuple[Place, ...]:
        """What the access that `look` showed may post as, where that is more than one. Raises what `look` raises."""
        return await self._accounts.places(*await self._looked(handle, who))

    async def introduced(self, handle: str, who: Traveller) -> Introduction:
        """How the account that `look` showed shows itself there. Raises what `look` raises."""
        return await self._accounts.introduced(*await self._looked(handle, who))

    async def face(self, handle: str, who: Traveller) -> Face | None:
        """Its profile's picture, None when there is none that can be shown. Raises what `look` raises."""
        return await self._accounts.face(*await self._looked(handle, who))

    async def _looked(self, handle: str, who: Traveller) -> tuple[Account, dict[str, str]]:
        kept = await self._mine(handle, who)
        if kept.record.account is None:
            ended()
        return kept.record.account, packed(*self._given(kept.record))

    async def choose(self, handle: str, who: Traveller, place: str) -> None:
        """Post as another of the places: from now on `look` shows that. Nothing is kept yet.

        Raises BadInput when it is none of them, and what `look` raises.
        """
        kept = await self._mine(handle, who)
        was = kept.record.account
        if was is None or place not in {each.id for each in await self.places(handle, who)}:
            raise BadInput("This access cannot post as that.", kept="Nothing was connected.")
        options = {**was.options, PLACE_OPTION: place}
        secrets = packed(*self._given(kept.record))
        account = await self._accounts.tried(was.workspace, was.brand, was.channel, was.name, options, secrets)
        account = await self._as_known(account.changed(name=(account.handle or was.name)[:80]))
        await self._grants.save(kept.record.changed(account=account), ver=kept.ver)

    async def confirm(self, handle: str, who: Traveller, name: str) -> Settled:
        """Keep what `look` showed, under this name; what no owner connected waits for one.

        Raises what `look`, `Accounts.keep` and `WaitingAccounts.add` raise.
        """
        kept = await self._mine(handle, who)
        account = kept.record.account
        if account is None:
            ended()
        app, tokens = self._given(kept.record)
        server = self._servers[account.channel]
        if isinstance(server, Narrows):
            tokens = await server.narrow(self._client.request, app, tokens, account)
            options = {**undated(account.options), **renewal(tokens, self._clock.now())}
            account = account.changed(options=options)
        account, given = account.changed(name=name), packed(app, tokens)
        connected = await self._waiting.keep_or_wait(account, given, who.member)
        await self._grants.take(handle, "h", self._clock.now())
        return connected

    async def decline(self, handle: str, who: Traveller) -> None:
        """Not this one: the way ends, and the access is given back."""
        kept = await self._mine(handle, who)
        await self._end(handle, kept.record, who.member, "declined", why="confirm page")

    async def _mine(self, handle: str, who: Traveller) -> Kept[Grant]:
        kept = await self._grants.find(handle, "h", self._clock.now())
        if kept is None:
            ended()
        grant = kept.record
        same = (grant.workspace, grant.member, grant.session) == (who.member.workspace, who.member.id, who.session)
        if not same:
            await self._end(handle, grant, who.member, "refused", why="another session")
            raise NotAllowed(
                "This connection was begun in another browser, or by somebody else.",
                kept="Nothing was connected.",
                do_next="Begin again in this one, under Settings, Accounts.",
            )
        try:
            may_connect(who.member, grant.brand)
        except NotAllowed:
            await self._end(handle, grant, who.member, "refused", why="not of the team")
            raise
        if who.brand != grant.brand:
            raise BadInput(
                "This connection was begun for another brand than the one that you look at now.",
                kept="Nothing was connected.",
                do_next="Choose that brand again, then load this page again.",
            )
        return kept

    async def _end(self, handle: str, grant: Grant, member: Member, what: str, *, why: str) -> None:
        await self._grants.take(handle, "h", self._clock.now())
        app, tokens = self._given(grant)
        if tokens.access:
            await self._access.revoke(grant.account or _nobody(grant), app, tokens.access)
        await self._written(grant, member, what, why=why)

    async def _verified(self, grant: Grant) -> tuple[Account, Tokens]:
        """The account that the code stands for, tried out with its new access."""
        sealed, server = self._open(grant), self._servers[grant.channel]
        app = unpack_app(sealed["app"])
        tokens = await server.exchange(self._client.request, grant.server, app, sealed["code"], sealed["verifier"])
        options = {"server": grant.server, **renewal(tokens, self._clock.now())}
        place = urlsplit(grant.server).netloc[:80]
        try:
            account = await self._accounts.tried(
                grant.workspace, grant.brand, grant.channel, place, options, packed(app, tokens)
            )
        except AdMindError:
            await self._access.revoke(_nobody(grant), app, tokens.access)
            raise
        return await self._as_known(account.changed(name=(account.handle or place)[:80])), tokens

    async def _as_known(self, account: Account) -> Account:
        known = await self._accounts.known(account)
        if known is None:
            return account
        # What the team chose for it, such as who sees its posts, stays as it is.
        return account.changed(name=known.name, options={**undated(known.options), **account.options})

    def _given(self, grant: Grant) -> tuple[App, Tokens]:
        sealed = self._open(grant)
        return unpack_app(sealed["app"]), Tokens(sealed.get("access", ""), sealed.get("refresh", ""))

    async def _app(self, server: OAuthServer, workspace: str, origin: str) -> App:
        """AdMind as this server knows it: registered once, encrypted, and again when it was forgotten or we moved."""
        place, redirect = f"app_{hashlib.sha256(origin.encode()).hexdigest()[:16]}", self._public_url + RETURN_PATH
        kept = await self._credentials.get(workspace, place, "app")
        app = unpack_app(kept) if kept else None
        if app and app.redirect == redirect and await server.knows(self._client.request, origin, app):
            return app
        app = await server.register(self._client.request, origin, redirect)
        await self._credentials.put(workspace, place, "app", pack_app(app))
        return app

    def _seal(self, values: Mapping[str, str]) -> str:
        return self._vault.encrypt(json.dumps(values).encode())

    def _open(self, grant: Grant) -> dict[str, str]:
        return dict(json.loads(self._vault.decrypt(grant.sealed)))

    async def _audited(self, grant: Grant, member: Member | None, what: str, *, why: str = "") -> Change:
        entry = await self._audit.prepare(
            grant.workspace,
            f"account connection {what}",
            subject=member.subject if member and member.workspace == grant.workspace else "",
            about=grant.member,
            at=self._clock.now(),
            brand=grant.brand,
            details={"channel": grant.channel, "server": grant.server, "why": why},
        )
        return Change(grant.workspace).audit(entry)

    async def _written(self, grant: Grant, member: Member | None, what: str, *, why: str) -> None:
        await commit(self._database, await self._audited(grant, member, what, why=why))


def _nobody(grant: Grant) -> Account:
    """The account that does not come about, for giving its access back."""
    return Account(
        id="",
        workspace=grant.workspace,
        brand=grant.brand,
        channel=grant.channel,
        name="",
        server=grant.server,
        created_at=grant.made_at,
    )


def _why(error: str, wrong_server: bool) -> str:
    if wrong_server:
        return "another server answered"
    return "".join(char for char in error if char.isascii() and char.isprintable())[:60] or "no code"
