"""Rules that people's own edits show: accepted into the profile, declined, taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from handlers.web.studio.draw import draw, go
from handlers.web.studio.pages.voice import learned_in
from handlers.web.studio.visit import Visitor

router = APIRouter()
HERE = "/studio/settings/voice/learned"


@router.get("/settings/voice/learned")
async def learned(request: Request, visit: Visitor) -> Response:
    """All of them, with what shows each."""
    return draw(request, visit, "settings_learned.html", brand=visit.here, learned=await learned_in(visit))


@router.post("/settings/voice/rules/{rule}/accept")
async def accept(
    request: Request, visit: Visitor, rule: str, line: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    await visit.admind.learning.accept(visit.workspace, visit.id, visit.here.id, rule, line=line)
    return go(request, HERE, visit.t("Saved. It holds for every draft from now on."))


@router.post("/settings/voice/rules/{rule}/decline")
async def decline(request: Request, visit: Visitor, rule: str) -> Response:
    await visit.admind.learning.decline(visit.workspace, visit.id, visit.here.id, rule)
    return go(request, HERE, visit.t("It is not used, and not proposed again."))


@router.post("/settings/voice/rules/{rule}/reconsider")
async def reconsider(request: Request, visit: Visitor, rule: str) -> Response:
    await visit.admind.learning.reconsider(visit.workspace, visit.id, visit.here.id, rule)
    return go(request, HERE, visit.t("It is proposed again."))
