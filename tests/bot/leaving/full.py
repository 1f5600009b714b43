"""A brand with one word in everything it has, another beside it, and a look for that word everywhere."""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from redis.asyncio.cluster import RedisCluster

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.door import HttpClient
from bot.channels.registry import build_oauth
from bot.fetch import Line
from bot.leaving.farewells import Farewells
from bot.leaving.going import Going
from bot.leaving.parting import Parting
from bot.leaving.telling import Telling
from bot.review.posted import Posted
from bot.workflow.office import Office
from bot.workflow.once import Answer, OnceOnly
from bot.workflow.retention import Retention
from storage import keys
from storage.accounts import Account
from storage.blobs.opening import set_aside
from storage.clicks import ClickStore, Heap
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.drafts import Draft
from storage.experiments import Arm, Experiment, Experiments, ExperimentStore
from storage.learned import Evidence, Learned, LearnedStore, Rule
from storage.leaving import Leaving, leaving_store
from storage.ledger import Ledger
from storage.links import Linking, LinkStore, ShortLink, approve
from storage.media import MediaItem, MediaStore
from storage.places import Place, PlaceStore
from storage.posts import Post
from storage.proposals import LogoCandidate, Proposal, ProposalStore
from storage.record import new_id
from storage.redis import Database
from storage.requests import Request, RequestStore
from storage.sealed import Medium
from storage.team import Brand, Member
from storage.threads import ThreadStore
from storage.tokens import TokenStore
from storage.waiting import Waiting, WaitingStore
from storage.watched import WatchedEntry, WatchedFeed, WatchedStore
from tests.fakes.chat_home import ChatHome
from tests.world import World

WORD = "Zyxwquartz"
DAY = timedelta(days=1)
LED, WAITS = "Ld22222222", "Wt22222222"


@dataclass
class Full:
    world: World
    other: Brand
    other_draft: Draft
    other_old: Draft
    chat: ChatHome
    account: Account
    posted: Post
    scheduled: Post
    ana: Member
    eva: Member

    @property
    def farewells(self) -> Farewells:
        return farewells(self.world)

    def going(self) -> Going:
        return going(self.world)

    async def ask(self) -> Leaving:
        return await self.farewells.ask(
            self.world.ws, self.world.owner.id, self.world.brand.id, f"{WORD} Bikes", surface="test"
        )

    async def go(self) -> Leaving:
        """Asked, told, waited for, gone."""
        await self.ask()
        await self.going().leave(self.world.ws, self.world.brand.id)
        self.world.clock.move(timedelta(days=7, seconds=1))
        await self.going().leave(self.world.ws, self.world.brand.id)
        return await self.leaving()

    async def leaving(self) -> Leaving:
        return (await leaving_store(self.world.database).get(self.world.ws, self.world.brand.id)).record


def farewells(world: World) -> Farewells:
    return Farewells(world.database, audit=world.audit, clock=world.clock)


def going(world: World, client: HttpClient | None = None) -> Going:
    """As a process that has just begun."""
    credentials = Credentials(world.database, world.vault)
    book = TeamBook(world.database, world.people.store, world.audit, world.clock)
    access = Access(
        build_oauth(),
        book=book,
        secrets=credentials,
        ledger=Ledger(world.database),
        client=client or _Unused(),
        clock=world.clock,
    )
    parting = Parting(
        world.database,
        blobs=world.blobs,
        aside=partial(set_aside, world.folder),
        audit=world.audit,
        journal=world.journal,
        board=world.board,
        office=office(world),
        credentials=credentials,
        access=access,
        clock=world.clock,
    )
    telling = Telling(world.board, world.people.store)
    return Going(world.database, parting=parting, audit=world.audit, telling=telling, clock=world.clock)


class _Unused:
    @property
    def request(self) -> Any:
        raise AssertionError("nothing was given by a server")

    build_request = send = request

    async def dial_mail(self, host: str, port: int) -> Line:
        raise AssertionError("nothing was given by a server")


def office(world: World) -> Office:
    return Office(world.database, world.people, world.audit, world.clock)


