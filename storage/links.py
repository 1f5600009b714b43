"""Short links, and how a brand has its links counted.

HASH `linking:<brand>` (`ver`, `doc`): the brand's rules. HASH `shortlink:<code>`: `doc`, `to` (where it leads), `is`
(a hash of what it was made from), and from the first approval on `post`; `ended` when somebody ended it. A link that
nobody approved goes by itself after some months. ZSETs `shortlinks:all`, `shortlinks:of:<brand>` and
`shortlinks:<post>`: approved ones by when they were. `lookup:link:<code>` is a hint to the workspace; `rehint` makes
it anew.

What stays of a brand that is gone, as its owner chose: HASH `keptlinks` code → destination, SET `endedlinks` of codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.drafts import Draft, Version
from storage.record import Record
from storage.redis import Database, Script

AT_ONCE: Final = 500  # links that are read in one go
UNAPPROVED_FOR: Final = timedelta(days=180)
State = Literal["waiting", "leads", "ended"]

# A link that leads for an approved post never leads elsewhere.
# KEYS: 1 link. ARGV: 1 is, 2 to, 3 doc, 4 life in ms.
MINT: Final = Script(
    "link-mint",
    """
local f = redis.call('HMGET', KEYS[1], 'is', 'to', 'post')
if f[1] and f[1] ~= ARGV[1] then return 0 end
if f[3] then return f[2] == ARGV[2] and 1 or 0 end
redis.call('HSET', KEYS[1], 'is', ARGV[1], 'to', ARGV[2], 'doc', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
""",
)
# KEYS: 1 link. ARGV: 1 when, or empty to let it lead again, 2 by whom.
END: Final = Script(
    "link-end",
    """
if redis.call('HEXISTS', KEYS[1], 'post') == 0 then return 0 end
if ARGV[1] == '' then redis.call('HDEL', KEYS[1], 'ended') else redis.call('HSET', KEYS[1], 'ended', ARGV[1]) end
return 1
""",
)


class Linking(Record):
    """How a brand has its links counted. An account may have a template of its own, and a campaign another one."""

    workspace: str
    brand: str
    utm: str = Field("", description="template of the parameters; empty: none")
    hosts: tuple[str, ...] = Field((), description="links to others stay as they are; empty: none do")
    short: bool = Field(False, description="whether links are made short")
    click_ids: bool = Field(False, description="whether a click takes a token along, to tie an order to it")
    pixel: bool = Field(False, description="whether orders are taken from a pixel, which nobody signs")
    accounts: dict[str, str] = Field(default_factory=dict, description="account id → its own template, or none")
    campaigns: dict[str, str] = Field(default_factory=dict, description="campaign, as in links → template, or none")

    def utm_for(self, account: str, campaign: str = "") -> str:
        """An account's own comes first, then the campaign's (`campaign` as it stands in links), then the brand's."""
        own = self.accounts.get(account) or self.campaigns.get(campaign, "")
        return "" if own == "none" else own or self.utm


class ShortLink(Record):
    """`given` is the link as somebody gave it, `destination` where it leads, with the brand's parameters."""

    code: str
    workspace: str
    brand: str
    draft: str
    account: str
    given: str
    destination: str
    made_at: datetime
    click_ids: bool = Field(False, description="whether the brand had a click's own number sent along then")


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a code leads. `link` is None for what stays of a brand that is gone; `post` is empty until approved."""

    workspace: str
    code: str
    destination: str
    link: ShortLink | None = None
    post: str = ""
    ended_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.ended_at is not None:
            return "ended"
        return "leads" if self.post or self.link is None else "waiting"


def _leads(workspace: str, code: str, doc: str, post: str | None, ended: str | None) -> Leads:
    link = ShortLink.load(doc)
    return Leads(workspace, code, link.destination, link, post or "", datetime.fromisoformat(ended) if ended else None)


def key_of(workspace: str, code: str) -> str:
    return keys.of(workspace, "shortlink", code)


def counts_key(workspace: str, code: str) -> str:
    """HASH of clicks (`storage.clicks`)."""
    return keys.of(workspace, "clicks", code)


def approve(change: Change, link: ShortLink, post: str, at: datetime) -> None:
    """Into the change: the link leads from now on, for this post or for the one that it led for already."""
    key = key_of(link.workspace, link.code)
    for name, value in {**_fields(link), "post": post}.items():
        change.do("HSETNX", key, name, value)
    change.do("PERSIST", key)
    lists = ("all", f"of:{link.brand}", post)
    change.index(link.code, {keys.of(link.workspace, "shortlinks", name): at.timestamp() for name in lists})


def leading(draft: Draft, version: Version) -> tuple[ShortLink, ...]:
    """The short links of a version, as they are kept where they are not known any more."""
    return tuple(
        ShortLink(
            code=link.shown.rpartition("/")[2],
            workspace=draft.workspace,
            brand=draft.brand,
            draft=draft.id,
            account=version.account,
            given=link.destination,
            destination=link.destination,
            made_at=draft.updated_at or draft.created_at,
        )
        for link in version.links
    )


class LinkStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._client = cast(Any, database.client)

    async def rules(self, workspace: str, brand: str) -> tuple[Linking, int | None]:
        """The brand's rules, and the version to write them with (None: there are none yet)."""
        fields = await self._client.hgetall(_rules_key(workspace, brand))
        if not fields:
            return Linking(workspace=workspace, brand=brand), None
        return Linking.load(fields["doc"]), int(fields["ver"])

    @staticmethod
    def put_rules(change: Change, rules: Linking, ver: int | None) -> Change:
        return change.put(_rules_key(rules.workspace, rules.brand), rules, ver=ver)

    async def mint(self, link: ShortLink) -> bool:
        """Keep it until it is approved; False: this code means something else already, so another is needed."""
        hint = keys.lookup("link", link.code)
        new = await self._client.set(hint, link.workspace, nx=True)
        if not new and await self._client.get(hint) != link.workspace:
            return False
        fields, life = _fields(link), round(UNAPPROVED_FOR.total_seconds() * 1000)
        given: list[str | int | float | bytes] = [fields["is"], fields["to"], fields["doc"], life]
        return bool(int(await self._database.run(MINT, [key_of(link.workspace, link.code)], given)))

    async def workspace_of(self, code: str) -> str:
        """Where a code may be known; "" when nowhere."""
        return str(await self._client.get(keys.lookup("link", code)) or "")

    async def find(self, workspace: str, code: str) -> Leads | None:
        """Where a code leads, whether it does already, or any more."""
        fields = await self._client.hmget(key_of(workspace, code), "doc", "post", "ended")
        if fields[0]:
            return _leads(workspace, code, *fields)
        left = await self._client.hget(_kept_key(workspace), code)
        return Leads(workspace, code, str(left)) if left else None

    async def gone(self, workspace: str, code: str) -> bool:
        """Whether it led once, for a brand that is gone."""
        return bool(await self._client.sismember(_ended_key(workspace), code))

    async def many(self, workspace: str, codes: Sequence[str]) -> tuple[Leads, ...]:
        """In the order of the codes; those that lead nowhere are left out, and those of a brand that is gone."""
        found: list[Leads] = []
        for start in range(0, len(codes), AT_ONCE):
            some = codes[start : start + AT_ONCE]
            pipe = self._client.pipeline(transaction=False)
            for code in some:
                pipe.hmget(key_of(workspace, code), "doc", "post", "ended")
            kept = zip(some, await pipe.execute(), strict=True)
            found += [_leads(workspace, code, *fields) for code, fields in kept if fields[0]]
        return tuple(found)

    async def of_brand(self, workspace: str, brand: str, *, newest_first: bool = True) -> tuple[str, ...]:
        """Codes of all links of the brand that were approved."""
        found = await self._client.zrange(keys.of(workspace, "shortlinks", f"of:{brand}"), 0, -1, desc=newest_first)
        return tuple(map(str, found))

    async def approved_before(self, workspace: str, at: datetime, *, turn: int, limit: int) -> tuple[str, ...]:
        """So many codes of links that were approved before that time, the `turn` telling which: all have their turn."""
        key = keys.of(workspace, "shortlinks", "all")
        count = int(await self._client.zcount(key, "-inf", f"({at.timestamp()}"))
        start = turn * limit % (-(-count // limit) * limit) if count else 0
        return tuple(map(str, await self._client.zrange(key, start, min(start + limit, count) - 1))) if count else ()

    async def of_posts(self, workspace: str, posts: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Codes by post; of posts that have any."""
        pipe = self._client.pipeline(transaction=False)
        for post in posts:
            pipe.zrange(keys.of(workspace, "shortlinks", post), 0, -1)
        found = await pipe.execute() if posts else []
        return {post: tuple(map(str, codes)) for post, codes in zip(posts, found, strict=True) if codes}

    async def end(self, workspace: str, code: str, at: datetime | None) -> bool:
        """It leads no more from now on, or again (None); whether there is such a link."""
        when = at.isoformat() if at else ""
        return bool(int(await self._database.run(END, [key_of(workspace, code)], [when])))

    async def leave_behind(self, workspace: str, brand: str, *, keep: bool) -> dict[str, str]:
        """Before a brand goes: its approved links lead on without anything else, or end; code → destination of those
        that lead on. Doing so again changes nothing.
        """
        kept: dict[str, str] = {}
        for code in await self.of_brand(workspace, brand):
            found = await self.find(workspace, code)
            if keep and found is not None and found.state == "leads":
                kept[code] = found.destination
                await self._client.hset(_kept_key(workspace), code, found.destination)
            elif found is not None and found.link is not None:
                await self._client.sadd(_ended_key(workspace), code)
        return kept

    async def forget(self, workspace: str, codes: Iterable[str]) -> None:
        """Before a draft goes: links of its posts lead on by code and destination alone, all else of them is gone."""
        for code in set(codes):
            found = await self.find(workspace, code)
            if found is None or found.link is None:
                continue
            if found.state == "leads":
                await self._client.hset(_kept_key(workspace), code, found.destination)
            elif found.state == "ended":
                await self._client.sadd(_ended_key(workspace), code)
            for name in ("all", f"of:{found.link.brand}", found.post):
                await self._client.zrem(keys.of(workspace, "shortlinks", name), code)
            names = [keys.of(workspace, kind, code) for kind in ("shortlink", "clicks", "orders")]
            await self._client.delete(*names)
            await self.unhint(workspace, code)

    async def rehint(self, workspace: str) -> int:
        """Hints of all links that lead, made where they are missing; how many."""
        made = 0
        codes = [*await self._client.zrange(keys.of(workspace, "shortlinks", "all"), 0, -1)]
        codes += [*await self._client.hkeys(_kept_key(workspace)), *await self._client.smembers(_ended_key(workspace))]
        for start in range(0, len(codes), 500):
            pipe = self._client.pipeline(transaction=False)
            for code in codes[start : start + 500]:
                pipe.set(keys.lookup("link", str(code)), workspace, nx=True)
            made += sum(1 for done in await pipe.execute() if done)
        return made

    async def unhint(self, workspace: str, code: str) -> None:
        """Nobody need know any more that there was such a code, unless it leads on or has ended."""
        left = await self._client.hexists(_kept_key(workspace), code) or await self.gone(workspace, code)
        if not left:
            await self._client.delete(keys.lookup("link", code))

    async def left_behind(self, workspace: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """What stays of brands that are gone: code → destination of links that lead on, and codes of ended ones."""
        kept = await self._client.hgetall(_kept_key(workspace))
        return dict(kept), tuple(map(str, await self._client.smembers(_ended_key(workspace))))

    async def put_left_behind(self, workspace: str, kept: Mapping[str, str], ended: Sequence[str]) -> None:
        """After a restore: what its database knew of such links before."""
        if kept:
            await self._client.hset(_kept_key(workspace), mapping=dict(kept))
        if ended:
            await self._client.sadd(_ended_key(workspace), *ended)
        await self.rehint(workspace)


def _rules_key(workspace: str, brand: str) -> str:
    return keys.of(workspace, "linking", brand)


def _kept_key(workspace: str) -> str:
    return keys.of(workspace, "keptlinks")


def _ended_key(workspace: str) -> str:
    return keys.of(workspace, "endedlinks")


def _fields(link: ShortLink) -> dict[str, str]:
    told = "\0".join((link.draft, link.account, link.given))
    name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return {"is": name, "to": link.destination, "doc": link.dump()}
