"""Every adapter is known by its own name and stands in the guide."""

from __future__ import annotations

from pathlib import Path

from bot.channels import registry
from bot.channels.registry import build_channels
from storage.feed import FeedStore
from storage.redis import Database
from tests.bot.channels.benches import BASE_URL


async def test_adapters_go_by_the_name_in_their_capabilities(database: Database) -> None:
    found = build_channels(FeedStore(database), base_url=BASE_URL)
    assert {"feed", "webhook"} <= found.keys()
    assert all(name == adapter.capabilities.channel for name, adapter in found.items())


async def test_the_guide_shows_each_with_its_limits(database: Database) -> None:
    guide = (Path(registry.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name, adapter in build_channels(FeedStore(database), base_url=BASE_URL).items():
        limits = adapter.capabilities
        row = next(line for line in guide.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"{limits.text_limit:,} {limits.unit}" in row
        assert f"| {limits.images_max} |" in row
