"""Numbers in the reader's language, with the right plural; every name that a channel knows has words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.registry import build_channels
from bot.insights.saying import NAMES, how_it_did, named, without_numbers
from bot.words import LANGUAGES, reading, words
from storage.feed import FeedStore
from storage.redis import Database

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "language", "expected"),
    [
        ({"replies": 3, "likes": 1212}, "en", "1,212 likes · 3 replies, 1 hour ago"),
        ({"likes": 1, "replies": 1, "shares": 0}, "en", "1 like · 1 reply · 0 shares, 1 hour ago"),
        ({"favourites": 2, "reblogs": 1}, "en", "2 favourites · 1 boost, 1 hour ago"),
        ({"likes": 1212, "replies": 1, "saves": 4}, "de", "1.212 Likes · 1 Antwort · 4-mal gemerkt, vor 1 Stunde"),
        ({"reach": 1, "clicks": 2}, "de", "2 Klicks · 1 Person erreicht, vor 1 Stunde"),
        ({"dark_posts": 7}, "en", "dark posts: 7, 1 hour ago"),
    ],
)
def test_each_number_has_its_name_and_all_their_age(counts: dict[str, int], language: str, expected: str) -> None:
    assert how_it_did(counts, NOW - timedelta(hours=1), NOW, language) == expected
    with reading(language):
        assert how_it_did(counts, NOW - timedelta(hours=1), NOW) == expected


def test_what_has_no_numbers_says_whether_they_come() -> None:
    assert without_numbers(True, "en") == "no numbers yet"
    assert without_numbers(False, "de") == "keine Zahlen von diesem Kanal"


async def test_every_number_of_every_channel_has_words(database: Database) -> None:
    channels = build_channels(FeedStore(database), base_url="http://localhost:8484")
    told = {name for channel in channels.values() for name in channel.capabilities.metrics}
    assert told == NAMES.keys()
    for language in LANGUAGES:
        one, two = (named(dict.fromkeys(NAMES, count), words(language)) for count in (1, 2))
        assert all(each.startswith("1") for each in one) and all(each.startswith("2") for each in two)
        assert len(set(one)) == len(set(two)) == len(NAMES)
