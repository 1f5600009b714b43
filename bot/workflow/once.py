"""Answers kept under a program's Idempotency-Key for a day, so that a repeated write is answered and not repeated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import BadInput, Conflict
from storage.redis import Database

KEPT_FOR = timedelta(hours=24)
WORKING_FOR = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    media_type: str
    body: str


class OnceOnly:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, who: str, key: str, fingerprint: str) -> Answer | None:
        """The earlier answer to the same write, or None: then it is the caller's to carry out.

        Raises BadInput when the key stood for another write, Conflict while the first one is still working.
        """
        name = self._name(who, key)
        mine = json.dumps({"print": fingerprint})
        if await self._database.client.set(name, mine, nx=True, px=int(WORKING_FOR.total_seconds() * 1000)):
            return None
        kept = json.loads(await self._database.client.get(name) or "{}")
        if kept.get("print") not in (None, fingerprint):
            raise BadInput("This Idempotency-Key was used for another request.", do_next="Use a new key.")
        if "status" not in kept:
            raise Conflict("The first request under this key is still working.", do_next="Ask again in a moment.")
        return Answer(kept["status"], kept["type"], kept["body"])

    async def end(self, who: str, key: str, fingerprint: str, answer: Answer | None) -> None:
        """Keep the answer; None: nothing was done, the key is free again."""
        name = self._name(who, key)
        if answer is None:
            await self._database.client.delete(name)
            return
        kept = {"print": fingerprint, "status": answer.status, "type": answer.media_type, "body": answer.body}
        await self._database.client.set(name, json.dumps(kept), ex=int(KEPT_FOR.total_seconds()))

    @staticmethod
    def _name(who: str, key: str) -> str:
        return "admind:{sys}:idem:" + hashlib.sha256(f"{who}\0{key}".encode()).hexdigest()
