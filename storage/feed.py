"""The feed's items: what stands in each account's feed, in what order, and what once stood there.

Adding is idempotent by GUID. A removed item leaves a tombstone for as long as the workspace lives, so that an attempt
that arrives late cannot bring back what people took down. An item that has grown old leaves without one, and its page
goes with it (`retention`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from pydantic import Field

from storage import keys
from storage.record import Record
from storage.redis import Database, Script
from storage.sealed import Link, Part

MOST_LISTED = 100
EVERYTHING = "*"  # the workspace-wide union among the stamps; no account id looks like it

# KEYS: 1 the account's order, 2 its items, 3 the union's order, 4 stamps, 5 pictures.
# ARGV: 1 guid, 2 digest, 3 published ms, 4 document, 5 now ms, 6 account, then `<sha256>|<mime>` of each picture.
ADD = Script(
    "feed_add",
    """
local kept = redis.call('HGET', KEYS[2], ARGV[1])
if kept then
  local old = cjson.decode(kept)
  if old.gone then return {'gone', ''} end
  if old.digest ~= ARGV[2] then return {'other', ''} end
  return {'same', kept}
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[6] .. '|' .. ARGV[1])
redis.call('HSET', KEYS[4], ARGV[6], ARGV[5], '*', ARGV[5])
for place = 7, #ARGV do
  local sha, mime = string.match(ARGV[place], '^(.-)|(.*)$')
  redis.call('HINCRBY', KEYS[5], 'count:' .. sha, 1)
  redis.call('HSET', KEYS[5], 'mime:' .. sha, mime)
end
return {'added', ARGV[4]}
""",
)
# ARGV: 1 guid, 2 tombstone, 3 now ms, 4 account.
REMOVE = Script(
    "feed_remove",
    """
local kept = redis.call('HGET', KEYS[2], ARGV[1])
local old = kept and cjson.decode(kept)
if old and old.gone then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[4] .. '|' .. ARGV[1])
redis.call('HSET', KEYS[4], ARGV[4], ARGV[3], '*', ARGV[3])
if not old then return 0 end
for _, part in ipairs(old.parts) do
  for _, medium in ipairs(part.media or {}) do
    if redis.call('HINCRBY', KEYS[5], 'count:' .. medium.sha256, -1) <= 0 then
      redis.call('HDEL', KEYS[5], 'count:' .. medium.sha256, 'mime:' .. medium.sha256)
    end
  end
end
return 1
""",
)

# ARGV: 1 guid, 2 account, 3 the latest ms that is old, 4 how many of the newest stay however old they are.
RETIRE = Script(
    "feed_retire",
    """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) > tonumber(ARGV[3]) then return 0 end
if redis.call('ZREVRANK', KEYS[1], ARGV[1]) < tonumber(ARGV[4]) then return 0 end
local kept = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[2] .. '|' .. ARGV[1])
for _, part in ipairs(kept and cjson.decode(kept).parts or {}) do
  for _, medium in ipairs(part.media or {}) do
    if redis.call('HINCRBY', KEYS[5], 'count:' .. medium.sha256, -1) <= 0 then
      redis.call('HDEL', KEYS[5], 'count:' .. medium.sha256, 'mime:' .. medium.sha256)
    end
  end
end
return 1
""",
)


class FeedItem(Record):
    """One published post as feeds show it."""

    guid: str = Field(description="the post's id: equal for every attempt, and what readers know the item by")
    workspace: str
    brand: str = ""
    account: str
    digest: str = Field(description="of the sealed payload that it was made from")
    title: str = ""
    parts: tuple[Part, ...]
    links: tuple[Link, ...] = ()
    language: str = "en"
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """`outcome`: added; same (it already stood there); other (the GUID stands for other content); gone (removed)."""

    outcome: Literal["added", "same", "other", "gone"]
    item: FeedItem | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Items newest first, and when the list last changed (None: never)."""

    items: tuple[FeedItem, ...]
    changed_ms: int | None


