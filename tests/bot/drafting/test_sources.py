"""A pasted link is read once, safely, and kept with what was read; what cannot be read is said in words."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.drafting.reader import Reader
from bot.drafting.sources import ReadPages, Sources, addresses_in, called
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.blobs.files import FileBlobs
from storage.drafts import Brief
from storage.redis import Database
from storage.sources import Source
from tests.bot.drafting.feeds import Item, rss
from tests.bot.drafting.pdfs import locked, scanned
from tests.bot.drafting.site import PLAIN_ARTICLE
from tests.fakes.page_server import HTML, Page, PageServer, bomb, page_server
from tests.fakes.waiting import until

WORDS = "Announce our party"


@pytest.fixture
async def site() -> AsyncIterator[PageServer]:
    async with page_server() as server:
        yield server


class Bench:
    """Sources over the wire, with a reading model that copies the first sentence."""

    def __init__(self, database: Database, folder: Path, allow: str, *, seconds: float = 20) -> None:
        self.clock = MovableClock()
        self.blobs = FileBlobs(folder)
        self.client = safe_client(allow_hosts=[allow], timeout_seconds=seconds)
        self.sources = Sources(database, client=self.client, blobs=self.blobs, clock=self.clock, seconds=seconds)
        self.calls = 0

    async def ask(self, schema: type[Any], messages: list[Any]) -> Any:
        self.calls += 1
        return schema(facts=["opens its second shop at Marktgasse 12"])

    async def read(self, *briefs: Brief, tainted: bool = False) -> ReadPages:
        return await self.sources.read(
            briefs, workspace="w_1", brand="b_1", reader=lambda: Reader(self.ask), tainted=tainted
        )

    async def problem(self, url: str, **options: bool) -> str:
        """What is said of a page that is not read, when there are other words to write from."""
        (source,) = (await self.read(brief(url), **options)).sources
        assert not (source.address or source.title or source.facts or source.text)
        return source.problem


@pytest.fixture
async def bench(database: Database, tmp_path: Path, site: PageServer) -> AsyncIterator[Bench]:
    found = Bench(database, tmp_path, site.host)
    async with found.client:
        yield found


def brief(*urls: str, topic: str = "our party", **fields: str) -> Brief:
    return Brief(request=f"{WORDS} {' '.join(urls)}", topic=topic, link=urls[0], links=urls, **fields)


async def test_what_was_read_is_kept_with_where_and_when(bench: Bench, site: PageServer) -> None:
    site.put("/2026/shop", PLAIN_ARTICLE)
    url = site.redirect("/go", "/2026/shop")
    before = bench.clock.now()
    found = await bench.read(brief(url))
    (source,) = found.sources
    assert (source.url, source.address) == (url, f"http://{site.host}/2026/shop")
    assert source.title == "Velo opens a second shop in Bern"
    assert before <= source.read_at <= bench.clock.now()
    assert source.body_sha256 == hashlib.sha256(PLAIN_ARTICLE.encode()).hexdigest()
    assert b"40 bikes to try" in await bench.blobs.get(source.text)
    assert source.facts == ("The bike maker Velo opens its second shop at Marktgasse 12 in Bern on 5 December 2026.",)
    assert source.problem == ""
    assert found.prompts[0].startswith("reader@")


async def test_a_page_named_twice_is_read_once_and_no_more_than_three_are(bench: Bench, site: PageServer) -> None:
    urls = [site.put(f"/{n}", PLAIN_ARTICLE) for n in range(5)]
    found = await bench.read(brief(urls[0]), brief(urls[0]), *(brief(url) for url in urls))
    assert [source.url for source in found.sources] == urls
    assert site.asked == ["/0", "/1", "/2"]
    assert {source.problem for source in found.sources[3:]} == {"I read at most three pages for one request."}
    assert [source.url for source in found.of(brief(urls[1]))] == [urls[1]]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page(status=404), "There is no such page."),
        (Page(status=403), "The website does not show it to me."),
        (Page(status=500), "The website answered with an error (500)."),
        (Page(b"%PDF-1.7", "application/pdf"), "It is damaged"),
        (Page(b"<html><p>Not what it says</p></html>", "application/pdf"), "It is damaged"),
        (Page(locked(), "application/pdf"), "locked with a password"),
        (Page(scanned(), "application/pdf"), "pictures of its pages and no text that can be seen"),
        (Page(b"%PDF-1.7" + b"x" * 10_000_000, "application/pdf"), "larger than 10000 kB"),
        (Page(b"\x89PNG", "image/png"), "It is a picture"),
        (Page(b"<rss/>", "application/rss+xml"), "It is damaged"),
        (Page(rss([]), "application/rss+xml"), "It is a feed without entries."),
        (Page(rss([Item("https://evil.example/x")]), "application/rss+xml"), "leads to another website"),
        (Page(rss([Item("")]), "application/rss+xml"), "has no address"),
        (Page(b"<urlset><url>x</url></urlset>", "application/xml"), "It is no page of text."),
        (Page(b'{"a": 1}', "application/json"), "It is no page of text."),
        (Page(b"PK", "application/zip"), "It is no page of text."),
        (Page(b"<html><body><script>app()</script></body></html>"), "There is no text on it"),
        (Page(b"x" * 1_200_000), "larger than 1000 kB"),
        (bomb(50_000_000), "larger than 1000 kB"),
        (Page(b"xx", headers={"Content-Encoding": "br"}), "a packing that was not asked for"),
        (Page(b"<p>" * 300_000), "made in a way that I can't read"),
        (Page(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}), "redirects elsewhere"),
        (Page(status=302, headers={"Location": "http://127.0.0.1:1/"}), "redirects elsewhere"),
        (Page(status=301, headers={"Location": "http://[::ffff:10.0.0.1]/"}), "redirects elsewhere"),
        (Page(status=302, headers={"Location": "file:///etc/passwd"}), "redirects elsewhere"),
        (Page(status=302, headers={"Location": "/page"}), "redirects too often"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_read_is_said_in_words(bench: Bench, site: PageServer, page: Page, said: str) -> None:
    assert said in await bench.problem(site.add("/page", page))
    assert bench.calls == 0, "no model reads what is not there"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost/admin",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://[::1]/",
        "https://user:pass@velo.example/",
        "http://velo.example:8080/",
        "http://router.local/",
    ],
)
async def test_no_address_of_the_inside_is_asked(bench: Bench, url: str) -> None:
    assert "That address can't be opened" in await bench.problem(url)


@pytest.mark.parametrize("url", ["https://аpple.com/news", "https://xn--pple-43d.com/news", "https://gооgle.example/"])
async def test_a_name_of_look_alike_letters_is_not_opened(bench: Bench, url: str) -> None:
    assert "letters that look like others" in await bench.problem(url)


async def test_a_redirect_to_a_name_of_look_alike_letters_is_not_read(bench: Bench, site: PageServer) -> None:
    url = site.redirect("/go", "http://xn--pple-43d.com/")
    assert await bench.problem(url) != ""


async def test_a_website_that_says_nothing_does_not_keep_people_waiting(
    database: Database, tmp_path: Path, site: PageServer
) -> None:
    bench = Bench(database, tmp_path, site.host, seconds=0.5)
    async with bench.client:
        reading = asyncio.create_task(bench.problem(site.add("/slow", Page(b"<h1>", HTML, hangs=True))))
        await until(lambda: site.asked == ["/slow"], "it is asked")
        async with asyncio.timeout(10):
            assert await reading in ("The website took too long.", "The website did not answer properly.")


async def test_a_conversation_that_holds_words_from_outside_opens_nothing(bench: Bench, site: PageServer) -> None:
    url = site.put("/page", PLAIN_ARTICLE)
    assert "holds text from outside" in await bench.problem(url, tainted=True)
    assert site.asked == []


@pytest.mark.parametrize("topic", ["", "this article", "the link", "diesen Artikel", "unsere neue Seite"])
async def test_without_the_page_and_without_words_one_asks_back(bench: Bench, site: PageServer, topic: str) -> None:
    with pytest.raises(BadInput) as refused:
        await bench.read(brief(f"http://{site.host}/gone", topic=topic))
    assert refused.value.what == "I could not read the page on 127.0.0.1. There is no such page."
    assert "what the post should say" in refused.value.do_next


def test_only_what_a_person_wrote_is_opened() -> None:
    mine = "https://velo.example/a"
    assert addresses_in(Brief(request=mine, links=(mine,), link="https://built.example/by-a-model")) == (mine,)
    assert addresses_in(Brief(request=mine, links=(mine,), link=mine, verbatim="Our exact words")) == ()
    assert addresses_in(Brief(request="x", link="https://built.example/")) == ()


def test_the_agent_calls_a_draft_by_the_persons_words() -> None:
    source = Source(url="https://velo.example/a", title="IGNORE ALL", read_at=MovableClock().now())
    assert called(brief("https://velo.example/a"), [source]) == "our party"
    assert called(brief("https://velo.example/a", topic=""), [source]) == "velo.example"
    assert called(brief("https://velo.example/a"), []) == ""
