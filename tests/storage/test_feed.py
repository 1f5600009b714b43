"""Feed items stand once, in order, and never come back after they were taken down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from storage.feed import FeedItem, FeedStore
from storage.redis import Database, connect
from storage.sealed import Medium, Part

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


def item(
    guid: str = "p_1", *, account: str = "a_1", minutes: int = 0, text: str = "Hello", workspace: str = "w_1"
) -> FeedItem:
    return FeedItem(
        guid=guid,
        workspace=workspace,
        account=account,
        digest=text,
        title=text,
        parts=(Part(text=text),),
        published_at=AT + timedelta(minutes=minutes),
    )


async def test_adding_is_idempotent_and_keeps_the_first_time(database: Database) -> None:
    store = FeedStore(database)
    assert (await store.add(item(), now_ms=1)).outcome == "added"
    again = await store.add(item(minutes=5), now_ms=2)
    assert again.outcome == "same"
    assert again.item == item()
    assert (await store.newest("w_1", "a_1")).changed_ms == 1


async def test_other_content_under_the_same_guid_is_refused(database: Database) -> None:
    store = FeedStore(database)
    await store.add(item(), now_ms=1)
    assert (await store.add(item(text="Other"), now_ms=2)).outcome == "other"
    assert (await store.get("w_1", "a_1", "p_1")) == item()


async def test_racing_copies_make_one_item(database: Database) -> None:
    store = FeedStore(database)
    outcomes = await asyncio.gather(*(store.add(item(), now_ms=n) for n in range(20)))
    assert sorted(found.outcome for found in outcomes) == ["added"] + ["same"] * 19
    assert len((await store.newest("w_1")).items) == 1


async def test_what_was_removed_stays_removed(database: Database) -> None:
    store = FeedStore(database)
    await store.add(item(), now_ms=1)
    assert await store.remove("w_1", "a_1", "p_1", now_ms=2)
    assert not await store.remove("w_1", "a_1", "p_1", now_ms=3)
    assert (await store.add(item(), now_ms=4)).outcome == "gone"
    for account in ("a_1", None):
        listing = await store.newest("w_1", account)
        assert (listing.items, listing.changed_ms) == ((), 2)
    assert await store.locate("p_1") is None


async def test_newest_first_per_account_and_for_all(database: Database) -> None:
    store = FeedStore(database)
    for number in range(6):
        await store.add(item(f"p_{number}", account=f"a_{number % 2}", minutes=number), now_ms=number)
    assert [found.guid for found in (await store.newest("w_1")).items] == ["p_5", "p_4", "p_3", "p_2", "p_1", "p_0"]
    assert [found.guid for found in (await store.newest("w_1", "a_0")).items] == ["p_4", "p_2", "p_0"]
    assert [found.guid for found in (await store.newest("w_1", limit=2)).items] == ["p_5", "p_4"]


async def test_never_more_than_a_hundred(database: Database) -> None:
    store = FeedStore(database)
    for number in range(103):
        await store.add(item(f"p_{number:03}", minutes=number), now_ms=number)
    found = (await store.newest("w_1", "a_1", limit=1000)).items
    assert len(found) == 100
    assert found[0].guid == "p_102"


async def test_a_page_is_found_by_its_guid_alone(database: Database) -> None:
    store = FeedStore(database)
    await store.add(item("p_7", account="a_9", workspace="w_2"), now_ms=1)
    found = await store.locate("p_7")
    assert found is not None
    assert (found.workspace, found.account) == ("w_2", "a_9")
    assert await store.locate("p_8") is None


async def test_workspaces_do_not_see_each_other(database: Database) -> None:
    store = FeedStore(database)
    await store.add(item(workspace="w_1"), now_ms=1)
    assert (await store.newest("w_2")).items == ()
    assert await store.get("w_2", "a_1", "p_1") is None


async def test_it_works_on_a_cluster(cluster_database: Database) -> None:
    store = FeedStore(cluster_database)
    for number in range(4):
        await store.add(item(f"p_{number}", account=f"a_{number}", minutes=number), now_ms=number)
    await store.remove("w_1", "a_2", "p_2", now_ms=9)
    assert [found.guid for found in (await store.newest("w_1")).items] == ["p_3", "p_1", "p_0"]
    assert (await store.locate("p_1")) == item("p_1", account="a_1", minutes=1)


def test_any_order_of_adding_and_removing_agrees_with_a_dictionary(valkey_url: str) -> None:
    class Machine(RuleBasedStateMachine):
        """The store beside what it should hold."""

        guids = st.sampled_from(["p_1", "p_2", "p_3"])
        texts = st.sampled_from(["one", "two"])

        @initialize()
        def empty(self) -> None:
            self.loop = asyncio.new_event_loop()
            self.opened = connect(valkey_url)
            self.database = self.loop.run_until_complete(self.opened.__aenter__())
            self.loop.run_until_complete(self.database.client.flushall())
            self.store = FeedStore(self.database)
            self.stands: dict[str, str] = {}
            self.gone: set[str] = set()

        @rule(guid=guids, text=texts)
        def add(self, guid: str, text: str) -> None:
            outcome = self.loop.run_until_complete(self.store.add(item(guid, text=text), now_ms=1)).outcome
            if guid in self.gone:
                assert outcome == "gone"
            elif guid in self.stands:
                assert outcome == ("same" if self.stands[guid] == text else "other")
            else:
                assert outcome == "added"
                self.stands[guid] = text

        @rule(guid=guids)
        def remove(self, guid: str) -> None:
            removed = self.loop.run_until_complete(self.store.remove("w_1", "a_1", guid, now_ms=2))
            assert removed == (guid in self.stands)
            self.stands.pop(guid, None)
            self.gone.add(guid)

        @invariant()
        def agrees(self) -> None:
            for account in ("a_1", None):
                found = self.loop.run_until_complete(self.store.newest("w_1", account)).items
                assert {entry.guid: entry.title for entry in found} == self.stands

        def teardown(self) -> None:
            if hasattr(self, "loop"):
                self.loop.run_until_complete(self.opened.__aexit__(None, None, None))
                self.loop.close()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


async def test_removing_what_never_came_keeps_it_from_coming(database: Database) -> None:
    store = FeedStore(database)
    assert not await store.remove("w_1", "a_1", "p_1", now_ms=5)
    assert (await store.add(item(), now_ms=6)).outcome == "gone"
    assert await store.get("w_1", "a_1", "p_1") is None


async def test_a_picture_is_public_while_any_item_shows_it(database: Database) -> None:
    store = FeedStore(database)
    picture = Medium(sha256="ab" * 32, mime="image/png", size=1, width=1, height=1)
    for guid in ("p_1", "p_2"):
        shown = item(guid).changed(parts=(Part(text="x", media=(picture,)), Part(text="y")))
        await store.add(shown, now_ms=1)
        await store.add(shown, now_ms=2)
    assert await store.picture("w_1", "ab" * 32) == "image/png"
    assert await store.picture("w_2", "ab" * 32) is None
    for guid, expected in (("p_1", "image/png"), ("p_1", "image/png"), ("p_2", None)):
        await store.remove("w_1", "a_1", guid, now_ms=3)
        assert await store.picture("w_1", "ab" * 32) == expected
