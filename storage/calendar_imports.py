"""Imports of a calendar: taken in whole or not at all, then made into drafts one by one, through crashes.

HASH `import:<brand>:<id>` is the record (`ver`, `doc`); HASH `import:<brand>:<id>:rows` holds each row that is no draft
yet, by its line. Both live 90 days at most; the due entry `import:<brand>/<id>` works on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, cast

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.record import Frozen, Record, id_of
from storage.redis import Database
from storage.retention import LIVES
from storage.stores import DraftStore, PostStore, hgetall

LIFE_MS: Final = LIVES["requests"].seconds * 1000


class PlannedRow(Frozen):
    """One row as it was understood: everything that a draft needs."""

    line: int
    draft: str = Field(description="the id that its draft gets")
    at: datetime
    accounts: tuple[str, ...] = Field(description="account ids")
    text: str = Field("", description="word for word; without it `topic` is written about")
    topic: str = ""
    picture: str = Field("", description="name or tag of a picture of the library")
    link: str = ""
    hashtags: tuple[str, ...] = ()
    campaign: str = ""
    pillar: str = ""


class FailedRow(Frozen):
    """Why no draft came of a row although it had been understood, in a sentence."""

    line: int
    why: str


class CalendarImport(Record):
    """One file that somebody took in; `made` counts drafts that came of it."""

    id: str
    workspace: str
    brand: str
    by: str = Field(description="member id, in whose name the drafts are")
    rows: int
    made: int = 0
    failed: tuple[FailedRow, ...] = ()
    tries: int = Field(0, description="of the next row, in vain")
    state: Literal["working", "done"] = "working"
    created_at: datetime
    ended_at: datetime | None = None


class CalendarImportStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)

    async def find(self, workspace: str, brand: str, import_id: str) -> tuple[CalendarImport, int] | None:
        """With the version it was read at."""
        fields = await hgetall(self._database, _key(workspace, brand, import_id))
        return (CalendarImport.load(fields["doc"]), int(fields["ver"])) if "doc" in fields else None

    def begin(self, change: Change, found: CalendarImport, rows: Sequence[PlannedRow], now_ms: int) -> Change:
        """Into the change: the import, its rows, and that work on it begins."""
        key, beside = _key(found.workspace, found.brand, found.id), _rows(found)
        change.put(key, found, ver=None).do("PEXPIRE", key, str(LIFE_MS))
        for start in range(0, len(rows), 500):  # a command takes so many arguments and no more
            change.hset(beside, {str(row.line): row.model_dump_json() for row in rows[start : start + 500]})
        change.do("PEXPIRE", beside, str(LIFE_MS))
        return change.due(f"import:{found.brand}/{found.id}", now_ms)

    def save(self, change: Change, found: CalendarImport, *, ver: int, over: Iterable[int] = ()) -> Change:
        """Into the change: how far it is; the rows `over` need no more work."""
        key, lines = _key(found.workspace, found.brand, found.id), [str(line) for line in over]
        change.put(key, found, ver=ver).do("PEXPIRE", key, str(LIFE_MS))
        return change.do("HDEL", _rows(found), *lines) if lines else change

    async def rows(self, found: CalendarImport, most: int) -> list[PlannedRow]:
        """The next ones that are no drafts yet, by their time."""
        every = await hgetall(self._database, _rows(found))
        at = {line: json.loads(document)["at"] for line, document in every.items()}
        first = sorted(every, key=lambda line: (at[line], int(line)))[:most]
        return [PlannedRow.model_validate_json(every[line]) for line in first]

    async def there(self, workspace: str, drafts: Sequence[str]) -> set[str]:
        """Which of these drafts there are, or ever were and are archived."""
        pipe = cast(Any, self._database.client).pipeline(transaction=False)
        index = self._drafts.index_key(workspace)
        for start in range(0, len(drafts), 500):
            pipe.zmscore(index, list(drafts[start : start + 500]))
        scores = [score for part in (await pipe.execute() if drafts else []) for score in part]
        return {draft for draft, score in zip(drafts, scores, strict=True) if score is not None}


def import_of(brand: str, drafts: Iterable[str]) -> str:
    """The name of the import that makes these drafts: the same file again has the same."""
    return id_of("ci", f"{brand} {' '.join(sorted(drafts))}")


def _key(workspace: str, brand: str, import_id: str) -> str:
    return keys.of(workspace, "import", brand, import_id)


def _rows(found: CalendarImport) -> str:
    return keys.of(found.workspace, "import", found.brand, found.id, "rows")
