"""A post's way through sending: claim, attempt, check, finish. Each step is one script on the workspace's own keys.

The claim is part of the post's record: a fence (counter plus 128 random bits) and how long it holds by the server's
clock. Whoever holds it may record an attempt; only after that may bytes leave; `check` is asked right before they do.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import keys
from storage.due import NOW, DueSets
from storage.errors import AdMindError
from storage.posts import ASKS, OVER, Attempt, Failure, Post, PostReceipt, PostState
from storage.redis import Database, Script

OPTIONAL = ("attempts", "receipt", "claimed", "failure", "lookups", "look_at")  # as JSON, only while they say something
HOT = frozenset({"state", "ver", "due", "numbers", "series", *OPTIONAL})

# Whether an account may be sent through now: connected, and not broken. Its record says so, in the same script.
USABLE = """
local function usable(key)
  local doc = redis.call('HGET', key, 'doc')
  if not doc then return false end
  local account = cjson.decode(doc)
  if account.closed_at and account.closed_at ~= cjson.null then return false end
  return type(account.health) ~= 'table' or account.health.state ~= 'broken'
end
"""
# KEYS: post, control, account. ARGV: 1 worker now ms, 2 offset ms, 3 lease ms, 4 random, 5 digest, then the fields of
# the pauses that would take the post in. Topics are judged by its words, which no script knows: those that are paused
# at this moment are told, and who holds the claim judges. What bars a post from being sent does not keep it from being
# claimed: who holds it ends it, with a message.
CLAIM = Script(
    "claim",
    USABLE
    + NOW
    + """
local f = redis.call('HMGET', KEYS[1], 'state', 'till', 'due', 'digest', 'fence', 'stop')
if not f[1] then return {'gone'} end
if f[1] ~= 'scheduled' and f[1] ~= 'sending' and f[1] ~= 'unknown' then return {'over', f[1]} end
if tonumber(f[2] or '0') > server then return {'busy', tostring(tonumber(f[2]) - server)} end
if f[1] == 'scheduled' and tonumber(f[3]) > now then return {'early', f[3], tostring(server)} end
if f[4] ~= ARGV[5] then return {'digest'} end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local claim = fence .. ':' .. ARGV[4]
redis.call('HSET', KEYS[1], 'claim', claim, 'till', string.format('%.0f', server + tonumber(ARGV[3])))
local barred = ''
if f[1] == 'scheduled' then
  if f[6] then barred = 'stopped' elseif not usable(KEYS[3]) then barred = 'account' end
  for i = 6, #ARGV do
    local pause = redis.call('HGET', KEYS[2], ARGV[i])
    local ended = pause and cjson.decode(pause)['until']
    if pause and (not ended or ended == cjson.null) and barred ~= 'stopped' then barred = 'paused' end
  end
end
local told = {'ok', claim, f[1], tostring(server), barred}
local control = f[1] == 'scheduled' and redis.call('HGETALL', KEYS[2]) or {}
for i = 1, #control, 2 do
  if string.sub(control[i], 1, 12) == 'pause:topic:' then
    local ended = cjson.decode(control[i + 1])['until']
    if not ended or ended == cjson.null then told[#told + 1] = string.sub(control[i], 13) end
  end
end
return told
""",
)
# What holds between a claim and the last byte. KEYS: post, control, account. ARGV: 1 claim, 2 offset, 3 lease,
# 4 digest, 5 pause version that the worker judged by, 6 state that the post must be in.
GUARD = (
    USABLE
    + """
local t = redis.call('TIME')
local server = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[2])
local f = redis.call('HMGET', KEYS[1], 'claim', 'till', 'state', 'digest', 'stop')
if f[1] ~= ARGV[1] or tonumber(f[2] or '0') < server then return {'lost'} end
if f[5] then return {'stopped'} end
if f[3] ~= ARGV[6] then return {'over', f[3]} end
if f[4] ~= ARGV[4] then return {'digest'} end
if (redis.call('HGET', KEYS[2], 'pver') or '0') ~= ARGV[5] then return {'repause'} end
if not usable(KEYS[3]) then return {'account'} end
redis.call('HSET', KEYS[1], 'till', string.format('%.0f', server + tonumber(ARGV[3])))
"""
)
CHECK = Script("check", GUARD + "return {'ok'}")
# … 7 attempts as JSON, 8 audit fields as a JSON list.
ATTEMPT = Script(
    "attempt",
    GUARD
    + """
