"""Which Facebook page an access may post for: a page's own access for itself, a person's for those that they run."""

from __future__ import annotations

from bot.channels.answers import KEPT
from bot.channels.base import ChannelRefused, Place, ProvenNotSent
from bot.channels.meta_api import Api, clean, id_in, other_account, whose

TASK = "CREATE_CONTENT"  # https://developers.facebook.com/docs/pages-api/overview#tasks


async def page_of(api: Api, wanted: str) -> tuple[Place, str]:
    """The page (the first one where none is named), and the person whose access it is; empty for a page's own.

    Raises ChannelRefused, ProvenNotSent.
    """
    me = await api.before("GET", "me", {"fields": "id,name", "metadata": "1"})
    if not id_in(me):
        raise ProvenNotSent(f"{api.name} does not say whose access it is.", kept=KEPT)
    own = _is_page(me)
    found = (Place(id_in(me), clean(me.get("name"))),) if own else await pages(api)
    page = next((each for each in found if each.id == wanted or not wanted), None)
    if page is None:
        raise ChannelRefused(
            "This access may not post for that Facebook page." if wanted else "This access has no Facebook page.",
            code="unauthorized",
            kept=KEPT,
            do_next="Sign in again with somebody who may create content there, and tick the page.",
        )
    return page, "" if own else id_in(me)


async def pages(api: Api) -> tuple[Place, ...]:
    """Those for which this person may create content. Raises ChannelRefused, ProvenNotSent."""
    try:
        found, _ = await api.listed("me/accounts", {"fields": "id,name,tasks"})
    except ValueError as error:
        raise ProvenNotSent(f"{api.name} does not say which pages there are.", kept=KEPT) from error
    mine = [each for each in found if id_in(each) and TASK in (each.get("tasks") or ())]
    return tuple(Place(id_in(each), clean(each.get("name")) or id_in(each)) for each in mine)


async def as_page(api: Api, page: str) -> Api:
    """The same in the page's name. Raises ChannelRefused (`other_account` for another page's access), ProvenNotSent."""
    me = await whose(api, "id", metadata="1")
    if _is_page(me):
        if id_in(me) != page:
            raise other_account(api.name)
        return api
    token = (await api.read(page, {"fields": "id,access_token"}) or {}).get("access_token")
    if not isinstance(token, str) or not token:
        raise ChannelRefused(
            "This access may not post for that Facebook page.",
            code="unauthorized",
            kept=KEPT,
            do_next="Sign in again with somebody who may create content there, and tick the page.",
        )
    return api.with_token(token)


def _is_page(me: dict[str, object]) -> bool:
    metadata = me.get("metadata")
    return isinstance(metadata, dict) and metadata.get("type") == "page"
