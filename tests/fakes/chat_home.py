"""A home as a chat is one: messages in rooms, posted once a key, brought up to date in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.chat import Card
from storage.drafts import MessageRef


@dataclass
class ChatHome:
    home: str = "chat"
    rooms: dict[str, dict[str, Card]] = field(default_factory=dict)  # room → key → card as it stands
    updates: int = 0

    async def post(self, room: str, card: Card, *, key: str) -> MessageRef:
        self.rooms.setdefault(room, {}).setdefault(key, card)
        return MessageRef(home=self.home, room=room, message=key, draft=card.draft, digest=card.digest)

    async def update(self, ref: MessageRef, card: Card) -> None:
        assert ref.message in self.rooms[ref.room], "only what stands there can be updated"
        self.rooms[ref.room][ref.message] = card
        self.updates += 1

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """Nobody reacts here."""

    def titles(self, room: str) -> list[str]:
        return [card.title for card in self.rooms.get(room, {}).values()]
