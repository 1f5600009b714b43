"""`/plan/rehearsal`: what a brand's plan would bring in the coming days. Nothing of it happens, nothing is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bot.rehearsal.page import page
from bot.rehearsal.report import RehearsalView
from handlers.web.auth import Caller, Proposer, Service
from handlers.web.rehearsing import rehearsal_for

router = APIRouter(prefix="/plan", tags=["plan"])
Days = Annotated[int, Query(ge=1, le=400)]
Approve = Annotated[str, Query(max_length=10, description="all, none, or which part of the drafts: 0.8")]
BrandName = Annotated[str, Query(max_length=100, description="Id of the brand; unset: yours.")]


@router.get("/rehearsal")
async def rehearsal(
    request: Request,
    admind: Service,
    caller: Proposer,
    days: Days = 14,
    approve: Approve = "all",
    brand: BrandName = "",
) -> RehearsalView:
    """Every draft, reminder, gap, decision and post that would come. It takes seconds; going away ends it."""
    return await _found(request, admind, caller, days, approve, brand)


@router.get("/rehearsal.html", response_class=Response)
async def as_page(
    request: Request,
    admind: Service,
    caller: Proposer,
    days: Days = 14,
    approve: Approve = "all",
    brand: BrandName = "",
) -> Response:
    """The same as a page that needs nothing else."""
    found = await _found(request, admind, caller, days, approve, brand)
    return Response(page(found), media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


async def _found(
    request: Request, admind: Service, caller: Caller, days: int, approve: str, brand: str
) -> RehearsalView:
    chosen = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, chosen)
    of = (caller.workspace, caller.member, chosen)
    return await rehearsal_for(request, admind, *of, days=days, approve=approve)
