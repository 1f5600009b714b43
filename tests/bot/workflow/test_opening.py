"""Links that people gave are opened before the checks, few, briefly and once; others never are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock
from bot.fetch import safe_client
from bot.workflow.opening import MOST_LINKS, REMEMBERED, LinkOpening
from tests.fakes.page_server import Page, PageServer, page_server

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@asynccontextmanager
async def opening(seconds: float = 3) -> AsyncIterator[tuple[PageServer, LinkOpening, MovableClock]]:
    clock = MovableClock(NOW)
    async with page_server() as site, safe_client(allow_hosts={site.host}) as client:
        yield site, LinkOpening(client, clock, seconds=seconds), clock


async def test_status_and_where_it_ends_are_kept() -> None:
    async with opening() as (site, opened, _):
        good, gone = site.put("/good", "<p>Hi"), f"http://{site.host}/gone"
        moved = site.redirect("/moved", "/good")
        text = f"{good} {gone} {moved}"
        looked = await opened.look([text], draft="d_1", given=[text], but=[])
        assert [(each.url, each.status, each.found) for each in looked] == [
            (good, 200, good),
            (gone, 404, gone),
            (moved, 200, good),
        ]


async def test_only_what_people_gave_and_nothing_that_was_read_is_opened() -> None:
    async with opening() as (site, opened, _):
        given, read, invented = site.put("/a", "a"), site.put("/b", "b"), site.put("/c", "c")
        looked = await opened.look([f"{given} {read} {invented}"], draft="d_1", given=[given, read], but=[read])
        assert [each.url for each in looked] == [given] and site.asked == ["/a"]


async def test_a_link_is_opened_once_an_hour_for_a_draft() -> None:
    async with opening() as (site, opened, clock):
        url = site.put("/a", "a")
        for _ in range(3):
            await opened.look([url], draft="d_1", given=[url], but=[])
        assert site.asked == ["/a"]
        clock.move(REMEMBERED + timedelta(seconds=1))
        await opened.look([url], draft="d_1", given=[url], but=[])
        assert site.asked == ["/a", "/a"]


async def test_a_site_that_hangs_and_one_inside_the_house_are_said_and_raise_nothing() -> None:
    async with opening(seconds=0.2) as (site, opened, _):
        slow, inside = site.add("/slow", Page(hangs=True)), "http://169.254.169.254/latest/meta-data"
        looked = await opened.look([f"{slow} {inside}"], draft="d_1", given=[slow, inside], but=[])
        assert [bool(each.problem) for each in looked] == [True, True]
        assert looked[0].problem == "The website took too long."


async def test_only_few_links_are_opened() -> None:
    async with opening() as (site, opened, _):
        text = " ".join(site.put(f"/{number}", "a") for number in range(MOST_LINKS + 3))
        assert len(await opened.look([text], draft="d_1", given=[text], but=[])) == MOST_LINKS