class FeedStore:
    """All feeds of all workspaces. Every write is one script in the workspace's slot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, item: FeedItem, *, now_ms: int) -> Added:
        """Put the item into its account's feed; the same item again changes nothing."""
        # First the hint that its page is found by: without it the item would stand in the feed with a dead address.
        await self._client.set(keys.lookup("feeditem", item.guid), f"{item.workspace}|{item.account}")
        await self._client.set(keys.lookup("feed", item.account), item.workspace)
        for sha256 in {medium.sha256 for part in item.parts for medium in part.media}:
            await self._client.sadd(keys.lookup("picture", sha256), item.workspace)
        published_ms = round(item.published_at.timestamp() * 1000)
        pictures = [f"{medium.sha256}|{medium.mime}" for part in item.parts for medium in part.media]
        outcome, document = await self._database.run(
            ADD,
            self._keys(item.workspace, item.account),
            [item.guid, item.digest, published_ms, item.dump(), now_ms, item.account, *pictures],
        )
        return Added(outcome, FeedItem.load(document) if document else None)

    async def remove(self, workspace: str, account: str, guid: str, *, now_ms: int) -> bool:
        """Take the item out for good; False when it was not there (any more)."""
        tombstone = json.dumps({"gone": now_ms})
        done = await self._database.run(REMOVE, self._keys(workspace, account), [guid, tombstone, now_ms, account])
        return bool(int(done))

    async def rebuild(self, workspace: str, account: str) -> int:
        """Make the look-ups of the items' pages again; how many."""
        guids = await self._client.zrange(_order(workspace, account), 0, -1)
        for guid in guids:
            await self._client.set(keys.lookup("feeditem", guid), f"{workspace}|{account}")
        return len(guids)

    async def retire(self, workspace: str, account: str, *, before_ms: int, limit: int) -> int:
        """Take the oldest items out that were published before that and that no listing shows any more; how many."""
        order = _order(workspace, account)
        old = min(await self._client.zcount(order, "-inf", before_ms), await self._client.zcard(order) - MOST_LISTED)
        guids = await self._client.zrange(order, 0, min(old, limit) - 1) if old > 0 else []
        gone = 0
        for guid in guids:
            await self._client.delete(keys.lookup("feeditem", guid))  # the hint first: nothing would find it later
            names = self._keys(workspace, account)
            gone += int(await self._database.run(RETIRE, names, [guid, account, before_ms, MOST_LISTED]))
        return gone

    async def get(self, workspace: str, account: str, guid: str) -> FeedItem | None:
        return _living(await self._client.hget(_items(workspace, account), guid))

    async def locate(self, guid: str) -> FeedItem | None:
        """The item of a page address, whatever workspace it belongs to."""
        place = await self._client.get(keys.lookup("feeditem", guid))
        if not place:
            return None
        workspace, _, account = place.partition("|")
        return await self.get(workspace, account, guid)

    async def workspace_of(self, account: str) -> str:
        """Whose feed an account's is; "" for one that nothing was published to yet."""
        return str(await self._client.get(keys.lookup("feed", account)) or "")

    async def showing(self, sha256: str) -> tuple[str, ...]:
        """Workspaces that may show this picture; each one's own record says whether it does."""
        return tuple(sorted(await self._client.smembers(keys.lookup("picture", sha256))))

    async def picture(self, workspace: str, sha256: str) -> str | None:
        """The MIME type of a picture that some item of the workspace shows now; None for every other."""
        found: str | None = await self._client.hget(_pictures(workspace), f"mime:{sha256}")
        return found

    async def newest(self, workspace: str, account: str | None = None, *, limit: int = MOST_LISTED) -> Listing:
        """The newest items of an account, or of the whole workspace; never more than 100."""
        changed = await self._client.hget(_stamps(workspace), account or EVERYTHING)
        order = _order(workspace, account) if account else _union(workspace)
        most = max(1, min(limit, MOST_LISTED))
        members: Sequence[str] = await self._client.zrange(order, 0, most - 1, desc=True)
        pairs = [(account, member) if account else _owner_and_guid(member) for member in members]
        pipe = self._database.client.pipeline(transaction=False)
        for owner, guid in pairs:
            pipe.hget(_items(workspace, owner), guid)
        found = [_living(document) for document in await pipe.execute()] if pairs else []
        return Listing(tuple(item for item in found if item), int(changed) if changed else None)

    @property
    def _client(self) -> Any:
        """redis-py types its answers as either synchronous or not; these are all awaited."""
        return cast(Any, self._database.client)

    @staticmethod
    def _keys(workspace: str, account: str) -> list[str]:
        shared = [_union(workspace), _stamps(workspace), _pictures(workspace)]
        return [_order(workspace, account), _items(workspace, account), *shared]


def _order(workspace: str, account: str) -> str:
    """ZSET guid → published ms; lives as long as the account."""
    return keys.of(workspace, "feed", account)


def _items(workspace: str, account: str) -> str:
    """HASH guid → document or tombstone; lives as long as the workspace."""
    return keys.of(workspace, "feeditem", account)


def _union(workspace: str) -> str:
    """ZSET `<account>|<guid>` → published ms; lives as long as the workspace."""
    return keys.of(workspace, "feeds")


def _stamps(workspace: str) -> str:
    """HASH account → ms of its feed's last change, deletions included; lives as long as the workspace."""
    return keys.of(workspace, "feedstamps")


def _pictures(workspace: str) -> str:
    """HASH `count:<sha256>` → how many items show it, `mime:<sha256>`; lives as long as the workspace."""
    return keys.of(workspace, "feedpictures")


def _owner_and_guid(member: str) -> tuple[str, str]:
    account, _, guid = member.partition("|")
    return account, guid


def _living(document: str | None) -> FeedItem | None:
    if not document or "gone" in json.loads(document):
        return None
    return FeedItem.load(document)
