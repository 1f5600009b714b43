"""A loopback server of tokens (RFC 6749 §6), strict about fields; each renewal may bring the next refresh token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

CLIENT, SECRET = "1234.apps.example", "GOCSPX-secret-of-velo"
FIELDS = {"grant_type", "refresh_token", "client_id"}


@dataclass
class TokenServer(FaultyServer):
    """`good` are the accesses that hold, which mail servers of the same test look at."""

    refreshes: set[str] = field(default_factory=lambda: {"first"})
    good: set[str] = field(default_factory=set)
    rotates: bool = True
    secret: str = SECRET  # empty: a public client, which has none
    life: int = 3600
    renewed: int = 0

    @property
    def url(self) -> str:
        return f"{self.origin}/token"

    def publishes(self, method: str, path: str) -> bool:
        return False

    def route(self, seen: Seen) -> tuple[int, bytes, Headers]:
        kind: Headers = (("content-type", "application/json"),)
        assert (seen.method, seen.path) == ("POST", "/token"), seen
        assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
        given = {name: values[0] for name, values in parse_qs(seen.body.decode(), strict_parsing=True).items()}
        wanted = FIELDS | ({"client_secret"} if self.secret else set())
        if set(given) != wanted or given["grant_type"] != "refresh_token":
            return 400, b'{"error":"invalid_request"}', kind
        if (given["client_id"], given.get("client_secret", "")) != (CLIENT, self.secret):
            return 401, b'{"error":"invalid_client"}', kind
        if given["refresh_token"] not in self.refreshes:
            return 400, b'{"error":"invalid_grant"}', kind
        self.renewed += 1
        self.good.add(access := f"access-{self.renewed}")
        said: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
        if self.rotates:
            self.refreshes = {f"refresh-{self.renewed}"}
            said["refresh_token"] = f"refresh-{self.renewed}"
        return 200, json.dumps(said).encode(), kind


@asynccontextmanager
async def token_server(**switches: Any) -> AsyncIterator[TokenServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(TokenServer(**switches)) as fake:
        yield fake
