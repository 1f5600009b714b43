"""Calls of the AT Protocol at one account's server (its PDS), what its answers mean, and its errors in words.

XRPC: https://atproto.com/specs/xrpc. Errors have a name; an access token that has lapsed is a 400 `ExpiredToken`
(packages/pds/src/auth-verifier.ts). A 429 says when in `ratelimit-reset`, seconds of the Unix epoch
(packages/xrpc-server/src/rate-limiter.ts). Records are read without a session: sessions are scarce, 30 in five minutes
and 300 a day (https://docs.bsky.app/docs/advanced-guides/rate-limits).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import rfc8785
from httpx2 import Response

from bot.channels.answers import ask, document, instant, judge, later
from bot.channels.base import ChannelRefused, Door, Introduction, OutcomeUnknown, ProvenNotSent
from bot.channels.handed import Carries
from bot.fetch import NotSent

KEPT = "Nothing was published."
NEW_PASSWORD = "Make a new app password in Bluesky, and connect the account again."  # noqa: S105 - a sentence
LAPSED = frozenset({"ExpiredToken", "InvalidToken"})
WORDED = frozenset(
    {"AuthenticationRequired", "AuthFactorTokenRequired", "InvalidToken", "ExpiredToken"}
    | {"AccountTakedown", "AccountSuspended", "AccountDeactivated", "BlobTooLarge", "InvalidMimeType", "BlobNotFound"}
)
STATUS = {
    "takendown": "AccountTakedown",
    "suspended": "AccountSuspended",
    "deactivated": "AccountDeactivated",
}


class Api:
    """One account at its server. What needs a session opens one by itself, and renews it when it lapses."""

    def __init__(self, door: Door, origin: str) -> None:
        self._door = door
        self._origin = origin
        self._session: dict[str, Any] = {}
        self.name = door.account.name

    @classmethod
    async def signed_in(cls, door: Door, origin: str, identifier: str) -> Self:
        """Raises ChannelRefused (`unauthorized` for a refused password) or ProvenNotSent."""
        api = cls(door, origin)
        body = {"identifier": identifier, "password": await door.secret("app_password")}
        api._session = await api.before("POST", "com.atproto.server.createSession", body=body)
        status = STATUS.get(str(api._session.get("status")))
        if api._session.get("active") is False and status:
            raise worded(api.name, status)
        if not api.did or not api._session.get("accessJwt"):
            raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
        return api

    @property
    def door(self) -> Door:
        return self._door

    @property
    def did(self) -> str:
        found = self._session.get("did")
        return found if isinstance(found, str) and found.startswith("did:") and len(found) <= 2048 else ""

    @property
    def handle(self) -> str:
        return str(self._session.get("handle") or "")[:253]

    async def call(self, method: str, name: str, **options: Any) -> Response:
        """`body`: JSON; `data` and `kind`: bytes."""
        return await self._call(method, name, self._session.get("accessJwt"), **options)

    async def write(self, name: str, body: Mapping[str, Any], carries: Carries | None = None) -> Response:
        """A good answer to a call that publishes or deletes, each time right after the door's check. A lapsed session
        is renewed once: what was refused for it was not done. Raises as `Channel.send` does.
        """
        await self._door.check()
        answer = await ask(lambda: self.call("POST", name, body=body, carries=carries), self.name)
        if self._lapsed(answer):
            await self._renew()
            await self._door.check()
            answer = await ask(lambda: self.call("POST", name, body=body, carries=carries), self.name)
        judged(answer, self._door)
        return answer

    async def before(self, method: str, name: str, **options: Any) -> dict[str, Any]:
        """The answer's object to a call that publishes nothing: whatever goes wrong, nothing was published.

        Raises ChannelRefused for a clear no, ProvenNotSent for the rest.
        """
        try:
            answer = await self.call(method, name, **options)
            if self._lapsed(answer):
                await self._renew()
                answer = await self.call(method, name, **options)
        except NotSent as error:
            raise ProvenNotSent(
                f"{self.name} could not be reached. " + error.what,
                kept=KEPT,
                retry_after_seconds=error.retry_after_seconds,
            ) from error
        except (ChannelRefused, ProvenNotSent):
            raise
        except Exception as error:
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT) from error
        try:
            judged(answer, self._door)
        except OutcomeUnknown as error:
            raise ProvenNotSent(f"{self.name} answered HTTP {answer.status_code}.", kept=KEPT) from error
        found = document(answer)
        if found is None:
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def record(self, repo: str, collection: str, rkey: str) -> dict[str, Any] | None:
        """`uri`, `cid` and `value`; None when there is none. Raises ProvenNotSent, ChannelRefused when unreadable."""
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        try:
            return await self.before("GET", "com.atproto.repo.getRecord", params=params)
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    def _lapsed(self, answer: Response) -> bool:
        return bool(self._session) and answer.status_code in (400, 401) and error_of(answer) in LAPSED

    async def _renew(self) -> None:
        try:
            answer = await self._call("POST", "com.atproto.server.refreshSession", self._session.get("refreshJwt"))
        except Exception as error:
            raise ProvenNotSent(f"{self.name} did not renew the access.", kept=KEPT) from error
        try:
            judged(answer, self._door)
        except OutcomeUnknown as error:
            raise ProvenNotSent(f"{self.name} did not renew the access.", kept=KEPT) from error
        renewed = document(answer) or {}
        if renewed.get("did") != self.did:
            raise ProvenNotSent(f"{self.name} did not renew the access.", kept=KEPT)
        self._session = renewed

    async def _call(self, method: str, name: str, token: object, **options: Any) -> Response:
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        if "body" in options:
            headers["content-type"] = "application/json"
            options["content"] = packed(options.pop("body"))
        elif "data" in options:
            headers["content-type"] = options.pop("kind")
            options["content"] = options.pop("data")
        return await self._door.request(method, f"{self._origin}/xrpc/{name}", headers=headers, **options)


def packed(body: Mapping[str, Any]) -> bytes:
    return rfc8785.dumps(dict(body))


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, with the names of the protocol's errors."""
    name, status = error_of(answer), answer.status_code
    if status == 429 and "retry-after" not in answer.headers:
        reset = answer.headers.get("ratelimit-reset", "")
        if reset.isascii() and reset.isdigit():
            raise later(door.account.name, int(reset[:12]) - door.now().timestamp())
    if 400 <= status < 500:
        if status == 400 and name == "InvalidSwap":
            raise OutcomeUnknown(f"{door.account.name} has something under this post's key already.")
        if status == 400 and (name == "RecordNotFound" or _no_record(answer)):
            raise ChannelRefused("There is no such post.", code="not_found", kept=KEPT)
        if name in WORDED and status in (400, 401, 403, 413):
            raise worded(door.account.name, name)
    judge(answer, door.account.name, door.now())


