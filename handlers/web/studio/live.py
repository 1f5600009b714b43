"""`/studio/live`: server-sent hints that something changed; the page then asks again for what it shows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from handlers.web.studio.visit import COOKIE, Visitor

router = APIRouter()
BREATH_SECONDS = 20.0


@router.get("/live", response_class=StreamingResponse)
async def live(request: Request, visit: Visitor) -> StreamingResponse:
    """`changed` with the ids that changed in the member's brands, and a comment every 20 s to keep it open."""
    admind, cookie = visit.admind, request.cookies.get(COOKIE, "")

    async def stream() -> AsyncIterator[str]:
        yield "retry: 3000\n\n"
        async with admind.live.follow(visit.workspace) as follower:
            while True:
                told = await follower.next(BREATH_SECONDS)
                seen = await admind.sign_in.signed_in(cookie)  # a session may end, and roles change, while it is open
                if seen is None:
                    return
                if told is None:
                    yield ": \n\n"
                    continue
                mine = sorted({name for brand, name in told if not brand or seen.member.roles.get(brand)})
                if mine:
                    yield f"event: changed\ndata: {json.dumps(mine)}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
