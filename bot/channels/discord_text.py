r"""How Discord writes a text, and how it counts one.

Discord takes a message for Markdown (https://docs.discord.com/developers/reference#message-formatting and its own help
pages): stars, underscores, tildes, backticks, bars, brackets and what begins a line mean something, `<` begins a
mention, a time or an emoji. What was approved are the characters, so each of these is escaped by a backslash; Discord
shows the character alone. Addresses are left as they are, for a backslash would become a part of them.

A message has up to 2,000 characters; the API counts code points, escapes included
(https://github.com/discord/discord-api-docs/issues/1315, by Discord: "codepoints in the string").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 2000
ADDRESS = re.compile(r"""https?://[^\s<]+[^<.,:;"'\]\s]""")  # what Discord makes a link of
_RUN = r"(?P<run>https?://[^\s<]*<?)"  # with the `<` behind: escaped it would lengthen the address
_LEAD = r"^[ \t]*(?:\d+(?=\.[ \t])|(?=(?:#{1,3}|-\#|[-+]|>(?:>>)?)[ \t]))"
_MEANS = re.compile(rf"{_RUN}|(?P<lead>{_LEAD})|(?P<char>[\\*_~`|\[<])", re.MULTILINE)
_WRITTEN = re.compile(rf"{_RUN}|\\(?P<char>[^0-9A-Za-z\s])")


def written(text: str) -> str:
    """The text as Discord wants it, so that every character is shown as it is."""
    return _MEANS.sub(_escaped, text)


def plain(found: str) -> str:
    """What people see of a text that Discord gives back."""
    return _WRITTEN.sub(lambda match: match["run"] or match["char"], found)


def length(text: str) -> int:
    """Code points of the text as it is written there."""
    return len(written(text.strip()))


def marks(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and address of each link; a bracket that closes what was opened before it is no part of it."""
    for match in ADDRESS.finditer(text):
        address = match[0]
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        yield match.start(), match.start() + len(address), address


def _escaped(match: re.Match[str]) -> str:
    if match["run"] is not None:
        return match["run"]
    return f"{match['lead']}\\" if match["lead"] is not None else f"\\{match['char']}"
