"""A rehearsal of the brand's plan, as a page of its own. Closing it ends the rehearsal."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from bot.rehearsal.page import page
from handlers.web.rehearsing import rehearsal_for
from handlers.web.studio.visit import Visitor

router = APIRouter()
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
}


@router.post("/plan/rehearsal")
async def rehearsal(
    request: Request,
    visit: Visitor,
    days: Annotated[int, Form(ge=1, le=120)] = 14,
    approve: Annotated[str, Form(max_length=10)] = "all",
) -> Response:
    """What the coming days would bring."""
    of = (visit.workspace, visit.id, visit.here.id)
    found = await rehearsal_for(request, visit.admind, *of, days=days, approve=approve)
    return Response(page(found, visit.language), media_type="text/html; charset=utf-8", headers=HEADERS)
