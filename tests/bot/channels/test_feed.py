"""The embedded feed keeps the contract of channels, and keeps taken-down posts down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.door import always
from bot.channels.base import Absent, Account, ChannelRefused, Content, Door
from bot.channels.feed import Feed, first_line, slug
from storage.feed import FeedStore
from storage.redis import Database
from tests.bot.channels.benches import BASE_URL, blank_account, door_for
from tests.bot.channels.contract import AT, KEY, TEXT, Bench, ChannelContract


class FeedBench:
    secrets: Sequence[str] = ()

    def __init__(self, store: FeedStore) -> None:
        self.store = store
        self.channel = Feed(store)
        self.account: Account = blank_account("feed")

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=10)
    ) -> Door:
        return door_for(self.account, check=check)

    async def standing(self) -> Sequence[str]:
        listing = await self.store.newest(self.account.workspace, self.account.id)
        return ["\n\n".join(part.text for part in item.parts) for item in listing.items]


class TestFeed(ChannelContract):
    @pytest.fixture
    async def bench(self, database: Database) -> AsyncIterator[Bench]:
        bench = FeedBench(FeedStore(database))
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench

    async def test_the_receipt_names_the_post_and_its_page(self, bench: Bench) -> None:
        receipt = await bench.channel.send(self.sealed(bench), KEY, bench.door())
        assert (receipt.remote_id, receipt.url, receipt.at) == (KEY.post, f"{BASE_URL}/posts/{KEY.post}", AT)

    async def test_a_late_copy_does_not_bring_back_what_was_taken_down(self, bench: Bench) -> None:
        payload = self.sealed(bench)
        receipt = await bench.channel.send(payload, KEY, bench.door())
        await bench.channel.delete(receipt, bench.door())
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(payload, KEY, bench.door())
        assert refused.value.code == "taken_down"
        assert not await bench.standing()

    async def test_other_content_under_the_same_post_is_refused(self, bench: Bench) -> None:
        await bench.channel.send(self.sealed(bench), KEY, bench.door())
        other = self.sealed(bench, "Something else")
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(other, KEY, bench.door())
        assert refused.value.code == "conflict"
        assert isinstance(await bench.channel.look_up(other, KEY, bench.door()), Absent)
        assert list(await bench.standing()) == [TEXT]

    async def test_a_link_that_the_text_lacks_becomes_its_last_paragraph(self, bench: Bench) -> None:
        payload = bench.channel.build(Content(text="News", link="https://velo.example/x"), bench.account)
        assert payload.parts[0].text == "News\n\nhttps://velo.example/x"
        again = bench.channel.build(Content(text=payload.parts[0].text, link="https://velo.example/x"), bench.account)
        assert again.parts == payload.parts


@given(st.text(max_size=400))
def test_a_title_is_one_line_of_at_most_120_characters(text: str) -> None:
    title = first_line(text)
    assert len(title) <= 120
    assert len(title.splitlines()) <= 1
    assert bool(title) == bool(text.strip())


def test_a_long_title_is_cut_between_words() -> None:
    title = first_line("\n\n" + "word " * 60)
    assert title.endswith("word…")


def test_names_in_any_script_give_distinct_ids() -> None:
    names = ["Velo News", "velo-news", "Ведо", "新闻", "新聞", "Vélo News", "!!!"]
    found = [slug(name) for name in names]
    assert found[0] == found[1] == "velo-news"
    assert len(set(found)) == len(names) - 1
    assert all(part.isascii() and part for part in found)
