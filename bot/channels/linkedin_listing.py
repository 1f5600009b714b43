"""What an author has posted on LinkedIn: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api,
"Find posts by authors".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.answers import document
from bot.channels.linkedin_api import Api, instant

LISTED, MOST_LISTS = 20, 4


async def readable(api: Api, author: str) -> str:
    """ "yes" or "no": whether the author's posts may be read. Raises ChannelRefused, ProvenNotSent."""
    params = {"q": "author", "author": author, "count": "1"}
    answer = await api.before(
        "GET", "/rest/posts", params=params, headers={"x-restli-method": "FINDER"}, forbidden=True
    )
    return "no" if answer.status_code == 403 else "yes"


async def listed_since(api: Api, author: str, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The author's posts of that time, and whether these are all."""
    found: list[dict[str, Any]] = []
    for turn in range(MOST_LISTS):
        params = {"q": "author", "author": author, "count": str(LISTED), "sortBy": "LAST_MODIFIED"}
        said = await api.read("/rest/posts", params | {"start": str(turn * LISTED)})
        listed = (said or {}).get("elements")
        if not isinstance(listed, list):
            raise ValueError("list")
        posts = [each for each in listed if isinstance(each, dict)]
        found += [each for each in posts if (at := instant(each.get("createdAt"))) is not None and at >= since]
        changed = [instant(each.get("lastModifiedAt")) or instant(each.get("createdAt")) for each in posts]
        if len(posts) < LISTED or any(at is not None and at < since for at in changed):
            return found, True
    return found, False


async def last(api: Api, author: str) -> dict[str, Any] | None:
    """The author's newest post, empty without any; None where it may not be read."""
    params = {"q": "author", "author": author, "count": "1", "sortBy": "CREATED"}
    said = await api.before("GET", "/rest/posts", params=params, headers={"x-restli-method": "FINDER"}, forbidden=True)
    listed = (document(said) or {}).get("elements")
    if said.status_code == 403 or not isinstance(listed, list):
        return None
    return next((each for each in listed if isinstance(each, dict)), {})


def images(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of a post, in order, with their alt texts; the pages of a document are none."""
    content = post.get("content")
    content = content if isinstance(content, dict) else {}
    several = content.get("multiImage")
    listed = several.get("images") if isinstance(several, dict) else None
    found = listed if isinstance(listed, list) else [content.get("media")]
    shown = [each for each in found if isinstance(each, dict)]
    return [each for each in shown if not str(each.get("id") or "").startswith("urn:li:document:")]


def thumbnails(post: Mapping[str, Any]) -> list[object]:
    """The id of the picture on a post's link card, where it has one."""
    content = post.get("content")
    article = content.get("article") if isinstance(content, dict) else None
    found = article.get("thumbnail") if isinstance(article, dict) else None
    return [found] if found else []
