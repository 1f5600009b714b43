"""What models took for the brands that a member may ask about, by UTC day: that is how providers count theirs."""

from __future__ import annotations

from datetime import date

from bot.review.discreet import only_client
from bot.views import CostsView, CostView, usage_view
from storage.redis import Database
from storage.spending import SpendingStore, summed
from storage.team import Member
from storage.usage import NOTHING, Usage

MOST_DAYS = 400  # as long as it is kept


class Costing:
    def __init__(self, database: Database) -> None:
        self._store = SpendingStore(database)

    async def of_brand(self, workspace: str, brand: str, first: date, last: date) -> Usage:
        """On both days and all between them."""
        return summed((await self._store.between(workspace, first, last)).get(brand, {}))

    async def seen_by(self, member: Member, first: date, last: date, brands: frozenset[str] = frozenset()) -> CostsView:
        """Of these of the member's brands (none: all), the dearest first; a client is told of none."""
        found = await self._store.between(member.workspace, first, last)
        rows, total = list[CostView](), NOTHING
        for brand, models in found.items():
            if not member.roles.get(brand) or only_client(member, brand) or (brands and brand not in brands):
                continue
            for model, usage in models.items():
                rows.append(CostView(brand=brand, model=model, usage=usage_view(usage)))
                total = total.plus(usage)
        rows.sort(key=lambda row: (-float(row.usage.cost or 0), -row.usage.tokens, row.brand, row.model))
        return CostsView(first=first, last=last, items=rows, total=usage_view(total))
