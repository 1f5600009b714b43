"""A loopback HTTP server that takes posts as webhooks do, misbehaves on demand, and keeps a journal of the truth."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fakes.faulty_http import Act, FaultyServer, Headers, Seen, listening

__all__ = ["Act", "Posted", "Seen", "WebhookServer", "webhook_server"]


@dataclass
class Posted:
    """Something that stands on the server."""

    id: str
    key: str
    body: bytes


@dataclass
class WebhookServer(FaultyServer):
    """Every POST follows the plan. Build it with `webhook_server`."""

    honours_key: bool = False
    posts: list[Posted] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    hello: bytes = b""  # what it answers to a ping
    lookups_fail: bool = False
    deleting_answers: int = 0  # with this status it refuses to delete
    deleting_hangs: bool = False  # it takes a deletion and says nothing
    _count: int = 0

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    @property
    def sent(self) -> list[Seen]:
        """The POSTs that asked to publish, pings left out."""
        return [seen for seen in self.seen if seen.method == "POST" and b'"admind.ping"' not in seen.body]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST"

    def commit(self, seen: Seen) -> bytes:
        if b'"admind.ping"' in seen.body:
            return self.hello
        known = next((post for post in self.posts if self.honours_key and post.key == seen.key), None)
        if known is None:
            self._count += 1
            known = Posted(f"post-{self._count}", seen.key, seen.body)
            self.posts.append(known)
        return self._said(known)

    def silent(self, seen: Seen) -> bool:
        return seen.method == "DELETE" and self.deleting_hangs

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        if seen.method == "DELETE" and self.deleting_answers:
            return self.deleting_answers, b"", ()
        if seen.method == "DELETE":
            wanted = seen.query.get("id", [""])[0]
            found = next((post for post in self.posts if wanted in (post.id, post.key)), None)
            if found is None:
                return 404, b"", ()
            self.posts.remove(found)
            self.deleted.append(wanted)
            return 204, b"", ()
        if self.lookups_fail:
            return 500, b"", ()
        key = seen.query.get("key", [""])[0]
        kept = next((post for post in self.posts if post.key == key), None)
        return (200, self._said(kept), ()) if kept else (404, b"{}", ())

    def _said(self, post: Posted) -> bytes:
        return json.dumps({"id": post.id, "url": f"{self.origin}/{post.id}"}).encode()


@asynccontextmanager
async def webhook_server(*, honours_key: bool = False) -> AsyncIterator[WebhookServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(WebhookServer(honours_key=honours_key)) as fake:
        yield fake
