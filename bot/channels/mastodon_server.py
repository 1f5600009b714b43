"""What a server of the Mastodon API is and takes: its address, its software, its limits. Read when it is connected.

Limits: GET /api/v2/instance, `configuration` (https://docs.joinmastodon.org/entities/Instance/), before Mastodon 4 and
on some kin /api/v1/instance. Software: NodeInfo (https://nodeinfo.diaspora.software/protocol): `version` alone says
"4.x" or "2.7.2 (compatible; …)" for many. What a server says is taken within bounds, else as Mastodon's own default.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.answers import document
from bot.channels.base import Account, ChannelRefused
from bot.errors import BadInput

Request = Callable[..., Awaitable[Response]]

# app/validators/status_length_validator.rb, app/models/{status,media_attachment}.rb of Mastodon 4.4.
MASTODON = {
    "max_characters": 500,
    "url_characters": 23,
    "max_pictures": 4,
    "alt_limit": 1500,
    "picture_bytes": 16 * 1024 * 1024,
    "picture_pixels": 33_177_600,
}
MOST = {
    "max_characters": 100_000,
    "url_characters": 500,
    "max_pictures": 20,
    "alt_limit": 10_000,
    "picture_bytes": 100_000_000,
    "picture_pixels": 400_000_000,
}
MIMES = ("image/jpeg", "image/png", "image/webp")  # a GIF becomes a silent film there
GRAPHEMES_IN_FULL = frozenset({"pleroma", "akkoma"})
MASTODONS = frozenset({"mastodon", "hometown"})  # glitch-soc and most forks say "mastodon"
_NAME = re.compile(r"[^a-z0-9_.-]")


def origin_of(given: str) -> str:
    """The origin of a server as people name it: `mastodon.social`, `https://mastodon.social/@ana`, `@ana@velo.example`.

    https, except for addresses inside, which only the operator can allow. Raises BadInput.
    """
    text = given.strip().lower()
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2]}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    fits = bool(host) and text.isprintable() and not parts.username and " " not in host and len(host) <= 253
    if parts.scheme == "http":
        fits = fits and _inside(host)
    if parts.scheme not in ("https", "http") or not fits:
        raise BadInput(
            "That is no name of a server.", kept="Nothing changed.", do_next="Write it like mastodon.social."
        )
    shown = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")


def _inside(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


async def facts_of(request: Request, origin: str) -> dict[str, str]:
    """Software, version, own domain and limits of the server, as they are kept with the account.

    Raises ChannelRefused when nothing there speaks the Mastodon API.
    """
    said = await _read(request, f"{origin}/api/v2/instance") or await _read(request, f"{origin}/api/v1/instance")
    if said is None:
        raise ChannelRefused(
            "No server that speaks the Mastodon API answers there.",
            code="unreachable",
            kept="Nothing changed.",
            do_next="Check the name of the server, then try again.",
        )
    version = _plain(said.get("version"), 60)
    software = await _software(request, origin) or _guessed(version)
    limits = {name: str(value) for name, value in _limits(said).items()}
    mimes = _within(said, "configuration", "media_attachments").get("supported_mime_types")
    taken = [mime for mime in MIMES if not isinstance(mimes, list) or mime in mimes] or ["image/jpeg"]
    domain = _plain(said.get("domain") or said.get("uri"), 253).removeprefix("https://").strip("/")
    return {"software": software, "version": version, "domain": domain, "picture_mimes": ",".join(taken), **limits}


def limit(account: Account, name: str) -> int:
    """A kept limit of the account's server; Mastodon's own where there is none."""
    kept = account.options.get(name, "")
    return int(kept) if kept.isascii() and kept.isdigit() and 0 < int(kept[:12]) <= MOST[name] else MASTODON[name]


def longest_side(account: Account) -> int:
    """Pixels a side so that width times height keeps within the server's `image_matrix_limit`."""
    return min(4096, math.isqrt(limit(account, "picture_pixels")))


def _limits(said: Mapping[str, Any]) -> dict[str, int]:
    statuses = _within(said, "configuration", "statuses")
    media = _within(said, "configuration", "media_attachments")
    found = {
        "max_characters": statuses.get("max_characters", said.get("max_toot_chars")),
        "url_characters": statuses.get("characters_reserved_per_url"),
        "max_pictures": statuses.get("max_media_attachments"),
        "alt_limit": media.get("description_limit", said.get("description_limit")),
        "picture_bytes": media.get("image_size_limit", said.get("upload_limit")),
        "picture_pixels": media.get("image_matrix_limit"),
    }
    return {
        name: value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST[name] else default
        for name, default in MASTODON.items()
        for value in (found[name],)
    }


async def _software(request: Request, origin: str) -> str:
    """The name that NodeInfo gives, lower case; "" without one. Its address may lie anywhere that may be asked."""
    index = await _read(request, f"{origin}/.well-known/nodeinfo")
    links = index.get("links") if index else None
    for link in links if isinstance(links, list) else []:
        href = link.get("href") if isinstance(link, dict) else None
        if isinstance(href, str) and "/schema/2." in str(link.get("rel")):
            found = await _read(request, href)
            if found is not None:
                return _NAME.sub("", _plain(_within(found, "software").get("name"), 40).lower())
    return ""


def _guessed(version: str) -> str:
    """From a version like `2.7.2 (compatible; Akkoma 3.13.2)`; a bare number may be anything's."""
    words = version.lower().partition("compatible;")[2].split()
    return _NAME.sub("", words[0]) if words else ""


async def _read(request: Request, url: str) -> dict[str, Any] | None:
    """The JSON object there, None for anything else and for an address that must not be asked."""
    try:
        answer = await request("GET", url, headers={"accept": "application/json"})
    except Exception:  # whatever kept the answer away: looking changes nothing
        return None
    return document(answer) if answer.status_code == 200 else None


def _within(said: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        inner = said.get(name)
        if not isinstance(inner, dict):
            return {}
        said = inner
    return said


def _plain(value: object, most: int) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable())[:most]
