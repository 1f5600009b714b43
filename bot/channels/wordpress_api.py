"""What of the WordPress REST API a channel needs: whose site it is, terms, pictures, posts by slug.

https://developer.wordpress.org/rest-api/reference/ ; an application password goes as HTTP Basic
(https://developer.wordpress.org/advanced-administration/security/application-passwords/), with or without its blanks.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from typing import Any

from bot.channels.answers import web
from bot.channels.article import names_in
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.blog_api import KEPT, BlogApi, place_of
from bot.errors import BadInput
from storage.sealed import Medium, SealedPayload

POSTS, MEDIA = "/wp/v2/posts", "/wp/v2/media"
TRASHED = "__trashed"  # wp_add_trashed_suffix_to_post_name_for_post()
# `any` leaves the trash out.
STATUSES = "publish,future,draft,pending,private,trash"
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_DASHBOARD = re.compile(r"/(?:wp-admin|wp-login\.php|wp-json|index\.php).*$")
_NUMBER = re.compile(r"[0-9]{1,19}")


def site_of(given: str) -> tuple[str, str]:
    """Origin and path of a site as people write it: `velo.example/blog`, or an address of its dashboard.

    Raises BadInput.
    """
    return place_of(given, _DASHBOARD)


async def api_of(door: Door, origin: str, path: str) -> BlogApi:
    """Raises ChannelRefused without an application password."""
    user = door.account.options.get("user", "").strip()
    password = "".join((await door.secret("app_password")).split())
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    return BlogApi(door, f"{origin}{path}/wp-json", {"authorization": f"Basic {word}"})


async def index_of(api: BlogApi) -> dict[str, Any]:
    """What the site says of itself. Raises ChannelRefused when no WordPress answers there, ProvenNotSent."""
    found = await api.face("/")
    spaces = found.get("namespaces") if found else None
    if found is None or not isinstance(spaces, list) or "wp/v2" not in spaces:
        raise ChannelRefused(
            "No WordPress with an open REST API answers there.",
            code="unreachable",
            kept="Nothing changed.",
            do_next="Check the address; in WordPress, Settings, Permalinks must be anything but Plain.",
        )
    return found


async def me(api: BlogApi) -> dict[str, Any]:
    """The user whose password it is. Raises ChannelRefused, ProvenNotSent."""
    found = await api.made("GET", "/wp/v2/users/me", params={"context": "edit"})
    if not number(found.get("id")):
        raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
    return found


async def same_account(api: BlogApi, payload: SealedPayload) -> None:
    """Raises ChannelRefused when the access is for another user than when the post was approved."""
    if number((await me(api)).get("id")) != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def terms(api: BlogApi, kind: str, names: str) -> str:
    """The numbers of categories or tags by name, comma separated. Raises BadInput for one that the site lacks."""
    found = []
    for name in names_in(names):
        listed = await api.list(f"/wp/v2/{kind}", params={"search": name, "per_page": "100"})
        same = [each for each in listed if html.unescape(str(each.get("name"))).casefold() == name.casefold()]
        if not same or not number(same[0].get("id")):
            raise BadInput(f"The site has no category or tag called {name}.", do_next="Make it there first.")
        found.append(number(same[0].get("id")))
    return ",".join(found)


async def by_slug(api: BlogApi, slug: str) -> dict[str, Any] | None:
    """The post of this slug in whatever state, also from the trash; None when there is none.

    Raises ChannelRefused, ProvenNotSent.
    """
    wanted = {"slug": f"{slug},{slug}{TRASHED}", "status": STATUSES, "context": "edit", "per_page": "10"}
    listed = await api.list(POSTS, params=wanted)
    for name in (slug + TRASHED, slug):  # what a person took away counts for more than a draft beside it
        for each in listed:
            if each.get("slug") == name and number(each.get("id")):
                return each
    return None


async def upload(api: BlogApi, medium: Medium) -> tuple[int, str]:
    """Number and address of the picture in the site's library: the one that an earlier attempt left, or a new one.

    Raises ChannelRefused when it is refused or loses its alt text, ProvenNotSent when trying later may help.
    """
    slug = "admind-" + hashlib.sha256(f"{medium.sha256} {medium.alt}".encode()).hexdigest()[:24]
    for kept in await api.list(MEDIA, params={"slug": slug, "context": "edit"}):
        if kept.get("slug") == slug and _alt(kept) == medium.alt.strip() and number(kept.get("id")):
            return _named(api, medium, kept, found=True)
    data = await api.door.blob(medium.sha256)
    file = (f"{slug}.{SUFFIX.get(medium.mime, 'bin')}", data, medium.mime)
    fields = {"slug": slug, "title": medium.alt[:100] or slug, "alt_text": medium.alt}
    made = await api.made("POST", MEDIA, files={"file": file}, data=fields)
    if _alt(made) != medium.alt.strip():
        raise ChannelRefused(
            f"{api.name} did not keep the picture's alt text as it was approved.",
            code="alt",
            kept=KEPT,
            do_next="Change the alt text, and have it approved again.",
        )
    if not number(made.get("id")):
        raise ProvenNotSent(f"{api.name} did not answer properly.", kept=KEPT)
    return _named(api, medium, made)


def _named(api: BlogApi, medium: Medium, kept: dict[str, Any], *, found: bool = False) -> tuple[int, str]:
    one, address = number(kept.get("id")), _address(api, kept)
    api.door.named(medium, f"{one} {address}", found=found)
    return int(one), address


async def featured(api: BlogApi, post: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The alt text of the post's own picture, and where it lies; nothing without one."""
    wanted = number(post.get("featured_media"))
    kept = await api.read(f"{MEDIA}/{wanted}", params={"context": "edit"}) if wanted else None
    return ((_alt(kept), web(kept.get("source_url"))),) if kept else ()


def raw(post: dict[str, Any], name: str) -> str:
    """A field as it was written."""
    inner = post.get(name)
    found = inner.get("raw") if isinstance(inner, dict) else None
    return found if isinstance(found, str) else ""


def number(value: object) -> str:
    """An id above 0 as text; empty for anything else."""
    text = str(value) if type(value) in (int, str) else ""
    return text if _NUMBER.fullmatch(text) and int(text) > 0 else ""


def may(user: dict[str, Any], names: Sequence[str]) -> bool:
    can = user.get("capabilities")
    return isinstance(can, dict) and all(can.get(name) is True for name in names)


def _alt(medium: dict[str, Any]) -> str:
    found = medium.get("alt_text")
    return html.unescape(found).strip() if isinstance(found, str) else ""


def _address(api: BlogApi, medium: dict[str, Any]) -> str:
    address = web(medium.get("source_url"))
    if not address:
        raise ProvenNotSent(f"{api.name} does not say where the picture lies.", kept=KEPT)
    return address
