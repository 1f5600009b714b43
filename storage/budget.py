"""What language models may cost a day: tokens reserved before a call, settled to what was used.

One HASH a workspace and day (UTC): field `all`, and `m:<member>` for each member; it lives for three days. Reserving
is one script: two turns at once can't both take the last tokens. What is never settled (a crash, a cancelled turn)
stays counted, because the provider may have charged for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from storage import keys
from storage.errors import AdMindError
from storage.redis import Database
from storage.spending import SpendingStore
from storage.usage import Usage

DAILY_TOKENS_WORKSPACE: Final = 5_000_000
DAILY_TOKENS_MEMBER: Final = 2_000_000
_LIFE_SECONDS: Final = 3 * 86_400

# KEYS: counter. ARGV: member field, tokens, workspace's limit, member's limit, life in seconds. A limit of 0 is none.
_RESERVE: Final = """
local all = tonumber(redis.call('HGET', KEYS[1], 'all') or '0')
local one = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
local tokens = tonumber(ARGV[2])
if tonumber(ARGV[3]) > 0 and all + tokens > tonumber(ARGV[3]) then return 'workspace' end
if tonumber(ARGV[4]) > 0 and one + tokens > tonumber(ARGV[4]) then return 'member' end
redis.call('HINCRBY', KEYS[1], 'all', tokens)
redis.call('HINCRBY', KEYS[1], ARGV[1], tokens)
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 'ok'
"""

# KEYS: counter. ARGV: member field, tokens to add (may be negative), life in seconds. Counts never fall below zero.
_SETTLE: Final = """
for _, field in ipairs({'all', ARGV[1]}) do
  if redis.call('HINCRBY', KEYS[1], field, ARGV[2]) < 0 then redis.call('HSET', KEYS[1], field, 0) end
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HMGET', KEYS[1], 'all', ARGV[1])
"""


class OverBudget(AdMindError):
    """The day's tokens are used up; `retry_after_seconds` leads to when they are new."""


@dataclass(frozen=True)
class Reservation:
    """Tokens set aside on `day` for a call that is about to be made."""

    workspace: str
    member: str
    day: str
    tokens: int


class DailyTokens:
    """`bot.llm.budget.TokenBudget` on Redis. A limit of 0 means none."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        workspace_limit: int = DAILY_TOKENS_WORKSPACE,
        member_limit: int = DAILY_TOKENS_MEMBER,
    ) -> None:
        self._database = database
        self._spending = SpendingStore(database)
        self._now = now
        self._workspace_limit = workspace_limit
        self._member_limit = member_limit

    async def reserve(self, workspace: str, member: str, tokens: int) -> Reservation:
        """Set `tokens` aside, or raise OverBudget and set nothing aside."""
        now = self._now().astimezone(UTC)
        reservation = Reservation(workspace, member, now.date().isoformat(), max(0, tokens))
        answer = await self._database.run(
            _RESERVE,
            [_counter(workspace, reservation.day)],
            [_field(member), reservation.tokens, self._workspace_limit, self._member_limit, _LIFE_SECONDS],
        )
        whose = answer.decode() if isinstance(answer, bytes) else str(answer)
        if whose != "ok":
            raise _over_budget(whose, now)
        return reservation

    async def settle(self, reservation: Reservation, used_tokens: int) -> None:
        """Count what was used instead of what was reserved. Call once for each reservation."""
        difference = max(0, used_tokens) - reservation.tokens
        if difference:
            await self._database.run(
                _SETTLE,
                [_counter(reservation.workspace, reservation.day)],
                [_field(reservation.member), difference, _LIFE_SECONDS],
            )

    async def spent(self, workspace: str, brand: str, usage: Mapping[str, Usage]) -> None:
        """Keep what models, by provider:model, took for a brand today."""
        await self._spending.add(workspace, brand, self._now().astimezone(UTC).date(), usage)

    async def used(self, workspace: str, member: str) -> tuple[int, int]:
        """Tokens counted today: the workspace's, the member's."""
        day = self._now().astimezone(UTC).date().isoformat()
        counts = await self._database.run(_SETTLE, [_counter(workspace, day)], [_field(member), 0, _LIFE_SECONDS])
        return int(counts[0] or 0), int(counts[1] or 0)


def _counter(workspace: str, day: str) -> str:
    return keys.of(workspace, "budget", day)


def _field(member: str) -> str:
    return f"m:{member}"


def _over_budget(whose: str, now: datetime) -> OverBudget:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    seconds = (midnight - now).total_seconds()
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    wait = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return OverBudget(
        "You have used up today's budget for the language model."
        if whose == "member"
        else "Your workspace has used up today's budget for the language model.",
        kept="Everything made so far is kept, and planned posts go out as planned.",
        do_next=f"It is new at 00:00 UTC, in {wait}. Commands work meanwhile; an owner can raise the limit.",
        retry_after_seconds=seconds,
    )