redis.call('HSET', KEYS[1], 'state', 'sending', 'attempts', ARGV[7])
redis.call('HINCRBY', KEYS[1], 'ver', 1)
local seq = redis.call('HINCRBY', KEYS[2], 'audit_seq', 1)
redis.call('XADD', KEYS[4], seq .. '-0', unpack(cjson.decode(ARGV[8])))
return {'ok'}
""",
)
# Only the fence counts: a pause or a stop must not make a claim lapse while the channel still answers.
RENEW = Script(
    "renew",
    """
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return {'lost'} end
local t = redis.call('TIME')
local server = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'till', string.format('%.0f', server + tonumber(ARGV[3])))
return {'ok'}
""",
)
# ARGV: 1 claim, 2 fields as a JSON list, 3 entries to take off the due set, 4 entries to put on it, 5 audit entries,
# 6 the new state, 7 the post's id when it waits for a person's word in this state, 8 the post's id, 9 since when it
# rests, when nothing more is to come. Who asked to stop a post that is being sent is obeyed by every later attempt:
# none is scheduled.
FINISH = Script(
    "finish",
    """
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return {'lost'} end
if ARGV[6] == 'scheduled' and redis.call('HEXISTS', KEYS[1], 'stop') == 1 then return {'stopped'} end
redis.call('HSET', KEYS[1], 'till', '0', unpack(cjson.decode(ARGV[2])))
redis.call('HDEL', KEYS[1], 'claim')
if ARGV[6] ~= 'unknown' then redis.call('HDEL', KEYS[1], 'stop') end
redis.call('HINCRBY', KEYS[1], 'ver', 1)
if ARGV[7] ~= '' then
  redis.call('ZADD', KEYS[5], tonumber(redis.call('HGET', KEYS[1], 'due')) / 1000, ARGV[7])
else
  redis.call('ZREM', KEYS[5], ARGV[8])
end
if ARGV[9] ~= '' then redis.call('ZADD', KEYS[6], ARGV[9], ARGV[8]) end
for _, entry in ipairs(cjson.decode(ARGV[3])) do redis.call('ZREM', KEYS[4], entry) end
for _, pair in ipairs(cjson.decode(ARGV[4])) do redis.call('ZADD', KEYS[4], pair[2], pair[1]) end
for _, entry in ipairs(cjson.decode(ARGV[5])) do
  local seq = redis.call('HINCRBY', KEYS[2], 'audit_seq', 1)
  redis.call('XADD', KEYS[3], seq .. '-0', unpack(entry))
end
return {'ok'}
""",
)
# A person's word or another worker's end may have put the entry back since the post was read: look again here.
DROP = Script(
    "drop",
    """
local state = redis.call('HGET', KEYS[1], 'state')
if state and string.find(ARGV[2], ' ' .. state .. ' ', 1, true) then return 0 end
return redis.call('ZREM', KEYS[2], ARGV[1])
""",
)
WANTED = {
    "post": " scheduled sending ",
    "reconcile": " unknown ",
}  # in these states an entry of this kind has work to do
RELEASE = Script(
    "release",
    """
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'till', '0')
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one post until it lapses by the server's clock; `state` is what the post was in.

    `barred` says why it may not be sent by this claim: stopped, paused, account; empty when it may. `topics` were
    paused at that moment: it may not where its words name one.
    """

    workspace: str
    post: str
    account: str
    fence: str
    digest: str
    state: PostState
    server_ms: int
    barred: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: gone, over, busy, early, digest, lost, stopped, repause, account. `detail`: a state or milliseconds."""

    why: str
    detail: str = ""


def post_key(workspace: str, post: str) -> str:
    return keys.of(workspace, "post", post)


def account_key(workspace: str, account: str) -> str:
    return keys.of(workspace, "account", account)


def asking_key(workspace: str) -> str:
    """ZSET of the posts that wait for a person's word, by their due time."""
    return keys.of(workspace, "posts", "asking")


