"""The scripts of sending: one holder at a time, nothing past a pause or a stop, on one server and on a cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from storage import keys, pauses
from storage.accounts import Account, Health
from storage.commit import Change, commit
from storage.due import DueSets
from storage.errors import Conflict
from storage.pauses import Pause
from storage.posts import Attempt, Failure, Post, PostState
from storage.redis import Database
from storage.sending import Claim, Refusal, Sending, from_hash, post_key, to_hash
from storage.stores import PostStore, TeamStore, hgetall

W = "w_1"
LEASE_MS = 300
AUDIT = {"kind": "attempt"}


def post(**more: Any) -> Post:
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "id": "p_1",
        "workspace": W,
        "brand": "b",
        "account": "a",
        "channel": "feed",
        "draft": "d",
        "revision": 1,
        "digest": "x" * 64,
        "payload": "y",
        "title": "Brot & Öl ✅",
        "requested_by": "m",
        "approved_by": ("m",),
        "created_at": now,
        "due": now - timedelta(seconds=1),
    }
    return Post(**(fields | more))


async def kept(database: Database, **more: Any) -> Post:
    found = post(**more)
    change = PostStore(database).save(Change(W), found, ver=None)
    await commit(database, TeamStore(database).accounts.put(change, account(), "a", ver=None, at=0))
    return found


def account(**more: Any) -> Account:
    named = {"id": "a", "workspace": W, "brand": "b", "channel": "feed", "name": "Velo"}
    return Account(**named, created_at=datetime.now(UTC), **more)


async def became(database: Database, found: Account) -> None:
    """The account as it stands from now on."""
    store = TeamStore(database).accounts
    kept = await store.find(W, "a")
    await commit(database, store.put(Change(W), found, "a", ver=kept.ver if kept else None, at=0))


async def claimed(sending: Sending, found: Post, now_ms: int | None = None) -> Claim | Refusal:
    now = now_ms or round(datetime.now(UTC).timestamp() * 1000)
    return await sending.claim(found, now_ms=now, offset_ms=0)


async def held(sending: Sending, found: Post) -> Claim:
    claim = await claimed(sending, found)
    assert isinstance(claim, Claim), claim
    return claim


def attempt() -> Attempt:
    now = datetime.now(UTC)
    return Attempt(id="t", number=1, key="k", at=now, deadline=now, worker="w")


async def attempted(sending: Sending, claim: Claim, version: str = "0") -> Refusal | None:
    return await sending.attempt(claim, (attempt(),), AUDIT, offset_ms=0, pause_version=version, replicas=0)


async def checked(sending: Sending, claim: Claim, version: str = "0") -> Refusal | None:
    return await sending.check(claim, offset_ms=0, pause_version=version, state=PostState.sending)


async def test_one_holder_at_a_time_until_the_lease_lapses(database: Database) -> None:
    sending = Sending(database, lease_ms=LEASE_MS)
    found = await kept(database)
    first = await held(sending, found)
    second = await claimed(sending, found)
    assert isinstance(second, Refusal) and second.why == "busy"
    await sending.release(first)
    taken = await held(sending, found)
    assert taken.fence != first.fence
    assert await attempted(sending, first) == Refusal("lost")
    assert await sending.renew(first, offset_ms=0) == Refusal("lost")
    assert await attempted(sending, taken) is None


async def test_the_whole_way_leaves_state_due_set_and_audit_as_one(database: Database) -> None:
    sending, client = Sending(database, lease_ms=LEASE_MS), cast(Any, database.client)
    found = await kept(database)
    claim = await held(sending, found)
    assert await attempted(sending, claim) is None
    assert await checked(sending, claim) is None
    on = {"note:post:p_1": 5}
    done = await sending.finish(
        claim, state=PostState.published, attempts=(attempt(),), off=("post:p_1",), on=on, audit=[{"kind": "end"}]
    )
    assert done is None
    assert await client.zrange(keys.due(W), 0, -1) == ["note:post:p_1"]
    assert await client.xlen(keys.audit(W)) == 2
    after = (await PostStore(database).get(W, "p_1")).record
    assert (after.state, after.ver) == (PostState.published, 3)
    again = await sending.finish(claim, state=PostState.failed)
    assert again == Refusal("lost")
    assert (await claimed(sending, found)) == Refusal("over", "published")
    took = await DueSets(database).take(W, now_ms=2**42, offset_ms=0, limit=5, bump_ms=1)
    assert took.entries == ("note:post:p_1",)


async def test_nothing_is_claimed_before_both_clocks_say_so(database: Database) -> None:
    sending = Sending(database, lease_ms=LEASE_MS)
    found = await kept(database, due=datetime.now(UTC) + timedelta(minutes=5))
    server_ms = await database.server_time_ms()
    for now_ms in (server_ms, server_ms + 600_000):
        refused = await claimed(sending, found, now_ms)
        assert isinstance(refused, Refusal) and refused.why == "early"


async def test_another_digest_is_never_claimed(database: Database) -> None:
    found = await kept(database)
    other = await claimed(Sending(database, lease_ms=LEASE_MS), found.changed(digest="z" * 64))
    assert other == Refusal("digest")


BROKEN = Health(state="broken", reason="Signed out there.")


@pytest.mark.parametrize("gone", [{"health": BROKEN}, {"closed_at": datetime.now(UTC)}], ids=["broken", "closed"])
async def test_an_account_that_breaks_between_two_steps_makes_the_next_one_fail(
    database: Database, gone: dict[str, Any]
) -> None:
    sending = Sending(database, lease_ms=LEASE_MS)
    claim = await held(sending, await kept(database))
    assert claim.barred == ""
    await became(database, account(**gone))
    assert await attempted(sending, claim) == Refusal("account")
    await became(database, account(health=Health(state="attention", reason="Ends soon.")))
    assert await attempted(sending, claim) is None
    assert await checked(sending, claim) is None
    await became(database, account(**gone))
    assert await checked(sending, claim) == Refusal("account")


async def test_the_claim_itself_says_what_bars_the_post(database: Database) -> None:
    """All in one script: whatever was true at that moment counts, and the holder can end the post with a word."""
    sending = Sending(database, lease_ms=LEASE_MS)
    found = await kept(database, campaign="Spring")

    async def barred() -> str:
        claim = await held(sending, found)
        await sending.release(claim)
        return claim.barred

    assert await barred() == ""
    await became(database, account(health=BROKEN))
    assert await barred() == "account"
    for scope in ("workspace", "brand:b", "leaving:b", "account:a", "campaign:Spring"):
        pause = Pause(scope=scope, by="m", since=datetime.now(UTC))
        await commit(database, pauses.put(Change(W), pause))
        assert await barred() == "paused", scope
        lifted = pause.model_copy(update={"until": datetime.now(UTC)})
        await commit(database, pauses.put(Change(W), lifted))
        assert await barred() == "account", scope
    await became(database, account())
    await commit(database, pauses.put(Change(W), Pause(scope="brand:c", by="m", since=datetime.now(UTC))))
    assert await barred() == ""
    await cast(Any, database.client).hset(post_key(W, found.id), "stop", "1")
    assert await barred() == "stopped"


async def test_the_claim_itself_tells_the_topics_that_are_paused(database: Database) -> None:
    """They are judged by the post's words, which lie in a file: but as they were at that moment."""
    sending, found, at = Sending(database, lease_ms=LEASE_MS), await kept(database), datetime.now(UTC)

    async def topics(state: PostState = PostState.scheduled) -> tuple[str, ...]:
        await cast(Any, database.client).hset(post_key(W, found.id), "state", state.value)
        claim = await held(sending, found)
        await sending.release(claim)
        assert claim.barred == ""
        return tuple(sorted(claim.topics))

    assert await topics() == ()
    for topic in ("Brot & Öl", "recall: all"):
        await commit(database, pauses.put(Change(W), Pause(scope=f"topic:{topic}", by="m", since=at)))
    assert await topics() == ("Brot & Öl", "recall: all")
    assert await topics(PostState.sending) == (), "what may be out is looked up, paused or not"
    lifted = Pause(scope="topic:Brot & Öl", by="m", since=at, until=at)
    await commit(database, pauses.put(Change(W), lifted))
    assert await topics() == ("recall: all",)


