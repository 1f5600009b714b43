"""`/costs`: what language models took, by brand and model."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from bot.errors import BadInput
from bot.views import CostsView
from bot.workflow.costing import MOST_DAYS
from handlers.web.auth import Reader, Service

router = APIRouter(tags=["looking"])
MONTH = timedelta(days=29)


@router.get("/costs")
async def costs(
    admind: Service,
    caller: Reader,
    first: Annotated[date | None, Query(description="The first day, in UTC; unset: 30 days up to the last.")] = None,
    last: Annotated[date | None, Query(description="The last day, in UTC; unset: today.")] = None,
) -> CostsView:
    """Of the caller's brands, for at most 400 days; what is older is forgotten."""
    until = last or admind.clock.now().astimezone(UTC).date()
    since = first or until - MONTH
    if not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
        raise BadInput("These days are in the wrong order, or too many.", do_next="Name at most 400 days.")
    member = await admind.looking.member(caller.workspace, caller.member)
    return await admind.costing.seen_by(member, since, until, caller.brands)
