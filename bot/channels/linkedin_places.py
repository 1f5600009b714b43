"""As whom an access may post on LinkedIn: the person whose it is, and the pages that this person runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from bot.channels.answers import KEPT, document
from bot.channels.base import ChannelRefused, ProvenNotSent
from bot.channels.linkedin_api import Api

# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role,
# and the shorter name that the Posts API gives the last one.
ROLES = frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN"})
MOST_PAGES = 50
PAGE = re.compile(r"urn:li:organization:([0-9]{1,20})")
_MEMBER = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True)
class Author:
    """A person or a page: `urn` is what posts are signed with."""

    urn: str
    name: str
    address: str = ""  # path of its page on the web; empty: not told
    picture: str = ""  # address of its picture; empty: not told


async def person(api: Api) -> Author:
    """Whose access it is: by OpenID, else by the basic profile that the apps for pages are given.

    Raises ChannelRefused, ProvenNotSent.
    """
    answer = await api.before("GET", "/v2/userinfo", forbidden=True)
    said = document(answer) or {}
    member, name, address = said.get("sub"), said.get("name"), ""
    if answer.status_code == 403:
        said = document(await api.before("GET", "/v2/me")) or {}
        member = said.get("id")
        name = f"{said.get('localizedFirstName') or ''} {said.get('localizedLastName') or ''}".strip()
        vanity = str(said.get("vanityName") or "")
        address = f"/in/{quote(vanity, safe='')}" if vanity else ""
    if not isinstance(member, str) or not _MEMBER.fullmatch(member):
        raise ProvenNotSent("LinkedIn does not say whose access it is.", kept=KEPT)
    return Author(f"urn:li:person:{member}", _clean(name), address, str(said.get("picture") or ""))


async def page(api: Api, urn: str) -> Author:
    """A page that the person may post for. Raises ChannelRefused (`unauthorized` when it may not)."""
    await _runs(api, urn)
    return await _named(api, urn)


async def same_author(api: Api, author: str) -> None:
    """Raises ChannelRefused when the access is another person's, or its person no longer runs the page; ProvenNotSent
    when that cannot be told now.
    """
    if PAGE.fullmatch(author):
        await _runs(api, author)
    elif (await person(api)).urn != author:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def pages(api: Api) -> tuple[Author, ...]:
    """Every page that the person may post for; none where AdMind's app may not ask."""
    return tuple([await _named(api, urn) for urn in await _run(api)])


async def page_called(api: Api, vanity: str) -> Author | None:
    """The page with this name in its address; None when there is none, or it may not be asked for."""
    answer = await api.before(
        "GET",
        "/rest/organizations",
        params={"q": "vanityName", "vanityName": vanity},
        headers={"x-restli-method": "FINDER"},
        forbidden=True,
    )
    found = (document(answer) or {}).get("elements")
    first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    urn, name = f"urn:li:organization:{first.get('id')}", _clean(first.get("localizedName"))
    return Author(urn, name) if PAGE.fullmatch(urn) and name else None


async def _runs(api: Api, urn: str) -> None:
    if urn not in await _run(api):
        raise ChannelRefused(
            "This access may not post for that LinkedIn page.",
            code="unauthorized",
            kept=KEPT,
            do_next="Have yourself made a content admin of the page, then connect it again.",
        )


async def _run(api: Api) -> tuple[str, ...]:
    params = {"q": "roleAssignee", "state": "APPROVED", "count": str(MOST_PAGES)}
    answer = await api.before(
        "GET", "/rest/organizationAcls", params=params, headers={"x-restli-method": "FINDER"}, forbidden=True
    )
    found = (document(answer) or {}).get("elements")
    roles = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    mine = [str(each.get("organization")) for each in roles if each.get("role") in ROLES]
    return tuple(dict.fromkeys(urn for urn in mine if PAGE.fullmatch(urn)))


async def _named(api: Api, urn: str) -> Author:
    said = await api.read(f"/rest/organizations/{urn.rpartition(':')[2]}") or {}
    vanity = str(said.get("vanityName") or "") or urn.rpartition(":")[2]
    return Author(urn, _clean(said.get("localizedName")) or urn, f"/company/{quote(vanity, safe='')}")


def _clean(name: object) -> str:
    return "".join(char for char in name if char.isprintable()).strip()[:80] if isinstance(name, str) else ""