def worded(name: str, error: str) -> ChannelRefused:
    """What an error that is known by its name says to people."""
    lapsed = f"{name} no longer accepts AdMind's access."
    ask_them = "Ask the moderators of its server."
    what, code, fix = {
        "AuthenticationRequired": (f"{name} did not accept the app password.", "unauthorized", NEW_PASSWORD),
        "AuthFactorTokenRequired": (
            f"{name} wants a code by e-mail, so this is no app password.",
            "unauthorized",
            NEW_PASSWORD,
        ),
        "InvalidToken": (lapsed, "unauthorized", NEW_PASSWORD),
        "ExpiredToken": (lapsed, "unauthorized", NEW_PASSWORD),
        "AccountTakedown": (f"{name} was taken down by its server.", "unauthorized", ask_them),
        "AccountSuspended": (f"{name} is suspended by its server.", "unauthorized", ask_them),
        "AccountDeactivated": (
            f"{name} is deactivated, or has moved to another server.",
            "unauthorized",
            "Activate it in Bluesky, or connect it again.",
        ),
        "BlobTooLarge": (f"{name} does not take a picture of this size.", "too_large", "Use a smaller picture."),
        "InvalidMimeType": (f"{name} does not take this kind of picture.", "picture", "Use a JPEG or PNG."),
        "BlobNotFound": (f"{name} lost a picture before the post was written.", "picture", "Send it again."),
    }[error]
    return ChannelRefused(what, code=code, kept=KEPT, do_next=fix)


def error_of(answer: Response) -> str:
    """The error's name; empty for a success and for what is no error of the protocol."""
    found = document(answer) if answer.status_code >= 400 else None
    name = found.get("error") if found else None
    return name if isinstance(name, str) else ""


def introduction(profile: object, listed: object) -> Introduction:
    """Out of the answers of getProfile and listRecords, whatever they are."""
    who = profile if isinstance(profile, dict) else {}
    found = listed.get("records") if isinstance(listed, dict) else None
    record = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    value = record.get("value")
    last = value if isinstance(value, dict) else {}
    return Introduction(
        name=_plain(who.get("displayName"), 200),
        avatar=_plain(who.get("avatar"), 2000),
        last_post=_plain(last.get("text"), 3000),
        last_at=instant(last.get("createdAt")),
    )


def _plain(value: object, most: int) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable() or char == "\n")[:most]


def _no_record(answer: Response) -> bool:
    """Older servers have no name for it: packages/pds/src/api/com/atproto/repo/getRecord.ts."""
    said = (document(answer) or {}).get("message")
    return isinstance(said, str) and said.startswith("Could not locate record")
