"""`/requests`: what people and programs ask of AdMind in plain words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.chat import ChatRequest, Upload, new_conversation, own_conversation
from bot.conversation.requested import RequestView
from bot.workflow.documents import MOST_DOCUMENTS, Document
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Proposer, Reader, Service

router = APIRouter(prefix="/requests", tags=["requests"], route_class=IdempotentRoute)


class Ask(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=1_000_000, description="What you want, in plain words.")
    conversation: str = Field("", max_length=100, pattern=r"^[\w.:-]*$", description="Go on with an earlier one.")
    images: list[str] = Field(default_factory=list, max_length=10, description="sha256 of pictures put to /media.")
    documents: list[str] = Field(
        default_factory=list, max_length=MOST_DOCUMENTS, description="sha256 of files of text put to /documents."
    )
    brand: str = Field("", max_length=100)


class Accepted(BaseModel):
    id: str
    conversation: str


@router.post("", status_code=202)
async def ask(admind: Service, caller: Proposer, body: Ask) -> Accepted:
    """Take a request in; it is kept when this answers. Progress and reply are at `/requests/{id}`."""
    brand = body.brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    conversation = body.conversation or new_conversation()
    request = ChatRequest(
        workspace=caller.workspace,
        brand=brand,
        surface=caller.surface,
        member=caller.member,
        conversation=own_conversation(caller.member, brand, conversation),
        text=body.text,
        uploads=tuple(
            [Upload(sha256=await admind.library.mine(caller.workspace, brand, each)) for each in body.images]
        ),
        documents=tuple([_upload(await admind.documents.mine(caller.workspace, brand, one)) for one in body.documents]),
        within=caller.brands,
    )
    return Accepted(id=await admind.desk.receive(request), conversation=conversation)


def _upload(document: Document) -> Upload:
    return Upload(sha256=document.sha256, name=document.name, mime=document.mime)


@router.get("")
async def recent(admind: Service, caller: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 30) -> dict[str, Any]:
    """What the caller asked last, from everywhere, the oldest of these first."""
    found = await admind.desk.recent(caller.workspace, caller.member, limit=limit, within=caller.brands)
    return {"items": [_shown(each) for each in found]}


@router.get("/{request_id}")
async def look(admind: Service, caller: Reader, request_id: str) -> RequestView:
    return _shown(await admind.desk.view(caller.workspace, caller.member, request_id, caller.brands))


def _shown(view: RequestView) -> RequestView:
    return view.model_copy(update={"conversation": view.conversation.rpartition("/")[2]})


@router.post("/{request_id}/retry", status_code=202)
async def retry(admind: Service, caller: Proposer, request_id: str, tries: int | None = None) -> RequestView:
    """Try the same kept request again, after a model's provider failed it (`again`). `tries` is how often it had been
    tried when you looked: said twice, it is tried once.
    """
    await admind.desk.retry(caller.workspace, caller.member, request_id, tries=tries, within=caller.brands)
    return await look(admind, caller, request_id)


@router.get("/{request_id}/events", response_class=StreamingResponse)
async def events(
    admind: Service,
    caller: Reader,
    request_id: str,
    last_event_id: Annotated[str, Header(max_length=64, pattern=r"^\d*(-\d+)?$")] = "",
) -> StreamingResponse:
    """Server-sent events: `progress` with a sentence, then `done` or `failed` with the request."""
    await admind.desk.view(caller.workspace, caller.member, request_id, caller.brands)

    async def stream() -> AsyncIterator[str]:
        async for event in admind.desk.events(caller.workspace, request_id, after=last_event_id):
            told = dict(event.data)
            if "conversation" in told:
                told["conversation"] = str(told["conversation"]).rpartition("/")[2]
            data = json.dumps(told, ensure_ascii=False)
            yield f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
