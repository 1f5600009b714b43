"""Carries out what `retention` declares, in small steps: each call does a bounded piece of work, found by a sorted set.

Every step can be repeated and killed anywhere: what moves is written to its file first, and one script takes out of
Redis what is still as it was read. Each returns how much it did; 0 when nothing is left for now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from storage import keys, packs
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.feed import FeedStore
from storage.media import MediaItem, MediaStore
from storage.packs import Candidate
from storage.plans import SlotStore
from storage.posts import OVER
from storage.redis import Database, Script
from storage.retention import LIVES
from storage.stores import DraftStore, Family, PostStore, R, TeamStore

STEP = 200
AGAIN = timedelta(days=7)  # when a draft is looked at again whose posts are not over

# KEYS: index, then records. ARGV: score, ids. Only what is still as old as that.
DELETE = Script(
    "retire-delete",
    """
local gone = 0
for place, id in ipairs(cjson.decode(ARGV[2])) do
  local score = redis.call('ZSCORE', KEYS[1], id)
  if score and tonumber(score) <= tonumber(ARGV[1]) then
    redis.call('DEL', KEYS[1 + place])
    redis.call('ZREM', KEYS[1], id)
    gone = gone + 1
  end
end
return gone
""",
)
# KEYS: index, then records. ARGV: ids. Those whose record is gone leave the index.
FORGET = Script(
    "retire-forget",
    """
local gone = 0
for place, id in ipairs(cjson.decode(ARGV[1])) do
  if redis.call('EXISTS', KEYS[1 + place]) == 0 then gone = gone + redis.call('ZREM', KEYS[1], id) end
