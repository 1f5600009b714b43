"""Feeds are read by real parsers, whatever people write into their posts."""

from __future__ import annotations

import calendar
import json
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.feed_formats import FeedDocument, FeedHead, Format, render
from bot.channels.feed_html import content_html, linked, plain
from storage.feed import FeedItem
from storage.sealed import Medium, Part

AT = datetime(2026, 12, 1, 9, 0, 7, tzinfo=timezone(timedelta(hours=1)))
BASE = "https://news.velo.example"
HEAD = FeedHead(
    identity="w_1/a_1",
    title="Velo & Söhne <News>",
    home=f"{BASE}/",
    address=f"{BASE}/feeds/w_1/a_1.rss",
    changed_at=AT,
    author="Velo AG",
    language="de-CH",
)
PICTURE = Medium(
    sha256="ab" * 32, mime="image/jpeg", size=123456, width=1200, height=630, alt='Ein "rotes" <Velo> & mehr'
)
KINDS: tuple[Format, ...] = ("rss", "atom", "json")
HOSTILE = (
    "]]> <script>alert(1)</script> &amp; \u0000\u0008\u001b \ufffe 🚲\r\nhttps://velo.example/?a=1&b=2. <!-- <![CDATA["
)
any_text = st.text(alphabet=st.characters(codec="utf-8"), max_size=300)


def public(path: str) -> str:
    return f"{BASE}/{path}"


def item(text: str = "Hallo", *, guid: str = "p_1", title: str = "Titel", media: tuple[Medium, ...] = ()) -> FeedItem:
    return FeedItem(
        guid=guid,
        workspace="w_1",
        account="a_1",
        digest="d",
        title=title,
        parts=(Part(text=text, media=media),),
        language="de",
        published_at=AT,
    )


def parsed(document: FeedDocument) -> Any:
    """As a feed reader sees it, without its cleaning: what it cannot read shows as `bozo`."""
    found = feedparser.parse(document.body, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_rss_carries_all_that_readers_use() -> None:
    found = parsed(render("rss", HEAD, [item("Hallo\n\nWelt", media=(PICTURE,))], public))
    assert found.version == "rss20"
    assert (found.feed.title, found.feed.link, found.feed.language) == (HEAD.title, HEAD.home, "de-CH")
    assert [link.href for link in found.feed.links if link.rel == "self"] == [HEAD.address]
    entry = found.entries[0]
    assert (entry.id, entry.guidislink, entry.title) == ("p_1", False, "Titel")
    assert entry.link == f"{BASE}/posts/p_1"
    assert entry.published == "Tue, 01 Dec 2026 08:00:07 GMT"
    assert calendar.timegm(entry.published_parsed) == AT.timestamp()
    address = f"{BASE}/media/{'ab' * 32}.jpg"
    assert [(e.href, e.length, e.type) for e in entry.enclosures] == [(address, "123456", "image/jpeg")]
    media = entry.media_content[0]
    assert (media["url"], media["filesize"], media["width"], media["height"]) == (address, "123456", "1200", "630")
    assert "<p>Hallo</p>" in entry.content[0].value
    assert f'src="{address}"' in entry.content[0].value


def test_the_alt_text_of_a_picture_is_in_every_form() -> None:
    for kind in KINDS:
        body = render(kind, HEAD, [item(media=(PICTURE,))], public).body
        if kind == "json":
            assert json.loads(body)["items"][0]["attachments"][0]["title"] == PICTURE.alt
        else:
            root = ET.fromstring(body)
            texts = [*root.itertext(), *(value for element in root.iter() for value in element.attrib.values())]
            assert PICTURE.alt in texts
        assert b"alt=" in body


def test_atom_has_what_rfc_4287_demands() -> None:
    root = ET.fromstring(render("atom", HEAD, [item(media=(PICTURE,))], public).body)
    ns = {"a": "http://www.w3.org/2005/Atom"}
    for place in (
        "a:id",
        "a:title",
        "a:updated",
        "a:author/a:name",
        "a:entry/a:id",
        "a:entry/a:title",
        "a:entry/a:updated",
    ):
        element = root.find(place, ns)
        assert element is not None and element.text, place
    assert root.findtext("a:updated", namespaces=ns) == "2026-12-01T08:00:07Z"
    links = {(link.get("rel"), link.get("type"), link.get("href")) for link in root.findall("a:entry/a:link", ns)}
    assert ("alternate", "text/html", f"{BASE}/posts/p_1") in links
    assert ("enclosure", "image/jpeg", f"{BASE}/media/{'ab' * 32}.jpg") in links
    assert parsed(render("atom", HEAD, [item()], public)).version == "atom10"


def test_atom_ids_stay_when_the_public_address_changes() -> None:
    here = parsed(render("atom", HEAD, [item()], public))
    there = parsed(render("atom", HEAD, [item()], lambda path: f"https://other.example/{path}"))
    assert here.feed.id == there.feed.id
    assert here.entries[0].id == there.entries[0].id
    assert here.feed.id != here.entries[0].id


def test_json_feed_has_what_version_1_1_demands() -> None:
    document = json.loads(render("json", HEAD, [item("Hallo\n\nWelt", media=(PICTURE,))], public).body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"] == HEAD.title
    entry = document["items"][0]
    assert entry["id"] == "p_1"
    assert entry["content_text"] == "Hallo\n\nWelt"
    assert entry["date_published"] == "2026-12-01T08:00:07Z"
    assert entry["attachments"][0]["size_in_bytes"] == 123456
    assert entry["image"] == f"{BASE}/media/{'ab' * 32}.jpg"


def test_every_address_is_absolute() -> None:
    for kind in KINDS:
        body = render(kind, HEAD, [item(media=(PICTURE,))], public).body.decode()
        texts = [body] if kind == "json" else [*ET.fromstring(body).itertext()]
        for text in texts:
            finder = Tags()
            finder.feed(text.replace('\\"', '"'))
            assert all(urlsplit(address).scheme == "https" for address in finder.addresses)


def test_an_empty_feed_is_a_feed() -> None:
    for kind in KINDS:
        body = render(kind, HEAD, [], public).body
        if kind == "json":
            assert json.loads(body)["items"] == []
        else:
            assert ET.fromstring(body) is not None
    assert parsed(render("rss", HEAD, [], public)).entries == []


def test_hostile_text_stays_text() -> None:
    hostile = item(HOSTILE, title=HOSTILE, media=(PICTURE.model_copy(update={"alt": '" onerror="alert(1)'}),))
    for kind in KINDS:
        document = render(kind, HEAD, [hostile], public)
        if kind == "json":
            contents = [json.loads(document.body)["items"][0]["content_html"]]
        else:
            contents = [entry.content[0].value for entry in parsed(document).entries]
        for content in contents:
            assert Tags.of(content) <= {"p", "br", "a", "img"}
            assert "<script" not in content
            assert 'alt="&quot; onerror=' in content


@given(any_text, any_text, any_text)
def test_any_text_makes_well_formed_feeds(text: str, title: str, alt: str) -> None:
    hostile = item(text, title=title, media=(PICTURE.model_copy(update={"alt": alt}),))
    head = FeedHead("x", title, HEAD.home, HEAD.address, AT, author=alt, description=text)
    rss = ET.fromstring(render("rss", head, [hostile], public).body)
    assert (rss.findtext("channel/item/title") or "") == plain(title)
    atom = ET.fromstring(render("atom", head, [hostile], public).body)
    assert (atom.findtext("{*}entry/{*}title") or "") == plain(title)
    assert rss.findtext("channel/item/{*}encoded") == atom.findtext("{*}entry/{*}content")
    assert json.loads(render("json", head, [hostile], public).body)["items"][0]["content_text"] == plain(text)


@given(st.one_of(any_text, st.text(alphabet="<>&\"'a=/:htps. \n()[]!-", max_size=120)))
def test_html_holds_our_tags_only_and_loses_no_text(text: str) -> None:
    html = content_html([Part(text=text)], lambda medium: public(medium.sha256))
    finder = Tags()
    finder.feed(html)
    finder.close()
    assert finder.tags <= {"p", "br", "a"}
    assert all(address.lower().startswith(("http://", "https://")) for address in finder.addresses)
    assert "".join("".join(finder.texts).split()) == "".join(plain(text).split())


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://velo.example/a.", "https://velo.example/a"),
        ("(https://velo.example/a)", "https://velo.example/a"),
        ("https://velo.example/a_(b)", "https://velo.example/a_(b)"),
        ("HTTPS://VELO.EXAMPLE/?q=1&r=2!", "HTTPS://VELO.EXAMPLE/?q=1&r=2"),
        ("«https://velo.example/ü»", "https://velo.example/ü"),
        ("javascript:alert(1) //velo.example data:text/html,x", None),
    ],
)
def test_web_addresses_become_links_without_the_sentence_around(text: str, address: str | None) -> None:
    finder = Tags()
    finder.feed(linked(text))
    assert finder.addresses == ([address] if address else [])