async def full(world: World, hook: str) -> Full:
    """`hook`: the address of a webhook that may be asked."""
    by = world.owner.id
    other = await office(world).add_brand(world.ws, by, "Other Ltd")
    await office(world).change_brand(world.ws, by, other.id, {"self_approval": "allowed"})
    looks = {
        "self_approval": "allowed",
        "voice": WORD,
        "facts": [f"{WORD} is fast"],
        "avoid_words": [WORD],
        "name": f"{WORD} Bikes",
    }
    await office(world).change_brand(world.ws, by, world.brand.id, looks)
    ana = await office(world).add_member(world.ws, by, f"{WORD} Ana", world.brand.id, ["approver"])
    eva = await office(world).add_member(world.ws, by, "Eva", world.brand.id, ["approver"])
    await office(world).set_roles(world.ws, by, eva.id, other.id, ["approver"])
    other_feed = next(
        each for each in await world.people.store.all(world.people.store.accounts, world.ws) if each.brand == other.id
    )
    other_old = await _of_other(world, other, other_feed, "An old one of theirs.")
    old = await _posted(world, f"{WORD} of old")
    world.clock.move(100 * DAY)
    await world.run_due()
    retention = Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    await retention.retire()
    assert not await cast(Any, world.database.client).exists(keys.of(world.ws, "draft", old.draft)), "it is archived"
    notes = Posted(world.database, world.clock)
    chat = ChatHome(on_post=lambda key, message: notes.done(world.ws, "chat", key, message))
    world.board.add_home(world.ws, chat)
    account = await world.webhook(hook)
    await _named(world, account)
    other_draft = await _of_other(world, other, other_feed, "Theirs, and it stays.")
    posted = await _posted(world, f"{WORD} rides again", account)
    await _linked(world, posted)
    scheduled = await world.approved(text=f"{WORD} rides tomorrow")
    waiting = await world.draft(text=f"{WORD} waits", due_in=30 * DAY)
    await world.revise(waiting, world.owner, text=f"{WORD} waits again")
    await _around(world, ana, waiting)
    await world.run_due()
    return Full(world, other, other_draft, other_old, chat, account, posted, scheduled, ana, eva)


async def _linked(world: World, post: Post) -> None:
    """A short link that people followed, and one that nobody approved."""
    store = LinkStore(world.database)
    rules = Linking(workspace=world.ws, brand=world.brand.id, utm=f"utm_source={WORD}", short=True)
    change = store.put_rules(Change(world.ws), rules, None)
    for code in (LED, WAITS):
        link = ShortLink(
            code=code,
            workspace=world.ws,
            brand=world.brand.id,
            draft=post.draft,
            account=post.account,
            given=f"https://{WORD}.example",
            destination=f"https://{WORD}.example?{rules.utm}",
            made_at=world.clock.now(),
        )
        assert await store.mint(link)
        if code == LED:
            approve(change, link, post.id, world.clock.now())
    await commit(world.database, change)
    await ClickStore(world.database).count(Heap(world.ws, LED, world.brand.id, 1, all=3, visits={"2" * 16: 2}))


async def _named(world: World, account: Account) -> None:
    store = world.people.store.accounts
    kept = await store.get(world.ws, account.id)
    named = kept.record.changed(name=f"{WORD} site", handle=f"@{WORD}")
    await commit(world.database, store.put(Change(world.ws), named, account.id, ver=kept.ver, at=1.0))


async def _posted(world: World, text: str, account: Account | None = None) -> Post:
    picture = await _picture(world, f"bytes of {text}".encode())
    medium = Medium(sha256=picture.sha256, mime="image/png", size=1, width=1, height=1, alt=WORD)
    draft = await world.draft(*([account] if account else []), text=text, media=(medium,))
    decided = await world.decide(draft, reason=f"{WORD} is lovely")
    post = await world.publish_due(decided.posts[0])
    await world.run_due()
    return post


async def _picture(world: World, data: bytes) -> MediaItem:
    item = MediaItem(
        sha256=await world.blobs.put(data),
        workspace=world.ws,
        brand=world.brand.id,
        mime="image/png",
        size=len(data),
        width=1,
        height=1,
        alt=WORD,
        source="upload",
        created_at=world.clock.now(),
    )
    await MediaStore(world.database).put(item)
    return item


async def _of_other(world: World, brand: Brand, account: Account, text: str) -> Draft:
    """One of the other brand, posted."""
    mine, world.brand = world.brand, brand
    try:
        draft = await world.draft(account, text=text)
        await world.publish_due((await world.decide(draft)).posts[0])
        await world.run_due()
        return (await world.drafts.get(world.ws, draft.id)).record
    finally:
        world.brand = mine


async def _around(world: World, ana: Member, draft: Draft) -> None:
    """What is not a record of the brand itself and speaks of it."""
    request = Request(
        id=new_id("r"), workspace=world.ws, brand=world.brand.id, member=ana.id, surface="slack",
        conversation=f"slack:T1:C1:{WORD}", text=f"Tell them of {WORD}", reply=f"{WORD}: done",
        drafts=(draft.id,), created_at=world.clock.now(),
    )  # fmt: skip
    requests = RequestStore(world.database)
    await requests.create(request, key=f"event {WORD}")
    await requests.tell(world.ws, request.id, "step", {"text": WORD})
    await requests.forget(world.ws, request.id)
    async with ThreadStore(world.database).hold(world.ws, request.conversation) as held:
        await held.commit({"text": WORD})
    place = Place(draft.id, request.conversation)
    await PlaceStore(world.database).put(world.ws, "chat", "C1", "1.2", place)
    await TokenStore(world.database).create(
        world.ws, name=WORD, scopes={"read"}, member=ana.id, brands={world.brand.id}, now=world.clock.now()
    )
    await _waits(world, ana)
    await _watched(world, ana)
    await _proposed(world, ana, draft)
    once = OnceOnly(world.database)
    await once.end("somebody", "k", "p", Answer(200, "application/json", json.dumps({"id": draft.id, "t": WORD})))
    await world.pausing.stop(world.ws, f"account:{WORD} site", world.owner, WORD, world.clock.now())
    await world.pausing.resume(world.ws, f"account:{WORD} site", world.owner, world.clock.now())


