"""Posts too close together, embargoes and days without posts are found at the brand's own clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.checks.base import Neighbour, Subject
from bot.checks.clashes import clashes
from bot.team import profiles
from storage.profile import Timing
from tests.bot.checks.subjects import NOW, subject

DUE = datetime(2026, 12, 1, 9, tzinfo=UTC)


def _of(
    text: str = "Hello", *, due: datetime | None = DUE, near: tuple[Neighbour, ...] = (), **timing: object
) -> Subject:
    asked = subject(text, due=due)
    profile = asked.brand.profile.model_copy(update={"timing": Timing.model_validate(timing)})
    return replace(asked, brand=asked.brand.changed(profile=profile, zone="Europe/Zurich"), near=near)


@pytest.mark.parametrize(
    ("account", "minutes", "gap", "found"),
    [
        ("a_1", 59, 60, True),
        ("a_1", -59, 60, True),
        ("a_1", 60, 60, False),
        ("a_2", 5, 60, False),
        ("a_1", 5, 0, False),
    ],
)
async def test_two_posts_on_one_account_keep_their_distance(account: str, minutes: int, gap: int, found: bool) -> None:
    near = (Neighbour(account, "The other", DUE + timedelta(minutes=minutes)),)
    findings = await clashes(_of(near=near, gap_minutes=gap))
    assert [each.rule for each in findings] == ["too_close"] * found
    if found:
        assert findings[0].severity == "warn" and "“The other”" in findings[0].reason


@pytest.mark.parametrize(
    ("line", "text", "due", "blocked"),
    [
        ("Gravel 2 until 2027-03-15 09:00", "Meet the gravel 2!", DUE, True),
        ("Gravel 2 until 2027-03-15 09:00", "Meet the Gravel 2!", datetime(2027, 3, 15, 8, 0, tzinfo=UTC), False),
        ("Gravel 2 until 2027-03-15 09:00", "Meet the Gravel 2!", datetime(2027, 3, 15, 7, 59, tzinfo=UTC), True),
        ("Gravel 2 until 2027-03-15 09:00", "Meet the Gravel 20!", DUE, False),
        ("Gravel 2 until 2027-03-15", "Gravel 2", None, True),  # as soon as approved is now
    ],
)
async def test_nothing_is_told_before_its_time(line: str, text: str, due: datetime | None, blocked: bool) -> None:
    findings = await clashes(_of(text, due=due, embargoes=(profiles.embargo(line),)))
    assert [(each.severity, each.rule) for each in findings] == [("block", "embargo")] * blocked


@pytest.mark.parametrize(
    ("line", "due", "severity"),
    [
        ("2026-12-24 to 2026-12-26: Christmas", datetime(2026, 12, 24, 10, tzinfo=UTC), "block"),
        ("2026-12-24 to 2026-12-26: Christmas | warn", datetime(2026, 12, 26, 10, tzinfo=UTC), "warn"),
        ("2026-12-24", datetime(2026, 12, 23, 23, 30, tzinfo=UTC), "block"),  # past midnight in Zurich
        ("2026-12-24", datetime(2026, 12, 25, 10, tzinfo=UTC), ""),
        ("sunday", datetime(2026, 12, 6, 10, tzinfo=UTC), "block"),
        ("Sonntag: Ruhetag | warn", datetime(2026, 12, 6, 10, tzinfo=UTC), "warn"),
        ("sunday", datetime(2026, 12, 7, 10, tzinfo=UTC), ""),
    ],
)
async def test_days_without_posts_block_or_warn_as_they_were_set(line: str, due: datetime, severity: str) -> None:
    findings = await clashes(_of(due=due, blackouts=(profiles.blackout(line),)))
    assert [each.severity for each in findings] == ([severity] if severity else [])


async def test_a_brand_that_set_nothing_is_asked_nothing() -> None:
    assert await clashes(_of("Gravel 2", due=NOW)) == ()
