"""What language models took, by day (UTC), brand and model.

One HASH a workspace and day, `spent:<day>`: fields `<brand>|<provider:model>|<what>`, each a whole number that only
grows; it lives as the table of lives says. Costs are kept in millionths of a millionth of a US dollar, so that sums of
tiny amounts stay exact. The price is the one that was known when the call was made: a later one changes no past day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from storage import keys
from storage.redis import Database, Script
from storage.retention import LIVES
from storage.usage import Usage, plain

LIFE_SECONDS: Final = LIVES["spending"].seconds
_UNIT: Final = Decimal(10) ** -12
_COUNTS: Final = ("calls", "tokens_in", "tokens_cached", "tokens_out", "estimated", "unpriced")

# KEYS: the day. ARGV: life in seconds, then field and number of each.
_ADD: Final = Script(
    "spending-add",
    """
for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
""",
)


class SpendingStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, workspace: str, brand: str, day: date, usage: Mapping[str, Usage]) -> None:
        """What models, by provider:model, took for a brand on this day. "" is no brand."""
        arguments: list[str | int] = [LIFE_SECONDS]
        for model, used in usage.items():
            numbers = {name: int(getattr(used, name)) for name in _COUNTS}
            if used.cost:
                numbers["cost"] = int(Decimal(used.cost) / _UNIT)
            for name, number in numbers.items():
                if number or name == "cost":
                    arguments += (f"{brand}|{model}|{name}", number)
        await self._database.run(_ADD, [_key(workspace, day)], arguments)

    async def between(self, workspace: str, first: date, last: date) -> Mapping[str, Mapping[str, Usage]]:
        """Of both days and all between them: by brand, by provider:model."""
        client = cast(Any, self._database.client)
        pipe = client.pipeline(transaction=False)
        for number in range((last - first).days + 1):
            pipe.hgetall(_key(workspace, first + timedelta(days=number)))
        found: dict[str, dict[str, Usage]] = {}
        for fields in await pipe.execute() if last >= first else ():
            for (brand, model), numbers in _read(fields).items():
                of_brand = found.setdefault(brand, {})
                of_brand[model] = of_brand.get(model, Usage()).plus(numbers)
        return found


def summed(usage: Mapping[str, Usage]) -> Usage:
    """Of all models together."""
    total = Usage()
    for each in usage.values():
        total = total.plus(each)
    return total


def _read(fields: Mapping[str, str]) -> dict[tuple[str, str], Usage]:
    numbers: dict[tuple[str, str], dict[str, int]] = {}
    for field, number in fields.items():
        brand, _, rest = field.partition("|")
        model, _, what = rest.rpartition("|")
        numbers.setdefault((brand, model), {})[what] = int(number)
    return {
        (brand, model): Usage(
            **{name: got.get(name, 0) for name in _COUNTS},
            cost=plain(got["cost"] * _UNIT) if "cost" in got else "",
            models=(model,),
        )
        for (brand, model), got in numbers.items()
    }


def _key(workspace: str, day: date) -> str:
    return keys.of(workspace, "spent", day.isoformat())
