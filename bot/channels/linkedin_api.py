"""Calls of LinkedIn's REST API with one account's access, and what its answers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

import rfc8785
from httpx2 import Response

from bot.channels.answers import KEPT, document, judge, later
from bot.channels.base import ChannelRefused, Door, ProvenNotSent, Receipt
from bot.channels.calling import harmless
from bot.channels.handed import Carries
from bot.channels.linkedin_text import little
from bot.channels.platform import Platform
from bot.channels.versions import VersionEnd
from storage.sealed import SealedPayload

VISIBILITIES = {"public": "PUBLIC", "connections": "CONNECTIONS", "logged_in": "LOGGED_IN"}
_POST = re.compile(r"urn:li:(?:share|ugcPost):[0-9]{1,30}")


def end_of(version: str) -> VersionEnd | None:
    """A version is a month, and is good for at least a year: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
    (read in November 2026; the table of …/linkedin/marketing/integrations/migrations names days in the middle of the
    month, of versions that end soon).
    """
    year, month = int(version[:4]), int(version[4:])
    return VersionEnd("LinkedIn", version, date(year + 1, month, 1), "ADMIND_LINKEDIN_VERSION")


class Api:
    """One access; every request goes to the origin that was connected and names the version of the API."""

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

    async def call(self, method: str, path: str, **options: Any) -> Response:
        headers = {
            "authorization": f"Bearer {self._token}",
            "linkedin-version": self.platform.version,
            "x-restli-protocol-version": "2.0.0",
        }
        if "content" in options:
            headers["content-type"] = "application/json"
        headers |= options.pop("headers", {})
        return await self.door.request(method, self._origin + path, headers=headers, **options)

    async def put(self, url: str, data: bytes, carries: Carries | None = None) -> Response:
        """Bytes to an address that LinkedIn named. The access goes along to LinkedIn's own hosts, and to no other."""
        host = urlsplit(url).hostname or ""
        own = {urlsplit(self._origin).hostname, urlsplit(self.platform.web).hostname}
        headers = {"content-type": "application/octet-stream"}
        if host in own or host.endswith(".linkedin.com"):
            headers["authorization"] = f"Bearer {self._token}"
        return await self.door.request("PUT", url, content=data, headers=headers, carries=carries)

    async def before(self, method: str, path: str, *, forbidden: bool = False, **options: Any) -> Response:
        """A good answer to a call that publishes nothing; with `forbidden` also a 403, for the caller to look at.

        Raises ChannelRefused for a clear no, ProvenNotSent for the rest.
        """

        def fits(answer: Response) -> None:
            if not (forbidden and answer.status_code == 403):
                judged(answer, self.door)

        return await harmless(lambda: self.call(method, path, **options), self.name, fits)

    async def read(
        self, path: str, params: dict[str, str] | None = None, *, finder: bool = False
    ) -> dict[str, Any] | None:
        """The object there; None when there is none. Raises ProvenNotSent, ChannelRefused when it cannot be told.

        `finder`: the path holds its query already.
        """
        headers = {"x-restli-method": "FINDER"} if finder or (params and "q" in params) else {}
        options: dict[str, Any] = (
            {"params": params} if params else {}
        )  # empty ones would take the path's own query away
        try:
            found = document(await self.before("GET", path, headers=headers, **options))
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise
        if found is None:  # what cannot be read is not absent
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, with what LinkedIn means by its numbers.

    https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling; its limits are for a day that
    ends at midnight UTC (…/concepts/rate-limits). A duplicate is a 422 with DUPLICATE_POST in it.
    """
    name, status = door.account.name, answer.status_code
    if status == 429 and "retry-after" not in answer.headers:
        now = door.now().astimezone(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        raise later(name, (midnight - now).total_seconds())
    told = {
        401: ("unauthorized", f"LinkedIn no longer accepts the access to {name}: it ends after 60 days.", ""),
        403: (
            "unauthorized",
            f"LinkedIn does not let this access do that for {name}.",
            "Look whether you still run the page and whether AdMind's app has the permission, then connect it again.",
        ),
        426: (
            "version",
            "LinkedIn no longer knows the version of its API that AdMind speaks.",
            "Whoever runs AdMind sets ADMIND_LINKEDIN_VERSION to a newer one.",
        ),
    }
    if status == 422 and b"DUPLICATE_POST" in answer.content:
        told[422] = ("duplicate", f"LinkedIn says that {name} has posted this before.", "Change a few words.")
    if status in told:
        code, what, do_next = told[status]
        raise ChannelRefused(what, code=code, kept=KEPT, do_next=do_next or "Connect it again.")
    judge(answer, name, door.now())


def post_body(payload: SealedPayload, pictures: list[str], document: Mapping[str, str] | None = None) -> bytes:
    """The JSON of a post, from the sealed payload alone but for the uploads' ids. `document` stands for its pictures.

    https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
    """
    part = payload.parts[0]
    body: dict[str, Any] = {
        "author": payload.remote_id,
        "commentary": little(part.text, part.facets),
        "visibility": VISIBILITIES[payload.visibility],
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    if document:
        body["content"] = {"media": dict(document)}
        return rfc8785.dumps(body)
    alts = [{"altText": medium.alt.strip()} if medium.alt.strip() else {} for medium in part.media]
    shown = [{"id": found, **alt} for found, alt in zip(pictures, alts, strict=True)]
    if part.link_card:
        card = part.link_card
        article = {"source": card["uri"], "title": card["title"], "description": card["description"]}
        thumb = {"thumbnail": pictures[0]} if pictures else {}
        body["content"] = {"article": article | thumb}
    elif len(shown) == 1:
        body["content"] = {"media": shown[0]}
    elif shown:
        body["content"] = {"multiImage": {"images": shown}}
    return rfc8785.dumps(body)


def receipt_of(urn: object, door: Door, platform: Platform, at: datetime | None = None) -> Receipt | None:
    """The receipt of a post by its URN; None for what is none."""
    if not isinstance(urn, str) or not _POST.fullmatch(urn):
        return None
    return Receipt(urn, f"{platform.web}/feed/update/{urn}", at or door.now())


def urn_in(path: str) -> str:
    """The post that a page's path names; empty for none."""
    found = _POST.search(unquote(path))
    return found[0] if found else ""


def path_of(urn: str) -> str:
    """Where a post is read and deleted. Raises ChannelRefused for what names none."""
    if not _POST.fullmatch(urn):
        raise ChannelRefused("LinkedIn names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return f"/rest/posts/{quote(urn, safe='')}"


def instant(value: object) -> datetime | None:
    """LinkedIn's milliseconds as an instant; None for anything else."""
    try:
        fits = isinstance(value, int) and not isinstance(value, bool)
        return datetime.fromtimestamp(value / 1000, UTC) if fits else None  # type: ignore[operator]
    except (ValueError, OverflowError, OSError):
        return None
