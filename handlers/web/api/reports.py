"""`/report`: how posts did, as figures, picture, PDF and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from bot.conversation.reported import summary_of
from bot.errors import NotFound
from bot.insights.numbers_csv import MOST_BYTES
from bot.insights.summary import Summary
from bot.insights.telling import as_csv
from bot.words import LANGUAGES
from bot.workflow.bringing_in import BroughtIn
from handlers.web.auth import Caller, Proposer, Reader, Service

router = APIRouter(tags=["looking"])
What = Annotated[
    str,
    Query(
        max_length=300,
        description="As in a chat: last week, november, campaign NAME, account NAME; also a campaign or account and "
        "days. Empty: the last seven days.",
    ),
]
OfBrand = Annotated[str, Query(max_length=60, description="Id of the brand; empty: the caller's own.")]
Language = Annotated[str, Query(max_length=8, description="Of the words: en or de; empty: the caller's.")]
KINDS: Mapping[str, str] = {"png": "image/png", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@router.get("/report")
async def report(admind: Service, caller: Reader, what: What = "", brand: OfBrand = "") -> Summary:
    """Every number of the report; what is not known is null, never zero."""
    return await _summary(admind, caller, what, brand)


@router.get("/report.{kind}", response_class=Response)
async def file(
    admind: Service,
    caller: Reader,
    kind: Literal["png", "pdf", "csv"],
    what: What = "",
    brand: OfBrand = "",
    language: Language = "",
    dark: Annotated[bool, Query(description="Of the picture.")] = False,
) -> Response:
    """The same as one file."""
    summary = await _summary(admind, caller, what, brand)
    member = await admind.looking.member(caller.workspace, caller.member)
    spoken = language if language in LANGUAGES else member.language
    if kind == "png":
        data = await admind.reports.picture(summary, spoken, dark=dark)
    elif kind == "pdf":
        data = await admind.reports.pdf(summary, spoken)
    else:
        data = as_csv(summary, spoken)
    headers = {
        "Content-Disposition": f'attachment; filename="report.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=KINDS[kind], headers=headers)


@router.post("/numbers")
async def bring_in(
    admind: Service,
    caller: Proposer,
    request: Request,
    brand: OfBrand = "",
    write: Annotated[bool, Query(description="false: say what the file holds and what is wrong with it.")] = False,
) -> BroughtIn:
    """Numbers from a CSV file (post, read_at, and one column a number): all of it, or nothing while a line is wrong."""
    wanted = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, wanted)
    member = await caller.looking.member(caller.workspace, caller.member)
    return await admind.bringing_in.bring_in(member, wanted, await body_of(request), write=write)


async def body_of(request: Request) -> bytes:
    """At most one byte more than a file may have."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BYTES:
            break
    return bytes(data[: MOST_BYTES + 1])


async def _summary(admind: Service, caller: Caller, what: str, brand: str) -> Summary:
    """Raises NotFound for a brand that the caller does not reach."""
    wanted = brand or caller.brand
    if caller.brands and wanted not in caller.brands:
        raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")
    member = await caller.looking.member(caller.workspace, caller.member)
    zone = await admind.reports.zone_of(caller.workspace, wanted)
    return await summary_of(
        admind.reports, member, wanted, what, now=admind.clock.now(), zone=zone, language=member.language
    )
