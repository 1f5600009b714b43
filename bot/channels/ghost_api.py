"""What of Ghost's Admin API a channel needs: its token, posts by slug, pictures.

https://docs.ghost.org/admin-api ; a key is `id:secret`, and signs a JWT (HS256 with the secret's bytes, `kid` the id,
`aud` "/admin/") that holds for five minutes (ghost/core/core/server/services/auth/api-key/admin.js). So the key itself
never leaves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

from bot.channels.answers import web
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.blog_api import KEPT, BlogApi, place_of
from storage.sealed import Medium

VERSION = "v5.0"
TOKEN_SECONDS = 300
_KEY = re.compile(r"([0-9a-f]{24}):([0-9a-f]{64})")
_ID = re.compile(r"[0-9a-f]{24}")
_DASHBOARD = re.compile(r"/ghost(?:/.*)?$")
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def site_of(given: str) -> tuple[str, str]:
    """Origin and path of a site, or of an address within Ghost Admin. Raises BadInput."""
    return place_of(given, _DASHBOARD)


async def key_of(door: Door) -> tuple[str, str]:
    """Id and secret. Raises ChannelRefused for what is no Admin API key."""
    found = _KEY.fullmatch((await door.secret("admin_key")).strip())
    if not found:
        raise ChannelRefused(
            "That is no Admin API key of Ghost.",
            code="unauthorized",
            kept="Nothing was sent.",
            do_next="Copy the Admin API key of a custom integration, not the Content API key.",
        )
    return found[1], found[2]


def token(key: tuple[str, str], now: datetime) -> str:
    """A JWT that this key's server takes for five minutes from `now`."""
    issued = int(now.timestamp())
    header = {"alg": "HS256", "kid": key[0], "typ": "JWT"}
    claims = {"aud": "/admin/", "exp": issued + TOKEN_SECONDS, "iat": issued}
    signed = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(hmac.new(bytes.fromhex(key[1]), signed.encode(), hashlib.sha256).digest())}"


async def api_of(door: Door, origin: str, path: str) -> BlogApi:
    """Raises ChannelRefused without an Admin API key."""
    word = token(await key_of(door), door.now())
    return BlogApi(
        door, f"{origin}{path}/ghost/api/admin", {"authorization": f"Ghost {word}", "accept-version": VERSION}
    )


async def site(api: BlogApi) -> dict[str, Any]:
    """What the site says of itself. Raises ChannelRefused when no Ghost answers there, ProvenNotSent."""
    found = (await api.face("/site/") or {}).get("site")
    if not isinstance(found, dict):
        raise ChannelRefused(
            "No Ghost answers there.",
            code="unreachable",
            kept="Nothing changed.",
            do_next="Write the address at which you open Ghost Admin.",
        )
    return found


async def by_slug(api: BlogApi, slug: str) -> dict[str, Any] | None:
    """The post of this slug in whatever state; None when there is none. Raises ChannelRefused, ProvenNotSent."""
    found = await api.read(f"/posts/slug/{slug}/", params={"formats": "html"})
    return None if found is None else post_in(api, found)


def post_in(api: BlogApi, said: dict[str, Any]) -> dict[str, Any]:
    """The one post of an answer. Raises ProvenNotSent."""
    post = first(said, "posts")
    if post is None or not _ID.fullmatch(str(post.get("id"))):
        raise ProvenNotSent(f"{api.name} did not answer properly.", kept=KEPT)
    return post


async def upload(api: BlogApi, medium: Medium) -> str:
    """The address of the uploaded picture; nobody's until a post shows it. Raises ChannelRefused, ProvenNotSent."""
    data = await api.door.blob(medium.sha256)
    file = (f"{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}", data, medium.mime)
    said = await api.made("POST", "/images/upload/", files={"file": file}, data={"purpose": "image"})
    address = web((first(said, "images") or {}).get("url"))
    if not address:
        raise ProvenNotSent(f"{api.name} does not say where the picture lies.", kept=KEPT)
    api.door.named(medium, address)
    return address


def first(said: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    listed = (said or {}).get(name)
    found = listed[0] if isinstance(listed, list) and listed else None
    return found if isinstance(found, dict) else None


def name_of(remote_id: str) -> str:
    """An id as a part of an address. Raises ChannelRefused for what is none."""
    if not _ID.fullmatch(remote_id):
        raise ChannelRefused("The site names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return remote_id


def text(post: dict[str, Any], name: str) -> str:
    found = post.get(name)
    return found if isinstance(found, str) else ""


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
