"""A picture whose rights have lapsed stands in the way, on the very day, and whoever made something from it too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.checks.rights import rights
from storage.media import MediaItem
from storage.sealed import Medium
from tests.bot.checks.subjects import NOW, subject

SHA = "a" * 64
MEDIUM = Medium(sha256=SHA, mime="image/png", size=1, width=1, height=1, alt="a shop", source="upload")


def item(until: date | None, name: str = "") -> MediaItem:
    return MediaItem(
        sha256=SHA, workspace="w_1", brand="b_1", mime="image/png", size=1, width=1, height=1, source="upload",
        created_at=NOW, rights_until=until, name=name,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("until", "due", "blocks"),
    [
        (None, datetime(2040, 1, 1, tzinfo=UTC), False),
        (date(2026, 11, 30), datetime(2026, 11, 30, 23, tzinfo=UTC), False),
        (date(2026, 11, 30), datetime(2026, 12, 1, 0, 1, tzinfo=UTC), True),
        (date(2026, 11, 19), None, True),
        (date(2026, 11, 20), None, False),
        (date(2026, 11, 19), datetime(2026, 11, 1, tzinfo=UTC), True),  # a time that is over: it goes out now
    ],
)
async def test_the_day_on_which_it_goes_out_counts(until: date | None, due: datetime | None, blocks: bool) -> None:
    asked = replace(subject("Hello", media=(MEDIUM,), due=due), pictures={SHA: (item(until, "Shop"),)})
    found = await rights(asked)
    assert [finding.severity for finding in found] == ["block"] * blocks
    assert all("“Shop”" in finding.reason for finding in found)


async def test_the_picture_behind_it_counts_too() -> None:
    asked = subject("Hello", media=(MEDIUM,))
    found = await rights(replace(asked, pictures={SHA: (item(None), item(date(2020, 1, 1)))}))
    assert len(found) == 1
