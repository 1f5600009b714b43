"""How a brand has its links counted, and its short links: where each leads, and ending one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.bootstrap import AdMind
from bot.views import ListView
from bot.workflow.linking import Leads, Linking, Wish
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
    accounts: dict[str, str] | None = Field(
        None, max_length=100, description="Account, by name or id → its own template, none, or empty: as the brand."
    )


class LinkingView(BaseModel):
    brand: str
    utm: str
    hosts: list[str]
    short: bool
    click_ids: bool
    accounts: dict[str, str]
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
    return ListView(items=[link_view(admind, each) for each in found], next=following)


@router.get("/links/{code}")
async def link(admind: Service, caller: Reader, code: str) -> ShortLinkView:
    return link_view(admind, await seen(admind, caller, code))


@router.post("/links/{code}/end")
async def end(admind: Service, caller: Owner, code: str) -> ShortLinkView:
    """It leads no more; people read that it has ended."""
    await seen(admind, caller, code)
    return link_view(admind, await admind.linking.end(caller.workspace, caller.member, code, ended=True))


@router.delete("/links/{code}/end")
async def again(admind: Service, caller: Owner, code: str) -> ShortLinkView:
    """It leads again where it did."""
    await seen(admind, caller, code)
    return link_view(admind, await admind.linking.end(caller.workspace, caller.member, code, ended=False))


async def seen(admind: AdMind, caller: Caller, code: str) -> Leads:
    """A link of one of the caller's brands. Raises NotFound."""
    found = await admind.linking.link(caller.workspace, code)
    await caller.looking.brand(caller.workspace, caller.member, found.link.brand if found.link else "")
    return found


def link_view(admind: AdMind, found: Leads) -> ShortLinkView:
    link = found.link
    assert link is not None  # noqa: S101 - what stays of brands that are gone is in no list
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
    )


def _rules(admind: AdMind, rules: Linking) -> LinkingView:
    fields = rules.model_dump(exclude={"workspace"})
    return LinkingView(**fields, base_url=admind.linking.base_url)
