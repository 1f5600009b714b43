"""The chat of a rehearsal: it keeps what it is told, and wakes nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.chat import Card
from storage.drafts import MessageRef

Hears = Callable[[str, str, Card], None]  # room, key, card


class Heard:
    """A home that has every room. `hears` is called once for each message."""

    home = "rehearsal"
    receipts_on_card = True

    def __init__(self, hears: Hears) -> None:
        self._hears = hears
        self._keys = set[tuple[str, str]]()

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        if (room, key) not in self._keys:
            self._keys.add((room, key))
            self._hears(room, key, card)
        return MessageRef(
            home=self.home, room=room, message=key, draft=card.draft, digest=card.digest, channel=room, whole=True
        )

    async def update(self, ref: MessageRef, card: Card) -> None:
        """What stands there changes: nobody is woken by it."""

    async def remove(self, ref: MessageRef) -> bool:
        return True

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """Nobody reacts in a rehearsal: people decide as `approvers` does."""
