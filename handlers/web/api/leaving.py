"""A brand's export and its erasure. Owners of the brand only."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bot.leaving.farewells import Leaving, LinksChoice
from bot.views import ListView
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Owner, Service

router = APIRouter(tags=["leaving"], route_class=IdempotentRoute)


class ExportBody(Body):
    path: str = Field(
        min_length=1, max_length=1000, description="A file on AdMind's own machine that is not there yet."
    )


class ExportView(BaseModel):
    path: str
    bytes: int


@router.post("/brands/{brand}/export", status_code=201)
async def export(admind: Service, caller: Owner, brand: str, body: ExportBody) -> ExportView:
    """Everything of a brand in one zip that people can read."""
    path, size = await admind.exporting.to_file(caller.workspace, caller.member, brand, body.path)
    return ExportView(path=path, bytes=size)


class ErasureBody(Body):
    name: str = Field(min_length=1, max_length=80, description="The brand's name, as proof that it is the one meant.")
    links: LinksChoice = Field("end", description="Its short links: end, or keep (they lead on; nothing else stays).")


class LeftoverView(BaseModel):
    kind: str = Field(
        description="post, receiver (of a webhook), access (given by hand), message, or link (left on purpose)"
    )
    where: str
    what: str
    url: str


class LeavingView(BaseModel):
    brand: str
    state: str = Field(description="cooling (can be undone), kept, going or gone")
    asked_at: datetime
    ends_at: datetime = Field(description="Until then any owner of the brand can undo it.")
    links: LinksChoice
    leftovers: list[LeftoverView] = Field(description="What others hold and AdMind cannot take back.")


@router.get("/leavings")
async def leavings(admind: Service, caller: Owner) -> ListView[LeavingView]:
    """Brands of yours that leave, and those that you asked to erase, for 30 days."""
    found = await admind.farewells.of_member(caller.workspace, caller.member)
    return ListView(items=[_view(each) for each in found])


@router.post("/brands/{brand}/erasure", status_code=202)
async def erase(admind: Service, caller: Owner, brand: str, body: ErasureBody) -> LeavingView:
    """Stop everything of the brand now, and erase it in seven days."""
    asked = await admind.farewells.ask(
        caller.workspace, caller.member, brand, body.name, surface=caller.surface, links=body.links
    )
    return _view(asked)


@router.delete("/brands/{brand}/erasure")
async def keep(admind: Service, caller: Owner, brand: str) -> LeavingView:
    """Keep it after all: everything as before."""
    return _view(await admind.farewells.undo(caller.workspace, caller.member, brand, surface=caller.surface))


@router.delete("/leavings/{brand}", status_code=204)
async def throw_away(admind: Service, caller: Owner, brand: str) -> None:
    """Throw the list of what others hold away: the last trace of a brand that is gone."""
    await admind.farewells.throw_away(caller.workspace, caller.member, brand)


def _view(leaving: Leaving) -> LeavingView:
    left = [LeftoverView(**each.model_dump()) for each in leaving.leftovers]
    return LeavingView(
        brand=leaving.brand,
        state=leaving.state,
        asked_at=leaving.asked_at,
        ends_at=leaving.ends_at,
        links=leaving.links,
        leftovers=left,
    )
