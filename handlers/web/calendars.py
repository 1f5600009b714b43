"""A brand's calendar at its unguessable address on the public edge: titles, times and accounts, nothing else."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from handlers.web.auth import admind_of

router = APIRouter(tags=["public"])


@router.get("/calendars/{code}.ics", response_class=Response)
@router.head("/calendars/{code}.ics", response_class=Response, include_in_schema=False)
async def calendar(
    request: Request,
    code: Annotated[str, Path(max_length=160)],
    none_match: Annotated[str, Header(alias="if-none-match", max_length=500)] = "",
) -> Response:
    """RFC 5545, for calendar programs. Whoever has the address sees it, until an owner turns it off or renews it."""
    found = await admind_of(request).calendar_feeds.document(code)
    headers = {
        "ETag": found.etag,
        "Last-Modified": found.last_modified,
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    if found.not_modified(none_match):
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type="text/calendar; charset=utf-8")
