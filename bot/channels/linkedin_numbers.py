"""What LinkedIn counts of a post: of a page's in one answer, of a person's in one answer a number.

Rest.li 2.0 takes its brackets as they are and everything within them escaped
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version), so these addresses are written
here and not left to the client, which would escape both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.channels.base import ChannelRefused
from bot.channels.linkedin_api import Api, path_of

# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
OF_PAGE = {
    "impressions": "impressionCount",
    "clicks": "clickCount",
    "likes": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
}
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics (li-lms-2026-03):
# permission `r_member_postAnalytics`; one `queryType` a request, `aggregation=TOTAL` over all of the post's life.
OF_PERSON = {
    "impressions": "IMPRESSION",
    "reach": "MEMBERS_REACHED",
    "reactions": "REACTION",
    "comments": "COMMENT",
    "shares": "RESHARE",
}
MEMBER = "/rest/memberCreatorPostAnalytics"


async def counted(api: Api) -> str:
    """ "yes" or "no": whether LinkedIn tells this access what becomes of the person's posts.

    Asked of all of them at once (finder `me`), which needs no post. Whatever the refusal, it keeps nobody from
    connecting. Raises ProvenNotSent.
    """
    try:
        await api.read(f"{MEMBER}?q=me&queryType=IMPRESSION&aggregation=TOTAL", finder=True)
    except ChannelRefused:
        return "no"
    return "yes"


async def of_page(api: Api, page: str, urn: str) -> Mapping[str, int]:
    """Of one post; what LinkedIn does not tell is left out. Raises as `Api.read`."""
    path_of(urn)
    kind = "ugcPosts" if ":ugcPost:" in urn else "shares"
    where = f"q=organizationalEntity&organizationalEntity={quote(page, safe='')}&{kind}=List({quote(urn, safe='')})"
    counts = _first(await api.read(f"/rest/organizationalEntityShareStatistics?{where}", finder=True)).get(
        "totalShareStatistics"
    )
    counts = counts if isinstance(counts, dict) else {}
    return {name: counts[field] for name, field in OF_PAGE.items() if _is_count(counts.get(field))}


async def of_person(api: Api, urn: str) -> Mapping[str, int]:
    """Of one post; what LinkedIn does not tell is left out. Raises as `Api.read`."""
    path_of(urn)
    kind = "ugc" if ":ugcPost:" in urn else "share"
    found: dict[str, int] = {}
    for name, wanted in OF_PERSON.items():
        where = f"q=entity&entity=({kind}:{quote(urn, safe='')})&queryType={wanted}&aggregation=TOTAL"
        told = _first(await api.read(f"{MEMBER}?{where}", finder=True))
        if _kind(told.get("metricType")) == wanted and _is_count(told.get("count")):
            found[name] = told["count"]
    return found


def _first(said: Mapping[str, Any] | None) -> Mapping[str, Any]:
    elements = (said or {}).get("elements")
    first = elements[0] if isinstance(elements, list) and elements else {}
    return first if isinstance(first, dict) else {}


def _kind(value: object) -> object:
    """A word since version 202605; before, the only value of an object named after its type."""
    return next(iter(value.values()), None) if isinstance(value, dict) and len(value) == 1 else value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
