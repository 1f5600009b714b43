"""How a post did: the newest numbers that its channel told, when they are asked for, and that each step asks once.

They are fields of the post's own hash, beside what was approved: `numbers`, the newest, as JSON, `series`, all of them
packed (`storage.series`), and `looks`, the number of the last step that was taken. So they move to the archive, into
exports and out with their post. Writing them neither raises the post's version nor touches what people decide on:
nobody's word is refused because numbers came. A post goes to the archive long after its last step (`retention`), so the
two never meet.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from storage import keys
from storage.pacing import resting_key
from storage.posts import Numbers, Post
from storage.redis import Database, Script
from storage.sending import post_key
from storage.series import Reading, added

STEPS: Final = (
    *(timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6)),
    *(timedelta(days=days) for days in (1, 3, 7, 14, 30)),
)  # after a post went out
GAP_MS: Final = 1000  # between two looks for one account
SPREAD_MS: Final = 60_000  # within which those come that met
Turn = Literal["read", "skip", "wait", "done", "over"]

# Only while something needs the entry does it stay: a post that is out, whose name there is known and that nobody took
# down, with a step to come.
NEEDED: Final = """
local function needed(f)
  local receipt = f[2] and f[2] ~= '' and cjson.decode(f[2]) or {}
  local down = receipt.taken_down_at and receipt.taken_down_at ~= cjson.null
  return f[1] == 'published' and (receipt.remote_id or '') ~= '' and not down
end
"""
# XX: what was erased meanwhile does not come back.
# KEYS: 1 post, 2 due, 3 when the account may be asked next, 4 until when its channel wants to be left alone, 5 the same
# for asking alone. ARGV: 1 entry, 2 step, 3 when the next is due or empty, 4 now, 5 gap, 6 when it comes if it has to
# wait, 7 whether to let the step go by.
TAKE: Final = Script(
    "numbers-take",
    NEEDED
    + """
local f = redis.call('HMGET', KEYS[1], 'state', 'receipt', 'looks')
if not needed(f) then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 'over'
end
local taken, now = tonumber(f[3] or '0') >= tonumber(ARGV[2]), tonumber(ARGV[4])
if not taken and ARGV[7] == '' and tonumber(redis.call('GET', KEYS[3]) or '0') > now then
  redis.call('ZADD', KEYS[2], 'XX', ARGV[6], ARGV[1])
  return 'wait'
end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[2], 'XX', ARGV[3], ARGV[1])
end
if taken then return 'done' end
redis.call('HSET', KEYS[1], 'looks', ARGV[2])
local rest = math.max(tonumber(redis.call('GET', KEYS[4]) or '0'), tonumber(redis.call('GET', KEYS[5]) or '0'))
if ARGV[7] ~= '' or rest > now then return 'skip' end
redis.call('SET', KEYS[3], string.format('%.0f', now + tonumber(ARGV[5])), 'PX', ARGV[5])
return 'read'
""",
)
# KEYS: post, those with numbers by when they went out. ARGV: 1 step, 2 numbers, 3 series as it was read, 4 series with
# them, 5 post, 6 when it went out. A slow answer does not overwrite what a later step brought, nor bring an erased post
# back; -1: others wrote the series meanwhile.
KEEP: Final = Script(
    "numbers-keep",
    """
local f = redis.call('HMGET', KEYS[1], 'state', 'looks', 'series')
if f[1] ~= 'published' or f[2] ~= ARGV[1] then return 0 end
if (f[3] or '') ~= ARGV[3] then return -1 end
redis.call('HSET', KEYS[1], 'numbers', ARGV[2], 'series', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[5])
return 1
""",
)

# KEYS: post, those with numbers. ARGV: post.
FORGET: Final = Script(
    "numbers-forget",
    """
redis.call('HDEL', KEYS[1], 'numbers', 'series')
return redis.call('ZREM', KEYS[2], ARGV[1])
""",
)

# KEYS: control, audit, those with numbers, then of each post its hash. ARGV: plan: of each post series as it was read,
# as it becomes, newest numbers or '', id and when it went out; the audit entry. All of it, or nothing.
IMPORT: Final = Script(
    "numbers-import",
    """
local plan = cjson.decode(ARGV[1])
for place, post in ipairs(plan.posts) do
  local f = redis.call('HMGET', KEYS[3 + place], 'state', 'series')
  if f[1] ~= 'published' or (f[2] or '') ~= post[1] then return 0 end
end
for place, post in ipairs(plan.posts) do
  redis.call('HSET', KEYS[3 + place], 'series', post[2])
  if post[3] ~= '' then redis.call('HSET', KEYS[3 + place], 'numbers', post[3]) end
  redis.call('HINCRBY', KEYS[3 + place], 'ver', 1)
  redis.call('ZADD', KEYS[3], post[5], post[4])
end
local seq = redis.call('HINCRBY', KEYS[1], 'audit_seq', 1)
redis.call('XADD', KEYS[2], seq .. '-0', unpack(plan.audit))
return 1
""",
)

# ARGV: entry. A post that was not out when it was read may be by now.
DROP: Final = Script(
    "numbers-drop",
    NEEDED
    + """
