"""One person under several names: links that one makes, and what owners say of who is who."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from bot.workflow.kinship import Side
from handlers.web.studio.draw import go
from handlers.web.studio.pages.team import draw_members
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
Code = Annotated[str, Form(max_length=80)]
MEMBERS = "/studio/settings/members"


@router.post("/settings/names")
async def begin(request: Request, visit: Visitor) -> Response:
    """A code, shown once."""
    code = await visit.admind.kinship.offer(visit.workspace, _side(visit))
    return await draw_members(request, visit, code=code)


@router.post("/settings/names/look")
async def look(request: Request, visit: Visitor, code: Code) -> Response:
    """Whom the code would make one with who looks."""
    offer = await visit.admind.kinship.look(visit.workspace, code, _side(visit))
    return await draw_members(request, visit, offer=offer, offered=code)


@router.post("/settings/names/agree")
async def agree(request: Request, visit: Visitor, code: Code) -> Response:
    return go(request, MEMBERS, await visit.admind.kinship.agree(visit.workspace, code, _side(visit)))


@router.post("/settings/names/{kin}/allow")
async def allow(request: Request, visit: Visitor, kin: str, yes: Annotated[bool, Form()] = False) -> Response:
    return go(request, MEMBERS, await visit.admind.kinship.allow(visit.workspace, visit.id, kin, yes=yes))


@router.post("/settings/members/{member}/unlink")
async def unlink(request: Request, visit: Visitor, member: str, name: Annotated[str, Form(max_length=200)]) -> Response:
    return go(request, MEMBERS, await visit.admind.kinship.unlink(visit.workspace, visit.id, member, name))


@router.post("/settings/members/{member}/distinct")
async def distinct(request: Request, visit: Visitor, member: str, yes: Annotated[bool, Form()] = False) -> Response:
    return go(request, MEMBERS, await visit.admind.kinship.vouch(visit.workspace, visit.id, member, distinct=yes))


def _side(visit: Visit) -> Side:
    return Side(member=visit.id, name=visit.name, place=visit.t("the studio"))
