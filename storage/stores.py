"""Reading and placing records: the same few lines for every family.

Writes go through a `Change`; these stores say where a record lives and which indexes it stands in. Records that moved
to the archive are read from there, by the same calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, cast

from storage import keys, packs
from storage.accounts import Account
from storage.commit import Change
from storage.drafts import OPEN, Draft, DraftStatus
from storage.errors import NotFound
from storage.posts import OVER, Post, PostState
from storage.record import Record
from storage.redis import Database
from storage.sending import OPTIONAL, from_hash, post_key, to_hash
from storage.team import Brand, Identity, Member, Workspace

R = TypeVar("R", bound=Record)
MOST_SMALL: Final = 5000  # brands, accounts, members or identities of a workspace


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """A record and the version it was read at; hand the version back when writing.

    One that is `archived` cannot be written until it was opened.
    """

    record: R
    ver: int
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some of a list, and the cursor of the next page ("" at the end)."""

    items: tuple[R, ...]
    next: str


class Family(Generic[R]):
    """Records of one kind in a workspace: a HASH each (`ver`, `doc`), and a sorted set of their ids by time."""

    retires = False  # whether its records move to the archive when they have rested for long

    def __init__(self, database: Database, kind: str, model: type[R], noun: str, *, often: bool = False) -> None:
        """`often`: small records that are read again for each card and judgement, and seldom change."""
        self._often = often
        self._database = database
        self.kind = kind
        self._model = model
        self._noun = noun

    def key(self, workspace: str, record_id: str) -> str:
        return keys.of(workspace, self.kind, record_id)

    def index_key(self, workspace: str, name: str = "all") -> str:
        return keys.of(workspace, self.kind + "s", name)

    async def find(self, workspace: str, record_id: str) -> Kept[R] | None:
        fields, archived = await self._fields(workspace, record_id)
        return Kept(self._load(fields), int(fields["ver"]), archived) if fields else None

    async def open(self, workspace: str, record_id: str) -> Kept[R]:
        """The record, to be changed: it leaves the archive for that. Raises NotFound."""
        kept = await self.get(workspace, record_id)
        if not kept.archived:
            return kept
        key, ended = self.key(workspace, record_id), self.index_key(workspace, "ended")
        await packs.take_out(self._database, workspace, self.kind, record_id, key=key, ended=ended)
        return await self.get(workspace, record_id)

    async def get(self, workspace: str, record_id: str) -> Kept[R]:
        """Raises NotFound."""
        kept = await self.find(workspace, record_id)
        if kept is None:
            raise NotFound(
                f"There is no {self._noun} {record_id[:40]}.", do_next="Look at the list of those there are."
            )
        return kept

    async def many(self, workspace: str, ids: Sequence[str]) -> tuple[R, ...]:
        pipe = self._database.client.pipeline(transaction=False)
        for record_id in ids:
            pipe.hgetall(self.key(workspace, record_id))
        found: dict[str, Mapping[str, str]] = dict(zip(ids, await pipe.execute() if ids else [], strict=True))
        absent = [record_id for record_id, fields in found.items() if not fields]
        if self.retires and absent:
            found |= await packs.find(self._database, workspace, self.kind, absent)
        return tuple(self._load(fields) for fields in found.values() if fields)

    async def page(
        self,
        workspace: str,
        *,
        index: str = "all",
        after: str = "",
        limit: int = 50,
        newest_first: bool = True,
        least: float | str = "-inf",
        most: float | str = "+inf",
    ) -> Page[R]:
        """A page by the index's score; `after` is the cursor of the page before: `<score>|<id>`."""
        found = await self._ids(workspace, index, after, limit + 1, newest_first, least, most)
        ids = [record_id for record_id, _ in found[:limit]]
        cursor = f"{found[limit - 1][1]!r}|{ids[-1]}" if len(found) > limit else ""
        return Page(await self.many(workspace, ids), cursor)

    async def _ids(
        self,
        workspace: str,
        index: str,
        after: str,
        limit: int,
        newest_first: bool,
        least: float | str,
        most: float | str,
    ) -> list[tuple[str, float]]:
        score_text, _, last = after.partition("|")
        if after:
            score = float(score_text)
            least, most = (least, score) if newest_first else (score, most)
        start, found = 0, list[tuple[str, float]]()
        while len(found) < limit:
            client: Any = self._database.client
            batch: list[tuple[str, float]] = await client.zrange(
                self.index_key(workspace, index),
                most if newest_first else least,
                least if newest_first else most,
                byscore=True,
                desc=newest_first,
                withscores=True,
                offset=start,
                num=limit + 1,
            )
            for member, score in batch:
                beyond = member < last if newest_first else member > last
                if not after or score != float(score_text) or beyond:
                    found.append((member, score))
            if len(batch) <= limit:
                break
            start += len(batch)
        return found[:limit]

    async def _fields(self, workspace: str, record_id: str) -> tuple[Mapping[str, str], bool]:
        """What is kept of a record, and whether that is in the archive. It may move either way meanwhile."""
        for _ in range(2 if self.retires else 1):
            fields = await hgetall(self._database, self.key(workspace, record_id))
            if fields or not self.retires:
                return fields, False
            found = await packs.find(self._database, workspace, self.kind, [record_id])
            if found:
                return found[record_id], True
        return {}, False

    def _load(self, fields: Mapping[str, str]) -> R:
        return cast(R, (_as_before if self._often else _lately)(self._model, fields["doc"]))

    def put(self, change: Change, record: R, record_id: str, *, ver: int | None, at: float, **also: float) -> Change:
        """Into the change: the record, its place in the index `all`, and in others by name."""
        indexes = {self.index_key(change.workspace): at}
        indexes |= {self.index_key(change.workspace, name): score for name, score in also.items()}
        return change.put(self.key(change.workspace, record_id), record, ver=ver).index(record_id, indexes)

    def leave(self, change: Change, record_id: str, index: str) -> Change:
        return change.do("ZREM", self.index_key(change.workspace, index), record_id)


