"""`/calendar/import` and `/calendar/export`: the calendar as a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from bot.planning.export import as_csv, as_json
from bot.planning.spans import start_of
from bot.workflow.calendar_importing import CalendarImport, Checked
from handlers.web.api.calendar import span_of
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Proposer, Reader, Service

router = APIRouter(prefix="/calendar", tags=["calendar"], route_class=IdempotentRoute)
Id = Annotated[str, Query(max_length=100)]
SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}


class FaultView(BaseModel):
    line: int = Field(description="Where its row begins in a CSV file, or its place in the list of a JSON file.")
    column: str
    problem: str


class ImportView(BaseModel):
    id: str
    brand: str
    rows: int
    made: int = Field(description="Drafts that came of it so far.")
    failed: list[FaultView] = Field(description="Rows that had been understood, and of which no draft came.")
    done: bool
    created_at: datetime


class CheckedView(BaseModel):
    rows: int
    new: int = Field(description="Rows that become drafts, or would.")
    already: int = Field(description="Rows that are drafts or posts already.")
    faults: list[FaultView]
    unread: list[str] = Field(description="Columns that mean nothing here.")
    read_as: str = Field(description="How the file was read where that is a guess.")
    first: datetime | None
    last: datetime | None
    taken: ImportView | None = Field(description="The import that makes the drafts; null when nothing was taken in.")


@router.post("/import", openapi_extra=SENT)
async def import_(
    admind: Service,
    caller: Proposer,
    request: Request,
    brand: Id = "",
    dry_run: Annotated[bool, Query(description="Only look: nothing is taken in.")] = True,
) -> CheckedView:
    """Look at a file of planned posts (CSV or JSON, 10 MB, 5,000 rows), or take it in: whole, or not at all.

    Every new row becomes a draft to approve. The same file again makes no second one.
    """
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    data, importing = await file_of(request), admind.calendar_importing
    if dry_run:
        return checked_view(await importing.check(caller.workspace, caller.member, brand, data))
    return checked_view(await importing.take(caller.workspace, caller.member, brand, data, caller.surface))


@router.get("/imports/{name}")
async def state(admind: Service, caller: Reader, name: str, brand: Id = "") -> ImportView:
    """How far an import is."""
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return import_view(await admind.calendar_importing.state(caller.workspace, caller.member, brand, name))


@router.get("/export", response_class=Response)
async def export(
    admind: Service,
    caller: Reader,
    format_: Annotated[Literal["csv", "json"], Query(alias="format")] = "csv",
    first: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(description="The day after the last.")] = None,
    brand: Id = "",
) -> Response:
    """Drafts and posts of these days (the next 90 unless given) as a file that can be imported again."""
    zone = await caller.looking.zone(caller.workspace)
    first = first or admind.clock.now().astimezone(zone).date()
    until = until or first + timedelta(days=90)
    await span_of(caller, first, until, brand)
    lines = await admind.calendar_exporting.lines(
        caller.looking,
        caller.workspace,
        caller.member,
        start_of(first, zone),
        start_of(until, zone),
        zone,
        brands=frozenset({brand}) if brand else None,
    )
    body, mime = (
        (as_csv(lines), "text/csv; charset=utf-8") if format_ == "csv" else (as_json(lines), "application/json")
    )
    headers = {
        "Content-Disposition": f'attachment; filename="calendar-{first}.{format_}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=mime, headers=headers)


def checked_view(found: Checked) -> CheckedView:
    return CheckedView(
        rows=found.rows,
        new=len(found.new),
        already=found.already,
        faults=[FaultView(line=each.line, column=each.column, problem=each.problem) for each in found.faults],
        unread=list(found.unread),
        read_as=found.read_as,
        first=found.first,
        last=found.last,
        taken=import_view(found.taken) if found.taken else None,
    )


def import_view(found: CalendarImport) -> ImportView:
    return ImportView(
        id=found.id,
        brand=found.brand,
        rows=found.rows,
        made=found.made,
        failed=[FaultView(line=each.line, column="", problem=each.why) for each in found.failed],
        done=found.state == "done",
        created_at=found.created_at,
    )


async def file_of(request: Request) -> bytes:
    """The body, or the first file of a form."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=20) as form:
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                return await value.read()
    return b""
