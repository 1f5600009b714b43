"""Where one arrives, and the number of what waits."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/")
async def home(request: Request, visit: Visitor) -> Response:
    return RedirectResponse("/studio/chat", status_code=303)


@router.get("/waiting")
async def waiting(visit: Visitor) -> Response:
    """How many drafts wait, for the rail; empty for none."""
    found = await visit.admind.looking.drafts(
        visit.workspace, visit.id, status="waiting", limit=100, brands=visit.brands
    )
    count = len(found.items)
    return HTMLResponse(("99+" if found.next else str(count)) if count else "", headers={"Cache-Control": "no-store"})
