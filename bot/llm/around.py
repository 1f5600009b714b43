"""What a model is told about a turn besides the person's words: who, when, where, which accounts and drafts.

It travels as a second text block of the person's message, one JSON document. The person's own words are always the
first block, so that nothing typed into a chat can pass for it. Every model reads the same document.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import Field, ValidationError

from storage.record import Frozen

NAME: Final = "about_this_turn"


class KnownAccount(Frozen):
    name: str
    channel: str
    handle: str = ""
    id: str = ""


class KnownDraft(Frozen):
    """A draft of this conversation; the oldest comes first in a list."""

    id: str
    title: str
    accounts: tuple[str, ...] = Field((), description="names")
    status: str = "waiting"
    due: datetime | None = None
    options: int = Field(1, description="wordings to choose from")


class Around(Frozen):
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    zone: str = "UTC"
    language: str = Field("en", description="of the brand's copy, unless said otherwise")
    brand: str = ""
    person: str = ""
    accounts: tuple[KnownAccount, ...] = ()
    drafts: tuple[KnownDraft, ...] = ()
    focus: str = Field("", description="id of the draft that was spoken of last, when it was one")
    listed: tuple[str, ...] = Field((), description="ids as last shown in a list: what 'the second one' counts")
    uploads: int = Field(0, description="pictures that came with the message")
    documents: int = Field(0, description="files of text that came with the message: what posts may be about")
    unread_files: tuple[str, ...] = Field((), description="names of files that could not be understood")
    summary: str = Field("", description="what was said before, shortened")
    met: bool = Field(False, description="the person got an answer before, in whichever conversation")


def blocks(words: str, around: Around) -> list[str | dict[Any, Any]]:
    """The content of the person's message."""
    document = {NAME: around.model_dump(mode="json", exclude_defaults=True)}
    return [
        {"type": "text", "text": words},
        {"type": "text", "text": json.dumps(document, ensure_ascii=False, separators=(",", ":"))},
    ]


def read_blocks(content: str | list[str | dict[Any, Any]]) -> tuple[str, Around]:
    """The person's words and what surrounds them; never raises."""
    if isinstance(content, str):
        return content, Around()
    texts = [_text(block) for block in content]
    if len(texts) > 1 and (around := _around(texts[-1])) is not None:
        return "\n".join(texts[:-1]), around
    return "\n".join(text for text in texts if text), Around()


def _text(block: str | dict[Any, Any]) -> str:
    if isinstance(block, str):
        return block
    return str(block.get("text", "")) if block.get("type") == "text" else ""


def _around(text: str) -> Around | None:
    try:
        document = json.loads(text)
        return Around.model_validate(document[NAME]) if isinstance(document, dict) and NAME in document else None
    except (ValueError, RecursionError, ValidationError):
        return None
