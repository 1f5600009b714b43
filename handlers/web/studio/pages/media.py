"""Pictures of the member's brands, for the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from bot.errors import NotFound
from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/faces/{account}/{sha256}")
async def face(
    visit: Visitor,
    account: Annotated[str, Path(max_length=60)],
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
) -> Response:
    """The profile's picture of an account of the member's brands, as it was kept when it was connected."""
    kept = await visit.admind.looking.account_record(visit.workspace, visit.id, account)
    if kept.face != sha256:
        raise NotFound("There is no such picture.")
    return _shown(await visit.admind.blobs.get(sha256), "image/jpeg")


@router.get("/media/{sha256}")
async def picture(visit: Visitor, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    stored = await visit.admind.library.read(visit.workspace, visit.seen.member, sha256)
    return _shown(stored.data, stored.mime)


def _shown(data: bytes, mime: str) -> Response:
    return Response(
        data,
        media_type=mime,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'",
        },
    )
