"""Calls of Meta's graphs (Facebook, Instagram, Threads) with one account's access, and what their answers mean.

The access goes along as `access_token`, as all three document it: in the form of a POST, else in the address, which is
logged nowhere. Where the app's secret is known, Facebook's calls prove it (appsecret_proof):
https://developers.facebook.com/docs/graph-api/guides/secure-requests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Self
from urllib.parse import urlencode

from httpx2 import Response

from bot.channels.answers import KEPT, ask, count_of, document, instant, judge, later, web
from bot.channels.base import ChannelRefused, Door, OutcomeUnknown, ProvenNotSent
from bot.channels.calling import harmless
from bot.channels.handed import Approved, Carries
from bot.channels.platform import Platform
from bot.channels.versions import VersionEnd

NO_FIELDS: Mapping[str, str] = {}
_ID = re.compile(r"[0-9]{1,30}(?:_[0-9]{1,30})?")
LIST_SIZE, MOST_LISTS = 100, 4
THROTTLED_SECONDS = 300.0  # where Meta does not say how long

# https://developers.facebook.com/docs/graph-api/changelog/versions, read in November 2026. Of later versions no end is
# named yet.
VERSION_ENDS: Mapping[str, date] = {
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}

# https://developers.facebook.com/docs/graph-api/guides/error-handling and …/overview/rate-limiting
THROTTLED = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
NO_ACCESS = frozenset({102, 190})
NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
TROUBLE = frozenset({1, 2})  # "unknown" and "service": of their making, and no word on what was done
USED_UP = 2207042  # subcode: …/docs/instagram-platform/instagram-graph-api/reference/error-codes
NOT_THERE = 33  # subcode of 100: not there, or not for this access


def end_of(platform: Platform) -> VersionEnd | None:
    ends = VERSION_ENDS.get(platform.version)
    return VersionEnd(platform.title, platform.version, ends, "ADMIND_META_VERSION") if ends else None


class Api:
    """One access; every request goes to the origin that was connected, and names a version."""

    def __init__(self, door: Door, platform: Platform, origin: str, token: str) -> None:
        self.door = door
        self.platform = platform
        self.name = door.account.name
        self._origin = origin
        self._token = token

    @classmethod
    async def of(cls, door: Door, platform: Platform, origin: str) -> Self:
        """Raises ChannelRefused without a token."""
        return cls(door, platform, origin, await door.secret("access_token"))

    def with_token(self, token: str) -> Api:
        """The same in another's name: a page's, for instance."""
        return Api(self.door, self.platform, self._origin, token)

    async def call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] = NO_FIELDS,
        carries: Carries | None = None,
        **files: Any,
    ) -> Response:
        """`carries` makes the fields once more."""
        url, given = f"{self._origin}/{self.platform.version}/{path}", self._signed(fields)
        if files:
            return await self.door.request(method, url, data=given, **files)
        if method == "POST":
            headers = {"content-type": "application/x-www-form-urlencoded"}
            whole = replace(carries, built=partial(self._again, carries)) if carries else None
            content = urlencode(given).encode()
            return await self.door.request(method, url, content=content, headers=headers, carries=whole)
        return await self.door.request(method, url, params=given)

    def _signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        given = {**fields, "access_token": self._token}
        if self.platform.proves and self.platform.client_secret:
            given["appsecret_proof"] = proof(self._token, self.platform.client_secret)
        return given

    def _again(self, carries: Carries, approved: Approved) -> dict[str, bytes]:
        return {"content": urlencode(self._signed(carries.built(approved))).encode()}

    async def before(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] = NO_FIELDS,
        carries: Carries | None = None,
        **files: Any,
    ) -> dict[str, Any]:
        """What a good answer holds to a call that publishes nothing. Raises ChannelRefused, ProvenNotSent."""
        answer = await harmless(
            lambda: self.call(method, path, fields, carries, **files), self.name, lambda said: judged(said, self)
        )
        return document(answer) or {}

    async def read(self, path: str, fields: Mapping[str, str] = NO_FIELDS) -> dict[str, Any] | None:
        """The object there; None when there is none for this access. Raises ChannelRefused, ProvenNotSent."""
        try:
            found = await self.before("GET", path, fields)
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise
        if not id_in(found):  # what cannot be read is not absent
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def write(self, path: str, fields: Mapping[str, str], carries: Carries) -> str:
        """The id that a call gives which publishes, right after the door's check. Raises as `Channel.send` does."""
        await self.door.check()
        answer = await ask(lambda: self.call("POST", path, fields, carries), self.name)
        judged(answer, self)
        found = id_in(document(answer))
        if not found:
            raise OutcomeUnknown(f"{self.name} said yes, but not to which post.")
        return found

    async def listed(
        self, path: str, fields: Mapping[str, str], *, since: datetime | None = None
    ) -> tuple[list[dict[str, Any]], bool]:
        """What an edge lists, newest first, and whether this is all, or all `since` then.

        Raises ValueError for what is no list, ChannelRefused, ProvenNotSent.
        """
        found: list[dict[str, Any]] = []
        given = {**fields, "limit": str(LIST_SIZE)}
        for _ in range(MOST_LISTS):
            said = await self.before("GET", path, given)
            if not isinstance(said.get("data"), list):
                raise ValueError("list")
            found += objects(said["data"])
            after, oldest = _after(said), instant(found[-1].get("timestamp")) if found else None
            if not after or (since is not None and oldest is not None and oldest < since):
                return found, True
            given["after"] = after
        return found, False

    async def taken_down(self, each: str) -> None:
        """Delete one thing of the account's. What is not there is what was asked for.

        Raises ChannelRefused, ProvenNotSent, OutcomeUnknown.
        """
        await self.door.check()
        answer = await ask(lambda: self.call("DELETE", each), self.name)
        try:
            judged(answer, self)
        except ChannelRefused as refused:
            # The same words stand for "not there" and "not yours": only what cannot be read either is gone.
            if refused.code != "not_found" or await self.read(each, {"fields": "id"}) is not None:
                raise


