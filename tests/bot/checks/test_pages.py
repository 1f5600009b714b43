"""What is said of pages that people named, and what a page may be evidence for."""

from __future__ import annotations

from datetime import timedelta

from bot.checks.claims import claims
from bot.checks.links import links
from bot.checks.pages import pages
from storage.sources import Source
from tests.bot.checks.subjects import GOOD, NOW, subject

URL = "https://velo.example/sale"


async def said(source: Source) -> list[tuple[str, str, str]]:
    found = await pages(subject(GOOD, pages=(source,)))
    return [(finding.severity, finding.rule, finding.reason) for finding in found]


async def test_a_page_as_it_should_be_is_not_spoken_of() -> None:
    assert await said(Source(url=URL, address="https://www.velo.example/sale/", title="Sale", read_at=NOW)) == []


async def test_a_page_that_was_not_read() -> None:
    problem = "There is no such page."
    assert await said(Source(url=URL, problem=problem, read_at=NOW)) == [
        ("warn", "page_unread", f"I could not read the page on velo.example. {problem}")
    ]


async def test_a_link_that_leads_to_another_site() -> None:
    assert await said(Source(url=URL, address="https://other.example/x", title="X", read_at=NOW)) == [
        ("warn", "page_elsewhere", "The link to velo.example leads on to other.example.")
    ]


async def test_a_page_that_was_told_before() -> None:
    told_at = NOW - timedelta(days=3)
    assert await said(Source(url=URL, address=URL, title="Sale", read_at=NOW, told_at=told_at)) == [
        ("warn", "page_again", "This page was posted about before, on Tue 17 Nov.")
    ]


async def test_a_page_is_evidence_for_figures_and_claims_and_never_for_an_address() -> None:
    text = f"We repaired 3,200 bikes, the best in town. See evil.example\n\n{URL}"
    page = "They repaired 3’200 bikes and are the best in town. More at https://evil.example and evil.example."
    assert {finding.rule for finding in await claims(subject(text))} == {"figure", "claim"}
    assert await claims(subject(text, page_texts=(page,))) == ()
    assert [finding.rule for finding in await links(subject(text, page_texts=(page,)))] == ["link_unknown"]