def test_paragraphs_and_lines_are_kept() -> None:
    html = content_html([Part(text="one\ntwo\r\n\r\n \nthree")], lambda medium: "")
    assert html == "<p>one<br>two</p>\n<p>three</p>"


def test_validators_change_with_the_content_and_only_with_it() -> None:
    for kind in KINDS:
        once = render(kind, HEAD, [item()], public)
        assert once == render(kind, HEAD, [item()], public)
        assert once.etag != render(kind, HEAD, [], public).etag


def test_304_is_the_answer_to_what_the_reader_has() -> None:
    document = render("rss", HEAD, [item()], public)
    assert document.last_modified == "Tue, 01 Dec 2026 08:00:07 GMT"
    assert document.not_modified(if_none_match=document.etag)
    assert document.not_modified(if_none_match=f'"other", W/{document.etag}')
    assert document.not_modified(if_none_match="*")
    assert document.not_modified(if_modified_since=document.last_modified)
    assert document.not_modified(if_modified_since="Wed, 02 Dec 2026 08:00:07 GMT")
    assert not document.not_modified()
    assert not document.not_modified(if_none_match='"other"', if_modified_since=document.last_modified)
    assert not document.not_modified(if_modified_since="Tue, 01 Dec 2026 08:00:06 GMT")


@given(st.text(max_size=50))
def test_any_conditional_header_is_answered(value: str) -> None:
    document = render("rss", HEAD, [], public)
    assert not document.not_modified(if_none_match="x" + value.replace("*", "").replace(",", ""))
    assert document.not_modified(if_modified_since=value) in (True, False)


class Tags(HTMLParser):
    """The tags, addresses and texts of a piece of HTML, as a browser's tokenizer sees them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.texts: list[str] = []

    @classmethod
    def of(cls, html: str) -> set[str]:
        found = cls()
        found.feed(html)
        found.close()
        return found.tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.add("!--")

    def handle_decl(self, decl: str) -> None:
        self.tags.add("!")

    def unknown_decl(self, data: str) -> None:
        self.tags.add("![")

    def handle_pi(self, data: str) -> None:
        self.tags.add("?")
