"""What has just changed in a workspace, as hints for whoever shows it: read off the audit's stream, which every change
appends to in its own script. Only what stands open there: kind, brand and ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from storage import keys
from storage.redis import Database
from storage.stores import xread


@dataclass(frozen=True, slots=True)
class Hint:
    place: str
    kind: str
    brand: str
    about: str
    draft: str


async def latest(database: Database, workspace: str) -> str:
    """The place in the stream after which everything is still to come."""
    newest = await cast(Any, database.client).xrevrange(keys.audit(workspace), count=1)
    return str(newest[0][0]) if newest else "0-0"


async def hints(database: Database, workspace: str, after: str, *, wait_ms: int) -> list[Hint]:
    """What came after that place; waits for the first, at most so long, and is then empty."""
    return [
        Hint(place, fields.get("kind", ""), fields.get("brand", ""), fields.get("about", ""), fields.get("draft", ""))
        for place, fields in await xread(database, keys.audit(workspace), after, count=200, wait_ms=wait_ms)
    ]
