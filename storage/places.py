"""What a thread in a chat is about: HASH `place:<home>|<channel>|<thread>` with `draft` and `conversation`.

It lives for so long after the last word about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage import keys
from storage.commit import Change, commit
from storage.redis import Database
from storage.retention import LIVES
from storage.stores import hgetall


@dataclass(frozen=True, slots=True)
class Place:
    """Either may be empty: a card's thread need not have been spoken in, nor a conversation have made a draft."""

    draft: str = ""
    conversation: str = ""


class PlaceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, workspace: str, home: str, channel: str, thread: str, place: Place) -> None:
        """Keep what is named; what is empty stays as it was."""
        key = self._key(workspace, home, channel, thread)
        named = {"draft": place.draft, "conversation": place.conversation}
        change = Change(workspace).hset(key, {name: value for name, value in named.items() if value})
        await commit(self._database, change.do("EXPIRE", key, str(LIVES["messages"].seconds)))

    async def find(self, workspace: str, home: str, channel: str, thread: str) -> Place:
        fields = await hgetall(self._database, self._key(workspace, home, channel, thread))
        return Place(fields.get("draft", ""), fields.get("conversation", ""))

    @staticmethod
    def _key(workspace: str, home: str, channel: str, thread: str) -> str:
        return keys.of(workspace, "place", f"{home}|{channel}|{thread}")
