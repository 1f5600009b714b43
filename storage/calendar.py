"""What stands on the calendar, in few bytes: thousands of posts and drafts of a span, read in some milliseconds.

A post's words were fixed at approval and a draft's change with its version, so this process remembers them; what may
have changed since (state and time of a post, the version of a draft) is read anew each time, many at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

from storage.campaigns import CampaignStore
from storage.drafts import Draft
from storage.plans import Slot, SlotState, SlotStore
from storage.posts import Post
from storage.redis import Database, Script
from storage.stores import DraftStore, Family, PostStore, R

REMEMBERED: Final = 30_000  # of each kind, over all workspaces
MOST_SLOTS: Final = 5000
AT_ONCE: Final = 1000  # of one script: the server is busy with them for a millisecond or two
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# KEYS: the index that names them, in whose slot they lie. ARGV: what their keys begin with, their ids. One line each:
# a post's state and due ms, a draft's version; an empty one for what lies in the archive.
HOT_POSTS: Final = Script(
    "calendar-posts",
    """
local found = {}
for id in string.gmatch(ARGV[2], '%S+') do
  local f = redis.call('HMGET', ARGV[1] .. id, 'state', 'due')
  found[#found + 1] = f[1] and (f[1] .. ' ' .. f[2]) or ''
end
return table.concat(found, '\\n')
""",
)
HOT_DRAFTS: Final = Script(
    "calendar-drafts",
    """
local found = {}
for id in string.gmatch(ARGV[2], '%S+') do found[#found + 1] = redis.call('HGET', ARGV[1] .. id, 'ver') or '' end
return table.concat(found, '\\n')
""",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A draft, a post or an empty slot of the plan at its time; `accounts` are ids, of a draft those whose version is
    no post yet.
    """

    kind: Literal["draft", "post", "slot"]
    id: str
    draft: str
    brand: str
    at: datetime
    title: str
    state: str
    accounts: tuple[str, ...]
    revision: int
    campaign: str = ""
    pillar: str = ""
    form: str = ""
    audience: str = ""


_Known = OrderedDict[tuple[str, str], tuple[str, Planned | None]]


class CalendarStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._slots = SlotStore(database)
        self._campaigns = CampaignStore(database)
        self._known_posts: _Known = OrderedDict()
        self._known_drafts: _Known = OrderedDict()

    async def posts(self, workspace: str, index: str, start: datetime, end: datetime) -> list[Planned]:
        """All that the index (`all`, `of:<brand>`) holds from `start` until before `end`, in no order."""
        key, known = self._posts.index_key(workspace, index), self._known_posts
        ids: list[str] = await cast(Any, self._database.client).zrange(
            key, start.timestamp(), f"({end.timestamp()!r}", byscore=True
        )
        hot = await self._asked(HOT_POSTS, self._posts, workspace, key, ids)
        fresh = [each for each, said in zip(ids, hot, strict=True) if not said or (workspace, each) not in known]
        for some in _parts(fresh):
            for post in await self._posts.many(workspace, some):
                _keep(known, (workspace, post.id), (_hot(post), _of_post(post)))
        found: list[Planned] = []
        for each, said in zip(ids, hot, strict=True):
            name = (workspace, each)
            seen, planned = known.get(name, ("", None))
            if planned is not None and said and seen != said:
                planned = _now(planned, said)
                known[name] = (said, planned)
            if planned is not None:
                found.append(planned)
        return [each for each in found if start <= each.at < end]

    async def drafts(self, workspace: str, index: str) -> list[Planned]:
        """All with a time that the index (`open`, `open:<brand>`) holds, and an account that waits."""
        key, known = self._drafts.index_key(workspace, index), self._known_drafts
        ids: list[str] = await cast(Any, self._database.client).zrange(key, 0, -1)
        versions = dict(zip(ids, await self._asked(HOT_DRAFTS, self._drafts, workspace, key, ids), strict=True))
        fresh = [each for each in ids if not versions[each] or known.get((workspace, each), ("",))[0] != versions[each]]
        for some in _parts(fresh):
            for draft in await self._drafts.many(workspace, some):
                _keep(known, (workspace, draft.id), (versions[draft.id], _of_draft(draft)))
        found = [known.get((workspace, each), ("", None))[1] for each in ids]
        return [each for each in found if each is not None]

    async def slots(self, workspace: str, index: str, start: datetime, end: datetime) -> list[Planned]:
        """The empty ones that the index (`all`, `of:<brand>`) holds from `start` until before `end`."""
        page = await self._slots.page(
            workspace,
            index=index,
            limit=MOST_SLOTS,
            newest_first=False,
            least=start.timestamp(),
            most=f"({end.timestamp()!r}",
        )
        empty = [slot for slot in page.items if slot.state in (SlotState.empty, SlotState.drafting)]
        named = sorted({slot.purpose.campaign for slot in empty} - {""})
        campaigns = {each.id: each.files_under for each in await self._campaigns.many(workspace, named)}
        return [_of_slot(slot, campaigns.get(slot.purpose.campaign, "")) for slot in empty]

    async def _asked(
        self, script: Script, family: Family[R], workspace: str, index: str, ids: Sequence[str]
    ) -> list[str]:
        """What the script says of each."""
        found: list[str] = []
        for some in _parts(ids):
            answer = await self._database.run(script, [index], [family.key(workspace, ""), " ".join(some)])
            found += str(answer).split("\n")
        return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _hot(post: Post) -> str:
    return f"{post.state.value} {round(post.due.timestamp() * 1000)}"


def _now(planned: Planned, hot: str) -> Planned:
    state, _, due_ms = hot.partition(" ")
    return replace(planned, state=state, at=EPOCH + timedelta(milliseconds=int(due_ms)))


def _of_post(post: Post) -> Planned:
    return Planned(
        kind="post",
        id=post.id,
        draft=post.draft,
        brand=post.brand,
        at=post.due,
        title=post.called or post.title,
        state=post.state.value,
        accounts=(post.account,),
        revision=post.revision,
        campaign=post.campaign,
        pillar=post.pillar,
        form=post.form,
        audience=post.audience,
    )


def _of_draft(draft: Draft) -> Planned | None:
    accounts = tuple(version.account for version in draft.versions if not version.post)
    if draft.due is None or not accounts:
        return None
    return Planned(
        kind="draft",
        id=draft.id,
        draft=draft.id,
        brand=draft.brand,
        at=draft.due,
        title=draft.called or draft.title,
        state=draft.status.value,
        accounts=accounts,
        revision=draft.revision,
        campaign=draft.brief.campaign,
        pillar=draft.brief.pillar,
        form=draft.brief.form,
        audience=draft.brief.audience,
    )


def _of_slot(slot: Slot, campaign: str) -> Planned:
    chosen = slot.chosen
    return Planned(
        kind="slot",
        id=slot.id,
        draft="",
        brand=slot.brand,
        at=slot.due,
        title=slot.purpose.topic or slot.purpose.pillar or slot.purpose.form,
        state=SlotState.empty.value,
        accounts=slot.purpose.accounts,
        revision=0,
        campaign=campaign,
        pillar=(chosen.pillar if chosen else "") or slot.purpose.pillar,
        form=slot.purpose.form,
        audience=(chosen.audience if chosen else "") or slot.purpose.audience,
    )


def _keep(known: _Known, name: tuple[str, str], found: tuple[str, Planned | None]) -> None:
    known[name] = found
    known.move_to_end(name)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
