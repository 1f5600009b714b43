"""What waits for people."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from handlers.web.studio.draw import draw
from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/drafts")
async def queue(request: Request, visit: Visitor) -> Response:
    found = await visit.admind.looking.drafts(visit.workspace, visit.id, status="open", limit=100)
    mine = [draft for draft in found.items if draft.brand in visit.brands]
    return draw(request, visit, "drafts.html", drafts=mine)
