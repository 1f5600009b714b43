"""How a brand has its links counted, and its short links: where each leads, and ending one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from bot.bootstrap import AdMind
from bot.insights.clicks import Counted
from bot.links.qr import MIME, Form, qr
from bot.views import ClicksView, ListView, clicks_view
from bot.workflow.linking import Leads, Linking, ShortLink, Wish
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Owner, Reader, Service

router = APIRouter(tags=["links"], route_class=IdempotentRoute)


class LinkingBody(Body):
    """What is left out stays as it is."""

    utm: str | None = Field(
        None, max_length=500, description="Template, e.g. utm_source={channel}&utm_medium=social; empty: none."
    )
    hosts: list[Annotated[str, Field(max_length=300)]] | None = Field(
        None, max_length=50, description="Links to other hosts stay as they are; empty: none do."
    )
    short: bool | None = Field(None, description="Whether links are made short.")
    click_ids: bool | None = Field(None, description="Whether a click takes a token along, to tie an order to it.")
    pixel: bool | None = Field(None, description="Whether orders are taken from a pixel, which nobody signs.")
    accounts: dict[str, str] | None = Field(
        None, max_length=100, description="Account, by name or id → its own template, none, or empty: as the brand."
    )
    campaigns: dict[Annotated[str, Field(max_length=200)], str] | None = Field(
        None, max_length=200, description="Campaign, by name → its own template, none, or empty: as the brand."
    )


class LinkingView(BaseModel):
    brand: str
    utm: str
    hosts: list[str]
    short: bool
    click_ids: bool
    pixel: bool
    accounts: dict[str, str]
    campaigns: dict[str, str] = Field(description="By their names as they stand in links.")
    base_url: str = Field(description="Where short links lead from; empty: nowhere yet.")


class ShortLinkView(BaseModel):
    code: str
    url: str
    destination: str
    state: str = Field(description="waiting (not approved yet), leads or ended")
    draft: str
    account: str
    post: str | None
    made_at: datetime
    ended_at: datetime | None
    clicks: ClicksView


class HourView(BaseModel):
    at: datetime = Field(description="when the hour began")
    clicks: ClicksView


@router.get("/brands/{brand}/linking")
async def linking(admind: Service, caller: Reader, brand: str) -> LinkingView:
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return _rules(admind, await admind.linking.rules(caller.workspace, brand))


@router.patch("/brands/{brand}/linking")
async def change(admind: Service, caller: Owner, brand: str, body: LinkingBody) -> LinkingView:
    """For drafts and revisions from now on; what was rendered before stays as it is."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    wish = Wish(**body.model_dump())
    return _rules(admind, await admind.linking.change(caller.workspace, caller.member, brand, wish))


class OrderKey(BaseModel):
    key: str = Field(description="Shown once. Standard Webhooks; the one before is no good any more.")
    url: str = Field(description="Where the shop sends its orders.")


@router.post("/brands/{brand}/order-key", status_code=201)
async def order_key(admind: Service, caller: Owner, brand: str) -> OrderKey:
    """A key with which the brand's shop signs orders, so that they are tied to posts."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    key = await admind.linking.new_key(caller.workspace, caller.member, brand)
    return OrderKey(key=key, url=f"{admind.linking.base_url or admind.settings.base_url}/l/in/orders")


@router.get("/links")
async def links(
    admind: Service,
    caller: Reader,
    brand: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ListView[ShortLinkView]:
    """Short links of approved posts, the newest first."""
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    found = await admind.linking.of_brand(caller.workspace, brand, after=after, limit=limit)
    following = str(after + limit) if len(found) == limit else None
    return ListView(items=await _views(admind, caller.workspace, found), next=following)


@router.get("/links/{code}")
async def link(admind: Service, caller: Reader, code: str) -> ShortLinkView:
    return await _view(admind, caller.workspace, await seen(admind, caller, code))


@router.get("/links/{code}/qr.{form}", response_class=Response)
async def qr_code(admind: Service, caller: Reader, code: str, form: Form) -> Response:
    """The link as a QR code, for print."""
    await seen(admind, caller, code)
    return Response(qr(admind.linking.address(code), form), media_type=MIME[form])


@router.get("/links/{code}/hours")
async def hours(admind: Service, caller: Reader, code: str) -> ListView[HourView]:
    """Its clicks by the hour, of all hours in which somebody came."""
    await seen(admind, caller, code)
    found = await admind.clicks.by_hour(caller.workspace, code)
    return ListView(items=[HourView(at=at, clicks=clicks_view(each)) for at, each in found.items()])


@router.post("/links/{code}/end")
async def end(admind: Service, caller: Owner, code: str) -> ShortLinkView:
    """It leads no more; people read that it has ended."""
    await seen(admind, caller, code)
    found = await admind.linking.end(caller.workspace, caller.member, code, ended=True)
    return await _view(admind, caller.workspace, found)


@router.delete("/links/{code}/end")
async def again(admind: Service, caller: Owner, code: str) -> ShortLinkView:
    """It leads again where it did."""
    await seen(admind, caller, code)
    found = await admind.linking.end(caller.workspace, caller.member, code, ended=False)
    return await _view(admind, caller.workspace, found)


async def seen(admind: AdMind, caller: Caller, code: str) -> Leads:
    """A link of one of the caller's brands. Raises NotFound."""
    found = await admind.linking.link(caller.workspace, code)
    await caller.looking.brand(caller.workspace, caller.member, found.link.brand if found.link else "")
    return found


async def _view(admind: AdMind, workspace: str, found: Leads) -> ShortLinkView:
    return (await _views(admind, workspace, [found]))[0]


async def _views(admind: AdMind, workspace: str, found: Sequence[Leads]) -> list[ShortLinkView]:
    counted = await admind.clicks.of_links(workspace, [each.code for each in found])
    return [_shown(admind, each, each.link, counted[each.code]) for each in found if each.link is not None]


def _shown(admind: AdMind, found: Leads, link: ShortLink, counted: Counted) -> ShortLinkView:
    return ShortLinkView(
        code=found.code,
        url=admind.linking.address(found.code),
        destination=found.destination,
        state=found.state,
        draft=link.draft,
        account=link.account,
        post=found.post or None,
        made_at=link.made_at,
        ended_at=found.ended_at,
        clicks=clicks_view(counted),
    )


def _rules(admind: AdMind, rules: Linking) -> LinkingView:
    fields = rules.model_dump(exclude={"workspace"})
    return LinkingView(**fields, base_url=admind.linking.base_url)
