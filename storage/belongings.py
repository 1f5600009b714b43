"""Everything that belongs to one brand, part by part, wherever it lies: in lists, in the archive or in neither."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from storage import packs, snapshot
from storage.accounts import Account
from storage.campaigns import Campaign, CampaignStore
from storage.clicks import ClickStore, Counted
from storage.drafts import Draft
from storage.experiments import Experiments, ExperimentStore
from storage.learned import Learned, LearnedStore
from storage.links import Leads, LinkStore
from storage.media import MediaItem, MediaStore
from storage.plans import Plan, PlanStore, Slot, SlotStore
from storage.posts import Post
from storage.proposals import Proposal, ProposalStore
from storage.redis import Database
from storage.requests import Request
from storage.sending import from_hash
from storage.stores import DraftStore, Family, PostStore, R, TeamStore
from storage.team import Brand, Member
from storage.watched import WatchedFeed, WatchedStore

PAGE = 200


@dataclass(frozen=True, slots=True)
class Belongings:
    """Of one brand. Nothing is held: each call reads anew, a page at a time."""

    database: Database
    workspace: str
    brand: str

    async def profile(self) -> Brand | None:
        kept = await TeamStore(self.database).brands.find(self.workspace, self.brand)
        return kept.record if kept else None

    async def learned(self) -> Learned | None:
        """Rules from its people's edits, if there are any."""
        kept = await LearnedStore(self.database).find(self.workspace, self.brand)
        return kept.record if kept else None

    async def experiments(self) -> Experiments | None:
        """What was tried with its posts, if anything was."""
        kept = await ExperimentStore(self.database).find(self.workspace, self.brand)
        return kept.record if kept else None

    async def proposal(self) -> Proposal | None:
        """What a homepage proposes for it, while that waits."""
        kept = await ProposalStore(self.database).find(self.workspace, self.brand)
        return kept.record if kept else None

    async def plan(self) -> Plan | None:
        """Its editorial plan, if it has one."""
        kept = await PlanStore(self.database).find(self.workspace, self.brand)
        return kept.record if kept else None

    async def campaigns(self) -> tuple[Campaign, ...]:
        """The earliest first."""
        return await CampaignStore(self.database).of(self.workspace, self.brand)

    async def slots(self) -> AsyncIterator[Slot]:
        """Those that the horizon reached, by when they are due."""
        async for slot in self._listed(SlotStore(self.database)):
            yield slot

    async def planned(self) -> set[str]:
        """The ids of its campaigns, and of what its plan consists of or consisted of."""
        found, plan = {each.id for each in await self.campaigns()}, await self.plan()
        if plan is not None:
            found |= {each.id for each in plan.recurrences} | {each.id for each in plan.singles}
        async for slot in self.slots():
            found |= {slot.source}
        return found

    async def members(self) -> tuple[Member, ...]:
        """Whoever holds a role in it."""
        team = TeamStore(self.database)
        return tuple(each for each in await team.all(team.members, self.workspace) if self.brand in each.roles)

    async def accounts(self) -> tuple[Account, ...]:
        """Those that are closed too."""
        team = TeamStore(self.database)
        return tuple(each for each in await team.all(team.accounts, self.workspace) if each.brand == self.brand)

    async def drafts(self) -> AsyncIterator[Draft]:
        """The oldest first; then those that left the lists."""
        store = DraftStore(self.database)
        async for draft in self._listed(store):
            yield draft
        async for fields in self._unlisted(store, "draft"):
            draft = Draft.load(fields["doc"])
            if draft.brand == self.brand:
                yield draft

    async def posts(self) -> AsyncIterator[Post]:
        """By when they are due; then those that left the lists."""
        store = PostStore(self.database)
        async for post in self._listed(store):
            yield post
        async for fields in self._unlisted(store, "post"):
            post = from_hash(fields)
            if post.brand == self.brand:
                yield post

    async def links(self) -> AsyncIterator[tuple[Leads, Counted]]:
        """Short links that were approved, the oldest first, and how often they were followed."""
        links, clicks = LinkStore(self.database), ClickStore(self.database)
        for code in await links.of_brand(self.workspace, self.brand, newest_first=False):
            found = await links.find(self.workspace, code)
            if found is not None:
                yield found, (await clicks.totals(self.workspace, [code]))[code]

    async def pictures(self) -> AsyncIterator[MediaItem]:
        """In no order."""
        media, client = MediaStore(self.database), cast(Any, self.database.client)
        index = media.index(self.workspace, self.brand)
        async for name, _ in client.zscan_iter(index, count=PAGE):
            item = await media.get(self.workspace, self.brand, str(name).partition(":")[2])
            if item is not None:
                yield item
        async for _, pack in packs.every(self.database, self.workspace):
            ids = [name for name in pack.documents if pack.kind == "media" and name.startswith(f"{self.brand}:")]
            here = await packs.still_here(self.database, self.workspace, "media", ids)
            listed = await client.zmscore(index, ids) if ids else []
            for name, score in zip(ids, listed, strict=True):
                if score is None and name in here:
                    yield MediaItem.load(pack.documents[name]["doc"])

    async def requests(self) -> AsyncIterator[Request]:
        """What people asked here, as long as it is kept, the oldest first."""
        client, found = cast(Any, self.database.client), list[tuple[float, str]]()
        async for key in snapshot.names_of(self.database, self.workspace, "request:"):
            if key.endswith(":events"):
                continue
            request = _request(await client.hget(key, "doc"))
            if request is not None and request.brand == self.brand:
                found.append((request.created_at.timestamp(), key))
        for _, key in sorted(found):
            request = _request(await client.hget(key, "doc"))
            if request is not None:
                yield request

    async def feeds(self) -> tuple[WatchedFeed, ...]:
        """Those that are watched for it, the oldest first."""
        every = await WatchedStore(self.database).every(self.workspace)
        return tuple(each for each in every if each.brand == self.brand)

    async def _listed(self, family: Family[R]) -> AsyncIterator[R]:
        cursor = ""
        while True:
            page = await family.page(
                self.workspace, index=f"of:{self.brand}", after=cursor, limit=PAGE, newest_first=False
            )
            for record in page.items:
                yield record
            cursor = page.next
            if not cursor:
                return

    async def _unlisted(self, family: Family[Any], kind: str) -> AsyncIterator[Mapping[str, str]]:
        """What lies in the archive alone and stands in the brand's list no more; that of other brands too."""
        client, index = cast(Any, self.database.client), family.index_key(self.workspace, f"of:{self.brand}")
        async for _, pack in packs.every(self.database, self.workspace):
            if pack.kind != kind:
                continue
            ids = list(pack.documents)
            here = await packs.still_here(self.database, self.workspace, kind, ids)
            listed = await client.zmscore(index, ids) if ids else []
            for name, score in zip(ids, listed, strict=True):
                if score is None and name in here:
                    yield pack.documents[name]


def _request(document: Any) -> Request | None:
    return Request.load(document) if document else None