end
return gone
""",
)


class Retiring:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._media = MediaStore(database)
        self._feed = FeedStore(database)
        self._team = TeamStore(database)
        self._slots = SlotStore(database)

    async def drafts(self, workspace: str, now: datetime) -> int:
        """Decided and lapsed drafts, once all their posts are over, into the archive."""
        found = await self._ended(self._drafts, workspace, now - LIVES["drafts"].span)
        resting = [each for each in found if await self._rests(Draft.load(each.fields["doc"]), now)]
        brands = {Draft.load(each.fields["doc"]).brand for each in resting}
        opened = [self._drafts.index_key(workspace, name) for name in ("open", *(f"open:{each}" for each in brands))]
        return await self._pack(self._drafts, workspace, resting, opened) + len(found) - len(resting)

    async def posts(self, workspace: str, now: datetime) -> int:
        """Published and cancelled posts into the archive."""
        found = await self._ended(self._posts, workspace, now - LIVES["posts"].span)
        over = [each for each in found if each.fields["state"] in OVER]
        return await self._pack(self._posts, workspace, over, [])

    async def lists(self, workspace: str, now: datetime) -> int:
        """Archived drafts and posts out of the lists."""
        before, brands = (now - LIVES["lists"].span).timestamp(), await self._brands(workspace)
        gone = 0
        for family in (self._drafts, self._posts):
            indexes = [family.index_key(workspace, name) for name in ("all", *(f"of:{brand}" for brand in brands))]
            gone += await self._unlist(workspace, family.kind, indexes, before)
        return gone

    async def pictures(self, workspace: str, now: datetime) -> int:
        """The library's records of pictures that AdMind drew into the archive: what people sent stays."""
        before, start, moved = (now - LIVES["pictures"].span).timestamp(), 0, 0
        while names := await self._before(self._media.index(workspace), before, start):
            found = []
            for name, document in zip(names, await self._media.documents(workspace, names), strict=True):
                if document and _drawn(MediaItem.load(document)):
                    found.append(Candidate(name, self._media.key(workspace, name), {"doc": document}, document))
            brands = {each.id.partition(":")[0] for each in found}
            indexes = [self._media.index(workspace), *(self._media.index(workspace, brand) for brand in brands)]
            moved = await packs.pack(self._database, workspace, "media", found, indexes=indexes, field="doc")
            if moved:
                break
            start += len(names)
        return moved

    async def feed(self, workspace: str, now: datetime) -> int:
        """Old items out of their feeds, beyond the newest hundred of each."""
        before_ms, gone = round((now - LIVES["feed"].span).timestamp() * 1000), 0
        for account in await self._team.all(self._team.accounts, workspace):
            gone += await self._feed.retire(workspace, account.id, before_ms=before_ms, limit=STEP)
        return gone

    async def inbox(self, workspace: str, now: datetime) -> int:
        """Old messages of AdMind's own home, read or not."""
        index = keys.of(workspace, "notices", "all")
        before = (now - LIVES["inbox"].span).timestamp()
        ids = await self._before(index, before, 0)
        if not ids:
            return 0
        named = [index, *(keys.of(workspace, "notice", each) for each in ids)]
        return int(await self._database.run(DELETE, named, [repr(before), _json(ids)]))

    async def slots(self, workspace: str, now: datetime) -> int:
        """Old slots of editorial plans; the drafts and posts that came of them have lives of their own."""
        index, before = self._slots.index_key(workspace), (now - LIVES["slots"].span).timestamp()
        ids = await self._before(index, before, 0)
        for slot in await self._slots.many(workspace, ids):
            change = Change(workspace).do("DEL", self._slots.key(workspace, slot.id)).undue(f"slot:{slot.id}")
            self._slots.leave(change, slot.id, f"of:{slot.brand}")
            await commit(self._database, self._slots.leave(change, slot.id, "all"))
        return len(ids)

    async def sessions(self, workspace: str) -> int:
        """What expired by itself leaves the indexes that name it."""
        gone, client = 0, cast(Any, self._database.client)
        for member in await self._team.all(self._team.members, workspace):
            index = keys.of(workspace, "sessions", member.id)
            ids = await client.zrange(index, 0, STEP - 1)
            if ids:
                named = [index, *(keys.of(workspace, "session", each) for each in ids)]
                gone += int(await self._database.run(FORGET, named, [_json(ids)]))
        return gone

    async def _rests(self, draft: Draft, now: datetime) -> bool:
        """Whether nothing has happened to it or its posts for long; else it is looked at again later."""
        posts = await self._posts.many(draft.workspace, [version.post for version in draft.versions if version.post])
        last = max([draft.rests_since, *(post.rests_since for post in posts)])
        over = all(post.state in OVER for post in posts)
        if over and last <= now - LIVES["drafts"].span:
            return True
        if not over:
            last = max(last, now - LIVES["drafts"].span + AGAIN)
        ended = self._drafts.index_key(draft.workspace, "ended")
        await cast(Any, self._database.client).zadd(ended, {draft.id: last.timestamp()}, xx=True, gt=True)
        return False

    async def _ended(self, family: Family[R], workspace: str, before: datetime) -> list[Candidate]:
        """The documents that ended earliest, before that instant."""
        ids = await self._before(family.index_key(workspace, "ended"), before.timestamp(), 0)
        pipe = self._database.client.pipeline(transaction=False)
        for each in ids:
            pipe.hgetall(family.key(workspace, each))
        found = dict(zip(ids, await pipe.execute() if ids else [], strict=True))
        if gone := [each for each, fields in found.items() if not fields]:
            named = [family.index_key(workspace, "ended"), *(family.key(workspace, each) for each in gone)]
            await self._database.run(FORGET, named, [_json(gone)])
        kept = {each: fields for each, fields in found.items() if fields}
        return [Candidate(each, family.key(workspace, each), fields, fields["ver"]) for each, fields in kept.items()]

    async def _pack(self, family: Family[R], workspace: str, found: Sequence[Candidate], indexes: Sequence[str]) -> int:
        ended = family.index_key(workspace, "ended")
        return await packs.pack(self._database, workspace, family.kind, found, indexes=[ended, *indexes])

    async def _unlist(self, workspace: str, kind: str, indexes: Sequence[str], before: float) -> int:
        """What is not archived stays in its place, however old."""
        start = gone = 0
        total = int(await cast(Any, self._database.client).zcount(indexes[0], "-inf", before))
        while start < total and not gone:
            gone = await packs.unlist(self._database, workspace, kind, indexes, before=before, start=start, limit=STEP)
            start += STEP
        return gone

    async def _before(self, index: str, score: float, start: int) -> list[str]:
        client = cast(Any, self._database.client)
        return list(await client.zrange(index, "-inf", score, byscore=True, offset=start, num=STEP))

    async def _brands(self, workspace: str) -> list[str]:
        return [brand.id for brand in await self._team.all(self._team.brands, workspace)]


def _json(ids: Sequence[str]) -> str:
    return json.dumps(list(ids))


def _drawn(item: MediaItem) -> bool:
    """Made by AdMind, and by nobody given a name or a tag."""
    return item.source != "upload" and not item.name and not item.tags
