"""The media library: every picture of the brands in view, where it came from and what it shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from bot.errors import BadInput
from bot.workflow.library import Card
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visitor

router = APIRouter()
A_PAGE = 60


@router.get("/library")
async def library(
    request: Request,
    visit: Visitor,
    before: Annotated[str, Query(max_length=40)] = "",
    tag: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    try:
        moment = datetime.fromisoformat(before) if before else None
    except ValueError as error:
        raise BadInput("That is no place in this list.") from error
    found = await visit.admind.library.newest(
        visit.workspace, visit.seen.member, visit.brands, before=moment, limit=A_PAGE, tag=tag
    )
    following = found[-1].created_at.isoformat() if len(found) == A_PAGE and not tag else ""
    today = visit.admind.clock.now().date()
    return draw(request, visit, "library.html", items=found, next=following, tag=tag, today=today)


@router.post("/library/media")
async def upload(request: Request, visit: Visitor, file: Annotated[UploadFile, File()]) -> Response:
    """Keep a picture: cleaned, without location or camera data."""
    if visit.home is None:
        raise BadInput("You have no brand here yet.", do_next="An owner can give you a role in one.")
    item = await visit.admind.library.upload(visit.workspace, visit.home.id, visit.seen.member, await file.read())
    if await visit.admind.library.alike(item):
        return go(request, "/studio/library", visit.t("Kept. One that looks the same was there already: please look."))
    return go(request, "/studio/library", visit.t("Kept, without camera or location data."))


@router.post("/library/media/{sha256}")
async def describe(
    request: Request,
    visit: Visitor,
    sha256: str,
    name: Annotated[str, Form(max_length=200)] = "",
    tags: Annotated[str, Form(max_length=1000)] = "",
    alt: Annotated[str, Form(max_length=2000)] = "",
    rights_until: Annotated[str, Form(max_length=10)] = "",
    rights_note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """What people call a picture, what it shows, and until when it may be used."""
    try:
        ends = date.fromisoformat(rights_until) if rights_until else None
    except ValueError as error:
        raise BadInput("That is no day.", do_next="Write it as year-month-day.") from error
    card = Card(name, tags, alt, ends, rights_note)
    await visit.admind.library.describe(visit.workspace, visit.seen.member, sha256, card, SURFACE)
    return go(request, "/studio/library", visit.t("Kept."))
