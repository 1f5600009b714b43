"""What of a message is somebody else's words: quoted lines, a block that was pasted, a mail that was forwarded.

Whoever quotes need not have read to the end, and who wrote it may have meant to give orders to a machine. So the agent,
which has tools, gets the person's own words alone; what is quoted comes along as a file, which is read in quarantine
like any source.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Final, Protocol

from bot.words import told
from storage.requests import Request, RequestUpload

NAME: Final = "quote.txt"
_LINE: Final = re.compile(r"\s{0,3}(?:>|&gt;)")
_BLOCK: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_FORWARDED: Final = re.compile(
    r"(?im)^[ \t]*(?:-{2,}[ \t]*)?(?:forwarded message|original message|weitergeleitete nachricht|"
    r"ursprüngliche nachricht|begin forwarded message|anfang der weitergeleiteten nachricht)\b.*$"
    r"|^[ \t]*(?:on|am)\b[^\n]{4,100}\b(?:wrote|schrieb[^\n]{0,60}):[ \t]*$"
)


class Kept(Protocol):
    """A file that was kept (`storage.drafts.Document`)."""

    @property
    def sha256(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str: ...


class KeepsFile(Protocol):
    """`bot.workflow.documents.Documents.keep`."""

    def __call__(self, workspace: str, brand: str, data: bytes, *, name: str) -> Awaitable[Kept]: ...


def parted(text: str) -> tuple[str, str]:
    """The person's own words, and what they quote; "" for none."""
    quoted = list[str]()

    def aside(match: re.Match[str]) -> str:
        quoted.append(match[0].strip("`\n "))
        return ""

    own = _BLOCK.sub(aside, text)
    forwarded = _FORWARDED.search(own)
    if forwarded is not None:
        quoted.append(own[forwarded.end() :])
        own = own[: forwarded.start()]
    mine = list[str]()
    for line in own.splitlines():
        mark = _LINE.match(line)
        if mark is None:
            mine.append(line)
        else:
            quoted.append(line[mark.end() :].strip("> "))
    said = "\n".join(part for part in quoted if part.strip()).strip()
    return ("\n".join(mine).strip(), said) if said else (text, "")


async def with_quote(request: Request, brand: str, keep: KeepsFile, most: int) -> tuple[Request, str]:
    """The request with what it quotes as a file, and the person's own words. The same again keeps the same file.

    Raises BadInput where there is no room for it.
    """
    own, quote = parted(request.text)
    if not quote:
        return request, own
    kept = await keep(request.workspace, brand, quote.encode("utf-8", "replace"), name=NAME)
    file = RequestUpload(sha256=kept.sha256, name=kept.name, mime=kept.mime)
    files = tuple(dict.fromkeys((*request.documents[: most - 1], file)))
    return request.changed(documents=files), own or told("Write a post about this file.")
