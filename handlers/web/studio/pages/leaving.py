"""A brand leaves: everything of it to take along."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/settings/leaving/export")
async def export(visit: Visitor) -> Response:
    """The zip, handed on while it is made."""
    found = await visit.admind.exporting.brand(visit.workspace, visit.id, visit.here.id)
    headers = {
        "Content-Disposition": f"attachment; filename=\"brand.zip\"; filename*=UTF-8''{quote(found.name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(found.parts, media_type="application/zip", headers=headers)
