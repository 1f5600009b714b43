"""Which draft a message in a chat shows, in exactly which bytes, and the reactions that were heard of on it.

HASH `shows:<home>|<channel>|<message>`: `draft`, `digest`, `whole`, and a field `r:<team>|<user>|<emoji>` a reaction:
`<µs of the event, 0 when it was found by looking>|<+ or ->|<ms when that was heard>`. One message shows one digest, for
ever: what is written once stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storage import keys
from storage.commit import Change
from storage.drafts import MessageRef
from storage.redis import Database, Script
from storage.retention import LIVES
from storage.stores import hgetall

# ARGV: 1 field, 2 event µs or 0, 3 sign, 4 heard ms. Of a live event's word the later one stands.
MARK = Script(
    "mark-reaction",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 1 end
local kept = redis.call('HGET', KEYS[1], ARGV[1])
local at = ARGV[2]
if kept then
  local known = string.match(kept, '^(%d+)|')
  if at == '0' then at = known
  elseif tonumber(known) > tonumber(at) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], at .. '|' .. ARGV[3] .. '|' .. ARGV[4])
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What was last heard of one reaction of one person. `event_us` is the platform's time, 0 when it told none."""

    event_us: int
    stands: bool
    heard_ms: int

    @property
    def order(self) -> int:
        return self.event_us or self.heard_ms * 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows. `marks`: (team, user, emoji) → what was heard of it."""

    key: str
    channel: str
    message: str
    draft: str
    digest: str
    whole: bool
    marks: dict[tuple[str, str, str], Mark] = field(default_factory=dict)


class ShownStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, workspace: str, home: str, channel: str, message: str) -> Shown | None:
        key = _key(workspace, home, channel, message)
        fields = await hgetall(self._database, key)
        if not fields:
            return None
        marks = {}
        for name, value in fields.items():
            if name.startswith("r:"):
                team, user, emoji = name[2:].split("|", 2)
                event, stands, heard = value.split("|")
                marks[team, user, emoji] = Mark(int(event), stands == "+", int(heard))
        return Shown(key, channel, message, fields["draft"], fields["digest"], fields["whole"] == "1", marks)

    async def mark(self, shown: Shown, who: tuple[str, str], emoji: str, mark: Mark) -> bool:
        """Note a reaction; False when something later was heard of it meanwhile."""
        name = "|".join(("r:" + who[0], who[1], emoji))
        stands = "+" if mark.stands else "-"
        return bool(await self._database.run(MARK, [shown.key], [name, mark.event_us, stands, mark.heard_ms]))


def put(change: Change, ref: MessageRef) -> Change:
    """Into the change: what this message shows, where it is one that people may react to."""
    if not (ref.channel and ref.draft and ref.digest):
        return change
    key = _key(change.workspace, ref.home, ref.channel, ref.message)
    for name, value in (("draft", ref.draft), ("digest", ref.digest), ("whole", "1" if ref.whole else "0")):
        change.do("HSETNX", key, name, value)
    return change.do("EXPIRE", key, str(LIVES["messages"].seconds))


def _key(workspace: str, home: str, channel: str, message: str) -> str:
    return keys.of(workspace, "shows", f"{home}|{channel}|{message}")