@lru_cache(maxsize=2048)
def _as_before(model: type[Record], document: str) -> Record:
    """The same document is the same record: they are frozen, so that it need not be read and checked once more."""
    return model.load(document)


@lru_cache(maxsize=64)
def _lately(model: type[Record], document: str) -> Record:
    """Large records, few of them: a piece of work reads its draft a dozen times."""
    return model.load(document)


class BrandStore(Family[Brand]):
    """Brands. Their embargoes and days without posts keep back what is approved: whoever judged a post before a brand
    changed must judge it again, so that each change has a new pause version.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database, "brand", Brand, "brand", often=True)

    def put(
        self, change: Change, record: Brand, record_id: str, *, ver: int | None, at: float, **also: float
    ) -> Change:
        super().put(change, record, record_id, ver=ver, at=at, **also)
        return change.do("HINCRBY", keys.control(change.workspace), "pver", "1")


class DraftStore(Family[Draft]):
    retires = True

    def __init__(self, database: Database) -> None:
        super().__init__(database, "draft", Draft, "draft")

    def save(self, change: Change, draft: Draft, *, ver: int | None) -> Change:
        """Into the change; a draft that waits for people also stands in the index `open`, by when it was made.

        `of:<brand>` and `open:<brand>` are the same for one brand; `ended` holds those that are decided or lapsed, by
        when something last happened to them.
        """
        return self.place(change.put(self.key(change.workspace, draft.id), draft, ver=ver), draft)

    def place(self, change: Change, draft: Draft) -> Change:
        """Into the change: its places in the indexes alone."""
        made = draft.created_at.timestamp()
        scores = {"all": made, f"of:{draft.brand}": made}
        if draft.status in OPEN:
            scores |= {"open": made, f"open:{draft.brand}": made}
        if draft.status not in OPEN or draft.status is DraftStatus.late:
            scores["ended"] = draft.rests_since.timestamp()
        for name in ("open", f"open:{draft.brand}", "ended"):
            if name not in scores:
                self.leave(change, draft.id, name)
        return change.index(draft.id, {self.index_key(change.workspace, name): at for name, at in scores.items()})


class PostStore(Family[Post]):
    """Posts keep what changes in fields of their own, so that the sending scripts need no JSON.

    The index `asking` holds those that wait for a person's word, `ended` others that are published or cancelled, by
    when they were.
    """

    retires = True

    def __init__(self, database: Database) -> None:
        super().__init__(database, "post", Post, "post")

    def key(self, workspace: str, record_id: str) -> str:
        return post_key(workspace, record_id)

    def _load(self, fields: Mapping[str, str]) -> Post:
        return from_hash(fields)

    def save(self, change: Change, post: Post, *, ver: int | None) -> Change:
        """Into the change: the post, its entry on the due set, and its place in the index by due time.

        Whoever works on the post loses the claim thereby: what was decided here is not overwritten by what they find.
        """
        key = self.key(change.workspace, post.id)
        change.expect(key, ver)
        fields = to_hash(post.changed(ver=(ver or 0) + 1))
        change.hset(key, fields | {"till": "0"})
        change.do("HDEL", key, *sorted({*OPTIONAL, "stop", "claim"} - fields.keys()))
        self.place(change, post)
        entry, due_ms = f"post:{post.id}", round(post.due.timestamp() * 1000)
        if post.state is PostState.scheduled:
            change.due(entry, due_ms)
        elif post.state is not PostState.sending:
            change.undue(entry)
        return change

    def place(self, change: Change, post: Post) -> Change:
        """Into the change: its places in the indexes alone."""
        due = round(post.due.timestamp() * 1000) / 1000  # as the record keeps it, so that cursors fit
        scores = {"all": due, f"of:{post.brand}": due}
        if post.asks:
            scores["asking"] = due
        elif post.state in OVER:
            scores["ended"] = post.rests_since.timestamp()
        for name in ("asking", "ended"):
            if name not in scores:
                self.leave(change, post.id, name)
        return change.index(post.id, {self.index_key(change.workspace, name): at for name, at in scores.items()})


@dataclass(frozen=True, slots=True)
class Whole:
    """A workspace with all of its small records, each family oldest first."""

    workspace: Workspace
    brands: tuple[Brand, ...]
    accounts: tuple[Account, ...]
    members: tuple[Member, ...]
    identities: tuple[Identity, ...]


class TeamStore:
    """A workspace, its brands, members and accounts, and who is who on which platform."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.workspaces: Family[Workspace] = Family(database, "workspace", Workspace, "workspace", often=True)
        self.brands: Family[Brand] = BrandStore(database)
        self.members: Family[Member] = Family(database, "member", Member, "member", often=True)
        self.accounts: Family[Account] = Family(database, "account", Account, "account", often=True)
        self.identities: Family[Identity] = Family(database, "identity", Identity, "identity", often=True)

    async def workspace_ids(self) -> tuple[str, ...]:
        found = await cast(Awaitable[set[str]], self._database.client.smembers(keys.WORKSPACES))
        return tuple(sorted(found))

    async def local_hint(self) -> str:
        """Where the local owner's workspace was found the last time; "" when nobody looked yet."""
        return str(await self._database.client.get(keys.lookup("local", "")) or "")

    async def hint_local(self, workspace: str) -> None:
        await self._database.client.set(keys.lookup("local", ""), workspace)

    async def enter(self, workspace: str) -> None:
        """Make the workspace known to the sweep; a hint, written before the workspace itself."""
        await self._database.client.sadd(keys.WORKSPACES, workspace)

    async def all(self, family: Family[R], workspace: str) -> tuple[R, ...]:
        """Every record of a small family (brands, members, accounts), oldest first."""
        return (await family.page(workspace, limit=MOST_SMALL, newest_first=False)).items

    async def people(self, workspace: str) -> tuple[tuple[Member, ...], tuple[Identity, ...]]:
        """Every member and every identity, oldest first."""
        members, identities, _ = await self._every(workspace, (self.members, self.identities))
        return cast(tuple[Member, ...], members), cast(tuple[Identity, ...], identities)

    async def approvers(self, workspace: str) -> tuple[Workspace, tuple[Brand, ...], tuple[Member, ...]]:
        """The workspace, its brands and its members. Raises NotFound."""
        brands, members, home = await self._every(workspace, (self.brands, self.members))
        if not home:
            await self.workspaces.get(workspace, workspace)
        return cast(Workspace, home[0]), cast(tuple[Brand, ...], brands), cast(tuple[Member, ...], members)

    async def whole(self, workspace: str) -> Whole:
        """The workspace and everything small in it. Raises NotFound."""
        families = (self.brands, self.accounts, self.members, self.identities)
        brands, accounts, members, identities, home = await self._every(workspace, families)
        if not home:
            await self.workspaces.get(workspace, workspace)
        return Whole(
            cast(Workspace, home[0]),
            cast(tuple[Brand, ...], brands),
            cast(tuple[Account, ...], accounts),
            cast(tuple[Member, ...], members),
            cast(tuple[Identity, ...], identities),
        )

    async def _every(self, workspace: str, families: Sequence[Family[Any]]) -> list[tuple[Record, ...]]:
        """Every record of each family, and the workspace itself last: all of them in two questions."""
        pipe = self._database.client.pipeline(transaction=False)
        for family in families:
            pipe.zrange(family.index_key(workspace), 0, MOST_SMALL - 1)
        ids: list[list[str]] = [*(await pipe.execute()), [workspace]]
        pipe = self._database.client.pipeline(transaction=False)
        asked = tuple(zip((*families, self.workspaces), ids, strict=True))
        for family, names in asked:
            for name in names:
                pipe.hgetall(family.key(workspace, name))
        answers = iter(await pipe.execute())
        return [
            tuple(family._load(each) for each in itertools.islice(answers, len(names)) if each)
            for family, names in asked
        ]

    @staticmethod
    def identity_id(platform: str, team: str, user: str) -> str:
        return f"{platform}|{team}|{user}"


async def hgetall(database: Database, key: str) -> dict[str, str]:
    """redis-py types its asynchronous answers as either; this is the asynchronous one."""
    return await cast(Awaitable[dict[str, str]], cast(Any, database.client).hgetall(key))


async def xread(
    database: Database, stream: str, after: str, *, count: int, wait_ms: int = 0
) -> list[tuple[str, dict[str, str]]]:
    """Entries of one stream after a place; waits up to `wait_ms` when there are none yet. Every server answers in its
    own shape.
    """
    options: dict[str, Any] = {"block": wait_ms} if wait_ms else {}
    answer = await cast(Any, database.client).xread({stream: after}, count=count, **options)
    found: list[tuple[str, dict[str, str]]] = []
    for _, entries in answer.items() if isinstance(answer, dict) else (answer or ()):
        flat = entries[0] if entries and isinstance(entries[0], list) else entries
        found += [(str(place), fields) for place, fields in flat]
    return found