async def test_an_account_that_is_not_there_bars_the_post(database: Database) -> None:
    sending, found = Sending(database, lease_ms=LEASE_MS), post(account="another")
    await commit(database, PostStore(database).save(Change(W), found, ver=None))
    assert (await held(sending, found)).barred == "account"


async def test_a_pause_between_two_steps_makes_the_next_one_fail(database: Database) -> None:
    sending = Sending(database, lease_ms=LEASE_MS)
    found = await kept(database)
    claim = await held(sending, found)
    pause = Pause(scope="workspace", by="m", since=datetime.now(UTC))
    await commit(database, pauses.put(Change(W), pause))
    assert await attempted(sending, claim) == Refusal("repause")
    version = (await pauses.read(database, W)).version
    assert await attempted(sending, claim, version) is None
    await commit(database, pauses.put(Change(W), pause))
    assert await checked(sending, claim, version) == Refusal("repause")
    assert await sending.renew(claim, offset_ms=0) is None, "a pause must not make a claim lapse"


async def test_a_stop_is_obeyed_at_the_check_and_by_every_later_attempt(database: Database) -> None:
    sending = Sending(database, lease_ms=LEASE_MS)
    found = await kept(database)
    claim = await held(sending, found)
    assert await attempted(sending, claim) is None
    await commit(database, Change(W).hset(post_key(W, "p_1"), {"stop": "1"}))
    assert await checked(sending, claim) == Refusal("stopped")
    assert await sending.finish(claim, state=PostState.scheduled) == Refusal("stopped")
    assert await sending.finish(claim, state=PostState.unknown) is None
    looking = await held(sending, found)
    assert await sending.finish(looking, state=PostState.scheduled) == Refusal("stopped"), "remembered while unknown"
    assert await sending.finish(looking, state=PostState.cancelled) is None


async def test_what_a_person_decides_is_not_overwritten_by_who_held_the_post(database: Database) -> None:
    sending, store = Sending(database, lease_ms=LEASE_MS), PostStore(database)
    found = await kept(database)
    claim = await held(sending, found)
    before = await store.get(W, found.id)
    await commit(database, store.save(Change(W), found.changed(state=PostState.cancelled), ver=before.ver))
    assert await attempted(sending, claim) == Refusal("lost")
    assert await sending.finish(claim, state=PostState.missed) == Refusal("lost")
    assert (await store.get(W, found.id)).record.state is PostState.cancelled
    with pytest.raises(Conflict):
        await commit(database, store.save(Change(W), found, ver=before.ver))


async def test_a_posts_hash_holds_all_of_it(database: Database) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    full = post(
        state=PostState.unknown,
        attempts=(attempt(),),
        failure=Failure(code="unknown", sentence="?"),
        lookups=2,
        look_at=now,
        due=now,
    )
    assert from_hash(to_hash(full)) == full
    await commit(database, PostStore(database).save(Change(W), full, ver=None))
    assert from_hash(await hgetall(database, post_key(W, full.id))) == full
