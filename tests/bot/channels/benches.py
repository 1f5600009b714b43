"""What benches of all adapters share: an account, and the real door over a real client and a clock that stands."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from httpx2 import Request, Response

from bot.accounts.door import AccountDoor, Given, HttpClient, always
from bot.channels.base import Account, Door
from bot.fetch import Line
from storage.errors import NotFound
from tests.bot.channels.handed_contract import AT, PAIR

BASE_URL = "https://news.velo.example"


class Standing:
    """A clock that stands at the suite's time."""

    def now(self) -> datetime:
        return AT

    def offset(self) -> timedelta:
        return timedelta(0)


class Blobs:
    def __init__(self, *found: bytes) -> None:
        self._found = {hashlib.sha256(data).hexdigest(): data for data in found}

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self._found:
            raise NotFound("There is no such picture.")
        return self._found[sha256]


class NoNetwork:
    """The client of a channel that needs none: using it is a fault."""

    @property
    def request(self) -> Callable[..., Awaitable[Response]]:
        raise AssertionError("this channel uses no network")

    @property
    def build_request(self) -> Callable[..., Request]:
        raise AssertionError("this channel uses no network")

    @property
    def send(self) -> Callable[..., Awaitable[Response]]:
        raise AssertionError("this channel uses no network")

    async def dial_mail(self, host: str, port: int) -> Line:
        raise AssertionError("this channel uses no network")


def blank_account(channel: str, *, options: Mapping[str, str] | None = None) -> Account:
    return Account(
        id="a_23456789abcd",
        workspace="w_1",
        brand="b_velo",
        channel=channel,
        name="Velo",
        options=dict(options or {}),
        created_at=AT,
    )


def door_for(
    account: Account,
    *,
    client: HttpClient | None = None,
    secrets: Mapping[str, str] | None = None,
    blobs: Sequence[bytes] = (),
    check: Callable[[], Awaitable[None]] = always,
    deadline: timedelta = timedelta(seconds=20),
) -> Door:
    return AccountDoor(
        account,
        secrets=Given(secrets or {}),
        blobs=Blobs(*blobs, *PAIR),
        client=client or NoNetwork(),
        base_url=BASE_URL,
        clock=Standing(),
        check=check,
        deadline=deadline,
    )
