"""`/feeds`: what a brand has watched. Each new entry becomes a draft that waits for approval."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.views import ListView
from bot.workflow.watching import WatchedFeed
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Owner, Reader, Service

router = APIRouter(prefix="/feeds", tags=["setting up"], route_class=IdempotentRoute)


class NewFeed(Body):
    url: str = Field(min_length=1, max_length=2000, description="RSS, Atom or JSON Feed.")
    accounts: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=50, description="For which accounts, by name or id; none: all of the brand."
    )
    brand: str = Field("", max_length=100)


class FeedView(BaseModel):
    id: str
    brand: str
    url: str
    title: str = Field(description="In the feed's own words.")
    leads_to: str = Field(description="The other site that its entries stand on; empty: the feed's own.")
    accounts: list[str] = Field(description="Account ids; none: all of the brand.")
    added_by: str = Field(description="The member in whose name drafts are asked for.")
    added_at: datetime
    read_at: datetime | None = Field(description="When it was last read, or known to be unchanged.")
    problem: str | None = Field(description="Why it was not read last.")


@router.get("")
async def feeds(
    admind: Service, caller: Reader, brand: Annotated[str, Query(max_length=100)] = ""
) -> ListView[FeedView]:
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return ListView(items=[_view(each) for each in await admind.watching.feeds(caller.workspace, brand)])


@router.post("", status_code=201)
async def add(admind: Service, caller: Owner, body: NewFeed) -> FeedView:
    """Watch a feed from now on; what stands there already becomes no draft."""
    brand = body.brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return _view(await admind.watching.add(caller.workspace, caller.member, brand, body.url, body.accounts))


@router.delete("/{feed}")
async def remove(admind: Service, caller: Owner, feed: str) -> FeedView:
    """Watch it no more; the drafts that it became stay."""
    found = await admind.watching.feed(caller.workspace, feed)
    await caller.looking.brand(caller.workspace, caller.member, found.brand)
    return _view(await admind.watching.remove(caller.workspace, caller.member, feed))


def _view(feed: WatchedFeed) -> FeedView:
    return FeedView(
        id=feed.id,
        brand=feed.brand,
        url=feed.url,
        title=feed.title,
        leads_to=feed.site,
        accounts=list(feed.accounts),
        added_by=feed.added_by,
        added_at=feed.added_at,
        read_at=feed.read_at,
        problem=feed.problem or None,
    )
