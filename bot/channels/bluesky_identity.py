"""Who is behind a handle, and on which server: https://atproto.com/specs/handle and https://atproto.com/specs/did.

A handle leads to a DID, the DID to its document, the document to the account's server and back to the handle; only when
both directions agree it is believed. Every address comes from somebody else, and is reached by the safe client alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.answers import document
from bot.channels.base import ChannelRefused
from bot.channels.bluesky_text import HANDLE
from bot.channels.mastodon_server import origin_of
from bot.errors import BadInput

Request = Callable[..., Awaitable[Response]]
APP_VIEW = "https://public.api.bsky.app"  # https://docs.bsky.app/docs/advanced-guides/api-directory
DIRECTORY = "https://plc.directory"
_PLC = re.compile(r"did:plc:[a-z2-7]{24}")
_WEB = re.compile(r"did:web:[a-z0-9.-]{1,253}(?:%3a[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    did: str
    handle: str
    server: str  # origin


def handle_in(given: str) -> str:
    """The handle as people write it: `velo.bsky.social`, `@velo.bsky.social`, or the address of the profile.

    Raises BadInput.
    """
    text = "".join(char for char in given.strip().lower() if char.isprintable())
    text = text.partition("/profile/")[2].partition("/")[0] if "/profile/" in text else text.removeprefix("@")
    if not HANDLE.fullmatch(text) or len(text) > 253:
        raise BadInput(
            "That is no handle of Bluesky.", kept="Nothing changed.", do_next="Write it like velo.bsky.social."
        )
    return text


async def resolve(request: Request, handle: str, options: Mapping[str, str], known: str = "") -> Identity:
    """`known`: the DID of an account that was connected; it may be called otherwise by now.

    Raises ChannelRefused: nobody is called so, or its document cannot be believed; BadInput for bad options.
    """
    did = known or await did_of(request, handle, options)
    if did is None:
        raise _refused("Nobody on Bluesky is called that.", "Check the handle, then try again.")
    found = await _document(request, did, options)
    if found is None or found.get("id") != did:
        raise _refused("The account's document cannot be read.", "Try again later.")
    names = found.get("alsoKnownAs")
    if not known and (not isinstance(names, list) or f"at://{handle}" not in names):
        raise _refused("The handle and the account do not point at each other.", "Set the handle again in Bluesky.")
    return Identity(did, handle, _server(found))


async def did_of(request: Request, handle: str, options: Mapping[str, str]) -> str | None:
    """As the app view says, which asks DNS and the handle's own site; None when nobody is called so."""
    origin = origin_of(options.get("app_view") or APP_VIEW)
    said = await _read(request, f"{origin}/xrpc/com.atproto.identity.resolveHandle", {"handle": handle})
    did = said.get("did") if said else None
    return did if isinstance(did, str) and (_PLC.fullmatch(did) or _WEB.fullmatch(did)) else None


async def _document(request: Request, did: str, options: Mapping[str, str]) -> dict[str, Any] | None:
    if _PLC.fullmatch(did):
        return await _read(request, f"{origin_of(options.get('directory') or DIRECTORY)}/{did}")
    host = did.removeprefix("did:web:").lower().replace("%3a", ":")
    return await _read(request, f"https://{host}/.well-known/did.json")


def _server(found: Mapping[str, Any]) -> str:
    for service in found.get("service") or []:
        if isinstance(service, dict) and str(service.get("id")).endswith("#atproto_pds"):
            endpoint = service.get("serviceEndpoint")
            if isinstance(endpoint, str) and urlsplit(endpoint).scheme in ("https", "http"):
                return origin_of(endpoint)
    raise _refused("The account has no server.", "Ask whoever runs it.")


async def _read(request: Request, url: str, params: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """The JSON object there, None for anything else and for an address that must not be asked."""
    try:
        answer = await request("GET", url, headers={"accept": "application/json"}, params=params)
    except Exception:  # whatever kept the answer away: looking changes nothing
        return None
    return document(answer) if answer.status_code == 200 else None


def _refused(what: str, fix: str) -> ChannelRefused:
    return ChannelRefused(what, code="unreachable", kept="Nothing changed.", do_next=fix)
