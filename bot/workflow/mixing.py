"""Who and what appeared in a brand's posts of the last 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.insights.mix import Mix, look_at
from storage.plans import PlanStore
from storage.profile import Audience
from storage.redis import Database
from storage.stores import DraftStore

SPAN: Final = timedelta(days=30)
MADE_BEFORE: Final = timedelta(
    days=60
)  # drafts are listed by when they were made, which is some time before they go out
MOST: Final = 1000


class Mixing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._drafts = DraftStore(database)
        self._plans = PlanStore(database)
        self._clock = clock

    async def of(self, workspace: str, brand: str, audiences: Sequence[Audience]) -> Mix:
        """From approved drafts whose time lies in the span; one without a time counts when it was last touched."""
        now = self._clock.now()
        page = await self._drafts.page(
            workspace,
            index=f"of:{brand}",
            limit=MOST,
            least=(now - SPAN - MADE_BEFORE).timestamp(),
        )
        recent = [draft for draft in page.items if now - SPAN <= (draft.due or draft.updated_at) <= now]
        plan = await self._plans.find(workspace, brand)
        return look_at(recent, audiences, plan.record if plan else None)
