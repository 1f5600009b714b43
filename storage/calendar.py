"""What stands on the calendar, in few bytes: thousands of posts and drafts of a span, read in some milliseconds.

A post's words were fixed at approval and a draft's change with its version, so this process remembers them; what may
have changed since (state and time of a post, the version of a draft) is read anew each time, a thousand at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from storage.drafts import Draft
from storage.posts import Post
from storage.redis import Database, Script
from storage.stores import DraftStore, Family, PostStore, R

REMEMBERED: Final = 30_000  # of each kind, over all workspaces
AT_ONCE: Final = 1000  # keys of one script: the server is busy with them for a few milliseconds
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# One line a post: state, due in ms; an empty one for what lies in the archive.
HOT_POSTS: Final = Script(
    "calendar-posts",
    """
local found = {}
for i, key in ipairs(KEYS) do
  local f = redis.call('HMGET', key, 'state', 'due')
  found[i] = f[1] and (f[1] .. ' ' .. f[2]) or ''
end
return table.concat(found, '\\n')
""",
)
VERSIONS: Final = Script(
    "calendar-drafts",
    """
local found = {}
for i, key in ipairs(KEYS) do found[i] = redis.call('HGET', key, 'ver') or '' end
return table.concat(found, '\\n')
""",
)


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A post as far as a calendar shows it."""

    id: str
    brand: str
    account: str
    draft: str
    revision: int
    title: str
    campaign: str
    state: str
    due: datetime


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """An open draft as far as a calendar shows it; `accounts` are those whose version is no post yet."""

    id: str
    brand: str
    accounts: tuple[str, ...]
    revision: int
    title: str
    campaign: str
    state: str
    due: datetime | None


class CalendarStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._known_posts: OrderedDict[tuple[str, str], PlannedPost] = OrderedDict()
        self._known_drafts: OrderedDict[tuple[str, str], tuple[str, PlannedDraft]] = OrderedDict()

    async def posts(self, workspace: str, index: str, start: datetime, end: datetime) -> list[PlannedPost]:
        """All that the index (`all`, `of:<brand>`) holds from `start` until before `end`, in no order."""
        ids: list[str] = await cast(Any, self._database.client).zrange(
            self._posts.index_key(workspace, index), start.timestamp(), f"({end.timestamp()!r}", byscore=True
        )
        hot = await self._asked(HOT_POSTS, self._posts, workspace, ids)
        fresh = [each for each in ids if not hot[each] or (workspace, each) not in self._known_posts]
        for some in _parts(fresh):
            for post in await self._posts.many(workspace, some):
                _keep(self._known_posts, (workspace, post.id), _of_post(post))
        found = [self._now(workspace, each, hot[each]) for each in ids]
        return [each for each in found if each is not None and start <= each.due < end]

    async def drafts(self, workspace: str, index: str) -> list[PlannedDraft]:
        """All that the index (`open`, `open:<brand>`) holds."""
        ids: list[str] = await cast(Any, self._database.client).zrange(self._drafts.index_key(workspace, index), 0, -1)
        versions = await self._asked(VERSIONS, self._drafts, workspace, ids)
        known = self._known_drafts
        fresh = [each for each in ids if known.get((workspace, each), ("",))[0] != versions[each] or not versions[each]]
        for some in _parts(fresh):
            for draft in await self._drafts.many(workspace, some):
                _keep(known, (workspace, draft.id), (versions[draft.id], _of_draft(draft)))
        return [known[(workspace, each)][1] for each in ids if (workspace, each) in known]

    async def _asked(self, script: Script, family: Family[R], workspace: str, ids: Sequence[str]) -> dict[str, str]:
        """What the script says of each."""
        found: dict[str, str] = {}
        for some in _parts(ids):
            answer = await self._database.run(script, [family.key(workspace, each) for each in some], [])
            found |= zip(some, str(answer).split("\n"), strict=True)
        return found

    def _now(self, workspace: str, post: str, hot: str) -> PlannedPost | None:
        known = self._known_posts.get((workspace, post))
        if known is None or not hot:
            return known
        state, _, due_ms = hot.partition(" ")
        due = EPOCH + timedelta(milliseconds=int(due_ms))
        if known.state == state and known.due == due:
            return known
        return PlannedPost(
            known.id,
            known.brand,
            known.account,
            known.draft,
            known.revision,
            known.title,
            known.campaign,
            state,
            due,
        )


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _of_post(post: Post) -> PlannedPost:
    title = post.called or post.title
    return PlannedPost(
        post.id, post.brand, post.account, post.draft, post.revision, title, post.campaign, post.state.value, post.due
    )


def _of_draft(draft: Draft) -> PlannedDraft:
    accounts = tuple(version.account for version in draft.versions if not version.post)
    title, campaign = draft.called or draft.title, draft.brief.campaign
    return PlannedDraft(draft.id, draft.brand, accounts, draft.revision, title, campaign, draft.status.value, draft.due)


def _keep(known: OrderedDict[tuple[str, str], Any], name: tuple[str, str], found: object) -> None:
    known[name] = found
    known.move_to_end(name)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
