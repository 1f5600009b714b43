"""AdMind's own home: messages that wait in the terminal and the studio. Posting under the same key changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from storage.record import Record
from storage.redis import Database
from storage.stores import Family


class InboxItem(Record):
    """One message. `room` is a brand's id, or `member:<id>` for a word to one person."""

    id: str
    workspace: str
    room: str
    card: dict[str, Any]
    draft: str = ""
    digest: str = ""
    at: datetime
    read_by: frozenset[str] = Field(frozenset(), description="member ids")


def inbox_store(database: Database) -> Family[InboxItem]:
    return Family(database, "notice", InboxItem, "message")
