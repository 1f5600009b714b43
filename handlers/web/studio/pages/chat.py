"""Chat with AdMind: what was asked and answered, progress as it happens, and draft cards to decide on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from bot.chat import ChatRequest, DecisionRequest, Upload, VerdictName, new_conversation, own_conversation
from bot.errors import BadInput, NotFound
from bot.views import DraftView
from bot.workflow.documents import MOST_DOCUMENTS
from handlers.web.studio.draw import draw, go, is_part, tell
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
CONTINUES = timedelta(minutes=30)
SHOWN = 30
PICTURES = 10


@router.get("/chat")
async def chat(request: Request, visit: Visitor) -> Response:
    """The latest turns, and the line to write in. After half an hour a new conversation begins."""
    turns = await visit.admind.desk.recent(visit.workspace, visit.id, limit=SHOWN)
    conversation = ""
    if turns and visit.admind.clock.now() - turns[-1].created_at < CONTINUES and visit.home:
        mine = own_conversation(visit.id, visit.home.id, "")
        conversation = turns[-1].conversation.removeprefix(mine) if turns[-1].conversation.startswith(mine) else ""
    drafts = await _drafts(visit, [draft for turn in turns for draft in turn.drafts])
    return draw(request, visit, "chat.html", turns=turns, drafts=drafts, conversation=conversation)


@router.post("/chat")
async def ask(
    request: Request,
    visit: Visitor,
    text: Annotated[str, Form(max_length=1_000_000)],
    conversation: Annotated[str, Form(max_length=100, pattern=r"^[\w.:-]*$")] = "",
    images: Annotated[list[str] | None, Form(max_length=PICTURES)] = None,
    documents: Annotated[list[str] | None, Form(max_length=MOST_DOCUMENTS)] = None,
) -> Response:
    """Take a request in; it is kept when this answers."""
    if visit.home is None:
        raise BadInput("You have no brand here yet.", do_next="An owner can give you a role in one.")
    if not text.strip() and not images and not documents:
        raise BadInput("There is nothing in this message.", do_next="Write what you want posted.")
    conversation = conversation or new_conversation()
    brand = visit.home.id
    uploads = [Upload(sha256=await visit.admind.library.mine(visit.workspace, brand, each)) for each in images or ()]
    files = [await visit.admind.documents.mine(visit.workspace, brand, each) for each in documents or ()]
    made = await visit.admind.desk.receive(
        ChatRequest(
            workspace=visit.workspace,
            brand=brand,
            surface=SURFACE,
            member=visit.id,
            conversation=own_conversation(visit.id, brand, conversation),
            text=text,
            uploads=tuple(uploads),
            documents=tuple(Upload(sha256=each.sha256, name=each.name, mime=each.mime) for each in files),
        )
    )
    if not is_part(request):
        return go(request, "/studio/chat")
    turn = await visit.admind.desk.view(visit.workspace, visit.id, made)
    return draw(request, visit, "turn.html", turn=turn, drafts={}, conversation=conversation, fresh=True)


@router.get("/chat/{turn}")
async def one(request: Request, visit: Visitor, turn: str) -> Response:
    """One turn as it is now."""
    found = await visit.admind.desk.view(visit.workspace, visit.id, turn)
    drafts = await _drafts(visit, found.drafts)
    return draw(request, visit, "turn.html", turn=found, drafts=drafts, conversation="", fresh=False)


@router.get("/chat/{turn}/calendar", response_class=Response)
async def picture(visit: Visitor, turn: str) -> Response:
    """The calendar beside an answer, as it stands now."""
    found = await visit.admind.desk.view(visit.workspace, visit.id, turn)
    looking = visit.admind.looking
    drawn = (
        await visit.admind.calendar_showing.beside(looking, visit.workspace, visit.id, found.calendar)
        if found.calendar
        else None
    )
    if drawn is None:
        raise NotFound("There is no such picture.")
    return Response(drawn.data, media_type="image/png", headers={"Cache-Control": "private, max-age=60"})


@router.post("/chat/{turn}/retry")
async def retry(request: Request, visit: Visitor, turn: str, tries: Annotated[int, Form(ge=1, le=1000)]) -> Response:
    """The same request once more, after a model's provider failed it."""
    await visit.admind.desk.retry(visit.workspace, visit.id, turn, tries=tries)
    return await one(request, visit, turn) if is_part(request) else go(request, "/studio/chat")


@router.get("/chat/{turn}/events", response_class=StreamingResponse)
async def events(
    visit: Visitor, turn: str, last_event_id: Annotated[str, Header(max_length=64, pattern=r"^\d*(-\d+)?$")] = ""
) -> StreamingResponse:
    """`progress` with a sentence, then `done`."""
    await visit.admind.desk.view(visit.workspace, visit.id, turn)

    async def stream() -> AsyncIterator[str]:
        async for event in visit.admind.desk.events(visit.workspace, turn, after=last_event_id):
            kind = "done" if event.kind in ("done", "failed") else event.kind
            data = json.dumps({"text": str(event.data.get("text", ""))} if kind == "progress" else {})
            yield f"id: {event.id}\nevent: {kind}\ndata: {data}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.post("/chat/approve/{draft}")
async def approve(
    request: Request, visit: Visitor, draft: str, digest: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
) -> Response:
    """Approve exactly what the card showed; the card stays where it stands."""
    done = await visit.admind.decisions.decide(
        DecisionRequest(
            workspace=visit.workspace,
            draft=draft,
            member=visit.id,
            verdict=VerdictName.approve,
            digest=digest,
            surface=SURFACE,
            at=visit.admind.clock.now(),
        )
    )
    return tell(await card(request, visit, draft), done.sentence)


@router.get("/card/{draft}")
async def card(request: Request, visit: Visitor, draft: str) -> Response:
    """One draft's card as it is now."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    return draw(request, visit, "card.html", draft=found)


@router.post("/media")
async def upload(visit: Visitor, file: Annotated[UploadFile, File()]) -> dict[str, str]:
    """Keep a picture that was dropped or pasted: cleaned, without location or camera data."""
    if visit.home is None:
        raise BadInput("You have no brand here yet.", do_next="An owner can give you a role in one.")
    item = await visit.admind.library.upload(visit.workspace, visit.home.id, visit.seen.member, await file.read())
    return {"sha256": item.sha256, "name": (file.filename or "")[:80]}


@router.post("/documents")
async def document(visit: Visitor, file: Annotated[UploadFile, File()]) -> dict[str, str]:
    """Keep a text file or a PDF to be written from, for a week."""
    if visit.home is None:
        raise BadInput("You have no brand here yet.", do_next="An owner can give you a role in one.")
    name, mime = file.filename or "", file.content_type or ""
    kept = await visit.admind.documents.keep(visit.workspace, visit.home.id, await file.read(), name=name, mime=mime)
    return {"sha256": kept.sha256, "name": kept.name}


async def _drafts(visit: Visit, ids: list[str]) -> dict[str, DraftView]:
    """By id; what the member may not see (any more) is left out."""
    found: dict[str, DraftView] = {}
    for draft in dict.fromkeys(ids):
        try:
            found[draft] = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
        except NotFound:
            continue
    return found
