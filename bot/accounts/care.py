"""Looking after accounts whose access was given by a server: renewed in time, and broken with words when refused."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection

from bot.accounts.access import Access
from bot.accounts.connect import AccountBook
from bot.accounts.door import Doors
from bot.channels.base import Account, Channel, ChannelRefused
from bot.clock import Clock
from bot.errors import AdMindError, Conflict
from storage.accounts import Health

log = logging.getLogger(__name__)


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
        for workspace in workspaces:
            for account, ver in await self._book.all(workspace):
                if account.closed_at is None and self._access.renewable(account):
                    renewed = await self._renew(account, ver)
                    if not renewed or account.health.state == "broken":
                        await self._ask(workspace, account.id, by="")

    async def examine_all(self, workspaces: Collection[str]) -> None:
        for workspace in workspaces:
            for account, _ in await self._book.all(workspace):
                await self.examine(workspace, account.id)

    async def examine(self, workspace: str, account_id: str, *, by: str = "") -> Account | None:
        """Ask the server whether the access still holds and for whom, and keep what changed; its limits too.

        What is to be renewed is renewed first: after a night asleep an access of two hours is over, and not refused.
        The account as it is now, None when it is none that is looked after. A server that cannot be reached changes
        nothing: only a refused access, and one for somebody else, makes an account broken.
        """
        for account, ver in await self._book.all(workspace):
            if account.id == account_id and account.closed_at is None and self._access.renewable(account):
                await self._renew(account, ver)
        return await self._ask(workspace, account_id, by=by)

    async def _ask(self, workspace: str, account_id: str, *, by: str) -> Account | None:
        found = [pair for pair in await self._book.all(workspace) if pair[0].id == account_id]
        if not found or found[0][0].closed_at is not None or found[0][0].channel not in self._channels:
            return None
        account, ver = found[0]
        try:
            now = await self._channels[account.channel].connect(account, self._open_door(account))
        except ChannelRefused as refused:
            if refused.code != "unauthorized":
                return account
            return await self._keep(account, ver, "The server no longer accepts AdMind's access.", by=by)
        except AdMindError:
            return account
        place = (account.remote_id, account.server, account.destination)
        if (now.remote_id, now.server, now.destination) != place:
            return await self._keep(account, ver, "The access is for another account now.", by=by)
        return await self._keep(account.changed(options=now.options, handle=now.handle), ver, "", was=account, by=by)

    async def _keep(self, account: Account, ver: int, trouble: str, *, by: str, was: Account | None = None) -> Account:
        """`trouble` makes it broken; without any it is well again."""
        state, held = "broken" if trouble else "ok", account.health
        if held.state != state or held.reason != trouble:
            health = Health(state="broken", reason=trouble, since=self._clock.now()) if trouble else Health()
            account = account.changed(health=health)
        elif was is None or was.options == account.options:
            return account
        with contextlib.suppress(Conflict):  # somebody else changed it: the next look sees more
            await self._book.save(account, ver=ver, kind=f"account {'broken' if trouble else 'looked at'}", by=by)
        return account

    async def _renew(self, account: Account, ver: int) -> bool:
        """Whether it was."""
        try:
            renewed = await self._access.renew(account)
        except AdMindError:
            log.warning("access was not renewed account=%s", account.id)
            return False
        with contextlib.suppress(Conflict):
            await self._book.save(renewed, ver=ver, kind="access renewed", by="")
        return True
