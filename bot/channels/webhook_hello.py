"""A webhook's first word: the signed ping that connects it, and how its receiver may show itself in the answer.

Who confirms an account is to see what it is. A webhook only takes, so nobody can look there; but its receiver may
answer the ping with `{"name": "…", "picture": "https://…", "last_post": "…", "last_at": "2026-11-27T08:00:00Z"}`, or
some of it (`docs/channels/webhook.md`).
"""

from __future__ import annotations

import json
from typing import Any

import rfc8785
from httpx2 import Response

from bot.channels.answers import ask, instant, web
from bot.channels.base import Account, Door, Introduction
from bot.channels.standard_webhooks import signed_headers
from bot.errors import BadInput

MOST_ANSWER_BYTES = 64_000


async def ping(account: Account, url: str, door: Door) -> Response:
    """Raises BadInput for a key that signs nothing, ProvenNotSent, OutcomeUnknown."""
    body = rfc8785.dumps({"type": "admind.ping", "version": 1})
    try:
        headers = signed_headers(await door.secret("signing_key"), f"ping_{account.id}", door.now(), body)
    except ValueError:
        raise BadInput("The signing key cannot be used.", do_next="Use whsec_ and 32 random bytes in base64.") from None
    headers |= {"content-type": "application/json"}
    return await ask(lambda: door.request("POST", url, content=body, headers=headers), account.name)


def shown_in(answer: Response) -> Introduction:
    """What the answer to a ping shows of its receiver; empty, and its last post not told, where it says nothing."""
    said: Any = {}
    if 200 <= answer.status_code < 300 and len(answer.content) <= MOST_ANSWER_BYTES:
        try:
            said = json.loads(answer.content)
        except (ValueError, RecursionError):
            said = {}
    said = said if isinstance(said, dict) else {}
    name, last = said.get("name"), said.get("last_post")
    return Introduction(
        name=name[:200] if isinstance(name, str) else "",
        avatar=web(said.get("picture")),
        last_post=last[:300] if isinstance(last, str) else None,
        last_at=instant(said.get("last_at")),
    )
