"""The first visit: three questions, each of which may be skipped, and a brief to try."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from bot.errors import BadInput
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visitor

router = APIRouter()
COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")


@router.get("/welcome")
async def ask(request: Request, visit: Visitor) -> Response:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))
    return draw(request, visit, "welcome.html", zones=zones)


@router.post("/welcome")
async def answer(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(max_length=80)] = "",
    zone: Annotated[str, Form(max_length=60)] = "",
    colours: Annotated[list[str] | None, Form(max_length=5)] = None,
    chosen: Annotated[bool, Form()] = False,
    logo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep what was answered; what is empty was skipped."""
    admind = visit.admind
    if visit.home is None or not visit.holds("owner", visit.home.id):
        return go(request, "/studio/chat")
    if zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise BadInput("There is no such time zone.", do_next="Write it like Europe/Zurich.") from error
    palette = tuple(colour.lower() for colour in colours or () if COLOUR.match(colour)) if chosen else ()
    picture = await logo.read() if logo is not None else b""
    sha256 = ""
    if picture:
        item = await admind.library.upload(visit.workspace, visit.home.id, visit.seen.member, picture)
        sha256 = item.sha256
    welcomed = await admind.setup.welcome(
        visit.workspace, name=" ".join(name.split()), zone=zone, palette=palette, logo=sha256, now=admind.clock.now()
    )
    if welcomed.id == admind.workspace.id:
        admind.workspace = welcomed
    return go(request, "/studio/chat")
