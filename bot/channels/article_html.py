"""Markdown as safe HTML for blogs, and back to the words that a reader sees, so that what stands there can be compared.

Markdown is CommonMark without what surprises people: no raw HTML, no pictures from elsewhere, no code, no entities, no
headings by underlining. A line end stays one. Web addresses become links. The only addresses in `href` start with
http://, https:// or mailto:; the only tags are those that markdown-it writes for these rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.channels.answers import web
from bot.channels.feed_html import plain
from bot.channels.mastodon_text import ADDRESS

SURPRISING = ("code", "fence", "backticks", "reference", "lheading", "html_block", "html_inline", "image", "entity")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "figure", "div", "hr"})


class _Markdown(MarkdownIt):
    """Addresses stay as they were written: what was approved is what is linked."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.lower().startswith(("http://", "https://", "mailto:"))

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


_MARKDOWN = _Markdown("commonmark", {"html": False, "breaks": True, "xhtmlOut": True}).disable(SURPRISING)


def html_of(markdown: str) -> str:
    """The text as blocks of HTML, one a line; a heading in it is never of the first rank, which is the title's."""
    tokens = _MARKDOWN.parse(_with_links(plain(markdown)))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(2, int(token.tag[1:]))}"
    return _rendered(tokens).strip()


def text_of(markup: str) -> str:
    """The words of it as they are read: blocks apart, items and breaks on lines, a link's address where it differs."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.text()


def alts_of(markup: str) -> tuple[str, ...]:
    """The alt texts of its pictures, in order."""
    return tuple(alt for alt, _ in _pictures(markup))


def sources_of(markup: str) -> tuple[str, ...]:
    """Where its pictures lie, in order; empty for what is no address."""
    return tuple(web(source) for _, source in _pictures(markup))


def _pictures(markup: str) -> list[tuple[str, str]]:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.pictures


def _with_links(text: str) -> str:
    """Bare web addresses marked as such: else what is emphasis by Markdown's rules would break them."""
    pieces, end = [], 0
    for match in ADDRESS.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()]
        if before[-1:] in ("<", "[") or before == "](" or "<" in match[0] or ">" in match[0]:
            continue
        pieces += [text[end : match.start()], f"<{match[0]}>"]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _rendered(tokens: Sequence[Token]) -> str:
    shown = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return shown.replace("<br />\n", "<br />")  # blogs make breaks of line ends


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[tuple[str, str]] = []  # alt text, address
        self._blocks: list[tuple[bool, str]] = []  # whether it is an item, and its words
        self._words = ""
        self._links: list[tuple[str, int]] = []  # address, and where its words begin
        self._lists: list[int | None] = []  # the number of the next item; None: bullets
        self._mark = ""

    def text(self) -> str:
        self._end_block()
        pieces: list[str] = []
        for number, (item, words) in enumerate(self._blocks):
            close = number and item and self._blocks[number - 1][0]
            pieces += ["\n" if close else "\n\n", words] if number else [words]
        return "".join(pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._end_block()
        if tag == "br":
            self._words = self._words.rstrip(" ") + "\n"
        elif tag == "img":
            self.pictures.append((given.get("alt", "").strip(), given.get("src", "").strip()))
        elif tag == "a":
            self._links.append((given.get("href", ""), len(self._words)))
        elif tag == "ul":
            self._lists.append(None)
        elif tag == "ol":
            start = given.get("start", "1")
            self._lists.append(int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1)
        elif tag == "li":
            self._begin_item()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            address, start = self._links.pop()
            words = self._words[start:].strip()
            if address and words not in (address, address.removeprefix("mailto:")):
                self._words += f" ({address})"
        if tag in _BLOCKS:
            self._end_block()
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        blank = not self._words or self._words[-1] in " \n"
        said = _BLANKS.sub(" ", data)
        self._words += said.lstrip(" ") if blank else said

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        self._mark = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _end_block(self) -> None:
        words = self._words.strip(" \n")
        if words:
            self._blocks.append((bool(self._lists), self._mark + words))
            self._mark = ""
        self._words, self._links = "", []