def ended_key(workspace: str) -> str:
    """ZSET of the posts of which nothing more is to come, by when they ended."""
    return keys.of(workspace, "posts", "ended")


def to_hash(post: Post) -> dict[str, str]:
    """The fields of a post's hash: what was fixed at approval as one document, what changes as fields of their own.

    Without its numbers: they come beside all else, and what was read before they came must not write older ones.
    """
    document = json.loads(post.dump())
    hot = {name: document.pop(name, None) for name in HOT}
    fields = {"doc": json.dumps(document, ensure_ascii=False, separators=(",", ":")), "digest": post.digest}
    fields |= {"state": post.state.value, "ver": str(post.ver), "due": str(round(post.due.timestamp() * 1000))}
    for name in OPTIONAL:
        if hot[name]:
            fields[name] = json.dumps(hot[name], ensure_ascii=False, separators=(",", ":"))
    return fields


def from_hash(fields: Mapping[str, str]) -> Post:
    """The post in its hash. What changes was written by whichever version worked on it last, and names none: what this
    version does not know of it is kept.
    """
    document: dict[str, Any] = json.loads(fields["doc"])
    document |= {"state": fields["state"], "ver": int(fields["ver"]), "due": int(fields["due"]) / 1000}
    for name in (*OPTIONAL, "numbers"):
        if fields.get(name):
            document[name] = json.loads(fields[name])
    if fields.get("series"):
        document["series"] = fields["series"]
    return Post.read(document, patient=True)


