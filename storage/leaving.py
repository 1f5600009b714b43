"""Brands that leave: asked for, undone or gone, and what of theirs others still hold.

HASH `leaving:<brand>` (`ver`, `doc`), ZSET `leavings:all` by when it was asked. While a brand goes, SETs beside it
hold what the job still needs once the records are gone: `leaving:<brand>:ids`, `…:threads`, `…:files`, `…:messages`.
What is left in the end is the list for whoever asked: it lives 30 days, or until they throw it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from pydantic import Field

from storage import keys
from storage.record import Frozen, Migration, Record
from storage.redis import Database
from storage.stores import Family

COOLING: Final = timedelta(days=7)  # in which any owner can undo it
LISTED_FOR: Final = timedelta(days=30)
Beside = Literal["ids", "threads", "files", "messages"]
BESIDE: Final[tuple[Beside, ...]] = ("ids", "threads", "files", "messages")
LinksChoice = Literal["keep", "end"]
State = Literal["cooling", "kept", "going", "gone"]


class Leftover(Frozen):
    """Something that AdMind cannot take back, or leaves on purpose: who holds it, and where it stands."""

    kind: Literal["post", "access", "message", "receiver", "pictures", "link"]
    where: str = Field(description="the account or chat, as people call it")
    what: str = ""
    url: str = ""


class Leaving(Record):
    """`step` is the one that is to be done next while the brand is `going`."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows what becomes of its short links

    brand: str
    workspace: str
    asked_by: str = Field(description="member id")
    asked_at: datetime
    ends_at: datetime = Field(description="when it can no longer be undone")
    state: State = "cooling"
    by: str = Field("", description="member id of who undid it")
    step: str = ""
    step_since: datetime | None = None
    over_at: datetime | None = Field(None, description="when it was undone, or gone")
    leftovers: tuple[Leftover, ...] = ()
    links: LinksChoice = Field("end", description="whether its short links lead on, without anything else of it")


def leaving_store(database: Database) -> Family[Leaving]:
    return Family(database, "leaving", Leaving, "farewell")


def beside(workspace: str, brand: str, what: Beside) -> str:
    """SET: what the job holds while the brand goes."""
    return keys.of(workspace, "leaving", brand, what)


def scope_of(brand: str) -> str:
    """The pause that keeps everything of the brand back meanwhile."""
    return f"leaving:{brand}"
