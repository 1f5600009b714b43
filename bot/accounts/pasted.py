"""Connecting an account with what a member pasted, such as an app password: tried at once, kept after a second look.

What was pasted waits, encrypted, for ten minutes at most, for the session that gave it. Until somebody has seen whose
account it is and said yes, it connects nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.accounts.access import undated
from bot.accounts.connect import Accounts
from bot.accounts.faces import Face
from bot.accounts.traveller import LIFE, Traveller, ended, may_connect
from bot.accounts.waiting import Settled, WaitingAccounts
from bot.channels.base import Account, Introduction
from bot.clock import Clock
from bot.errors import BadInput, NotAllowed
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.credentials import Vault
from storage.grants import Grant, GrantStore
from storage.redis import Database
from storage.team import Member


class Pasting:
    def __init__(
        self,
        database: Database,
        *,
        accounts: Accounts,
        waiting: WaitingAccounts,
        vault: Vault,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._grants = GrantStore(database)
        self._accounts = accounts
        self._waiting = waiting
        self._vault = vault
        self._audit = audit
        self._clock = clock

    async def begin(
        self,
        who: Traveller,
        channel: str,
        options: Mapping[str, str],
        secrets: Mapping[str, str],
        *,
        name: str = "",
    ) -> str:
        """Try it; the handle of what waits for its yes. `name`: what it shall be called; empty: as it calls itself.

        Raises NotAllowed, and what `Accounts.tried` raises.
        """
        may_connect(who.member, who.brand)
        given, secrets = await self._accounts.admitted(
            channel, {name: value for name, value in options.items() if value}, secrets
        )
        account = await self._accounts.tried(
            who.member.workspace, who.brand, channel, name or options.get("handle", "")[:80] or channel, given, secrets
        )
        known = await self._accounts.known(account)
        if known is not None:  # what the team chose for it stays, but for what was given, or left out, now
            chosen = {name: value for name, value in undated(known.options).items() if options.get(name, value)}
            account = account.changed(name=name or known.name, options={**chosen, **account.options})
        else:
            account = account.changed(name=name or account.handle[:80] or account.name)
        now = self._clock.now()
        grant = Grant(
            id="",
            workspace=who.member.workspace,
            brand=who.brand,
            member=who.member.id,
            session=who.session,
            channel=channel,
            server=account.server,
            studio="",
            sealed=self._vault.encrypt(json.dumps(dict(secrets)).encode()),
            tried=True,
            account=account,
            made_at=now,
            expires_at=now + LIFE,
        )
        return await self._grants.add(grant, "p", await self._audited(grant, who.member, "begun"))

    async def look(self, handle: str, who: Traveller) -> tuple[Account, Introduction]:
        """Whose account it is, and how it shows itself. Raises NotFound, NotAllowed, BadInput (another brand)."""
        grant = await self._mine(handle, who)
        return _account(grant), await self._accounts.introduced(_account(grant), self._secrets(grant))

    async def face(self, handle: str, who: Traveller) -> Face | None:
        """The profile's picture, None when there is none that can be shown. Raises as `look` does."""
        grant = await self._mine(handle, who)
        return await self._accounts.face(_account(grant), self._secrets(grant))

    async def confirm(self, handle: str, who: Traveller, name: str) -> Settled:
        """Keep what `look` showed, under this name; what no owner connected waits for one.

        Raises what `look`, `Accounts.keep` and `WaitingAccounts.add` raise.
        """
        grant = await self._mine(handle, who)
        account = _account(grant).changed(name=name)
        connected = await self._waiting.keep_or_wait(account, self._secrets(grant), who.member)
        await self._grants.take(handle, "p", self._clock.now())
        return connected

    async def decline(self, handle: str, who: Traveller) -> None:
        """Not this one: what was pasted is forgotten."""
        grant = await self._mine(handle, who)
        await self._grants.take(handle, "p", self._clock.now())
        await commit(self._database, await self._audited(grant, who.member, "declined"))

    async def _mine(self, handle: str, who: Traveller) -> Grant:
        kept = await self._grants.find(handle, "p", self._clock.now())
        if kept is None:
            ended()
        grant = kept.record
        same = (grant.workspace, grant.member, grant.session) == (who.member.workspace, who.member.id, who.session)
        if not same:
            await self._grants.take(handle, "p", self._clock.now())
            await commit(self._database, await self._audited(grant, who.member, "refused"))
            raise NotAllowed(
                "This connection was begun in another browser, or by somebody else.",
                kept="Nothing was connected.",
                do_next="Begin again in this one, under Settings, Accounts.",
            )
        may_connect(who.member, grant.brand)
        if who.brand != grant.brand:
            raise BadInput(
                "This connection was begun for another brand than the one that you look at now.",
                kept="Nothing was connected.",
                do_next="Choose that brand again, then load this page again.",
            )
        return grant

    def _secrets(self, grant: Grant) -> dict[str, str]:
        return dict(json.loads(self._vault.decrypt(grant.sealed)))

    async def _audited(self, grant: Grant, member: Member, what: str) -> Change:
        entry = await self._audit.prepare(
            grant.workspace,
            f"account connection {what}",
            subject=member.subject if member.workspace == grant.workspace else "",
            about=grant.member,
            at=self._clock.now(),
            brand=grant.brand,
            details={"channel": grant.channel, "server": grant.server, "why": ""},
        )
        return Change(grant.workspace).audit(entry)


def _account(grant: Grant) -> Account:
    if grant.account is None:
        ended()
    return grant.account
