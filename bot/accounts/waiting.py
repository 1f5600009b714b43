"""An account that a member connected waits for an owner's word; until then it is none, and nothing can go out there.

Its access is kept, encrypted, for seven days. A no, and silence, give it back. A decision is kept before it is carried
out: what a crash left half done is finished by `sweep`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Literal, Protocol

from bot.accounts.access import Access, Secrets, undated
from bot.accounts.connect import Accounts, SecretWriter
from bot.accounts.faces import Face
from bot.accounts.traveller import connects, may_connect
from bot.channels.base import Account, ChannelRefused, Introduction
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.record import new_id
from storage.redis import Database
from storage.stores import Kept, TeamStore
from storage.team import Member, Role
from storage.waiting import Waiting, WaitingStore

__all__ = ["Settled", "Waiting", "WaitingAccounts"]  # handlers know `bot` only
log = logging.getLogger(__name__)

LIFE = timedelta(days=7)
MOST = 20  # a brand: whoever connects more at once means something else
AT_WORK = timedelta(minutes=2)  # how long whoever decided has to carry it out before `sweep` does
Settled = Account | Waiting  # counts, or waits for an owner
Ended = Literal["confirmed", "declined", "lapsed"]


class SecretKeeper(Secrets, SecretWriter, Protocol):
    async def all(self, workspace: str, account: str) -> dict[str, str]:
        """Every secret of an account by its name."""
        ...


class WaitingAccounts:
    def __init__(
        self,
        database: Database,
        *,
        accounts: Accounts,
        access: Access,
        secrets: SecretKeeper,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = WaitingStore(database)
        self._team = TeamStore(database)
        self._accounts = accounts
        self._access = access
        self._secrets = secrets
        self._audit = audit
        self._clock = clock

    async def keep_or_wait(self, found: Account, secrets: Mapping[str, str], by: Member) -> Settled:
        """What was tried counts at once for an owner; any other member's waits. Raises what both ways raise."""
        if by.may(found.brand, Role.owner):
            return await self._accounts.keep(found, secrets, by=by.id)
        return await self.add(found, secrets, by)

    async def add(self, found: Account, secrets: Mapping[str, str], by: Member) -> Waiting:
        """Let what was tried wait; the owners are told. The same account again, by the same member, waits anew.

        Raises NotAllowed, BadInput (what `Accounts.fits` raises, another member's waits already, too many wait).
        """
        may_connect(by, found.brand)
        found = await self._accounts.fits(found)
        standing = await self._open(found.workspace)
        same = next((each for each in standing if _there(each.account) == _there(found)), None)
        if same is not None and (same.member, same.brand) != (by.id, found.brand):
            raise BadInput(
                "This account waits for an owner's word already.",
                kept="Nothing was connected.",
                do_next="Ask an owner to look under Settings, Accounts.",
            )
        if same is None and sum(each.brand == found.brand for each in standing) >= MOST:
            raise BadInput(
                "Too many accounts wait for an owner's word.",
                kept="Nothing was connected.",
                do_next="Ask an owner to decide about them first.",
            )
        now, waiting_id = self._clock.now(), same.id if same is not None else new_id("wa")
        waiting = Waiting(
            id=waiting_id,
            workspace=found.workspace,
            brand=found.brand,
            member=by.id,
            account=found.changed(id=waiting_id),
            made_at=now,
            expires_at=now + LIFE,
        )
        for name, value in secrets.items():
            await self._secrets.put(found.workspace, waiting_id, name, value)
        kept = await self._store.find(found.workspace, waiting_id)
        change = await self._audited(waiting, by, "waits")
        change.due(f"note:waiting:{waiting_id}", milliseconds(now))
        self._store.put(change, waiting, waiting_id, ver=kept.ver if kept else None, at=now.timestamp())
        await commit(self._database, change)
        return waiting

    async def of(self, workspace: str, brand: str) -> tuple[Waiting, ...]:
        """Those of a brand that wait, the oldest first."""
        return tuple(each for each in await self._open(workspace) if each.brand == brand)

    async def look(self, workspace: str, waiting_id: str, by: Member) -> Waiting:
        """What an owner is to decide on, or what the member who connected it may take back; with an access that is
        good now. Raises NotFound (also for people of other brands), NotAllowed.
        """
        return await self._fresh(await self._seen(workspace, waiting_id, by))

    async def introduced(self, waiting: Waiting) -> Introduction:
        """How it shows itself there now. Never raises for what the channel does."""
        return await self._accounts.introduced(waiting.account, await self._held(waiting))

    async def face(self, waiting: Waiting) -> Face | None:
        return await self._accounts.face(waiting.account, await self._held(waiting))

    async def confirm(self, workspace: str, waiting_id: str, by: Member, name: str) -> Account:
        """An owner's yes: tried once more, and from now on it counts.

        Raises NotFound, NotAllowed (no owner), BadInput (what `Accounts.fits` raises; who connected it left; it is
        another account now), ChannelRefused (the access does not hold any more), Conflict (decided meanwhile).
        """
        kept = await self._seen(workspace, waiting_id, by)
        if not by.may(kept.record.brand, Role.owner):
            raise NotAllowed("Only an owner of this brand can confirm an account.", kept="It waits.")
        await self._still_there(kept.record)
        waiting = await self._fresh(kept)
        was, secrets = waiting.account, await self._held(waiting)
        now = await self._accounts.tried(was.workspace, was.brand, was.channel, name, was.options, secrets)
        if _there(now) != _there(was):
            raise BadInput(
                "The access is for another account now.", kept="It waits.", do_next="Decline it, and have it connected."
            )
        known = await self._accounts.known(now)
        chosen = undated(known.options) if known is not None else {}
        now = await self._accounts.fits(now.changed(options={**chosen, **now.options}))
        decided = waiting.changed(account=now.changed(id=waiting.id))
        decided = await self._decide(decided, by, "confirmed")
        try:
            return await self._carry_out(decided)
        except BadInput:  # of two accounts that were confirmed at once, the other came first
            await self._give_back(await self._decide(decided, None, "lapsed"))
            raise

    async def decline(self, workspace: str, waiting_id: str, by: Member) -> Waiting:
        """An owner's no, or the member's own change of mind: the access is given back and forgotten.

        Raises NotFound, NotAllowed, Conflict.
        """
        kept = await self._seen(workspace, waiting_id, by)
        decided = await self._decide(kept.record, by, "declined")
        await self._give_back(decided)
        return decided

    async def sweep(self, workspaces: Collection[str]) -> None:
        """End what nobody decided about in time, and finish what was decided and not carried out."""
        now = self._clock.now()
        for workspace in workspaces:
            for each in await self._store.every(workspace):
                try:
                    if each.state == "waiting" and now >= each.expires_at:
                        await self._give_back(await self._decide(each, None, "lapsed"))
                    elif each.decided_at is not None and now >= each.decided_at + AT_WORK:
                        await self._finish(each)
                except AdMindError:  # the others are looked after all the same, and this one next time
                    log.warning("account that waits was not looked after account=%s", each.id, exc_info=True)

    async def _finish(self, decided: Waiting) -> None:
        if decided.state != "confirmed":
            await self._give_back(decided)
            return
        try:
            await self._carry_out(decided)
        except BadInput:
            await self._give_back(await self._decide(decided, None, "lapsed"))

    async def _carry_out(self, decided: Waiting) -> Account:
        secrets = await self._held(decided)
        account = await self._accounts.keep(decided.account, secrets, by=decided.decided_by, connector=decided.member)
        await self._forget(decided)
        return account

    async def _give_back(self, decided: Waiting) -> None:
        await self._access.give_back(decided.account)
        await self._forget(decided)

    async def _forget(self, decided: Waiting) -> None:
        await self._secrets.delete(decided.workspace, decided.id)
        await commit(self._database, self._store.forget(Change(decided.workspace), decided))

    async def _decide(self, waiting: Waiting, by: Member | None, what: Ended) -> Waiting:
        """Of two who decide at once one does. Raises Conflict."""
        now = self._clock.now()
        kept = await self._store.find(waiting.workspace, waiting.id)
        if kept is None or kept.record.state != ("confirmed" if waiting.state == "confirmed" else "waiting"):
            raise Conflict("This was decided a moment ago.", kept="Nothing was changed by you.")
        decided = waiting.changed(state=what, decided_by=by.id if by else "", decided_at=now)
        change = await self._audited(decided, by, what)
        change.due(f"note:waiting:{decided.id}", milliseconds(now))
        self._store.put(change, decided, decided.id, ver=kept.ver, at=decided.made_at.timestamp())
        await commit(self._database, change)
        return decided

    async def _fresh(self, kept: Kept[Waiting]) -> Waiting:
        """With an access that is renewed, where that of two hours ended long ago."""
        waiting = kept.record
        if not self._access.renewable(waiting.account):
            return waiting
        try:
            times = await self._access.renew(waiting.account)
        except AdMindError:  # what it is worth now is seen when it is tried
            log.warning("access was not renewed account=%s", waiting.id)
            return waiting
        if times is None:  # another one did
            again = await self._store.find(waiting.workspace, waiting.id)
            return again.record if again is not None else waiting
        options = {**undated(waiting.account.options), **times}
        fresh = waiting.changed(account=waiting.account.changed(options=options))
        change = Change(waiting.workspace)
        self._store.put(change, fresh, fresh.id, ver=kept.ver, at=fresh.made_at.timestamp())
        await commit(self._database, change)
        return fresh

    async def _seen(self, workspace: str, waiting_id: str, by: Member) -> Kept[Waiting]:
        kept = await self._store.find(workspace, waiting_id)
        waits = kept is not None and kept.record.state == "waiting" and self._clock.now() < kept.record.expires_at
        if kept is None or not waits or by.workspace != workspace or not by.roles.get(kept.record.brand):
            raise NotFound(
                "This account does not wait any more: somebody decided, or nobody did for seven days.",
                do_next="Look under Settings, Accounts.",
            )
        if not by.may(kept.record.brand, Role.owner) and by.id != kept.record.member:
            raise NotAllowed("Only an owner of this brand can confirm an account.", kept="It waits.")
        return kept

    async def _still_there(self, waiting: Waiting) -> None:
        member = await self._team.members.find(waiting.workspace, waiting.member)
        if member is None or not connects(member.record, waiting.brand):
            raise BadInput(
                "Who connected it does not work for this brand any more.",
                kept="It waits.",
                do_next="Decline it, and connect the account yourself.",
            )

    async def _open(self, workspace: str) -> list[Waiting]:
        found = await self._store.every(workspace)
        return [each for each in found if each.state == "waiting" and self._clock.now() < each.expires_at]

    async def _held(self, waiting: Waiting) -> dict[str, str]:
        held = await self._secrets.all(waiting.workspace, waiting.id)
        if not held and waiting.state == "waiting":
            raise ChannelRefused("Its key is gone.", code="unauthorized", do_next="Decline it, and connect it again.")
        return held

    async def _audited(self, waiting: Waiting, by: Member | None, what: str) -> Change:
        account = waiting.account
        entry = await self._audit.prepare(
            waiting.workspace,
            f"account connection {what}",
            subject=by.subject if by else "",
            about=waiting.member,
            at=self._clock.now(),
            brand=waiting.brand,
            details={"channel": account.channel, "server": account.server, "name": account.name, "why": ""},
        )
        return Change(waiting.workspace).audit(entry)


def _there(account: Account) -> tuple[str, ...]:
    return (account.channel, account.remote_id, account.server, account.destination)
