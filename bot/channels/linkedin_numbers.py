"""What LinkedIn counts of a post: of a page's in one answer, of a person's in one answer a number.

Rest.li 2.0 takes its brackets as they are and everything within them escaped
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version), so these addresses are written
here and not left to the client, which would escape both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.channels.answers import count_of
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
OWN_FOLLOWERS = "r_member_profileAnalytics"
MEMBER = "/rest/memberCreatorPostAnalytics"


async def followers_of(api: Api, author: str) -> int | None:
    """How many follow a page, or the person whose access it is. Raises as `Api.read`.

    Pages: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api
    (`rw_organization_admin`); people: …/community-management/members/follower-statistics (`OWN_FOLLOWERS`, finder
    `me`).
    """
    if ":organization:" in author:
        where = f"/rest/networkSizes/{quote(author, safe='')}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"
        return count_of((await api.read(where, finder=False) or {}).get("firstDegreeSize"))
    return count_of(_first(await api.read("/rest/memberFollowersCount?q=me", finder=True)).get("memberFollowersCount"))


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
    return {name: counts[field] for name, field in OF_PAGE.items() if count_of(counts.get(field)) is not None}


async def of_person(api: Api, urn: str) -> Mapping[str, int]:
    """Of one post; what LinkedIn does not tell is left out. Raises as `Api.read`."""
    path_of(urn)
    kind = "ugc" if ":ugcPost:" in urn else "share"
    found: dict[str, int] = {}
    for name, wanted in OF_PERSON.items():
        where = f"q=entity&entity=({kind}:{quote(urn, safe='')})&queryType={wanted}&aggregation=TOTAL"
        told = _first(await api.read(f"{MEMBER}?{where}", finder=True))
        if _kind(told.get("metricType")) == wanted and count_of(told.get("count")) is not None:
            found[name] = told["count"]
    return found


def _first(said: Mapping[str, Any] | None) -> Mapping[str, Any]:
    elements = (said or {}).get("elements")
    first = elements[0] if isinstance(elements, list) and elements else {}
    return first if isinstance(first, dict) else {}


def _kind(value: object) -> object:
    """A word since version 202605; before, the only value of an object named after its type."""
    return next(iter(value.values()), None) if isinstance(value, dict) and len(value) == 1 else value