class Sending:
    """The scripts, typed. `offset_ms` is how far the clock was moved on purpose (tests); zero in production."""

    def __init__(self, database: Database, *, lease_ms: int) -> None:
        self._database = database
        self._lease_ms = lease_ms

    async def claim(self, post: Post, *, now_ms: int, offset_ms: int) -> Claim | Refusal:
        """Take the post as it was read: another digest is refused."""
        scopes = ["workspace", f"brand:{post.brand}", f"leaving:{post.brand}", f"account:{post.account}"]
        if post.campaign:
            scopes += [f"campaign:{post.campaign}", f"campaign:{post.brand}/{post.campaign}"]
        answer = await self._database.run(
            CLAIM,
            [
                post_key(post.workspace, post.id),
                keys.control(post.workspace),
                account_key(post.workspace, post.account),
            ],
            [
                now_ms,
                offset_ms,
                self._lease_ms,
                secrets.token_hex(16),
                post.digest,
                *(f"pause:{scope}" for scope in scopes),
            ],
        )
        if answer[0] != "ok":
            return Refusal(str(answer[0]), str(answer[1]) if len(answer) > 1 else "")
        return Claim(
            post.workspace,
            post.id,
            post.account,
            str(answer[1]),
            post.digest,
            PostState(answer[2]),
            round(float(answer[3])),
            str(answer[4]),
            tuple(str(topic) for topic in answer[5:]),
        )

    async def attempt(
        self,
        claim: Claim,
        attempts: Sequence[Attempt],
        audit: Mapping[str, str],
        *,
        offset_ms: int,
        pause_version: str,
        replicas: int,
    ) -> Refusal | None:
        """Record that sending starts. With replicas, at least one has it when this returns; else it is refused."""
        names = [*self._guarded(claim), keys.audit(claim.workspace)]
        arguments = [
            *self._guard(claim, offset_ms, pause_version, claim.state),
            json.dumps([attempt.model_dump(mode="json") for attempt in attempts], ensure_ascii=False),
            json.dumps([part for pair in audit.items() for part in pair], ensure_ascii=False),
        ]
        if not replicas:
            return _refusal(await self._database.run(ATTEMPT, names, arguments))
        answer, reached = await self._database.run_replicated(ATTEMPT, names, arguments)
        return _refusal(answer) or (Refusal("unreplicated") if reached < 1 else None)

    async def check(self, claim: Claim, *, offset_ms: int, pause_version: str, state: PostState) -> Refusal | None:
        """Renew the claim; None when the post may still go out by all that Redis knows."""
        guard = self._guard(claim, offset_ms, pause_version, state)
        return _refusal(await self._database.run(CHECK, self._guarded(claim), guard))

    async def finish(
        self,
        claim: Claim,
        *,
        state: PostState,
        due_ms: int | None = None,
        attempts: Sequence[Attempt] | None = None,
        receipt: PostReceipt | None = None,
        claimed: PostReceipt | None = None,
        failure: Failure | None = None,
        lookups: int = 0,
        look_at: datetime | None = None,
        off: Sequence[str] = (),
        on: Mapping[str, int] | None = None,
        audit: Sequence[Mapping[str, str]] = (),
    ) -> Refusal | None:
        """End the claim: the new state, the due set's entries and the audit at once.

        Refused as `lost` when the claim was, and as `stopped` when the post should be scheduled again although somebody
        asked to stop it: then the claim holds, for another end.
        """
        fields = {"state": state.value, "lookups": str(lookups) if lookups else ""}
        fields["look_at"] = json.dumps(look_at.isoformat()) if look_at else ""
        fields["failure"] = failure.model_dump_json() if failure else ""
        fields["claimed"] = claimed.model_dump_json() if claimed else ""
        if receipt is not None:
            fields["receipt"] = receipt.model_dump_json()
        if attempts is not None:
            fields["attempts"] = json.dumps([a.model_dump(mode="json") for a in attempts], ensure_ascii=False)
        if due_ms is not None:
            fields["due"] = str(due_ms)
        earliest = min(on.values()) if on else None
        if earliest is not None:
            await DueSets(self._database).nudge(claim.workspace, earliest)
        answer = await self._database.run(
            FINISH,
            [
                post_key(claim.workspace, claim.post),
                keys.control(claim.workspace),
                keys.audit(claim.workspace),
                keys.due(claim.workspace),
                asking_key(claim.workspace),
                ended_key(claim.workspace),
            ],
            [
                claim.fence,
                json.dumps([part for pair in fields.items() for part in pair], ensure_ascii=False),
                json.dumps(list(off)),
                json.dumps([[entry, ms] for entry, ms in (on or {}).items()]),
                json.dumps([[part for pair in entry.items() for part in pair] for entry in audit], ensure_ascii=False),
                state.value,
                claim.post if state in ASKS else "",
                claim.post,
                _ended(state, receipt, claim),
            ],
        )
        if earliest is not None:
            with contextlib.suppress(AdMindError):  # the end stands; the sweep repairs a hint
                await DueSets(self._database).nudge(claim.workspace, earliest)
        return _refusal(answer)

    async def renew(self, claim: Claim, *, offset_ms: int) -> Refusal | None:
        """Keep the claim for another lease; refused as `lost` when somebody else has it, or a person decided."""
        key = post_key(claim.workspace, claim.post)
        return _refusal(await self._database.run(RENEW, [key], [claim.fence, offset_ms, self._lease_ms]))

    async def drop(self, workspace: str, kind: str, post: str) -> None:
        """Take `<kind>:<post>` off the due set if it has nothing left to do."""
        names = [post_key(workspace, post), keys.due(workspace)]
        await self._database.run(DROP, names, [f"{kind}:{post}", WANTED[kind]])

    async def release(self, claim: Claim) -> None:
        """Give the claim back untouched, so that another may take the post at once."""
        await self._database.run(RELEASE, [post_key(claim.workspace, claim.post)], [claim.fence])

    @staticmethod
    def _guarded(claim: Claim) -> list[str]:
        return [
            post_key(claim.workspace, claim.post),
            keys.control(claim.workspace),
            account_key(claim.workspace, claim.account),
        ]

    def _guard(self, claim: Claim, offset_ms: int, pause_version: str, state: PostState) -> list[str | int]:
        return [claim.fence, offset_ms, self._lease_ms, claim.digest, pause_version, state.value]


def _ended(state: PostState, receipt: PostReceipt | None, claim: Claim) -> str:
    """In seconds, as a score; empty while something is to come."""
    if state not in OVER:
        return ""
    return repr(receipt.at.timestamp() if receipt else claim.server_ms / 1000)


def _refusal(answer: Sequence[Any]) -> Refusal | None:
    return None if answer[0] == "ok" else Refusal(str(answer[0]), str(answer[1]) if len(answer) > 1 else "")
