"""Pictures of the member's brands, for the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/media/{sha256}")
async def picture(visit: Visitor, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    stored = await visit.admind.library.read(visit.workspace, visit.seen.member, sha256)
    return Response(
        stored.data,
        media_type=stored.mime,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'",
        },
    )
