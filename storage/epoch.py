"""Which versions of AdMind may read and write what is kept here?

A number, the schema epoch, stands for how everything is kept. Most changes leave it: new fields are kept by code that
does not know them. Only a change that older code would misunderstand raises it, and says which epoch reading and which
one writing need at least. It stands in each workspace's own keys, so that backups carry it; only a restore lowers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from storage import keys
from storage.errors import AdMindError
from storage.redis import Database, Script

FIELDS = READER, WRITER, BY = ("min_reader", "min_writer", "min_by")

# ARGV: 1 epoch to read, 2 epoch to write, 3 who says so. Only ever upwards: two versions may start at once.
RAISE = Script(
    "raise-epoch",
    """
local raised = 0
for i, name in ipairs({'min_reader', 'min_writer'}) do
  if tonumber(redis.call('HGET', KEYS[1], name) or '1') < tonumber(ARGV[i]) then
    redis.call('HSET', KEYS[1], name, ARGV[i], 'min_by', ARGV[3])
    raised = 1
  end
end
return raised
""",
)


class TooOld(AdMindError):
    """A newer AdMind keeps things here in a way that this one does not understand, or must not write into."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The least epochs that may read and write; `by` is the version of AdMind that asked for it last."""

    reader: int = 1
    writer: int = 1
    by: str = ""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What some code understands (`own`), and what it asks of all code beside it."""

    own: int
    needs: Needs

    def refusal(self, needs: Needs) -> TooOld | None:
        """Why this code must not write there, or not even read; None when it may do both."""
        if self.own >= max(needs.reader, needs.writer):
            return None
        newer = f"AdMind {needs.by}" if needs.by else "A newer AdMind"
        reads = self.own >= needs.reader
        return TooOld(
            f"{newer} keeps its data here in a newer form, {'into' if reads else ''} which this version cannot "
            f"{'write' if reads else 'read'}.",
            kept="Nothing was changed.",
            do_next="Start that version or a newer one; or restore a backup from before the update into another "
            "data directory.",
            retry_after_seconds=5.0,
        )

    def reads(self, needs: Needs) -> bool:
        return self.own >= needs.reader

    async def raise_in(self, database: Database, workspaces: Iterable[str], version: str) -> None:
        """From now on nothing older than what this code asks for works there; costs nothing when that is so already."""
        for workspace in workspaces:
            asked = self.needs
            found = await needs(database, [workspace])
            if found.reader < asked.reader or found.writer < asked.writer:
                await database.run(RAISE, [keys.control(workspace)], [asked.reader, asked.writer, version])


# What this code is. Raise `own` with a change that older code cannot live with, and in `needs` what that means for it.
EPOCH = Epoch(own=1, needs=Needs(reader=1, writer=1))


async def needs(database: Database, workspaces: Iterable[str]) -> Needs:
    """What these workspaces ask for, taken together."""
    found = Needs()
    for workspace in workspaces:
        values = await cast(Any, database.client).hmget(keys.control(workspace), FIELDS)
        found = stricter(found, of_fields(dict(zip(FIELDS, values, strict=True))))
    return found


def of_fields(fields: Mapping[str, str | None]) -> Needs:
    """What a workspace's control hash asks for."""
    return Needs(int(fields.get(READER) or 1), int(fields.get(WRITER) or 1), fields.get(BY) or "")


def stricter(one: Needs, other: Needs) -> Needs:
    by = other.by if (other.reader, other.writer) > (one.reader, one.writer) else one.by
    return Needs(max(one.reader, other.reader), max(one.writer, other.writer), by)
