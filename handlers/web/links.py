"""Short links on the public edge: from an approved post on to where it says, and to nowhere else."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.routing import Route

from bot.insights.traffic import looked
from bot.links.codes import PATTERN, location
from handlers.web.auth import admind_of
from handlers.web.shelf import edge_page

router = APIRouter(include_in_schema=False)  # for people, not for programs
Said = Annotated[str, Query(max_length=200)]
PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_CODE: Final = re.compile(PATTERN)
# The site behind the link learns on which site it was clicked, never on which page.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin-when-cross-origin"}


@router.get("/l/in/here")
async def here(request: Request) -> dict[str, str]:
    """Whose short links these are: `admind doctor` asks from outside, by the name that they have to themselves."""
    return {"mark": admind_of(request).doctor.mark}


@router.post("/l/in/orders")
async def order(request: Request) -> Response:
    """A shop tells of an order, signed with the key of the link's brand."""
    counted = await admind_of(request).orders.signed(await request.body(), request.headers)
    return JSONResponse({"counted": counted}, status_code=201 if counted else 200)


@router.get("/l/in/pixel.gif")
async def pixel(
    request: Request,
    order: Said = "",
    link: Said = "",
    click: Said = "",
    amount: Said = "",
    currency: Said = "",
) -> Response:
    """On a shop's last page: no cookie, no script, and the same answer whatever it said."""
    said = {"order": order, "link": link, "click": click, "amount": amount, "currency": currency}
    await admind_of(request).orders.pixel(said)
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(PIXEL, media_type="image/gif", headers=headers)


async def lead(request: Request) -> Response:
    """On to the destination of our record. Nothing of the request goes into it but a click's own token."""
    admind, code = admind_of(request), request.path_params["code"]
    found = await admind.linking.lead(code) if _CODE.fullmatch(code) else None
    if found is None or found.state == "ended":
        response = edge_page(request, "link_gone.html", status=410 if found else 404, ended=found is not None)
        response.headers["Cache-Control"] = "no-store"
        return response
    destination = await admind.linking.tokened(found)
    address = request.client.host if request.client else ""
    admind.clicks.note(found, looked(request.method, request.headers), address)
    return Response(status_code=302, headers={**HEADERS, "Location": location(destination)})


# A plain route, to be asked first: people wait for nothing else on the edge.
SHORT_LINK: Final = Route("/l/{code}", lead, methods=["GET"])
