"""Do channels that fetch pictures get them from the bucket? Asked as they ask: by a signed address, from outside."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from httpx2 import AsyncClient, HTTPError

from bot.errors import AdMindError
from storage.blobs.base import BlobStore, Lends

OUTSIDE_SECONDS = 8
MIME = "image/png"


async def trouble(blobs: BlobStore, lends: Lends, client: AsyncClient) -> tuple[str, str]:
    """What is wrong with it and what to do, both empty when all is well. A canary is put there and taken away.

    Raises what the store raises.
    """
    data = b"admind canary " + secrets.token_hex(8).encode()
    canary = await blobs.put(data)
    try:
        address = lends.address(canary, MIME, timedelta(minutes=5))
        return await _fetched(address, data, client) or _from_elsewhere(lends.origin) or ("", "")
    finally:
        await blobs.delete(canary)


async def _fetched(address: str, data: bytes, client: AsyncClient) -> tuple[str, str] | None:
    """The address itself is never told: for as long as it holds, it opens what it names."""
    parts = urlsplit(address)
    host, name_it = parts.netloc, "Name how the internet reaches it in ADMIND_BLOBS_URL: …&public=https://host."
    try:
        async with asyncio.timeout(OUTSIDE_SECONDS):
            answer = await client.request("GET", address)
    except AdMindError as error:
        return f"{host} cannot be fetched from: {error.what}", name_it
    except (HTTPError, TimeoutError, OSError):
        return f"{host} does not answer.", name_it
    if answer.status_code != 200:
        return (
            f"{host} does not serve signed addresses: it answers {answer.status_code}.",
            "Name how the internet reaches it in ADMIND_BLOBS_URL: …&public=https://host. What stands between must "
            "pass on path, query and Host as they are; the key needs s3:GetObject; the clocks must agree.",
        )
    if answer.content != data:
        return f"{host} serves something other than what was put there.", name_it
    if answer.headers.get("content-type", "").partition(";")[0].strip() != MIME:
        return (
            f"{host} does not say what kind of picture it serves.",
            "It must honour response-content-type; set ADMIND_MEDIA_FROM=edge where it cannot.",
        )
    return None


def _from_elsewhere(origin: str) -> tuple[str, str] | None:
    """What a look from here cannot show: how others get there."""
    parts = urlsplit(origin)
    if parts.scheme != "https":
        return f"{parts.netloc} serves them without https.", "Use https:// for it in ADMIND_BLOBS_URL."
    try:
        inside = not ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        inside = "." not in (parts.hostname or "")
    if inside:
        return (
            f"{parts.netloc} serves them, but inside your network only.",
            "Name how the internet reaches it in ADMIND_BLOBS_URL: …&public=https://host.",
        )
    return None
