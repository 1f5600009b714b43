"""A person says where a post stands: AdMind then knows which it is, where the address tells it and the words fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import Addressed
from bot.channels.linkedin import LinkedIn
from bot.channels.pinterest import Pinterest
from bot.channels.telegram import Telegram
from bot.channels.x import X
from bot.errors import BadInput
from storage.posts import PostState
from storage.redis import Database
from tests.bot.channels.benches import blank_account
from tests.bot.publishing import test_telegram, test_x
from tests.fakes.faulty_http import Act
from tests.fakes.telegram_server import CHANNEL
from tests.fakes.x_server import Post

URN = "urn:li:share:7400000000000000001"


async def test_a_named_post_can_be_taken_down_where_nothing_can_be_read(database: Database, tmp_path: Path) -> None:
    async with test_telegram.town(database, tmp_path / "data") as place:
        world, who = place.world, place.world.owner.id
        place.server.plan.append(Act(500))
        post = await world.approved(place.account)
        assert (await world.publish_due(post)).state is PostState.unknown
        for other in ("javascript:alert(1)", "velo", "https://evil.example/velo/41", "https://t.me/other/41"):
            with pytest.raises(BadInput, match="no address of a post of Velo"):
                await world.posts.resolve(world.ws, post.id, who, "live", "test", url=other)
        assert (await world.post(post)).state is PostState.unknown, "nothing changed"
        await world.posts.resolve(world.ws, post.id, who, "live", "test", url="https://t.me/velo/41")
        kept = await world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None
        assert (kept.receipt.remote_id, kept.receipt.url) == (f"{CHANNEL}:41", "https://t.me/velo/41")
        done = await world.posts.take_down(world.ws, post.id, who, "test")
        assert "taken down" in done.sentence and not place.server.messages


async def test_without_an_address_one_click_is_enough(database: Database, tmp_path: Path) -> None:
    async with test_telegram.town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(500))
        post = await place.world.approved(place.account)
        await place.world.publish_due(post)
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "live", "test")
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None and kept.receipt.remote_id == ""


async def test_where_it_can_be_read_other_words_are_not_taken_for_it(database: Database, tmp_path: Path) -> None:
    async with test_x.town(database, tmp_path / "data") as place:
        world, who, server = place.world, place.world.owner.id, place.server
        server.plan.append(Act(500, commits="never"))
        post = await world.approved(place.account, text=test_x.SHORT)
        assert (await world.publish_due(post)).state is PostState.unknown
        for number, text in ((7, "Something else"), (8, test_x.SHORT)):  # somebody wrote them by hand
            server.posts.append(Post(str(number), "velo", text, {}, world.clock.now()))
        with pytest.raises(BadInput, match="Other words stand there"):
            await world.posts.resolve(world.ws, post.id, who, "live", "test", url=f"{server.origin}/velo/status/7")
        assert (await world.post(post)).state is PostState.unknown
        await world.posts.resolve(world.ws, post.id, who, "live", "test", url=f"{server.origin}/velo/status/8")
        kept = await world.post(post)
        assert kept.receipt is not None and kept.receipt.remote_id == "8"


@pytest.mark.parametrize(
    ("channel", "address", "found"),
    [
        (X(), "https://x.com/velo/status/12", "12"),
        (X(), "https://mobile.x.com/Velo/status/12/", "12"),
        (X(), "https://x.com/other/status/12", None),
        (X(), "https://x.com.evil.example/velo/status/12", None),
        (LinkedIn(), f"https://www.linkedin.com/feed/update/{URN}/", URN),
        (LinkedIn(), f"https://linkedin.com/feed/update/{URN.replace(':', '%3A')}", URN),
        (LinkedIn(), "https://www.linkedin.com/posts/velo_neu-activity-74000-abcd", ""),
        (LinkedIn(), f"https://evil-linkedin.com/feed/update/{URN}", None),
        (Pinterest(), "https://ch.pinterest.com/pin/813744226420795884/", "813744226420795884"),
        (Pinterest(), "https://www.pinterest.com/velo/news/", ""),
        (Pinterest(), "https://pinterest.example/pin/8137", None),
        (Telegram(), "https://t.me/s/Velo/41", "-1001234:41"),
        (Telegram(), "https://t.me/c/1234/41", "-1001234:41"),
        (Telegram(), "https://t.me/c/99/41", None),
        (Telegram(), "https://t.me/velo", None),
        (Telegram(), "https://ana@t.me/velo/41", None),
    ],
)
def test_an_address_tells_which_post_it_is_of(channel: Addressed, address: str, found: str | None) -> None:
    account = blank_account("any").changed(handle="@velo", destination="-1001234")
    assert isinstance(channel, Addressed) and channel.post_at(address, account) == found
