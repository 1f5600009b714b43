"""The media library: every picture of the brands in view, where it came from and what it shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from bot.errors import BadInput
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visitor

router = APIRouter()
A_PAGE = 60


@router.get("/library")
async def library(request: Request, visit: Visitor, before: Annotated[str, Query(max_length=40)] = "") -> Response:
    try:
        moment = datetime.fromisoformat(before) if before else None
    except ValueError as error:
        raise BadInput("That is no place in this list.") from error
    found = await visit.admind.library.newest(
        visit.workspace, visit.seen.member, visit.brands, before=moment, limit=A_PAGE
    )
    following = found[-1].created_at.isoformat() if len(found) == A_PAGE else ""
    return draw(request, visit, "library.html", items=found, next=following)


@router.post("/library/media")
async def upload(request: Request, visit: Visitor, file: Annotated[UploadFile, File()]) -> Response:
    """Keep a picture: cleaned, without location or camera data."""
    if visit.home is None:
        raise BadInput("You have no brand here yet.", do_next="An owner can give you a role in one.")
    await visit.admind.library.upload(visit.workspace, visit.home.id, visit.seen.member, await file.read())
    return go(request, "/studio/library", visit.t("Kept, without camera or location data."))
