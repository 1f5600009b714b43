"""What may an adapter use for one account and one call? Its secrets, approved bytes, the safe client, the check."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from httpx2 import Request, Response

from bot.channels.base import Account, ChannelRefused, Door, ProvenNotSent
from bot.channels.feed_formats import media_path
from bot.channels.handed import Carries, Guard
from bot.clock import Clock
from bot.errors import AdMindError
from bot.fetch import Line
from storage.blobs.base import Lends
from storage.sealed import Medium, SealedPayload

LENT_FOR = timedelta(hours=1)  # far longer than any attempt: platforms fetch while a post is handed over
DEFAULT_DEADLINE = timedelta(seconds=30)
BEGUN = "renewing"  # the secret that says which renewal was begun; empty after its end
READS = ("GET", "HEAD")
LARGE_BYTES = 100_000  # from here on a thread compares
AT_ONCE_SECONDS, SOON_SECONDS = 0.2, 5.0  # until new secrets can be had: they are there, or a server is asked for them


class SecretReader(Protocol):
    async def get(self, workspace: str, account: str, name: str) -> str | None:
        """The credential in clear, or None when there is none by this name."""
        ...


class BlobReader(Protocol):
    async def get(self, sha256: str) -> bytes:
        """Raises AdMindError when it is not there."""
        ...


class HttpClient(Protocol):
    """`bot.fetch.safe_client`'s client."""

    @property
    def request(self) -> Callable[..., Awaitable[Response]]: ...

    @property
    def build_request(self) -> Callable[..., Request]: ...

    @property
    def send(self) -> Callable[..., Awaitable[Response]]: ...

    async def dial_mail(self, host: str, port: int) -> Line: ...


async def always() -> None:
    """The check of calls that publish nothing: connecting, reading, looking up."""