def proof(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def judged(answer: Response, api: Api) -> None:
    """As `answers.judge`, with what Meta means by the numbers in its errors. They come with 400, mostly."""
    name, title, status = api.name, api.platform.title, answer.status_code
    error = (document(answer) or {}).get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if 400 <= status < 500 and status not in (408, 409) and error:
        if code in THROTTLED and "retry-after" not in answer.headers:
            raise later(name, _wait(answer))
        if code in TROUBLE or error.get("is_transient") is True:
            raise OutcomeUnknown(f"{name} has trouble of its own, and does not say whether it took the post.")
        told = _told(code, subcode, name, title)
        if told is not None:
            raise told
    if 200 <= status < 300 and error:
        raise OutcomeUnknown(f"{name} said yes and no at once.")
    judge(answer, name, api.door.now())


def _told(code: int, subcode: int, name: str, title: str) -> ChannelRefused | None:
    if code in NO_ACCESS:
        return ChannelRefused(
            f"{title} no longer accepts the access to {name}.",
            code="unauthorized",
            kept=KEPT,
            do_next="Connect it again.",
        )
    if code in NO_PERMISSION:
        return ChannelRefused(
            f"{title} does not let this access do that for {name}.",
            code="unauthorized",
            kept=KEPT,
            do_next="Look whether you still run it and whether AdMind's app has the permission, then connect it again.",
        )
    if code == 368:
        return ChannelRefused(
            f"{title} has blocked posting for {name} for a while.",
            code="blocked",
            kept=KEPT,
            do_next=f"Look into {title} why; then send it again.",
        )
    if code == 506:
        return ChannelRefused(
            f"{title} says that {name} has posted this before.",
            code="duplicate",
            kept=KEPT,
            do_next="Change a few words.",
        )
    if subcode == USED_UP:
        return ChannelRefused(
            f"{title} takes no more posts of {name} within 24 hours.",
            code="limit",
            kept=KEPT,
            do_next="Send it again later.",
        )
    if code == 100 and subcode == NOT_THERE:
        return ChannelRefused(f"{title} does not know that.", code="not_found", kept=KEPT)
    return None


def id_in(said: object) -> str:
    """The id in an answer; empty for none."""
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def ids_of(remote_id: str, title: str) -> list[str]:
    """The posts of a thread, from a receipt. Raises ChannelRefused for what names none."""
    found = remote_id.split(",")
    if not all(_ID.fullmatch(each) for each in found):
        raise ChannelRefused(f"{title} names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return found


def objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def data_of(value: object) -> list[dict[str, Any]]:
    """The objects of an edge that came along with something: {"data": […]}."""
    return objects(value.get("data")) if isinstance(value, dict) else []


def pictures_of(post: dict[str, Any]) -> tuple[str, ...]:
    """Where the pictures of a post are shown, in order; "" where Meta does not say it, as of copyrighted ones."""
    return tuple(web(each.get("media_url")) for each in data_of(post.get("children")) or [post])


def counts_in(said: Mapping[str, Any]) -> dict[str, int]:
    """Name → number, of insights: of a post's whole life, or an account's total, they have one value each."""
    found: dict[str, int] = {}
    for each in data_of(said):
        total, values = each.get("total_value"), objects(each.get("values"))
        only = total if isinstance(total, dict) else values[0] if values else {}
        if (number := count_of(only.get("value"))) is not None:
            found[str(each.get("name"))] = number
    return found


async def latest(api: Api, path: str, fields: str) -> dict[str, Any]:
    """The newest thing that an edge lists, empty without any. Raises ValueError, ChannelRefused, ProvenNotSent."""
    said = await api.before("GET", path, {"fields": fields, "limit": "1"})
    if not isinstance(said.get("data"), list):
        raise ValueError("list")
    return next(iter(objects(said["data"])), {})


def clean(name: object) -> str:
    return "".join(char for char in name if char.isprintable()).strip()[:80] if isinstance(name, str) else ""


async def whose(api: Api, fields: str, **more: str) -> dict[str, Any]:
    """Whose access it is. Raises ChannelRefused, ProvenNotSent (also when it is still to be renewed)."""
    try:
        return await api.before("GET", "me", {"fields": fields, **more})
    except ChannelRefused as refused:
        renewed_at = instant(api.door.account.options.get("renew_access_at"))
        if refused.code == "unauthorized" and renewed_at is not None and renewed_at <= api.door.now():
            raise ProvenNotSent(
                f"The access to {api.name} has ended and is being renewed.", kept=KEPT, retry_after_seconds=60
            ) from refused
        raise


def other_account(name: str) -> ChannelRefused:
    return ChannelRefused(
        f"The access to {name} is for another account than when the post was approved.",
        code="other_account",
        kept=KEPT,
        do_next="Connect the account again.",
    )


def _after(said: Mapping[str, Any]) -> str:
    """The cursor to go on with; empty at the end."""
    paging = said.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else ""


def _wait(answer: Response) -> float:
    """Seconds, from the minutes that X-Business-Use-Case-Usage gives."""
    try:
        used = json.loads(answer.headers.get("x-business-use-case-usage", "{}"))
        minutes = [each.get("estimated_time_to_regain_access", 0) for all_of in used.values() for each in all_of]
        most = max((each for each in minutes if isinstance(each, int)), default=0)
    except (ValueError, AttributeError, TypeError, RecursionError):
        most = 0
    return most * 60.0 if most > 0 else THROTTLED_SECONDS


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
