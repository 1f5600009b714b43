"""A brand goes from the database: all that is its own, and its part of what others have too. Again: no difference.

What belongs to it is known by ids, which nobody can guess: the brand's, and those of its drafts, posts, accounts and
requests. Every key of the workspace is looked at, so that nothing is left for want of a list.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from redis.asyncio.cluster import RedisCluster

from storage import keys, packs, snapshot
from storage.accounts import Account
from storage.belongings import Belongings
from storage.commit import Change, commit
from storage.feed import FeedStore
from storage.links import LinkStore
from storage.record import new_id
from storage.redis import Database
from storage.retention import kind_of
from storage.serving import ServedPlaces
from storage.stores import Family, R, TeamStore
from storage.team import UNNAMED, Brand, Identity, Member, Role
from storage.threads import kept_as
from storage.tokens import TokenStore
from storage.waiting import WaitingStore
from storage.watched import WatchedStore

_ID: Final = re.compile(r"(?<![0-9a-z])[a-z]{1,4}_[0-9a-z]{8,40}")
IDEMPOTENT: Final = "admind:{sys}:idem:"
# A key of these kinds goes when its value names the brand or something of it.
BY_VALUE: Final = frozenset(
    (
        "approval",
        "approvals",
        "grant",
        "shows",
        "place",
        "posted",
        "once",
        "notice",
        "room",
        "group",
        "request-key",
        "shortlink",
        "clicks",
        "orders",
    )
)
# Of these what names it leaves, the rest stays.
ZSETS: Final = frozenset(
    (
        *("draft", "post", "account", "brand", "media", "request", "room", "group", "notice", "feed", "approval"),
        *("watched", "slot", "campaign", "shortlink", "clientreport"),
    )
)
HASHES: Final = frozenset({"forgotten", "secrets", "feedstamps", "packed", "ctl", "standing"})
# The job itself, the audit's keys, and short links that lead on or have ended as the owner chose.
KEEPS: Final = frozenset({"leaving", "leavings", "keys", "keptlinks", "endedlinks"})


@dataclass(slots=True)
class Survey:
    """`ids` of the brand and all of its records; `files` that they name; `threads` of conversations about it."""

    ids: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    threads: set[str] = field(default_factory=set)

    def names(self, *texts: str) -> bool:
        """Whether one of these texts names something of the brand."""
        return any(not self.ids.isdisjoint(_ID.findall(text)) for text in texts)


async def survey(database: Database, workspace: str, brand: str, *, known: Iterable[str] = ()) -> Survey:
    """What belongs to the brand now; `known` are ids of what is gone already."""
    of, found, further = Belongings(database, workspace, brand), Survey({brand, *known}), set[str]()
    profile = await of.profile()
    texts = [profile.dump()] if profile else []
    proposal = await of.proposal()
    texts += [proposal.dump()] if proposal else []
    async for item in of.pictures():
        found.files.add(item.sha256)
    for account in await of.accounts():
        found.ids.add(account.id)
        client = cast(Any, database.client)
        texts += [str(document) for document in await client.hvals(keys.of(workspace, "feeditem", account.id))]
    found.ids |= {each.id for each in await WaitingStore(database).every(workspace) if each.brand == brand}
    found.ids |= {each.id for each in await WatchedStore(database).every(workspace) if each.brand == brand}
    found.ids |= await of.planned()
    async for draft in of.drafts():
        found.ids.add(draft.id)
        found.threads.add(kept_as(draft.conversation))
        _note(found, further, draft.dump())
    async for post in of.posts():
        found.ids.add(post.id)
        _note(found, further, post.dump())
    async for request in of.requests():
        found.ids.add(request.id)
        found.threads.add(kept_as(request.conversation))
        _note(found, further, request.dump())
    async for key in snapshot.names_of(database, workspace, f"import:{brand}:"):  # rows that name pictures
        texts += await _texts(database, key)
    for text in texts:
        _note(found, further, text)
    if database.files is not None:
        found.files |= await packs.names_behind(database.files, further)
    async for sha256, pack in packs.every(database, workspace):
        if any(found.names(name, *fields.values()) for name, fields in pack.documents.items()):
            found.files.add(sha256)
    return found


async def forget(database: Database, workspace: str, brand: str, found: Survey) -> int:
    """Take away what the survey found, and what names it; how many keys and parts of keys."""
    gone = await _from_people(database, workspace, brand)
    for account in await Belongings(database, workspace, brand).accounts():
        await _empty_feed(database, workspace, account.id)
        await ServedPlaces(database).release(account)
    gone += await packs.cut_out_all(database, workspace, lambda name, fields: found.names(name, *fields.values()))
    async for key in snapshot.names_of(database, workspace):
        gone += await _from_key(database, workspace, key, found)
    async for key in _idempotent(database):
        value = await cast(Any, database.client).get(key)
        if value and found.names(str(value)):
            gone += int(await cast(Any, database.client).delete(key))
    return gone


async def settle_home(database: Database, workspace: str, brand: str, now: datetime) -> None:
    """A workspace falls back on another brand from now on; without any other on a new one, with the same owners."""
    team = TeamStore(database)
    home = await team.workspaces.get(workspace, workspace)
    if home.record.default_brand != brand:
        return
    others = [each for each in await team.all(team.brands, workspace) if each.id != brand]
    change, at = Change(workspace), now.timestamp()
    if others:
        following = others[0]
    else:
        language = home.record.language
        following = Brand(id=new_id("b"), workspace=workspace, name=UNNAMED, language=language, created_at=now)
        feed = Account(
            id=new_id("a"), workspace=workspace, brand=following.id, channel="feed", name="Feed", created_at=now
        )
        team.brands.put(change, following, following.id, ver=None, at=at)
        team.accounts.put(change, feed.changed(remote_id=feed.id, posted=True), feed.id, ver=None, at=at)
        for member in await team.all(team.members, workspace):
            if member.may(brand, Role.owner):
                kept = await team.members.get(workspace, member.id)
                owner = kept.record.changed(roles=kept.record.roles | {following.id: frozenset({Role.owner})})
                change.put(team.members.key(workspace, member.id), owner, ver=kept.ver)
    named = home.record.changed(default_brand=following.id, name=following.name)
    await commit(database, change.put(team.workspaces.key(workspace, workspace), named, ver=home.ver))


async def _from_key(database: Database, workspace: str, key: str, found: Survey) -> int:
    client, kind, name = cast(Any, database.client), kind_of(key), key.partition("}:")[2].partition(":")[2]
    if kind in KEEPS:
        return 0
    if found.names(name) or (kind == "thread" and _threads(found, name)):
        return await _drop(database, workspace, key, kind, name)
    if kind in BY_VALUE and found.names(*await _texts(database, key)):
        return await _drop(database, workspace, key, kind, name)
    if kind in HASHES:
        parts = [
            str(part) async for pair in client.hscan_iter(key, count=500) if found.names(*pair) for part in pair[:1]
        ]
        parts = [part for part in parts if not part.startswith("pause:leaving:")]
        return int(await client.hdel(key, *parts)) if parts else 0
    if kind == "due" or (kind.endswith("s") and kind.removesuffix("s") in ZSETS):
        members = [str(member) async for member, _ in client.zscan_iter(key, count=500) if found.names(str(member))]
        members = [member for member in members if not member.startswith("leaving:")]
        return int(await client.zrem(key, *members)) if members else 0
    return 0


async def _drop(database: Database, workspace: str, key: str, kind: str, name: str) -> int:
    """The key, and its place in the list of its kind."""
    client = cast(Any, database.client)
    if kind in ZSETS:
        await client.zrem(keys.of(workspace, kind + "s", "all"), name)
    if kind == "shortlink":
        await LinkStore(database).unhint(workspace, name)
    return int(await client.unlink(key))


async def _texts(database: Database, key: str) -> list[str]:
    """All that a key holds, as text."""
    client = cast(Any, database.client)
    match await client.type(key):
        case "string":
            return [str(await client.get(key) or "")]
        case "hash":
            return [str(part) for pair in (await client.hgetall(key)).items() for part in pair]
        case "zset":
            return [str(member) for member in await client.zrange(key, 0, -1)]
        case "set":
            return [str(member) for member in await client.smembers(key)]
        case _:
            return []


async def _empty_feed(database: Database, workspace: str, account: str) -> None:
    """Its items, so that pictures are counted right; then what they were found by."""
    feed, client = FeedStore(database), cast(Any, database.client)
    items = keys.of(workspace, "feeditem", account)
    shown = {name for text in await client.hvals(items) for name in packs.names_in(str(text))}
    async for guid, _ in client.hscan_iter(items, count=500):
        await feed.remove(workspace, account, str(guid), now_ms=await database.server_time_ms())
        await client.delete(keys.lookup("feeditem", str(guid)))
    for sha256 in shown:
        if await feed.picture(workspace, sha256) is None:
            await client.srem(keys.lookup("picture", sha256), workspace)
    await client.delete(keys.lookup("feed", account))


async def _from_people(database: Database, workspace: str, brand: str) -> int:
    """Nobody holds a role there any more, whatever gave it; a token that was for this brand alone opens nothing."""
    team, gone = TeamStore(database), 0
    for member in await team.all(team.members, workspace):
        if any(brand in held for held in (member.roles, member.before, member.brought)):
            gone += await _changed(database, team.members, workspace, member.id, lambda old: _without(old, brand))
    for identity in await team.all(team.identities, workspace):
        if brand in identity.granted:
            name = team.identity_id(identity.platform, identity.team, identity.user)
            gone += await _changed(database, team.identities, workspace, name, lambda old: _ungranted(old, brand))
    tokens = TokenStore(database)
    for token in await tokens.list(workspace):
        if brand in token.brands:
            await tokens.leave(token, brand)
            gone += 1
    return gone


async def _changed(database: Database, family: Family[R], workspace: str, name: str, change_it: Any) -> int:
    kept = await family.get(workspace, name)
    change = Change(workspace).put(family.key(workspace, name), change_it(kept.record), ver=kept.ver)
    await commit(database, change)
    return 1


def _without(member: Member, brand: str) -> Member:
    kept = {each: {b: held for b, held in getattr(member, each).items() if b != brand} for each in _ROLES}
    return member.changed(**kept)


_ROLES: Final = ("roles", "before", "brought")


def _ungranted(identity: Identity, brand: str) -> Identity:
    return identity.changed(granted={b: held for b, held in identity.granted.items() if b != brand})


def _threads(found: Survey, name: str) -> bool:
    return name.partition(":")[0] in found.threads


def _note(found: Survey, further: set[str], text: str) -> None:
    found.files |= packs.names_in(text)
    further |= packs.further_in(text)


async def _idempotent(database: Database) -> AsyncIterator[str]:
    options: dict[str, Any] = {"match": IDEMPOTENT + "*", "count": 1000}
    if isinstance(database.client, RedisCluster):
        options["target_nodes"] = database.client.get_primaries()
    async for key in cast(Any, database.client).scan_iter(**options):
        yield str(key)
