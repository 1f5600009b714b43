"""Pauses: scopes of a workspace in which nothing may go out. They live beside the scripts that must obey them.

A scope is `workspace`, `brand:<id>`, `account:<id>`, `campaign:<name>` (of every brand), `campaign:<brand id>/<name>`,
`topic:<words>`, or `leaving:<brand id>`, which goes with a brand that leaves and which nobody lifts alone. Each change
bumps `pver`, the pause version that a worker's judgement names: a pause that came in between makes its next check fail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from storage import keys
from storage.commit import Change
from storage.record import Frozen
from storage.redis import Database
from storage.stores import hgetall


class Pause(Frozen):
    """`until` is empty while the pause holds, and the instant it was lifted afterwards."""

    scope: str
    by: str = Field(description="member id, or what paused it, e.g. restore")
    reason: str = ""
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pauses:
    """All pauses of a workspace at one pause version, lifted ones included until they are forgotten."""

    version: str
    all: tuple[Pause, ...]

    def holding(self) -> tuple[Pause, ...]:
        return tuple(pause for pause in self.all if pause.until is None)


async def read(database: Database, workspace: str) -> Pauses:
    fields = await hgetall(database, keys.control(workspace))
    found = [Pause.model_validate_json(value) for name, value in fields.items() if name.startswith("pause:")]
    return Pauses(fields.get("pver", "0"), tuple(sorted(found, key=lambda pause: pause.since)))


def put(change: Change, pause: Pause) -> Change:
    """Into the change: this pause as it now stands."""
    key = keys.control(change.workspace)
    change.hset(key, {f"pause:{pause.scope}": json.dumps(pause.model_dump(mode="json"), ensure_ascii=False)})
    return change.do("HINCRBY", key, "pver", "1")
