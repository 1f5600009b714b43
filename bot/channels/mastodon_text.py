"""How servers of the Mastodon API count a text, and how a text that they show again is compared with ours.

Mastodon counts grapheme clusters, takes each web address for `characters_reserved_per_url` and each mention without
its domain, and adds the content warning: app/validators/status_length_validator.rb, Account::MENTION_RE. Pleroma and
Akkoma count graphemes (String.length), GoToSocial and Pixelfed code points, each with addresses in full.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import regex

# twitter-text's addresses, which Mastodon's own build on: a scheme, a name with a dot, and an end that is no
# punctuation; https://github.com/twitter/twitter-text/blob/master/rb/lib/twitter-text/regex.rb
_BALANCED = r"\([\p{L}\p{N}!*';:=+,.$/%#\[\]\-_~@|&]*(?:\([\p{L}\p{N}!*';:=+,.$/%#\[\]\-_~@|&]+\))?[^\s()]*\)"
ADDRESS = regex.compile(
    r"(?<![\p{L}\p{N}@＠$#＃_])https?://"
    r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]+|\p{L}{2,})(?![\p{L}\p{N}@])(?::\d+)?"
    rf"(?:/(?:(?:{_BALANCED}|[\p{{L}}\p{{N}}!*';:=+,.$/%#\[\]\-_~@|&])*(?:{_BALANCED}|[\p{{L}}\p{{N}}=_#/+\-]))?)?"
    r"(?:\?[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]*[a-z0-9_&=#/\-])?",
    regex.IGNORECASE,
)
MENTION = regex.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)(@[\w.-]+\w+)?", regex.IGNORECASE)
LONGEST_DOMAIN = 253
# Code points by which these cannot be told apart when a server shows a text again.
_BLANKS = re.compile(r"\s+")


def countable(text: str, url_characters: int) -> str:
    """The text as Mastodon counts it: addresses of one length, mentions without their domain."""
    pieces, end = [], 0
    for start, stop, counted in _entities(text, url_characters):
        if start >= end:  # of two that overlap the first one holds
            pieces += [text[end:start], counted]
            end = stop
    return "".join([*pieces, text[end:]])


def graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def spoken(text: str) -> str:
    """A text reduced to what every server shows alike: mentions without domain, blanks as one space."""
    return _BLANKS.sub(" ", MENTION.sub(r"@\1", text)).strip()


def text_of(markup: str) -> str:
    """The words of a status' `content`, line ends as they are seen."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.pieces).strip("\n")


def _entities(text: str, url_characters: int) -> list[tuple[int, int, str]]:
    found = [(match.start(), match.end(), "x" * url_characters) for match in ADDRESS.finditer(text)]
    for match in MENTION.finditer(text):
        if len(match[2] or "") <= LONGEST_DOMAIN:
            found.append((match.start(), match.end(), f"@{match[1]}"))
    return sorted(found)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
