"""Whom a brand spoke to and about what, in the last 30 days."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.insights.mix import TAGS_ELSEWHERE
from handlers.web.studio.draw import draw
from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/mix")
async def mix(request: Request, visit: Visitor) -> Response:
    """Counted from approved drafts alone."""
    brand = visit.here
    found = await visit.admind.mixing.of(visit.workspace, brand.id, brand.profile.audiences)
    return draw(request, visit, "mix.html", brand=brand, mix=found, elsewhere=TAGS_ELSEWHERE)