if needed(redis.call('HMGET', KEYS[1], 'state', 'receipt')) then return 0 end
return redis.call('ZREM', KEYS[2], ARGV[1])
""",
)


def counted_key(workspace: str) -> str:
    """ZSET of the posts that have a series, archived or not, by when they went out."""
    return keys.of(workspace, "posts", "counted")


def entry_of(post: str) -> str:
    return f"numbers:{post}"


def due_ms(out_at: datetime, step: int) -> int | None:
    """When a step (from 1) of a post that went out then is due; None behind the last."""
    return round((out_at + STEPS[step - 1]).timestamp() * 1000) if 1 <= step <= len(STEPS) else None


def step_at(out_at: datetime, now_ms: int) -> int:
    """The latest step whose time has come; 0 before the first. Those that were missed are not made up for."""
    return sum(now_ms >= round((out_at + span).timestamp() * 1000) for span in STEPS)


def first_entry(post: Post, out_at: datetime) -> dict[str, int]:
    """What goes on the due set when a post is out."""
    return {entry_of(post.id): round((out_at + STEPS[0]).timestamp() * 1000)}


class NumbersStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, post: Post, *, step: int, now_ms: int, skip: bool) -> Turn:
        """Take this step, for good, before its channel is asked: a worker that dies then leaves it to the next step.

        read: it is the caller's; skip: it went by, since `skip` says so or the channel wants to be left alone; wait:
        the account was asked a moment ago; done: somebody had it before; over: nothing more is to come.
        """
        out_at = post.receipt.at if post.receipt else post.due
        following = due_ms(out_at, step + 1)
        answer = await self._database.run(
            TAKE,
            [
                post_key(post.workspace, post.id),
                keys.due(post.workspace),
                keys.of(post.workspace, "pace", post.account, "looks"),
                resting_key(post.workspace, post.account),
                resting_key(post.workspace, post.account, asked=True),
            ],
            [
                entry_of(post.id),
                step,
                "" if following is None else following,
                now_ms,
                GAP_MS,
                now_ms + GAP_MS + random.randrange(SPREAD_MS),
                "1" if skip else "",
            ],
        )
        turn: Turn = answer
        return turn

    async def later(self, workspace: str, post: str, at_ms: int) -> None:
        """Its entry is due then, if it is still there."""
        await self._database.client.zadd(keys.due(workspace), {entry_of(post): at_ms}, xx=True)

    async def drop(self, workspace: str, post: str) -> None:
        """Take the entry off, if nothing needs it: the post is not there, or not out."""
        await self._database.run(DROP, [post_key(workspace, post), keys.due(workspace)], [entry_of(post)])

    async def bring_in(
        self, workspace: str, found: Mapping[str, tuple[Post, Sequence[Reading]]], audit: Mapping[str, str]
    ) -> bool:
        """Readings of these posts from elsewhere, with the audit entry: all, or none where one changed since it was
        read, which the answer says. None of them is in the archive.
        """
        posts = list[list[str]]()
        for post, readings in found.values():
            out_at = post.receipt.at if post.receipt else post.due
            series = added(out_at, post.series, readings)
            newest = max(readings, key=lambda reading: reading.at)
            numbers = ""
            if post.numbers is None or newest.at > post.numbers.at:
                counts = {**(post.numbers.counts if post.numbers else {}), **newest.counts}
                numbers = Numbers(at=newest.at, counts=counts).model_dump_json()
            posts.append([post.series, series, numbers, post.id, repr(out_at.timestamp())])
        named = [keys.control(workspace), keys.audit(workspace), counted_key(workspace)]
        named += [post_key(workspace, post) for post in found]
        plan = {"posts": posts, "audit": [part for pair in audit.items() for part in pair]}
        return bool(await self._database.run(IMPORT, named, [json.dumps(plan)]))

    async def counted_before(self, workspace: str, before: datetime, *, limit: int) -> list[str]:
        """Posts with numbers that went out before that, the oldest first."""
        client = cast(Any, self._database.client)
        found = await client.zrange(
            counted_key(workspace), "-inf", f"({before.timestamp()!r}", byscore=True, offset=0, num=limit
        )
        return [str(each) for each in found]

    async def forget(self, workspace: str, post: str) -> None:
        """Its numbers, newest and over time; the post is not in the archive. It may move there again."""
        await self._database.run(FORGET, [post_key(workspace, post), counted_key(workspace)], [post])

    async def keep(self, post: Post, step: int, numbers: Numbers) -> bool:
        """Whether they are kept: not when a later step was taken meanwhile, or the post is gone."""
        key, out_at = post_key(post.workspace, post.id), post.receipt.at if post.receipt else post.due
        reading, kept = Reading(numbers.at, numbers.counts), -1
        while kept < 0:
            before = str(await cast(Any, self._database.client).hget(key, "series") or "")
            after = added(out_at, before, [reading])
            given: list[str | int] = [step, numbers.model_dump_json(), before, after, post.id, repr(out_at.timestamp())]
            kept = int(await self._database.run(KEEP, [key, counted_key(post.workspace)], given))
        return kept > 0
