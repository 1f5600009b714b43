"""Feeds that the brand has watched: what they are, how they do, add and remove."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visitor

router = APIRouter()
PAGE = "/studio/settings/feeds"


@router.get("/settings/feeds")
async def feeds(request: Request, visit: Visitor) -> Response:
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    mine = [each for each in accounts.items if each.brand == visit.here.id and not each.closed]
    return draw(
        request,
        visit,
        "settings_feeds.html",
        feeds=await visit.admind.watching.feeds(visit.workspace, visit.here.id),
        accounts=mine,
        names={each.id: each.name for each in mine},
        may=visit.holds("owner", visit.here.id),
    )


@router.post("/settings/feeds")
async def add(
    request: Request,
    visit: Visitor,
    url: Annotated[str, Form(max_length=2000)],
    account: Annotated[list[str] | None, Form(max_length=50)] = None,
) -> Response:
    await visit.admind.watching.add(visit.workspace, visit.id, visit.here.id, url.strip(), account or ())
    return go(request, PAGE, visit.t("It is watched. Each new entry becomes a draft for approval."))


@router.post("/settings/feeds/{feed}/remove")
async def remove(request: Request, visit: Visitor, feed: str) -> Response:
    await visit.admind.watching.remove(visit.workspace, visit.id, feed)
    return go(request, PAGE, visit.t("It is not watched any more. Its drafts stay."))
