"""A draft as a blog article: title, body, pictures, and the address under which it is published once.

The first line is the title when more follows it, or when it is a heading; else the draft's own title is. The account's
option `title` "draft" takes the draft's title always, and the text whole. The first picture is the article's own, which
blogs show above it; the others follow the text.

Sealed are the title, the exact HTML (`extra["html"]`), in which only the addresses of uploaded pictures are still open,
and as the part's text the words that a reader sees: these are counted, and compared with what stands there later.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.channels.article_html import html_of, text_of
from bot.channels.base import Account, Capabilities, Content, Measure, Problem
from bot.channels.content import link_in, sealed
from bot.channels.feed_html import plain
from bot.channels.limits import problems
from bot.errors import BadInput
from bot.words import noted
from storage.sealed import Medium, Part, SealedPayload

MOST_FIRST_LINE = 150  # characters; a longer one is a paragraph, not a title
MOST_SLUG_WORDS = 60
KEY_CHARACTERS = 12  # 48 bits of the post's key: another post of the site has them by no accident
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*")
_NO_TITLE = re.compile(r"[-*+>][ \t]|\d{1,9}[.)][ \t]|https?://", re.IGNORECASE)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    body: str  # Markdown


def article_of(text: str, name: str, *, from_draft: bool = False) -> Article:
    """`name` is the draft's title; the article's is empty when there is none to be had."""
    whole = plain(text).strip()
    first, _, rest = whole.partition("\n")
    heading = _HEADING.fullmatch(first.strip())
    title = _words(heading[1] if heading else first)
    fits = bool(rest.strip()) and len(title) <= MOST_FIRST_LINE and not _NO_TITLE.match(first.strip())
    if not from_draft and title and (heading or fits):
        return Article(title, rest.strip())
    return Article(" ".join(plain(name).split()), whole)


def sealed_article(content: Content, account: Account, *, channel: str, extra: dict[str, str]) -> SealedPayload:
    """The payload of a blog that takes HTML. Raises ValueError for text that has no bytes."""
    text, links = link_in(content)
    (text + content.title).encode()  # a lone surrogate has no bytes: refused here, before it is left out
    article = article_of(text, content.title, from_draft=account.options.get("title") == "draft")
    body = html_of(article.body)
    pictures = "".join(_figure(number, medium) for number, medium in enumerate(content.media) if number)
    return sealed(
        content,
        account,
        channel,
        title=article.title,
        parts=(Part(text=read(article.title, body), media=content.media),),
        links=links,
        extra={"html": body + pictures} | {name: value for name, value in extra.items() if value},
    )


def read(title: str, body: str) -> str:
    """What a reader sees of an article with this title and HTML: the sealed part's text."""
    return "\n\n".join(words for words in (title, text_of(body)) if words)


def words_of(payload: SealedPayload) -> tuple[str, str]:
    """Title and body of an article, as they are read."""
    return payload.title, payload.parts[0].text.removeprefix(payload.title).removeprefix("\n\n")


def article_problems(
    payload: SealedPayload,
    capabilities: Capabilities,
    measure: Callable[[str], Measure],
    untitled: str = noted("A blog post needs a title."),
) -> tuple[Problem, ...]:
    """As `limits.problems`, and what is wrong with the title; `untitled` says that there is none."""
    found = problems(payload, capabilities, measure)
    words, media = payload.parts[0].text, payload.parts[0].media
    if not payload.title and words:
        found += (Problem("no_title", untitled, "Write it as the first line, and the text below it."),)
    if payload.title and words == payload.title and not media:
        found += (Problem("empty", "There is a title and no text.", "Write the text below the title."),)
    return found


def wire(payload: SealedPayload, addresses: Sequence[str]) -> str:
    """The sealed HTML with the pictures' addresses, which only uploading them gives."""
    body = payload.extra["html"]
    for number, address in enumerate(addresses):
        body = body.replace(f'src="{_open(number)}"', f'src="{html.escape(address)}"')
    return body


def page_html(payload: SealedPayload, address: Callable[[Medium], str]) -> str:
    """The article as its readers see it below the title, its own picture first; for previews."""
    media = payload.parts[0].media
    own = _figure(0, media[0]).strip() if media else ""
    body = payload.extra.get("html", "")
    if not body:  # a blog that takes Markdown itself: its pictures stand in there by addresses
        body = html_of(words_of(payload)[1]) + "".join(_figure(each, m) for each, m in enumerate(media) if each)
    whole = payload.model_copy(update={"extra": payload.extra | {"html": own + body}})
    return wire(whole, [address(medium) for medium in media])


def slug_of(payload: SealedPayload, key: str) -> str:
    """The last part of the article's address: equal for every attempt at the post, and no other post's."""
    letters = unicodedata.normalize("NFKD", payload.title.lower().translate(_LETTERS))
    words = re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode())
    words = words[:MOST_SLUG_WORDS].strip("-") or "post"
    return f"{words}-{key[:KEY_CHARACTERS].lower()}"


def check_title_option(account: Account) -> None:
    """Raises BadInput."""
    if account.options.get("title", "") not in ("", "draft"):
        raise BadInput("The option title is draft, or left out.")


def names_in(option: str) -> list[str]:
    """Names out of a comma-separated option, each once."""
    return list(dict.fromkeys(name for name in (" ".join(each.split()) for each in option.split(",")) if name))


def _words(line: str) -> str:
    """A line without its Markdown."""
    return " ".join(text_of(html_of(line)).split())


def _open(number: int) -> str:
    return f"admind-picture:{number}"


def _figure(number: int, medium: Medium) -> str:
    return (
        f'\n<figure><img src="{_open(number)}" alt="{html.escape(plain(medium.alt))}" '
        f'width="{medium.width}" height="{medium.height}" /></figure>'
    )