async def _proposed(world: World, ana: Member, draft: Draft) -> None:
    """What a homepage proposes, with a picture that is in no library, and a rule from edits."""
    now, name = world.clock.now(), world.brand.id
    logo = LogoCandidate(
        sha256=await world.blobs.put(f"a logo of {WORD}".encode()), mime="image/png", width=1, height=1, address=WORD
    )
    proposal = Proposal(
        workspace=world.ws, brand=name, by=ana.id, url=f"https://{WORD}.example", voice=WORD, logos=(logo,),
        made_at=now, expires_at=now + 14 * DAY,
    )  # fmt: skip
    edit = Evidence(
        draft=draft.id, title=WORD, account="a_1", revision=1, by=ana.id, at=now, before=f"{WORD}!", after=WORD
    )
    rule = Rule(id=new_id("lr"), kind="avoid", what=WORD, edits=3, chances=3, drafts=2, evidence=(edit,), found_at=now)
    change = ProposalStore(world.database).keep(Change(world.ws), proposal, ver=None)
    LearnedStore(world.database).keep(change, Learned(workspace=world.ws, brand=name, rules=(rule,)), ver=None)
    arms = (Arm(name=WORD, line=WORD), Arm(name="b", line="b"))
    tried = Experiment(id=new_id("x"), name=WORD, over="posts", arms=arms, started_by=ana.id, started_at=now)
    tried_all = Experiments(workspace=world.ws, brand=name, items=(tried,))
    ExperimentStore(world.database).keep(change, tried_all, ver=None)
    await commit(world.database, change)


async def _watched(world: World, ana: Member) -> None:
    """A feed, with what was seen of it, an entry that waits to be drafted, and its times."""
    now, store = world.clock.now(), WatchedStore(world.database)
    feed = WatchedFeed(
        id=new_id("wf"), workspace=world.ws, brand=world.brand.id, url=f"https://{WORD}.example/feed.xml", title=WORD,
        site=f"{WORD}.example", added_by=ana.id, added_at=now, next_at=now + 900 * DAY, left_out=(WORD,),
    )  # fmt: skip
    entry = WatchedEntry(link=f"https://{WORD}.example/new", title=WORD, text=f"{WORD} is out")
    change = store.save(Change(world.ws), feed, ver=None)
    store.await_draft(store.see(change, feed, (f"name of {WORD}",), now), feed, entry, now + 900 * DAY)
    await commit(world.database, change)


async def _waits(world: World, ana: Member) -> None:
    """An account that a member connected and no owner has confirmed."""
    now, name = world.clock.now(), new_id("wa")
    account = Account(
        id=name, workspace=world.ws, brand=world.brand.id, channel="webhook", name=f"{WORD} hook", created_at=now
    )
    waiting = Waiting(
        id=name,
        workspace=world.ws,
        brand=world.brand.id,
        member=ana.id,
        account=account,
        made_at=now,
        expires_at=now + 7 * DAY,
    )
    store = WaitingStore(world.database)
    change = Change(world.ws)
    store.put(change, waiting, name, ver=None, at=now.timestamp())
    await commit(world.database, change)
    await Credentials(world.database, world.vault).put(world.ws, name, WORD, "a secret")


async def where(database: Database, folder: Path, objects: Mapping[str, bytes] | None = None) -> set[str]:
    """Kinds of keys, and folders, that hold the word: in names and in values, packed or not. `objects` of a bucket."""
    client, found = cast(Any, database.client), set[str]()
    everywhere = {"target_nodes": client.get_primaries()} if isinstance(client, RedisCluster) else {}
    async for key in client.scan_iter(count=1000, **everywhere):
        read: dict[str, Any] = {
            "string": lambda key=key: client.get(key),
            "hash": lambda key=key: client.hgetall(key),
            "set": lambda key=key: client.smembers(key),
            "zset": lambda key=key: client.zrange(key, 0, -1),
            "list": lambda key=key: client.lrange(key, 0, -1),
            "stream": lambda key=key: client.xrange(key),
        }
        kind = await client.type(key)
        if kind == "none":  # its time was over between the list and the look
            continue
        value = await read[kind]()
        if WORD in str(key) or WORD in str(value):
            found.add(str(key).partition("}:")[2].partition(":")[0])
    for path in folder.rglob("*"):
        if path.is_file() and any(WORD.encode() in data for data in _ways(path.read_bytes())):
            found.add(path.relative_to(folder).parts[0])
    if any(WORD.encode() in data for each in (objects or {}).values() for data in _ways(each)):
        found.add("bucket")
    return found


def _ways(data: bytes) -> Iterable[bytes]:
    yield data
    with contextlib.suppress(zlib.error):
        yield zlib.decompress(data)


async def in_audit(world: World) -> list[str]:
    """Kinds of entries whose sealed parts can be opened and hold the word."""
    found, last = list[str](), 0
    while entries := await world.audit.read(world.ws, after_seq=last, limit=500):
        found += [each.kind for each in entries if WORD in str(each)]
        last = entries[-1].seq
    return found
