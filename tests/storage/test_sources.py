"""A page that was posted about is known again, however its address is written; a drafted one is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from storage.commit import Change, commit
from storage.redis import Database
from storage.sources import REMEMBERED, Source, ToldPages, page_of, tell

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def source(url: str, address: str = "") -> Source:
    return Source(url=url, address=address, read_at=NOW)


async def told(database: Database, *sources: Source, at: datetime = NOW) -> None:
    change = Change("w_1")
    tell(change, "b_1", sources, at)
    await commit(database, change)


async def test_both_addresses_of_a_page_are_remembered_for_its_brand(database: Database) -> None:
    pages = ToldPages(database)
    assert await pages.last("w_1", "b_1", ["https://velo.example/a"]) is None
    await told(database, source("https://go.example/1", "https://velo.example/a"))
    assert await pages.last("w_1", "b_1", ["https://velo.example/a"]) == NOW
    assert await pages.last("w_1", "b_1", ["https://x.example/", "https://go.example/1"]) == NOW
    assert await pages.last("w_1", "b_2", ["https://velo.example/a"]) is None
    assert await pages.last("w_2", "b_1", ["https://velo.example/a"]) is None
    assert await pages.last("w_1", "b_1", []) is None


async def test_what_was_told_long_ago_is_forgotten(database: Database) -> None:
    await told(database, source("https://velo.example/old"))
    later = NOW + REMEMBERED + timedelta(days=1)
    await told(database, source("https://velo.example/new"), at=later)
    pages = ToldPages(database)
    assert await pages.last("w_1", "b_1", ["https://velo.example/old"]) is None
    assert await pages.last("w_1", "b_1", ["https://velo.example/new"]) == later
    assert 0 < await cast(Any, database.client).ttl("admind:{w_1}:told:b_1") <= REMEMBERED.total_seconds()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://velo.example/a", "http://www.velo.example/a/", True),
        ("https://velo.example/a", "https://VELO.example:443/a#part", True),
        ("https://velo.example/a", "https://velo.example/a?id=2", False),
        ("https://velo.example/a", "https://velo.example/b", False),
        ("https://velo.example/a", "https://velo.example:8443/a", False),
        ("http://[broken", "http://[broken", True),
    ],
)
def test_the_same_page_written_in_other_ways(one: str, other: str, same: bool) -> None:
    assert (page_of(one) == page_of(other)) is same
