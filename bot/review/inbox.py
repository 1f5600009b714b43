"""The messenger of AdMind's own home: cards go to the inbox that the terminal and the studio show."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

from bot.chat import Card
from bot.clock import Clock
from storage.commit import Change, commit
from storage.drafts import MessageRef
from storage.errors import Conflict
from storage.inbox import InboxItem, inbox_store
from storage.redis import Database

log = logging.getLogger(__name__)


INBOX = "inbox"


class Inbox:
    """Client rooms are not here: clients see what waits for them in the studio itself."""

    home = INBOX
    receipts_on_card = False

    def __init__(self, database: Database, workspace: str, clock: Clock) -> None:
        self._database = database
        self._store = inbox_store(database)
        self._workspace = workspace
        self._clock = clock

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        if room.startswith("client:"):
            return None
        message = "n_" + hashlib.sha256(f"{room}\0{key}".encode()).hexdigest()[:16]
        now = self._clock.now()
        item = InboxItem(
            id=message,
            workspace=self._workspace,
            room=room,
            card=card.model_dump(mode="json", exclude_defaults=True),
            draft=card.draft,
            digest=card.digest,
            at=now,
        )
        change = Change(self._workspace)
        self._store.put(change, item, message, ver=None, at=now.timestamp())
        try:
            await commit(self._database, change)
        except Conflict:
            log.debug("message stands already key=%s", key)
        else:
            log.info("told room=%s: %s", room, card.title)
        return MessageRef(home=self.home, room=room, message=message, draft=card.draft, digest=card.digest)

    async def update(self, ref: MessageRef, card: Card) -> None:
        kept = await self._store.find(self._workspace, ref.message)
        if kept is None:
            return
        item = kept.record.changed(card=card.model_dump(mode="json", exclude_defaults=True))
        change = Change(self._workspace)
        self._store.put(change, item, item.id, ver=kept.ver, at=item.at.timestamp())
        await commit(self._database, change)

    async def remove(self, ref: MessageRef) -> bool:
        change = Change(self._workspace).do("DEL", self._store.key(self._workspace, ref.message))
        await commit(self._database, self._store.leave(change, ref.message, "all"))
        return True

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """Nobody can react to a message here without AdMind: there is nothing to catch up on."""
