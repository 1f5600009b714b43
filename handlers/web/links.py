"""Short links on the public edge: from an approved post on to where it says, and to nowhere else."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from bot.insights.traffic import looked
from bot.links.codes import PATTERN, location
from handlers.web.auth import admind_of
from handlers.web.shelf import edge_page

router = APIRouter(include_in_schema=False)  # for people, not for programs
_CODE: Final = re.compile(PATTERN)
# The site behind the link learns on which site it was clicked, never on which page.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin-when-cross-origin"}


@router.get("/l/{code}")
@router.head("/l/{code}")
async def lead(request: Request, code: Annotated[str, Path(max_length=40)]) -> Response:
    """On to the destination of our record. Nothing of the request goes into it but a click's own token."""
    admind = admind_of(request)
    found = await admind.linking.lead(code) if _CODE.fullmatch(code) else None
    if found is None or found.state == "ended":
        response = edge_page(request, "link_gone.html", status=410 if found else 404, ended=found is not None)
        response.headers["Cache-Control"] = "no-store"
        return response
    address = request.client.host if request.client else ""
    admind.clicks.note(found, looked(request.method, request.headers), address)
    return Response(status_code=302, headers={**HEADERS, "Location": location(found.destination)})
