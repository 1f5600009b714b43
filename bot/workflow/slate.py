"""What the choice of topics is made from: the plan, the brand, what it said and plans to say, what is new outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from bot.planning.ideas import Heard, Memory, Said, Slate
from storage.drafts import Draft, DraftStatus
from storage.plans import Chosen, Plan, Slot, SlotState
from storage.posts import Post
from storage.redis import Database
from storage.stores import DraftStore, PostStore
from storage.team import Brand
from storage.watched import WatchedStore

LOOKED_BACK: Final = timedelta(days=400)
MOST: Final = 300  # drafts, the latest
MOST_KNOWN: Final = 20_000  # of one process
UNSERVED: Final = frozenset({DraftStatus.rejected, DraftStatus.late})


class Slates:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._watched = WatchedStore(database)
        self._known: dict[str, tuple[str, Said | None]] = {}  # draft → its version, and what it said

    async def of(self, plan: Plan, brand: Brand, zone: ZoneInfo, slots: Iterable[Slot], now: datetime) -> Slate:
        """As it is now; `slots` are those around now, whose topics count too."""
        ids = await self._latest(plan.workspace, plan.brand, now)
        said = [each for each in await self._said(plan.workspace, ids, zone) if each is not None]
        drafted = {each.draft for each in said}
        said += [
            planned(slot, slot.chosen, zone)
            for slot in slots
            if slot.chosen and slot.open and slot.draft not in drafted
        ]
        evergreens = await self._drafts.many(plan.workspace, [each.draft for each in plan.evergreens])
        said += [_of(each, zone, ()) for each in evergreens if each.id not in drafted]
        texts = {each.id: about(each) for each in evergreens}
        return Slate(plan, brand, Memory(said), await self._heard(plan), texts)

    async def _latest(self, workspace: str, brand: str, now: datetime) -> list[str]:
        client, index = cast(Any, self._database.client), self._drafts.index_key(workspace, f"of:{brand}")
        least = (now - LOOKED_BACK).timestamp()
        return list(await client.zrange(index, "+inf", least, byscore=True, desc=True, offset=0, num=MOST))

    async def _said(self, workspace: str, ids: Sequence[str], zone: ZoneInfo) -> list[Said | None]:
        """Read again only where a draft changed: a plan looks at the same ones every few hours."""
        pipe = self._database.client.pipeline(transaction=False)
        for each in ids:
            pipe.hget(self._drafts.key(workspace, each), "ver")
        vers = dict(zip(ids, await pipe.execute() if ids else [], strict=True))
        new = [each for each in ids if self._known.get(each, ("", None))[0] != (vers[each] or "archived")]
        for draft in await self._drafts.many(workspace, new):
            posts = await self._posts.many(workspace, [version.post for version in draft.versions if version.post])
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            said = None if draft.status is DraftStatus.replaced else _of(draft, zone, posts)
            self._known[draft.id] = (vers[draft.id] or "archived", said)
        return [self._known[each][1] for each in ids if each in self._known]

    async def _heard(self, plan: Plan) -> tuple[Heard, ...]:
        """Entries of watched feeds that nobody drafted: more came than are drafted in a day."""
        feeds = [each for each in await self._watched.every(plan.workspace) if each.brand == plan.brand]
        return tuple(
            Heard(title=title, link="", source=feed.title or feed.url)
            for feed in feeds
            for title in feed.left_out
            if not title.startswith("http")
        )


def about(draft: Draft) -> str:
    """What a draft is about, in so many words as tell it from others."""
    return draft.brief.topic or (draft.brief.facts[0] if draft.brief.facts else "") or draft.title


def _of(draft: Draft, zone: ZoneInfo, posts: Sequence[Post]) -> Said:
    brief = draft.brief
    counts = [each.numbers.counts for each in posts if each.numbers]
    return Said(
        topic=about(draft),
        on=(draft.due or draft.updated_at).astimezone(zone).date(),
        pillar=brief.pillar,
        form=brief.form,
        audience=brief.audience,
        draft=draft.id,
        liked=sum(sum(each.values()) for each in counts),
        out=any(each.receipt for each in posts),
        counts=draft.status not in UNSERVED,
    )


def planned(slot: Slot, chosen: Chosen, zone: ZoneInfo) -> Said:
    """A slot whose topic is chosen."""
    return Said(
        topic=chosen.topic,
        on=slot.due.astimezone(zone).date(),
        pillar=chosen.pillar,
        form=chosen.form,
        audience=chosen.audience,
        draft=chosen.again or (slot.draft if slot.state is SlotState.drafted else ""),
    )
