"""What generated pictures may cost a day: set aside before one is ordered, given back when none can have been made.

One HASH a workspace and day (UTC), beside the tokens' own: field `spent`, in millionths of a US dollar; it lives for
three days. What is never given back (a crash, an answer that broke off) stays counted: the provider may have charged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from storage import keys
from storage.errors import AdMindError

_LIFE_SECONDS: Final = 3 * 86_400
_MILLIONTHS: Final = 1_000_000

# KEYS: counter. ARGV: millionths (negative: given back), the day's limit (0: none), life in seconds.
_SPEND: Final = """
local spent = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0')
local more, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
if more > 0 and limit > 0 and spent + more > limit then return -1 end
redis.call('HSET', KEYS[1], 'spent', math.max(0, spent + more))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return math.max(0, spent + more)
"""


class PicturesSpent(AdMindError):
    """The day's money for pictures is used up; `retry_after_seconds` leads to when it is new."""


@dataclass(frozen=True, slots=True)
class SetAside:
    workspace: str
    day: str
    millionths: int


class Scripts(Protocol):
    async def run(self, script: str, keys: Sequence[str], args: Sequence[str | int]) -> Any: ...


class PictureBudget:
    """`limit` in US dollars a workspace and day; 0 means none."""

    def __init__(self, scripts: Scripts, now: Callable[[], datetime], *, limit: Decimal) -> None:
        self._scripts = scripts
        self._now = now
        self._limit = _millionths(limit)

    async def set_aside(self, workspace: str, price: Decimal) -> SetAside:
        """The price of one picture. Raises PicturesSpent, and nothing is set aside."""
        now = self._now().astimezone(UTC)
        aside = SetAside(workspace, now.date().isoformat(), _millionths(price))
        if await self._spend(aside, aside.millionths) < 0:
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            raise PicturesSpent(
                "Today's budget for generated pictures is used up.",
                do_next="It is new at 00:00 UTC; an owner can raise it.",
                retry_after_seconds=(midnight - now).total_seconds(),
            )
        return aside

    async def give_back(self, aside: SetAside) -> None:
        """Nothing was made for it. Call at most once."""
        await self._spend(aside, -aside.millionths)

    async def spent(self, workspace: str) -> Decimal:
        """US dollars set aside today."""
        day = self._now().astimezone(UTC).date().isoformat()
        return Decimal(await self._spend(SetAside(workspace, day, 0), 0)) / _MILLIONTHS

    async def _spend(self, aside: SetAside, millionths: int) -> int:
        counter = keys.of(aside.workspace, "budget", f"pictures:{aside.day}")
        return int(await self._scripts.run(_SPEND, [counter], [millionths, self._limit, _LIFE_SECONDS]))


def _millionths(dollars: Decimal) -> int:
    return int((dollars * _MILLIONTHS).to_integral_value())
