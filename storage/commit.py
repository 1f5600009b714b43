"""One change, whole or not at all: records by compare-and-set, their indexes, due entries and audit, in one script.

Every state machine of AdMind writes through here, so that a record can never change without the trace and the message
that belong to the change.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from storage import keys
from storage.due import DueSets
from storage.errors import AdMindError, Conflict
from storage.record import Record
from storage.redis import Database, Script

COMMIT = Script(
    "commit",
    """
local plan = cjson.decode(ARGV[1])
for _, expected in ipairs(plan.expect) do
  local ver = redis.call('HGET', KEYS[expected[1]], 'ver') or ''
  if ver ~= expected[2] then return {0, KEYS[expected[1]]} end
end
for _, op in ipairs(plan.ops) do
  redis.call(op[1], KEYS[op[2]], unpack(op, 3))
end
local last = 0
for _, entry in ipairs(plan.audit) do
  last = redis.call('HINCRBY', KEYS[1], 'audit_seq', 1)
  redis.call('XADD', KEYS[2], last .. '-0', unpack(entry))
end
return {1, last}
""",
)


class Change:
    """What shall happen together in one workspace. Collect, then `commit`."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self._keys: list[str] = [keys.control(workspace), keys.audit(workspace)]
        self._expect: list[list[object]] = []
        self._ops: list[list[object]] = []
        self._audit: list[list[str]] = []
        self._due_ms: list[int] = []

    def _at(self, key: str) -> int:
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key) + 1

    def expect(self, key: str, ver: int | None) -> Change:
        """The record at `key` must be at this version; None: it must not exist."""
        self._expect.append([self._at(key), "" if ver is None else str(ver)])
        return self

    def put(self, key: str, record: Record, *, ver: int | None) -> Change:
        """Store a record that was read at version `ver` (None: a new one)."""
        self.expect(key, ver)
        return self.hset(key, {"ver": str((ver or 0) + 1), "doc": record.dump()})

    def hset(self, key: str, fields: Mapping[str, str]) -> Change:
        return self.do("HSET", key, *(part for pair in fields.items() for part in pair))

    def index(self, member: str, indexes: Mapping[str, float]) -> Change:
        for key, score in indexes.items():
            self.do("ZADD", key, repr(score), member)
        return self

    def do(self, command: str, key: str, *arguments: str) -> Change:
        """One write on one key of this workspace; for what has no name of its own here."""
        self._ops.append([command, self._at(key), *arguments])
        return self

    def due(self, entry: str, at_ms: int) -> Change:
        """Put an entry (`post:…`, `note:…`, …) on the due set."""
        self._due_ms.append(at_ms)
        return self.do("ZADD", keys.due(self.workspace), str(at_ms), entry)

    def undue(self, entry: str) -> Change:
        return self.do("ZREM", keys.due(self.workspace), entry)

    def audit(self, entry: Mapping[str, str]) -> Change:
        self._audit.append([part for pair in entry.items() for part in pair])
        return self

    @property
    def earliest_ms(self) -> int | None:
        return min(self._due_ms, default=None)

    def plan(self) -> tuple[list[str], str]:
        document: dict[str, Any] = {"expect": self._expect, "ops": self._ops, "audit": self._audit}
        return self._keys, json.dumps(document, ensure_ascii=False)


async def commit(database: Database, change: Change) -> int:
    """Carry the change out; the last audit sequence number (0 without an audit entry).

    Raises Conflict when a record is not at the version that was read; then nothing was written. After
    StorageUnavailable nobody knows: look again.
    """
    names, plan = change.plan()
    dues = DueSets(database)
    if change.earliest_ms is not None:
        await dues.nudge(change.workspace, change.earliest_ms)
    done, last = await database.run(COMMIT, names, [plan])
    if not int(done):
        raise Conflict(
            "Somebody else changed this a moment ago.", kept="Nothing was changed by you.", do_next="Look again."
        )
    if change.earliest_ms is not None:
        with contextlib.suppress(AdMindError):  # the change stands; the sweep repairs a hint
            await dues.nudge(change.workspace, change.earliest_ms)
    return int(last)
