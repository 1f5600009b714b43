r"""How LinkedIn writes a text ("little text"), and how it counts one.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format: the characters
`\ | { } @ [ ] ( ) < > # * _ ~` mean something and are escaped where they do not, else the text ends there without an
error. `#word` is a hashtag; `@[Name](urn:li:organization:1)` mentions a page, if it has exactly that name.

Which characters the limit of 3,000 counts is documented nowhere, and a longer text may be cut without an error. So the
most cautious reading holds: UTF-16 code units, of the text as it is written, escapes included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import regex

MOST = 3000
_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
TAG = regex.compile(r"(?<![\w/&#@])#(?=\w*\p{L})[\p{L}\p{M}\p{N}]+(?![\w])")
MENTION = regex.compile(r"(?<![\w@/.])@([\p{L}\p{N}][\p{L}\p{N}-]{1,99})(?![\w@-]|\.\w)")
_WRITTEN = regex.compile(
    r"\\(?P<char>.)|@\[(?P<name>(?:\\.|[^\]\\])*)\]\(urn:li:[^)]*\)|\{hashtag\|\\?[#＃]\|(?P<tag>(?:\\.|[^}\\])*)\}",
    regex.DOTALL,
)


def little(text: str, marked: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text as LinkedIn wants it. `marked`: mentions in the order of the text, by start and end, with their URN."""
    pieces, end = [], 0
    for mention in marked:
        name = text[mention["start"] : mention["end"]]
        pieces += [_escaped(text[end : mention["start"]]), f"@[{_plainly(name)}]({mention['urn']})"]
        end = mention["end"]
    return "".join([*pieces, _escaped(text[end:])])


def plain(written: str) -> str:
    """What people see of a text that LinkedIn gives back."""
    return _WRITTEN.sub(_seen, written)


def units(text: str) -> int:
    """UTF-16 code units; half a surrogate pair, which no payload takes, counts as one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def spoken(text: str) -> str:
    """A text for comparison: blanks as one space."""
    return " ".join(text.split())


def handles_in(text: str) -> tuple[str, ...]:
    """Names after an @, lower case, each once."""
    return tuple(dict.fromkeys(match[1].lower() for match in MENTION.finditer(text)))


def with_names(text: str, mentions: Mapping[str, str]) -> tuple[str, tuple[dict[str, Any], ...]]:
    """The text with pages' names in place of `@velo`, and where they stand. `mentions`: handle → "URN name"."""
    pieces: list[str] = []
    marked: list[dict[str, Any]] = []
    end = at = 0
    for match in MENTION.finditer(text):
        urn, _, name = mentions.get(match[1].lower(), "").partition(" ")
        if not urn or not name:
            continue
        pieces += [text[end : match.start()], name]
        at += match.start() - end
        marked.append({"start": at, "end": at + len(name), "urn": urn, "handle": match[1].lower()})
        at, end = at + len(name), match.end()
    return "".join([*pieces, text[end:]]), tuple(marked)


def _escaped(text: str) -> str:
    """Hashtags stay as they are; every other character that means something is escaped."""
    pieces, end = [], 0
    for match in TAG.finditer(text):
        pieces += [_plainly(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*pieces, _plainly(text[end:])])


def _plainly(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _seen(match: regex.Match[str]) -> str:
    if match["char"] is not None:
        return match["char"]
    if match["name"] is not None:
        return plain(match["name"])
    return "#" + plain(match["tag"])