class AccountDoor:
    """The real Door. It has no repr of its own parts: what it holds must not reach a log."""

    def __init__(
        self,
        account: Account,
        *,
        secrets: SecretReader,
        blobs: BlobReader,
        client: HttpClient,
        base_url: str,
        clock: Clock,
        check: Callable[[], Awaitable[None]] = always,
        deadline: timedelta = DEFAULT_DEADLINE,
        lends: Lends | None = None,
    ) -> None:
        self.account = account
        self._guard: Guard | None = None
        self._lends = lends
        self._secrets = secrets
        self._blobs = blobs
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._check = check
        self._deadline = deadline
        self._lent: dict[str, str] = {}

    async def secret(self, name: str) -> str:
        """Raises ChannelRefused when it is not there or cannot be read, ProvenNotSent when trying later may help."""
        try:
            value = await self._secret(name)
        except AdMindError as error:
            raise _before_sending(error, code="unauthorized") from error
        if not value:
            raise ChannelRefused(
                f"{self.account.name} lacks a key that it needs.",
                code="unauthorized",
                kept="Nothing was sent.",
                do_next="Connect it again.",
            )
        self._lent[name] = value
        return value

    async def renewed(self) -> float | None:
        """See `Door`. A database that is away may hold others, too."""
        try:
            held = {name: await self._secret(name) for name in (*self._lent, BEGUN)}
        except AdMindError as error:
            return error.retry_after_seconds
        if any(held[name] and held[name] != value for name, value in self._lent.items()):
            return AT_ONCE_SECONDS
        return SOON_SECONDS if held[BEGUN] else None

    async def _secret(self, name: str) -> str | None:
        return await self._secrets.get(self.account.workspace, self.account.id, name)

    async def blob(self, sha256: str) -> bytes:
        """Raises ChannelRefused when the approved bytes cannot be had, ProvenNotSent when trying later may help."""
        try:
            found = await self._blobs.get(sha256)
        except AdMindError as error:
            raise _before_sending(error, code="picture") from error
        if hashlib.sha256(found).hexdigest() != sha256:
            raise ChannelRefused(
                "A picture on the disk differs from the one that was approved.",
                code="picture",
                kept="Nothing was sent.",
                do_next="Choose the picture again and have it approved.",
            )
        if self._guard is not None:
            self._guard.approved.blobs[sha256] = found
        return found

    def sending(self, payload: SealedPayload) -> AccountDoor:
        """This door, from now on for sending this payload alone: each write is compared with it."""
        self._guard = Guard(payload)
        return self

    def named(self, medium: Medium, name: str, *, found: bool = False) -> None:
        if self._guard is not None:
            self._guard.named(medium, name, found=found)

    async def compare(self, data: bytes, kind: str, carries: Carries) -> None:
        if self._guard is not None:
            await self._judge(self._guard, data, kind, carries, lambda built: bytes(built["content"]))

    async def check(self) -> None:
        await self._check()
        if self._guard is not None:
            self._guard.announced()

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def request(self) -> Callable[..., Awaitable[Response]]:
        return self._request

    async def dial_mail(self, host: str, port: int) -> Line:
        return await self._client.dial_mail(host, port)

    @property
    def seconds(self) -> float:
        return self._deadline.total_seconds()

    def public(self, path: str) -> str:
        return f"{self._base_url}/{path.lstrip('/')}"

    async def fetched_from(self, medium: Medium) -> str:
        """On the public edge, which shows it from the first attempt on; or of the bucket, for an hour."""
        if self._lends is None:
            found = self.public(media_path(medium))
        else:
            await self.blob(medium.sha256)  # the edge verifies what it serves; a bucket serves whatever lies there
            found = self._lends.address(medium.sha256, medium.mime, LENT_FOR)
        if self._guard is not None:
            self._guard.approved.addresses[medium.sha256] = found
        return found

    async def _request(self, method: str, url: str, *, carries: Carries | None = None, **options: Any) -> Response:
        async with asyncio.timeout(self._deadline.total_seconds()):
            if self._guard is None or method in READS:
                return await self._client.request(method, url, **options)
            request = self._client.build_request(method, url, **options)
            body, kind = await request.aread(), request.headers.get("content-type", "")

            def again(built: Mapping[str, Any]) -> bytes:  # with the same boundary, where it has one
                twin = self._client.build_request(method, url, headers={"content-type": kind}, **built)
                return twin.read()

            await self._judge(self._guard, body, kind, carries, again)
            return await self._client.send(request)

    async def _judge(
        self, guard: Guard, body: bytes, kind: str, carries: Carries | None, again: Callable[[Mapping[str, Any]], bytes]
    ) -> None:
        """Raises HandedDiffers. On a thread where it takes its time: other posts go on meanwhile."""

        def judge() -> None:
            guard.judge(body, kind, carries, lambda given: again(given.built(guard.approved)))

        await asyncio.to_thread(judge) if len(body) > LARGE_BYTES else judge()


class Doors:
    """Opens doors for `Publisher(open_door=…)` and for `Accounts`; holds what all doors share."""

    def __init__(
        self,
        *,
        secrets: SecretReader,
        blobs: BlobReader,
        client: HttpClient,
        base_url: str,
        clock: Clock,
        lends: Lends | None = None,
    ) -> None:
        """`lends`: what channels that fetch get their pictures from, in place of the public edge."""
        self._lends = lends
        self._secrets = secrets
        self._blobs = blobs
        self._client = client
        self._base_url = base_url
        self._clock = clock

    def __call__(
        self,
        account: Account,
        check: Callable[[], Awaitable[None]] = always,
        deadline: timedelta = DEFAULT_DEADLINE,
        *,
        secrets: SecretReader | None = None,
    ) -> Door:
        """`secrets` in place of the kept ones: for credentials that are still to be tried."""
        return AccountDoor(
            account,
            secrets=secrets or self._secrets,
            blobs=self._blobs,
            client=self._client,
            base_url=self._base_url,
            clock=self._clock,
            check=check,
            deadline=deadline,
            lends=self._lends,
        )


class Given:
    """Secrets as a person has just given them, before anything is kept."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    async def get(self, workspace: str, account: str, name: str) -> str | None:
        return self._values.get(name)


def _before_sending(error: AdMindError, *, code: str) -> AdMindError:
    """Adapters gather what they need before the first byte leaves, so a failure here is never a doubt."""
    if error.retry_after_seconds is not None:
        return ProvenNotSent(error.what, kept="Nothing was sent.", retry_after_seconds=error.retry_after_seconds)
    return ChannelRefused(error.what, code=code, kept="Nothing was sent.", do_next=error.do_next)
