"""Links that do not open, lead elsewhere, are plain or are tracked in different ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.checks.base import Looked, Subject
from bot.checks.tracking import tracking
from tests.bot.checks.subjects import subject

URL = "https://velo.example/sale"


def _of(text: str, *looked: Looked) -> Subject:
    return replace(subject(text), looked=looked)


@pytest.mark.parametrize(
    ("looked", "rules"),
    [
        (Looked(URL, 200, URL), []),
        (Looked(URL, 200, "https://www.velo.example/sale/"), []),
        (Looked(URL, 404, URL), ["link_dead"]),
        (Looked(URL, 503, URL), ["link_dead"]),
        (Looked(URL, 403, URL), []),  # sites that refuse programs open for people
        (Looked(URL, 200, "https://casino.example/"), ["link_elsewhere"]),
        (Looked(URL, problem="The website took too long."), ["link_dead"]),
    ],
)
async def test_what_was_found_behind_a_link_is_said(looked: Looked, rules: list[str]) -> None:
    found = await tracking(_of(f"Now: {URL}", looked))
    assert [each.rule for each in found] == rules
    for each in found:
        assert each.severity == "warn" and each.span == (5, 5 + len(URL))


async def test_a_bare_name_is_the_same_link() -> None:
    assert [each.rule for each in await tracking(_of("Now: velo.example/sale", Looked(URL, 404, URL)))] == ["link_dead"]


async def test_plain_http_is_noted_unless_the_site_answers_with_https() -> None:
    plain = "http://velo.example/sale"
    assert [(e.severity, e.rule) for e in await tracking(_of(plain))] == [("note", "link_plain")]
    assert await tracking(_of(plain, Looked(plain, 200, URL))) == ()
    assert await tracking(_of("http://127.0.0.1:8000/x")) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{URL}?utm_source=x&utm_campaign=may {URL}/2?utm_source=x&utm_campaign=may", False),
        (f"{URL}?utm_source=x&utm_campaign=may {URL}/2?utm_source=x&utm_campaign=june", True),
        (f"{URL}?utm_source=x {URL}/2", True),
        (f"{URL}?utm_source=x https://partner.example/", False),
        (f"{URL} {URL}/2", False),
    ],
)
async def test_links_of_one_post_are_counted_alike(text: str, found: bool) -> None:
    assert [(e.severity, e.rule) for e in await tracking(_of(text))] == [("note", "link_tracking")] * found
