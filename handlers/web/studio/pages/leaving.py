"""A brand leaves: everything of it to take along, the asking, and the way back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import StreamingResponse

from bot.leaving.farewells import LinksChoice
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visitor

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


@router.post("/settings/leaving/erase")
async def erase(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(max_length=200)],
    links: Annotated[LinksChoice, Form()] = "end",
) -> Response:
    """Everything of the brand in view stops now, and is erased in seven days."""
    await visit.admind.farewells.ask(visit.workspace, visit.id, visit.here.id, name, surface=SURFACE, links=links)
    return go(request, "/studio/settings/leaving", visit.t("Nothing of it goes out any more."))


@router.post("/settings/leaving/{brand}/keep")
async def keep(request: Request, visit: Visitor, brand: str) -> Response:
    await visit.admind.farewells.undo(visit.workspace, visit.id, brand, surface=SURFACE)
    return go(request, "/studio/settings/brand", visit.t("It stays: everything is as before."))


@router.post("/settings/leaving/{brand}/throw-away")
async def throw_away(request: Request, visit: Visitor, brand: str) -> Response:
    await visit.admind.farewells.throw_away(visit.workspace, visit.id, brand)
    return go(request, "/studio/settings/leaving", visit.t("Thrown away."))


@router.get("/settings/leaving")
async def leavings(request: Request, visit: Visitor) -> Response:
    """Brands that leave, and what others hold of those that are gone."""
    found = await visit.admind.farewells.of_member(visit.workspace, visit.id)
    names = {brand.id: brand.name for brand in visit.every_brand}
    return draw(request, visit, "settings_leaving.html", leavings=found, names=names)
