"""Where LinkedIn shows a page's logo and the pictures and the document of a post: at addresses for all, for a while.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and …/shares/documents-api,
`downloadUrl`. All pictures of a post are asked for at once: requests are counted by the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.channels.answers import document, web
from bot.channels.linkedin_api import Api
from bot.channels.linkedin_upload import DOCUMENTS, IMAGES
from bot.errors import AdMindError


async def shown_at(api: Api, urns: Sequence[object]) -> tuple[str, ...]:
    """Of these pictures, in order; "" for one of which LinkedIn does not say it, nothing where it says so of none."""
    wanted = [str(urn) if IMAGES.names(urn) else "" for urn in urns]
    listed = ",".join(quote(urn, safe="") for urn in wanted if urn)
    said = await _asked(api, f"{IMAGES.path}?ids=List({listed})", batch=True) if listed else {}
    results = said.get("results")
    found = tuple(_address(results.get(urn)) if isinstance(results, dict) else "" for urn in wanted)
    return found if any(found) else ()


async def logo_at(api: Api, page: str) -> str:
    """Of a page's logo; empty where it has none, or LinkedIn does not say it.

    It is named by the older kind of id (`logoV2`), which the Images API knows with `image` in place of
    `digitalmediaAsset`:
    https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api.
    """
    logo = (await _asked(api, f"/rest/organizations/{page.rpartition(':')[2]}")).get("logoV2")
    named = (logo.get("cropped") or logo.get("original")) if isinstance(logo, dict) else None
    found = await shown_at(api, [str(named or "").replace("urn:li:digitalmediaAsset:", "urn:li:image:")])
    return found[0] if found else ""


async def document_at(api: Api, post: Mapping[str, Any]) -> str:
    """Of a post's document; empty where it has none, or LinkedIn does not say it."""
    content = post.get("content")
    media = content.get("media") if isinstance(content, dict) else None
    urn = media.get("id") if isinstance(media, dict) else None
    return _address(await _asked(api, f"{DOCUMENTS.path}/{quote(str(urn), safe='')}")) if DOCUMENTS.names(urn) else ""


async def _asked(api: Api, path: str, *, batch: bool = False) -> Mapping[str, Any]:
    headers = {"x-restli-method": "BATCH_GET"} if batch else {}
    try:
        answer = await api.before("GET", path, headers=headers, forbidden=True)
    except AdMindError:  # the words can be compared without it
        return {}
    return (document(answer) or {}) if answer.status_code == 200 else {}


def _address(said: object) -> str:
    return web(said.get("downloadUrl")) if isinstance(said, dict) else ""
