"""`/media`, `/audit`, `/notices`, and the lists of who and what there is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from bot.errors import BadInput
from bot.views import AccountView, BrandView, ListView, MemberView, NoticeView
from bot.workflow.library import Card
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Proposer, Reader, Service

router = APIRouter(tags=["library"], route_class=IdempotentRoute)


class UploadView(BaseModel):
    sha256: str
    mime: str
    bytes: int
    width: int
    height: int
    alike: list[str] = Field(
        default_factory=list, description="Pictures of the library that look the same: their sha256, newest first."
    )


class PictureView(BaseModel):
    sha256: str
    brand: str
    mime: str
    bytes: int
    width: int
    height: int
    source: str = Field(description="card, upload or generated")
    name: str
    tags: list[str]
    alt: str
    rights_until: date | None = Field(description="Last day on which it may be used.")
    rights_note: str
    made_with: str = Field(description="The image model, as provider:model.")
    from_draft: str
    created_at: datetime


class PictureBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=80)
    tags: list[str] = Field(default_factory=list, max_length=20)
    alt: str = Field("", max_length=1000, description="What it shows, for people who cannot see it.")
    rights_until: date | None = Field(None, description="Last day on which it may be used; none: for ever.")
    rights_note: str = Field("", max_length=200, description="Whose it is, under which licence.")


class AuditView(BaseModel):
    sequence: int
    at: datetime
    kind: str
    who: str | None
    about: str
    details: dict[str, str]
    hash: str


class VerifiedView(BaseModel):
    ok: bool
    entries: int
    reason: str = Field(description="What was found wrong, empty when all is well.")


@router.post(
    "/media",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                mime: {"schema": {"type": "string", "format": "binary"}}
                for mime in ("image/jpeg", "image/png", "image/webp")
            }
            | {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                }
            },
        }
    },
)
async def upload(
    admind: Service,
    caller: Proposer,
    request: Request,
    brand: Annotated[str, Query(max_length=100)] = "",
) -> UploadView:
    """Keep a picture, as raw bytes or as a form's file: cleaned, without location or camera data."""
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    member = await caller.looking.member(caller.workspace, caller.member)
    item = await admind.library.upload(caller.workspace, brand, member, await _picture(request))
    alike = [each.sha256 for each in await admind.library.alike(item)]
    return UploadView(
        sha256=item.sha256, mime=item.mime, bytes=item.size, width=item.width, height=item.height, alike=alike
    )


@router.get("/media")
async def pictures(
    admind: Service,
    caller: Reader,
    tag: Annotated[str, Query(max_length=80, description="A tag, or part of a name.")] = "",
    before: Annotated[datetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
) -> ListView[PictureView]:
    """The library of the caller's brand, newest first."""
    member = await caller.looking.member(caller.workspace, caller.member)
    found = await admind.library.newest(caller.workspace, member, [caller.brand], before=before, limit=limit, tag=tag)
    following = found[-1].created_at.isoformat() if len(found) == limit and not tag else None
    return ListView(items=[_view(each) for each in found], next=following)


@router.put("/media/{sha256}")
async def describe(admind: Service, caller: Proposer, sha256: str, body: PictureBody) -> PictureView:
    """Say what a picture is called, what it shows, and until when it may be used."""
    member = await caller.looking.member(caller.workspace, caller.member)
    card = Card(body.name, ",".join(body.tags), body.alt, body.rights_until, body.rights_note)
    return _view(await admind.library.describe(caller.workspace, member, sha256, card, caller.surface))


def _view(item: Any) -> PictureView:
    said = item.model_dump(include=set(PictureView.model_fields))
    return PictureView(**{**said, "bytes": item.size, "tags": list(item.tags)})


async def _picture(request: Request) -> bytes:
    """The body, or the first file of a form. Raises BadInput."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=20) as form:
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                return await value.read()
    raise BadInput("There is no file in this form.", kept="Nothing was kept.", do_next="Send the picture as `file`.")


class DocumentView(BaseModel):
    sha256: str
    name: str
    mime: str


@router.post(
    "/documents",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                mime: {"schema": {"type": "string", "format": "binary"}}
                for mime in ("text/plain", "text/markdown", "application/pdf")
            },
        }
    },
)
async def document(
    admind: Service,
    caller: Proposer,
    request: Request,
    name: Annotated[str, Query(max_length=200)] = "",
    brand: Annotated[str, Query(max_length=100)] = "",
) -> DocumentView:
    """Keep a text file or a PDF for a week, to be written from: name it in a request. It is read like a web page."""
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    mime = request.headers.get("content-type", "")
    kept = await admind.documents.keep(caller.workspace, brand, await request.body(), name=name, mime=mime)
    return DocumentView(sha256=kept.sha256, name=kept.name, mime=kept.mime)


@router.get("/media/{sha256}", response_class=Response)
async def picture(admind: Service, caller: Reader, sha256: str) -> Response:
    member = await caller.looking.member(caller.workspace, caller.member)
    stored = await admind.library.read(caller.workspace, member, sha256)
    return Response(stored.data, media_type=stored.mime, headers={"Cache-Control": "private, max-age=31536000"})


@router.get("/audit")
async def audit(
    admind: Service,
    caller: Reader,
    about: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=50)] = "",
    after: Annotated[str, Query(max_length=20, pattern=r"^\d{0,15}$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ListView[AuditView]:
    """Who did what, when and from where; oldest first."""
    member = await caller.looking.member(caller.workspace, caller.member)
    entries = await admind.history.read(
        caller.workspace, member, about=about, kind=kind, after=int(after or 0), limit=limit
    )
    items = [
        AuditView(
            sequence=entry.sequence,
            at=entry.at,
            kind=entry.kind,
            who=entry.who,
            about=entry.about,
            details=entry.details,
            hash=entry.hash,
        )
        for entry in entries.items
    ]
    return ListView(items=items, next=entries.next or None)


@router.get("/audit/verify")
async def verify(admind: Service, caller: Reader) -> VerifiedView:
    """Recompute the whole chain and compare it with the heads that were written down outside."""
    found = await admind.history.verify(caller.workspace)
    return VerifiedView(ok=found.ok, entries=found.entries, reason=found.reason)


class SymptomView(BaseModel):
    what: str
    state: str
    found: str
    do: str


@router.get("/doctor")
async def doctor(admind: Service, caller: Reader) -> ListView[SymptomView]:
    """Every part, and what to do about those that are not well."""
    found = await admind.doctor.examine(await caller.looking.member(caller.workspace, caller.member))
    return ListView(items=[SymptomView(what=s.what, state=s.state, found=s.found, do=s.do) for s in found])


@router.get("/notices")
async def notices(
    admind: Service,
    caller: Reader,
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ListView[NoticeView]:
    """What AdMind had to tell: cards, receipts, failures, questions. Newest first."""
    return await caller.looking.notices(caller.workspace, caller.member, after=after, limit=limit)


@router.get("/accounts")
async def accounts(admind: Service, caller: Reader) -> ListView[AccountView]:
    return await caller.looking.accounts(caller.workspace, caller.member)


@router.get("/members")
async def members(admind: Service, caller: Reader) -> ListView[MemberView]:
    return await caller.looking.members(caller.workspace, caller.member)


@router.get("/brands")
async def brands(admind: Service, caller: Reader) -> ListView[BrandView]:
    return await caller.looking.brands(caller.workspace, caller.member)
