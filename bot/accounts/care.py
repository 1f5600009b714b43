"""Looking after accounts whose access was given by a server: renewed in time, and broken with words when refused.

Accounts are looked after side by side: a server that hangs keeps no other account waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

from bot.accounts.access import LOST, TIMES, Access
from bot.accounts.connect import AccountBook
from bot.accounts.door import Doors
from bot.channels.base import Account, Channel, ChannelRefused
from bot.clock import Clock
from bot.errors import AdMindError, Conflict
from storage.accounts import Health
from storage.ledger import Busy

log = logging.getLogger(__name__)

AT_ONCE = 16  # accounts
LONGEST_SECONDS = 90.0  # for one account
TRIES = 5
REFUSED = "The server does not renew AdMind's access any more. It works until that access ends."
CUT_OFF = "AdMind was cut off while it renewed its access, so the new one is lost. It works until the old one ends."


class Care:
    """`channels` are those whose accounts live by such an access."""

    def __init__(
        self, book: AccountBook, *, channels: dict[str, Channel], access: Access, open_door: Doors, clock: Clock
    ) -> None:
        self._book = book
        self._channels = channels
        self._access = access
        self._open_door = open_door
        self._clock = clock

    async def renew_all(self, workspaces: Collection[str]) -> None:
        """Renew every access of which two thirds of its life are over."""

        async def renew(account: Account) -> None:
            if self._access.renewable(account):
                renewed = await self._renew(account)
                if not renewed or account.health.state == "broken":
                    await self._ask(account.workspace, account.id, by="")

        await self._each(workspaces, renew)

    async def examine_all(
        self, workspaces: Collection[str], fired: datetime | None = None, every: timedelta = timedelta(0)
    ) -> None:
        """Examine all; when that is `fired` by the clock, only those whose channel may be asked that often."""

        async def examine(account: Account) -> None:
            rests = self._channels[account.channel].capabilities.asked_every
            if fired is None or not every or fired.timestamp() % rests.total_seconds() < every.total_seconds():
                await self.examine(account.workspace, account.id)

        await self._each(workspaces, examine)

    async def examine(self, workspace: str, account_id: str, *, by: str = "") -> Account | None:
        """Ask the server whether the access still holds and for whom, and keep what changed; its limits too.

        What is to be renewed is renewed first: after a night asleep an access of two hours is over, and not refused.
        The account as it is now, None when it is none that is looked after. A server that cannot be reached changes
        nothing: only a refused access, and one for somebody else, makes an account broken.
        """
        found = await self._find(workspace, account_id)
        if found is not None and self._access.renewable(found[0]):
            await self._renew(found[0])
        return await self._ask(workspace, account_id, by=by)

    async def _each(self, workspaces: Collection[str], work: Callable[[Account], Awaitable[object]]) -> None:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(account: Account) -> None:
            async with free:
                try:
                    async with asyncio.timeout(LONGEST_SECONDS):
                        await work(account)
                except (AdMindError, TimeoutError):  # the others are looked after all the same, and this one next time
                    log.warning("account was not looked after account=%s", account.id, exc_info=True)

        async with asyncio.TaskGroup() as group:
            for workspace in workspaces:
                for account, _ in await self._book.all(workspace):
                    if account.closed_at is None and account.channel in self._channels:
                        group.create_task(one(account))

    async def _ask(self, workspace: str, account_id: str, *, by: str) -> Account | None:
        found = await self._find(workspace, account_id)
        if found is None or found[0].channel not in self._channels:
            return None
        account, ver = found
        held = await self._access.token(account)
        try:
            now = await self._channels[account.channel].connect(account, self._open_door(account))
        except ChannelRefused as refused:
            if refused.code != "unauthorized":
                return account
            if await self._access.token(account) != held:  # renewed meanwhile: what was refused is the old one
                return account
            return await self._keep(account, ver, "The server no longer accepts AdMind's access.", by=by)
        except AdMindError:
            return account
        place = (account.remote_id, account.server, account.destination)
        if (now.remote_id, now.server, now.destination) != place:
            return await self._keep(account, ver, "The access is for another account now.", by=by)
        return await self._keep(account.changed(options=now.options, handle=now.handle), ver, "", was=account, by=by)

    async def _keep(self, account: Account, ver: int, trouble: str, *, by: str, was: Account | None = None) -> Account:
        """`trouble` makes it broken; without any it is well again, but for an access that nobody can renew."""
        state, held = "broken" if trouble else "ok", account.health
        if held.state == "attention" and not trouble:
            state = "attention"
        if held.state != state or (trouble and held.reason != trouble):
            health = Health(state="broken", reason=trouble, since=self._clock.now()) if trouble else Health()
            account = account.changed(health=health)
        elif was is None or was.options == account.options:
            return account
        try:
            await self._book.save(account, ver=ver, kind=f"account {'broken' if trouble else 'looked at'}", by=by)
        except Conflict:  # somebody else changed it: the next look sees more
            return account
        return account

    async def _renew(self, account: Account) -> bool:
        """Whether its access is a new one, by this worker or another."""
        try:
            times = await self._access.renew(account)
        except Busy:
            return False
        except ChannelRefused as refused:
            log.warning("access was not renewed account=%s why=%s", account.id, refused.code)
            if refused.code != "unreachable":
                await self._attention(account, CUT_OFF if refused.code == LOST else REFUSED)
            return False
        except AdMindError:
            log.warning("access was not renewed account=%s", account.id)
            return False
        if times is not None:
            await self._changed(account, lambda now: _renewed(now, times), kind="access renewed")
        return True

    async def _attention(self, account: Account, reason: str) -> None:
        health = Health(state="attention", reason=reason, since=self._clock.now())

        def noted(now: Account) -> Account | None:
            return None if now.health.state != "ok" else now.changed(health=health)

        await self._changed(account, noted, kind="access not renewed")

    async def _changed(self, account: Account, change: Callable[[Account], Account | None], *, kind: str) -> None:
        """Changed however often others change it meanwhile; None from `change` leaves it as it is."""
        for _ in range(TRIES):
            found = await self._find(account.workspace, account.id)
            changed = change(found[0]) if found is not None else None
            if found is None or changed is None:
                return
            try:
                await self._book.save(changed, ver=found[1], kind=kind, by="")
            except Conflict:
                continue
            return

    async def _find(self, workspace: str, account_id: str) -> tuple[Account, int] | None:
        """The account while it is open, with its version."""
        for account, ver in await self._book.all(workspace):
            if account.id == account_id and account.closed_at is None:
                return account, ver
        return None


def _renewed(account: Account, times: Mapping[str, str]) -> Account:
    kept = {name: value for name, value in account.options.items() if name not in TIMES}
    health = Health() if account.health.state == "attention" else account.health
    return account.changed(options={**kept, **times}, health=health)
