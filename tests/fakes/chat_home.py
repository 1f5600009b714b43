"""A home as a chat is one: messages in rooms, posted once a key, updated in place; it may be out of reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.chat import Card
from storage.drafts import MessageRef

Reread = Callable[[Sequence[MessageRef]], Awaitable[None]]


@dataclass
class ChatHome:
    """`lacks` are rooms that this home does not have; `trouble` is raised by whatever is tried."""

    home: str = "chat"
    rooms: dict[str, dict[str, Card]] = field(default_factory=dict)  # room → key → card as it stands
    updates: int = 0
    receipts_on_card: bool = True
    whole: bool = True
    lacks: frozenset[str] = frozenset()
    trouble: Exception | None = None
    update_trouble: Exception | None = None
    remove_trouble: Exception | None = None
    under: dict[str, str] = field(default_factory=dict)  # key → message that it was posted below
    tries: int = 0
    on_reread: Reread | None = None
    on_post: Callable[[str, str], Awaitable[None]] | None = None  # key and `<channel>|<message>`, as handlers note it

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        self._try()
        if room in self.lacks:
            return None
        self.rooms.setdefault(room, {}).setdefault(key, card)
        if under is not None:
            self.under[key] = under.message
        if self.on_post is not None:
            await self.on_post(key, f"C-{room}|{key}")
        return MessageRef(
            home=self.home,
            room=room,
            message=key,
            draft=card.draft,
            digest=card.digest,
            channel=f"C-{room}",
            whole=self.whole,
        )

    async def update(self, ref: MessageRef, card: Card) -> None:
        self._try()
        if self.update_trouble is not None:
            raise self.update_trouble
        assert ref.message in self.rooms[ref.room], "only what stands there can be updated"
        self.rooms[ref.room][ref.message] = card
        self.updates += 1

    async def remove(self, ref: MessageRef) -> bool:
        self._try()
        if self.remove_trouble is not None:
            raise self.remove_trouble
        self.rooms.get(ref.channel.removeprefix("C-"), {}).pop(ref.message, None)
        return True

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        self._try()
        if self.on_reread is not None:
            await self.on_reread(refs)

    def titles(self, room: str) -> list[str]:
        return [card.title for card in self.rooms.get(room, {}).values()]

    def _try(self) -> None:
        self.tries += 1
        if self.trouble is not None:
            raise self.trouble
