"""How does a place on a channel become an account? It is tried first, with what was given; only then is it kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from bot.accounts.door import Doors, Given
from bot.accounts.faces import Face, Keeper, face_at, kept
from bot.channels.base import Account, Channel, Introduces, Introduction, Place, Places
from bot.clock import Clock
from bot.errors import BadInput, Conflict, NotFound
from storage.accounts import Health
from storage.record import new_id

MOST_NAME = 80
FACE_SECONDS = 10  # somebody waits for the account, which is more than its face
TRIES = 5  # where several accounts are connected at once


class SecretWriter(Protocol):
    async def put(self, workspace: str, account: str, name: str, value: str) -> None:
        """Keep a credential, encrypted, in place of an earlier one of this name."""
        ...

    async def delete(self, workspace: str, account: str, name: str = "") -> int:
        """Drop the credential, or all of the account; how many."""
        ...


class AccountBook(Protocol):
    """Where accounts are kept; each write is one compare-and-set with its audit entry."""

    async def all(self, workspace: str) -> Sequence[tuple[Account, int]]:
        """Every account with the version that it was read at."""
        ...

    async def save(self, account: Account, *, ver: int | None, kind: str, by: str) -> None:
        """Keep it (`ver` None: a new one) and audit `kind`. Raises Conflict."""
        ...

    async def bound(self, workspace: str) -> int | None:
        """How often an account was connected, to be read before `all`."""
        ...

    async def bind(self, account: Account, *, ver: int | None, by: str, bound: int | None) -> None:
        """Keep it as connected now. Raises Conflict, also when another one was connected since `bound` was read."""
        ...

    async def elsewhere(self, account: Account) -> bool:
        """Whether another workspace of this installation has an open account of this place."""
        ...

    async def claim(self, account: Account) -> bool:
        """Its place is this account's from now on; False where another one's is open."""
        ...

    async def release(self, account: Account) -> None:
        """Its place may be another one's from now on."""
        ...


Admit = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[tuple[Mapping[str, str], Mapping[str, str]]]]


