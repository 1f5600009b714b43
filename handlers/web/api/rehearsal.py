"""`/plan/rehearsal`: what a brand's plan would bring in the coming days. Nothing of it happens, nothing is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from bot.rehearsal.report import RehearsalView
from handlers.web.auth import Proposer, Service
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
    chosen = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, chosen)
    of = (caller.workspace, caller.member, chosen)
    return await rehearsal_for(request, admind, *of, days=days, approve=approve)
