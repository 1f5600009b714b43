"""The calendar as a file and as a feed: import, looked at first; export; the address for calendar programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from bot.planning.export import as_csv, as_json
from bot.planning.spans import start_of
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
PAGE = "/studio/calendar/files"
FAULTS = 200  # shown of one file


@router.get("/calendar/files")
async def files(request: Request, visit: Visitor) -> Response:
    return await _page(request, visit)


@router.post("/calendar/files/import")
async def import_(
    request: Request,
    visit: Visitor,
    file: Annotated[UploadFile, File()],
    take: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Look at a file, or with `take` take it in: the browser sends it again, so that nothing is kept meanwhile."""
    data, importing = await file.read(), visit.admind.calendar_importing
    if take:
        found = await importing.take(visit.workspace, visit.id, visit.here.id, data, SURFACE)
        if found.taken is not None:
            return go(
                request,
                f"{PAGE}?import={found.taken.id}",
                visit.t("It is taken in. Its rows become drafts now; nothing goes out unapproved."),
            )
    else:
        found = await importing.check(visit.workspace, visit.id, visit.here.id, data)
    return draw(request, visit, "calendar_import.html", found=found, most=FAULTS)


@router.get("/calendar/files/export")
async def export(
    visit: Visitor,
    format_: Annotated[Literal["csv", "json"], Query(alias="format")] = "csv",
    days: Annotated[int, Query(ge=1, le=400)] = 90,
) -> Response:
    """What is planned from today on, of the brand looked at."""
    first = visit.admind.clock.now().astimezone(visit.zone).date()
    lines = await visit.admind.calendar_exporting.lines(
        visit.admind.looking,
        visit.workspace,
        visit.id,
        start_of(first, visit.zone),
        start_of(first + timedelta(days=days), visit.zone),
        visit.zone,
        brands=frozenset({visit.here.id}),
    )
    body, mime = (
        (as_csv(lines), "text/csv; charset=utf-8") if format_ == "csv" else (as_json(lines), "application/json")
    )
    headers = {
        "Content-Disposition": f'attachment; filename="calendar-{first}.{format_}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=mime, headers=headers)


@router.post("/calendar/files/feed")
async def feed(request: Request, visit: Visitor, on: Annotated[str, Form(max_length=3)] = "") -> Response:
    """Turn the feed on or renew its address, or turn it off."""
    feeds = visit.admind.calendar_feeds
    if on:
        await feeds.turn_on(visit.workspace, visit.id, visit.here.id)
        return go(request, PAGE, visit.t("The calendar can be subscribed to at this address."))
    await feeds.turn_off(visit.workspace, visit.id, visit.here.id)
    return go(request, PAGE, visit.t("Its address opens nothing any more."))


async def _page(request: Request, visit: Visit) -> Response:
    owner, team = visit.holds("owner", visit.here.id), visit.in_team(visit.here.id)
    name = request.query_params.get("import", "")[:40]
    taken = (
        await visit.admind.calendar_importing.state(visit.workspace, visit.id, visit.here.id, name)
        if name and team
        else None
    )
    return draw(
        request,
        visit,
        "calendar_files.html",
        owner=owner,
        team=team,
        taken=taken,
        url=await visit.admind.calendar_feeds.address(visit.workspace, visit.id, visit.here.id) if owner else "",
    )
