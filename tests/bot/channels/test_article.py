"""A draft as an article: which line is its title, what its Markdown becomes, and the way back to the words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.answers import web
from bot.channels.article import article_of, names_in, page_html, read, sealed_article, slug_of, wire
from bot.channels.article_html import alts_of, html_of, text_of
from bot.channels.base import Content
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account

TAGS = {"p", "br", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "a", "hr"}
# Text that is full of what Markdown and HTML have a meaning for.
WILD = st.text(alphabet=st.sampled_from("ab Ä🚲\n#*_-+>1.)[]()<>&\"'\\`!|~:/=% \t")) | st.text(max_size=200)
PICTURES = tuple(
    Medium(sha256=f"{n}" * 64, mime="image/png", size=9, width=4, height=3, alt=f'"{n}" <b>') for n in range(3)
)


class Tags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def sealed(text: str, title: str = "", media: tuple[Medium, ...] = ()) -> SealedPayload:
    return sealed_article(
        Content(text=text, title=title, media=media), blank_account("wordpress"), channel="wordpress", extra={}
    )


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# Neu *hier*\n\nText", "Neu hier", "Text"),
        ("Neu\nText\n\nMehr", "Neu", "Text\n\nMehr"),
        ("## Nur das ##", "Nur das", ""),
        ("Nur ein Satz.", "Draft", "Nur ein Satz."),
        ("- eins\n- zwei", "Draft", "- eins\n- zwei"),
        ("1. eins\n2. zwei", "Draft", "1. eins\n2. zwei"),
        ("https://velo.example/a\n\nText", "Draft", "https://velo.example/a\n\nText"),
        ("a" * 151 + "\n\nText", "Draft", "a" * 151 + "\n\nText"),
        ("  \n ", "Draft", ""),
    ],
)
def test_the_first_line_is_the_title_when_it_can_be_one(text: str, title: str, body: str) -> None:
    found = article_of(text, " Draft\n")
    assert (found.title, found.body) == (title, body)
    assert article_of(text, "Draft", from_draft=True).title == "Draft"


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("a\nb", "<p>a<br />b</p>"),
        ("# a", "<h2>a</h2>"),
        ("a\n---", "<p>a</p>\n<hr />"),
        ("    a", "<p>a</p>"),
        ("see https://x.example/_a_.", '<p>see <a href="https://x.example/_a_">https://x.example/_a_</a>.</p>'),
        ("[x](https://x.example/ü?a=1&b=2)", '<p><a href="https://x.example/ü?a=1&amp;b=2">x</a></p>'),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("<i>x</i> &copy;", "<p>&lt;i&gt;x&lt;/i&gt; &amp;copy;</p>"),
        ("2 * 3 * 4 a_b_c", "<p>2 * 3 * 4 a_b_c</p>"),
    ],
)
def test_markdown_becomes_what_people_expect(markdown: str, shown: str) -> None:
    assert html_of(markdown) == shown


@given(WILD)
def test_no_text_makes_any_markup_but_ours(text: str) -> None:
    for tag, attributes in Tags(html_of(text)).seen:
        assert tag in TAGS
        assert set(attributes) <= ({"href", "title"} if tag == "a" else {"start"} if tag == "ol" else set())
        assert re.match(r"https?://|mailto:", attributes.get("href") or "https://", re.IGNORECASE)


@given(WILD)
def test_what_is_read_does_not_depend_on_how_a_server_writes_it(text: str) -> None:
    shown = html_of(text)
    rewritten = shown.replace("<br />", "<br>\n").replace("</p>\n", "</p>\n\n").replace("<p>", '<p class="x">')
    assert text_of(rewritten) == text_of(f"<div>\n{shown}</div><!-- /x -->") == text_of(shown)


@given(st.lists(st.text(alphabet="abÄ🚲<>&\"' ", min_size=1).filter(lambda s: bool(s.strip())), min_size=1))
def test_plain_paragraphs_are_read_as_they_were_written(paragraphs: list[str]) -> None:
    words = [" ".join(each.split(" ")).strip() for each in paragraphs]
    words = [re.sub(" +", " ", each) for each in words]
    words = [each if not each.startswith(">") else f"a {each}" for each in words]
    assert text_of(html_of("\n\n".join(words))) == "\n\n".join(words)


def test_a_changed_word_link_or_order_is_seen() -> None:
    one = text_of(html_of("a [b](https://b.example)\n\n1. c\n2. d"))
    for other in (
        "a [b](https://c.example)\n\n1. c\n2. d",
        "a b\n\n1. c\n2. d",
        "a [b](https://b.example)\n\n1. d\n2. c",
    ):
        assert text_of(html_of(other)) != one


def test_pictures_have_their_place_before_they_have_an_address() -> None:
    payload = sealed("Neu\n\nText", media=PICTURES)
    assert payload.parts[0].media == PICTURES and alts_of(payload.extra["html"]) == ('"1" <b>', '"2" <b>')
    done = wire(payload, ["https://a.example/0", "https://a.example/1?x&y", "https://a.example/2"])
    assert "admind-picture" not in done and 'src="https://a.example/1?x&amp;y"' in done
    page = page_html(payload, lambda medium: f"/m/{medium.sha256[:1]}")
    assert re.findall('src="([^"]*)"', page) == ["/m/0", "/m/1", "/m/2"]


def test_no_words_take_a_pictures_place() -> None:
    payload = sealed('Neu\n\n<img src="admind-picture:1"> admind-picture:1', media=PICTURES)
    assert wire(payload, ["https://a.example/0", "https://a.example/1"]).count("https://a.example/1") == 1


@given(st.text(max_size=300))
def test_an_address_is_made_of_the_title_and_the_posts_key(title: str) -> None:
    payload = sealed("Text", "x").model_copy(update={"title": title})
    slug = slug_of(payload, "0123456789ABCDEF0123")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-0123456789ab", slug) and len(slug) <= 80


def test_an_address_is_readable() -> None:
    payload = sealed("# Größe zählt: Çà & là!\n\nText")
    assert slug_of(payload, "a" * 32) == "groesse-zaehlt-ca-la-aaaaaaaaaaaa"


def test_the_sealed_words_are_title_and_text() -> None:
    payload = sealed("# Neu\n\nText **fett**")
    assert payload.parts[0].text == read("Neu", payload.extra["html"]) == "Neu\n\nText fett"


@pytest.mark.parametrize(
    "given", ["", "javascript:x", "https://", "https://a:b@c.example", 'https://a.example/"x', 7, None]
)
def test_what_is_no_web_address_is_none(given: object) -> None:
    assert web(given) == ""


def test_names_are_given_in_a_row() -> None:
    assert names_in(" Tips,  a  b ,, Tips") == ["Tips", "a b"]
