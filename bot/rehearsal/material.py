"""What a rehearsal is made from: a copy of one brand's plan, people, rules and what is on its way. No credentials.

Gathering reads and never writes. Other brands of the workspace are not in it, not even by the roles of its members.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from storage import pauses
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.campaigns import Campaign, CampaignStore
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus
from storage.errors import AdMindError
from storage.plans import Plan, PlanStore, Slot, SlotStore
from storage.posts import Post, PostState
from storage.record import Frozen, Record
from storage.redis import Database
from storage.stores import DraftStore, PostStore, TeamStore
from storage.team import Brand, Identity, Member, Workspace
from storage.watched import WatchedFeed, WatchedStore

LOOKED_BACK: Final = timedelta(days=60)  # of slots
LOOKED_AHEAD: Final = timedelta(days=500)
MOST_DRAFTS: Final = 300  # the latest: what was said lately is not said again
MOST_POSTS: Final = 2000  # that are still to come
TOGETHER: Final = 50  # records in one write
COMING: Final = frozenset({PostState.scheduled, PostState.published})
WAITS: Final = frozenset({DraftStatus.waiting, DraftStatus.approved})


class Material(Frozen):
    """One brand as it stands at `at`. `blobs` are what its posts would send, by SHA-256, in base64."""

    at: datetime
    workspace: Workspace
    brand: Brand
    members: tuple[Member, ...]
    identities: tuple[Identity, ...]
    accounts: tuple[Account, ...]
    plan: Plan | None
    slots: tuple[Slot, ...]
    drafts: tuple[Draft, ...]
    posts: tuple[Post, ...]
    campaigns: tuple[Campaign, ...]
    watched: tuple[WatchedFeed, ...]
    pauses: tuple[pauses.Pause, ...]
    blobs: dict[str, str]

    @property
    def empty(self) -> bool:
        """Whether nothing of the brand could happen by itself."""
        planned = self.plan is not None and (self.plan.recurrences or self.plan.singles)
        return not (planned or self.slots or self.drafts or self.posts)


async def gather(database: Database, blobs: BlobStore, workspace: str, brand_id: str, now: datetime) -> Material:
    """Raises NotFound for a brand that is not there."""
    team = TeamStore(database)
    brand = (await team.brands.get(workspace, brand_id)).record
    plan = await PlanStore(database).find(workspace, brand_id)
    members = tuple(_within(each, brand_id) for each in await team.all(team.members, workspace) if _works(each, brand))
    known = {each.id for each in members}
    accounts = tuple(each for each in await team.all(team.accounts, workspace) if each.brand == brand_id)
    drafts = await _drafts(database, workspace, brand_id, plan.record if plan else None)
    posts = await _posts(database, workspace, brand_id, drafts, now)
    feeds = await WatchedStore(database).every(workspace)
    return Material(
        at=now,
        workspace=(await team.workspaces.get(workspace, workspace)).record,
        brand=brand,
        members=members,
        identities=tuple(each for each in await team.all(team.identities, workspace) if each.member in known),
        accounts=accounts,
        plan=plan.record if plan is not None else None,
        slots=await SlotStore(database).between(workspace, brand_id, now - LOOKED_BACK, now + LOOKED_AHEAD),
        drafts=drafts,
        posts=posts,
        campaigns=await CampaignStore(database).of(workspace, brand_id),
        watched=tuple(each.changed(next_at=None) for each in feeds if each.brand == brand_id),
        pauses=tuple(
            each for each in (await pauses.read(database, workspace)).all if _concerns(each.scope, brand_id, accounts)
        ),
        blobs=await _blobs(blobs, brand, drafts, posts),
    )


async def place(material: Material, database: Database, blobs: BlobStore) -> None:
    """Into an empty database: everything as it was, with what the clock brings next on the due set."""
    team, ws, now = TeamStore(database), material.workspace.id, material.at
    for data in material.blobs.values():
        await blobs.put(base64.b64decode(data))
    await team.enter(ws)
    change = Change(ws)
    team.workspaces.put(change, material.workspace, ws, ver=None, at=material.workspace.created_at.timestamp())
    team.brands.put(change, material.brand, material.brand.id, ver=None, at=material.brand.created_at.timestamp())
    if material.plan is not None:
        PlanStore(database).keep(change, material.plan, ver=None)
        change.due(f"plan:{material.brand.id}", _ms(now))
    for pause in material.pauses:
        pauses.put(change, pause)
    await commit(database, change)
    drafts, posts, slots = DraftStore(database), PostStore(database), SlotStore(database)
    campaigns, watched = CampaignStore(database), WatchedStore(database)

    def into(change: Change, record: Record) -> None:
        match record:
            case Member():
                team.members.put(change, record, record.id, ver=None, at=record.created_at.timestamp())
            case Identity():
                name = team.identity_id(record.platform, record.team, record.user)
                team.identities.put(change, record, name, ver=None, at=0.0)
            case Account():
                team.accounts.put(change, record, record.id, ver=None, at=record.created_at.timestamp())
            case Campaign():
                campaigns.save(change, record, ver=None)
            case WatchedFeed():
                watched.save(change, record, ver=None)
            case Slot():
                slots.save(change, record, ver=None)
                if record.open:
                    change.due(f"slot:{record.id}", _ms(max(now, record.draft_at)))
            case Post():
                posts.save(change, record, ver=None)
            case Draft():
                _draft(change, drafts, record, now)

    every: list[Record] = [*material.members, *material.identities, *material.accounts, *material.campaigns]
    every += [*material.watched, *material.slots, *material.posts, *material.drafts]
    for start in range(0, len(every), TOGETHER):
        change = Change(ws)
        for record in every[start : start + TOGETHER]:
            into(change, record)
        await commit(database, change)


def _draft(change: Change, drafts: DraftStore, draft: Draft, now: datetime) -> None:
    """With the entries that `bot.workflow.decisions.watch` puts there, and shown anew."""
    drafts.save(change, draft, ver=None)
    if draft.status is DraftStatus.waiting:
        change.due(f"note:draft:{draft.id}", _ms(now))
        if draft.due is not None and draft.decide_by is not None:
            change.due(f"remind:{draft.id}", _ms(now)).due(f"expire:{draft.id}", _ms(draft.due))


async def _drafts(database: Database, workspace: str, brand: str, plan: Plan | None) -> tuple[Draft, ...]:
    """The latest, those that wait, and those that may come back; without where their cards stand."""
    store = DraftStore(database)
    latest = (await store.page(workspace, index=f"of:{brand}", limit=MOST_DRAFTS)).items
    waiting = (await store.page(workspace, index=f"open:{brand}", limit=MOST_DRAFTS)).items
    again = await store.many(workspace, [each.draft for each in plan.evergreens] if plan is not None else [])
    found = {each.id: each for each in (*latest, *waiting, *again) if each.brand == brand}
    return tuple(each.changed(messages=(), reminders=()) for each in found.values())


async def _posts(
    database: Database, workspace: str, brand: str, drafts: Iterable[Draft], now: datetime
) -> tuple[Post, ...]:
    """Those of its drafts and those that are still to come. What is being sent at this moment is left out."""
    store = PostStore(database)
    coming = await store.page(workspace, index=f"of:{brand}", limit=MOST_POSTS, least=now.timestamp())
    own = await store.many(workspace, [each.post for draft in drafts for each in draft.versions if each.post])
    found = {each.id: each for each in (*coming.items, *own) if each.brand == brand and each.state in COMING}
    return tuple(each.changed(ver=1) for each in found.values())


async def _blobs(blobs: BlobStore, brand: Brand, drafts: Iterable[Draft], posts: Iterable[Post]) -> dict[str, str]:
    wanted = [brand.logo] if brand.logo else []
    wanted += [version.payload for draft in drafts if draft.status in WAITS for version in draft.versions]
    wanted += [post.payload for post in posts if post.state is PostState.scheduled]
    found = dict[str, str]()
    for name in dict.fromkeys(wanted):
        try:
            found[name] = base64.b64encode(await blobs.get(name)).decode("ascii")
        except AdMindError:
            continue  # the rehearsal shows what comes of it, as the publisher would
    return found


def _works(member: Member, brand: Brand) -> bool:
    return member.erased_at is None and bool(member.roles.get(brand.id) or member.before.get(brand.id))


def _within(member: Member, brand: str) -> Member:
    """Without what this member is to other brands."""
    held = {field: getattr(member, field) for field in ("roles", "before", "brought")}
    return member.changed(**{field: {b: r for b, r in roles.items() if b == brand} for field, roles in held.items()})


def _concerns(scope: str, brand: str, accounts: Iterable[Account]) -> bool:
    kind, _, name = scope.partition(":")
    if kind in ("brand", "leaving"):
        return name == brand
    return kind != "account" or name in {each.id for each in accounts}


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