async def as_given(
    channel: str, options: Mapping[str, str], secrets: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return options, secrets


class Accounts:
    """Connecting and closing accounts of a workspace's brands. `give_back` ends an access that a server gave;
    `admitted` (`Access.admitted`) gets one in place of what it is got with, and is to be asked before `tried`. `faces`
    keeps profiles' pictures.
    """

    def __init__(
        self,
        book: AccountBook,
        *,
        channels: Mapping[str, Channel],
        secrets: SecretWriter,
        open_door: Doors,
        clock: Clock,
        give_back: Callable[[Account], Awaitable[object]],
        admitted: Admit = as_given,
        faces: Keeper | None = None,
    ) -> None:
        self._book = book
        self._channels = channels
        self._secrets = secrets
        self._open_door = open_door
        self._clock = clock
        self._give_back = give_back
        self.admitted = admitted
        self._faces = faces

    async def connect(
        self,
        workspace: str,
        brand: str,
        channel: str,
        name: str,
        options: Mapping[str, str],
        secrets: Mapping[str, str],
        *,
        by: str = "",
    ) -> Account:
        """The account, verified at the channel and kept: `admitted`, `tried`, `keep`. Raises what these raise."""
        options, secrets = await self.admitted(channel, options, secrets)
        found = await self.tried(workspace, brand, channel, name, options, secrets)
        return await self.keep(found, secrets, by=by)

    async def tried(
        self,
        workspace: str,
        brand: str,
        channel: str,
        name: str,
        options: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> Account:
        """The account as the channel says it is; nothing is kept.

        Raises BadInput (unknown channel, unusable name or options), ChannelRefused (the channel said no).
        """
        adapter = self._channels.get(channel)
        if adapter is None:
            raise BadInput(
                "There is no such channel.", do_next=f"There are: {', '.join(sorted(self._channels)) or 'none'}."
            )
        candidate = Account(
            id=new_id("a"),
            workspace=workspace,
            brand=brand,
            channel=channel,
            name=_clean(name),
            options=dict(options),
            created_at=self._clock.now(),
        )
        return await adapter.connect(candidate, self._open_door(candidate, secrets=Given(secrets)))

    async def places(self, found: Account, secrets: Mapping[str, str]) -> tuple[Place, ...]:
        """What a tried access may post as, where that is more than one. Raises ChannelRefused, ProvenNotSent."""
        adapter = self._channels[found.channel]
        if not isinstance(adapter, Places):
            return ()
        offered = await adapter.places(found, self._open_door(found, secrets=Given(secrets)))
        return offered if len(offered) > 1 else ()

    async def introduced(self, found: Account, secrets: Mapping[str, str]) -> Introduction:
        """How a tried account shows itself there, as far as its channel tells; empty without. Never raises."""
        adapter = self._channels[found.channel]
        if not isinstance(adapter, Introduces):
            return Introduction(last_post=None)
        return await adapter.introduce(found, self._open_door(found, secrets=Given(secrets)))

    async def face(self, found: Account, secrets: Mapping[str, str]) -> Face | None:
        """Its profile's picture; None when there is none that can be shown."""
        shown = await self.introduced(found, secrets)
        return await face_at(self._open_door(found, secrets=Given(secrets)), shown.avatar)

    async def known(self, found: Account) -> Account | None:
        """The account that is kept for the same place, open or closed."""
        return next((each for each, _ in await self._book.all(found.workspace) if _place(each) == _place(found)), None)

    async def fits(self, found: Account) -> Account:
        """What was tried, with a name that people can say; nothing is kept.

        Raises BadInput (a name that another account has, an account that serves another brand, here or in another
        workspace).
        """
        fitting = self._fitting(found, await self._book.all(found.workspace))
        if await self._book.elsewhere(fitting):
            raise _serves_elsewhere()
        return fitting

    async def keep(self, found: Account, secrets: Mapping[str, str], *, by: str, connector: str = "") -> Account:
        """Keep what was tried. The same place again is the same account, renewed; another place is another account,
        whatever its name, so that approvals for the one never go to the other. `connector` is who connected it where
        that is not who said yes.

        Raises what `fits` raises, Conflict.
        """
        written, face = "", await self._face_of(found, secrets)
        for tries_left in reversed(range(TRIES)):
            bound = await self._book.bound(found.workspace)
            try:
                account, ver = self._renewed(found, await self._book.all(found.workspace), connector or by, face)
                if not await self._book.claim(account):
                    # Of two that connect one place at once the other came first: a brand of this workspace, or not.
                    _refuse_second_brand(found, [each for each, _ in await self._book.all(found.workspace)])
                    raise _serves_elsewhere()
            except BadInput:
                await self._forget_secrets(found.workspace, written)
                raise
            # Secrets first: an account without its secret fails at nine o'clock, a secret without account harms nobody.
            for secret_name, value in secrets.items():
                await self._secrets.put(account.workspace, account.id, secret_name, value)
            written = account.id
            try:
                await self._book.bind(account, ver=ver, by=by, bound=bound)
            except Conflict:
                if not tries_left:
                    raise
                continue
            if not await self._book.claim(account):  # another workspace took it in the same moment
                closed = account.changed(closed_at=self._clock.now(), face="")
                await self._book.save(closed, ver=(ver or 0) + 1, kind="account closed", by=by)
                await self._forget_secrets(found.workspace, account.id)
                raise _serves_elsewhere()
            return account
        raise AssertionError("each try returns or raises")

    def _renewed(
        self, found: Account, kept: Sequence[tuple[Account, int]], connector: str, face: str
    ) -> tuple[Account, int | None]:
        """What was tried, as the account that it is from now on. Raises BadInput."""
        found = self._fitting(found, kept)
        same = _same(found, kept)
        if same is None:
            return found.changed(id=_id_of(found), connected_by=connector, face=face), None
        old, ver = same
        again = old.changed(
            name=found.name,
            handle=found.handle,
            options=found.options,
            page=found.page,
            face=face or old.face,
            health=Health(),
            connected_by=connector or old.connected_by,
            closed_at=None,
        )
        return again, ver

    async def _forget_secrets(self, workspace: str, account_id: str) -> None:
        """Of what did not become an account."""
        open_ones = {each.id for each, _ in await self._book.all(workspace) if each.closed_at is None}
        if account_id and account_id not in open_ones:
            await self._secrets.delete(workspace, account_id)

    async def _face_of(self, found: Account, secrets: Mapping[str, str]) -> str:
        """Its profile's picture, kept; empty without. Nothing waits for it for long, or ends with it."""
        if self._faces is None:
            return ""
        try:
            async with asyncio.timeout(FACE_SECONDS):
                return await kept(await self.face(found, secrets), self._faces)
        except TimeoutError:
            return ""

    def _fitting(self, found: Account, kept: Sequence[tuple[Account, int]]) -> Account:
        found, same = found.changed(name=_clean(found.name)), _same(found, kept)
        _refuse_second_brand(found, [account for account, _ in kept])
        _refuse_taken_name(found, [account for account, _ in kept if same is None or account.id != same[0].id])
        return found

    async def close(self, workspace: str, account_id: str, *, by: str = "") -> Account:
        """Disconnect: nothing is sent there any more, its secrets are gone, and an access that was given by OAuth is
        given back as far as the server can be reached. Raises NotFound, Conflict.
        """
        for account, ver in await self._book.all(workspace):
            if account.id == account_id and account.closed_at is None:
                closed = account.changed(closed_at=self._clock.now(), face="")
                await self._book.save(closed, ver=ver, kind="account closed", by=by)
                await self._book.release(account)
                await self._give_back(account)
                await self._secrets.delete(workspace, account_id)
                return closed
        raise NotFound("There is no such account.", do_next="Look at the list of accounts.")


def _place(account: Account) -> tuple[str, ...]:
    return (account.brand, account.channel, account.remote_id, account.server, account.destination)


def _same(found: Account, kept: Sequence[tuple[Account, int]]) -> tuple[Account, int] | None:
    return next(((account, ver) for account, ver in kept if _place(account) == _place(found)), None)


def _id_of(account: Account) -> str:
    """Made from the place, so that two who connect it at the same moment meet in one record and one is told."""
    place = "\0".join((account.workspace, *_place(account)))
    return "a_" + base64.b32encode(hashlib.sha256(place.encode()).digest()).decode().lower()[:16]


def _clean(name: str) -> str:
    text = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if not text or len(text) > MOST_NAME:
        raise BadInput(f"An account needs a name of at most {MOST_NAME} characters.")
    return text


def _refuse_second_brand(account: Account, others: Sequence[Account]) -> None:
    """What one brand's people approve must never come out under another brand's name."""
    for other in others:
        there = _place(other)[1:] == _place(account)[1:]
        if there and other.brand != account.brand and other.closed_at is None:
            raise BadInput(
                "This account serves another brand already.",
                kept="Nothing was connected.",
                do_next="Disconnect it there first, or connect another account here.",
            )


def _serves_elsewhere() -> BadInput:
    return BadInput(
        "This account serves a brand in another workspace of this AdMind already.",
        kept="Nothing was connected.",
        do_next="Have it disconnected there first, or connect another account here.",
    )


def _refuse_taken_name(account: Account, others: Sequence[Account]) -> None:
    """People say names: two open accounts of a brand must not share one."""
    for other in others:
        same = other.brand == account.brand and other.name.casefold() == account.name.casefold()
        if same and other.closed_at is None:
            raise BadInput(f"There is already an account called {account.name}.", do_next="Give this one another name.")
