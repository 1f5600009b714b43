"""Routes whose writes may carry an Idempotency-Key: the same key and request get the same answer, once carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bot.errors import BadInput
from bot.workflow.once import Answer
from handlers.web.auth import admind_of, caller_of

MOST_KEY = 200
UNDONE = frozenset({401, 403, 408, 425, 429})  # nothing was carried out: the key stays free


class IdempotentRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get("idempotency-key", "")
            if not key or request.method in ("GET", "HEAD"):
                return await handle(request)
            if len(key) > MOST_KEY:
                raise BadInput(f"An Idempotency-Key has at most {MOST_KEY} characters.")
            return await _kept(request, key, handle)

        return once


async def _kept(request: Request, key: str, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    store: Any = admind_of(request).once_only
    await caller_of(request)  # a key is no pass: what was answered to a token is not told once it was revoked
    who = hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()
    seen = f"{request.method}\0{request.url.path}\0".encode() + await request.body()
    fingerprint = hashlib.sha256(seen).hexdigest()
    earlier: Answer | None = await store.begin(who, key, fingerprint)
    if earlier is not None:
        return Response(earlier.body, earlier.status, {"Idempotency-Replayed": "true"}, earlier.media_type)
    try:
        response = await handle(request)
    except BaseException:
        await store.end(who, key, fingerprint, None)
        raise
    body = bytes(response.body).decode()
    done = response.status_code < 500 and response.status_code not in UNDONE
    kept = Answer(response.status_code, response.media_type or "application/json", body) if done else None
    await store.end(who, key, fingerprint, kept)
    return response
