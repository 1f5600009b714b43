"""A feed's entries, newest first, in every format, with nothing hidden in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from bot.drafting.confined import Unreadable
from bot.drafting.extraction import extract, read_page
from bot.drafting.feeds import MOST_ENTRIES
from tests.bot.drafting.feeds import ATOM, JSON, RSS, Item, atom, json_feed, rss

ADDRESS = "https://velo.example/feed"
HIDDEN = (
    "<p>Seen.</p><p style='display:none'>BUY COINS</p><script>BUY COINS</script><!-- BUY COINS --><p hidden>COINS</p>"
)
ITEMS = [
    Item("https://velo.example/old", "The old one", at="2026-11-01T09:00:00+00:00"),
    Item("https://velo.example/new", "The new one", HIDDEN, id="tag:velo,2026:2", at="2026-12-03T09:00:00+01:00"),
]
Made = Callable[[Sequence[Item]], bytes]


@pytest.mark.parametrize(
    ("made", "kind"),
    [(rss, RSS), (atom, ATOM), (json_feed, JSON), (rss, "text/xml; charset=utf-8"), (atom, "application/xml"),
     (rss, "text/html"), (json_feed, "application/json"), (atom, "text/plain")],
)  # fmt: skip
def test_entries_come_newest_first_and_without_what_is_hidden(made: Made, kind: str) -> None:
    page = read_page(made(ITEMS), kind, ADDRESS)
    assert page.title == "Velo news" and page.entries is not None
    new, old = page.entries
    assert (new.link, new.id, new.title, new.text) == (ITEMS[1].link, ITEMS[1].id, "The new one", "Seen.")
    assert new.published == "2026-12-03T08:00:00+00:00"
    assert (old.link, old.title, old.text) == (ITEMS[0].link, "The old one", "")


def test_without_dates_the_feeds_own_order_stands() -> None:
    page = read_page(rss([Item("https://velo.example/1", at=""), Item("https://velo.example/2")]), RSS, ADDRESS)
    assert [each.link[-1] for each in page.entries or ()] == ["1", "2"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://velo.example/"]
)
@pytest.mark.parametrize("made", [rss, atom, json_feed])
def test_a_link_that_is_none_is_left_out(made: Made, link: str) -> None:
    page = read_page(made([Item(link, "Read me")]), "application/json" if made is json_feed else RSS, ADDRESS)
    assert [each.link for each in page.entries or ()] == [""]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<html><body><p>No feed</p></body></html>", RSS), (b"{", JSON), (b"[" * 100_000, JSON), (b"\xff\xfe\x00", ATOM)],
)
def test_what_is_no_feed_says_so(body: bytes, kind: str) -> None:
    assert read_page(body, kind, ADDRESS).why == "damaged"


def test_a_page_is_no_feed_and_a_map_of_a_site_is_neither() -> None:
    assert read_page(b"<html><body><p>Some words of a page.</p></body></html>", "text/html", ADDRESS).entries is None
    assert read_page(b"<urlset><url><loc>x</loc></url></urlset>", "application/xml", ADDRESS).why == "other"


LOL = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
OUTSIDE = b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><title>&x;</title></channel></rss>"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE rss [<!ENTITY a0 "lol">' + LOL + b"]><rss><channel><title>&a11;</title></channel></rss>",
        rss([Item(f"https://velo.example/{n}", "x" * 100) for n in range(10_000)])[:2_900_000],
        b"<rss><channel>" + b"<item>" * 400_000,
    ],
    ids=["entities that grow", "ten thousand entries", "deep"],
)
async def test_a_feed_made_to_take_for_ever_ends(body: bytes) -> None:
    try:
        page = await extract(body, RSS, ADDRESS, seconds=4)
        assert len(page.entries or ()) <= MOST_ENTRIES and len(page.title) <= 200
    except Unreadable:
        pass


async def test_a_feed_reads_no_file_of_ours() -> None:
    page = await extract(OUTSIDE, RSS, ADDRESS)
    assert "root" not in f"{page.title}{page.text}{page.entries}"
