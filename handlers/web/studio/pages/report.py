"""How posts did: the report's picture in the reader's theme, its numbers in words, and the files."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from bot.conversation.reported import summary_of
from bot.errors import BadInput, NotFound
from bot.insights.amounts import label, title
from bot.insights.costs import what_it_took
from bot.insights.numbers_csv import MOST_BYTES
from bot.insights.summary import Summary
from bot.insights.telling import COLUMNS, as_csv, headline, in_words, looks_heads, sentences
from bot.words import words
from bot.workflow.client_report_views import view_of
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
What = Annotated[str, Query(max_length=300)]
KINDS = {"png": "image/png", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@router.get("/report")
async def report(request: Request, visit: Visitor, what: What = "") -> Response:
    """Of the brand in view; `what` as in a chat."""
    problem = ""
    try:
        summary = await _summary(visit, what)
    except (BadInput, NotFound) as error:
        problem = words(visit.language).said(error.sentence())
        summary = await _summary(visit, "")
    book, client = words(visit.language), visit.admind.client_reports
    return draw(
        request,
        visit,
        "report.html",
        summary=summary,
        what=what,
        problem=problem,
        title=title(book, summary),
        headline=headline(book, summary),
        sentences=sentences(book, summary),
        alt=in_words(book, summary),
        models_took=await _models_took(visit, summary),
        columns=[(name, label(book, name)) for name in COLUMNS],
        looks_heads=looks_heads(book),
        query=urlencode({"what": "" if problem else what}),
        plan=await client.plan(visit.workspace, visit.here.id),
        client_reports=[view_of(each) for each in await client.list(visit.workspace, visit.seen.member, visit.here.id)],
        owns=visit.holds("owner", visit.here.id),
        may=visit.approves(visit.here.id),
    )


@router.get("/report.{kind}")
async def file(visit: Visitor, kind: Literal["png", "pdf", "csv"], what: What = "", dark: bool = False) -> Response:
    """The picture to look at, the others to keep."""
    summary = await _summary(visit, what)
    if kind == "png":
        data = await visit.admind.reports.picture(summary, visit.language, dark=dark)
    elif kind == "pdf":
        data = await visit.admind.reports.pdf(summary, visit.language)
    else:
        data = as_csv(summary, visit.language)
    shown = {} if kind == "png" else {"Content-Disposition": f'attachment; filename="report.{kind}"'}
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", **shown}
    return Response(data, media_type=KINDS[kind], headers=headers)


@router.get("/chat/{turn}/picture")
async def picture(visit: Visitor, turn: str) -> Response:
    """What the answer to one's own request shows."""
    found = (await visit.admind.desk.view(visit.workspace, visit.id, turn)).picture
    if found is None:
        raise NotFound("There is no such picture.")
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
    return Response(await visit.admind.blobs.get(found.sha256), media_type=found.mime, headers=headers)


@router.get("/report/client/{brand}/{month}.pdf")
async def pages(visit: Visitor, brand: str, month: str) -> Response:
    """The very pages that are approved and sent."""
    found = await visit.admind.client_reports.find(visit.workspace, visit.seen.member, brand, month)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(await visit.admind.blobs.get(found.pdf), media_type="application/pdf", headers=headers)


@router.post("/report/client/plan")
async def plan(
    request: Request,
    visit: Visitor,
    emails: Annotated[str, Form(max_length=6000)] = "",
    rooms: Annotated[bool, Form()] = False,
) -> Response:
    """Whether and where reports go."""
    listed = tuple(each for each in re.split(r"[\s,;]+", emails) if each)
    await visit.admind.client_reports.set_plan(
        visit.workspace, visit.id, visit.here.id, {"rooms": rooms, "emails": listed}
    )
    return go(request, "/studio/report", visit.t("Saved. The next report waits here on the 1st."))


@router.post("/report/client/{month}")
async def decide(
    request: Request,
    visit: Visitor,
    month: str,
    digest: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")],
    word: Annotated[Literal["yes", "no"], Form()],
) -> Response:
    """Approve and send exactly what was looked at, or have it not sent."""
    said = await visit.admind.client_reports.decide(
        visit.workspace, visit.id, visit.here.id, month, digest, yes=word == "yes", surface=SURFACE
    )
    return go(request, "/studio/report", words(visit.language).said(said))


@router.post("/report/numbers")
async def bring_in(
    request: Request, visit: Visitor, file: Annotated[UploadFile, File()], word: Annotated[str, Form()] = "check"
) -> Response:
    """A CSV file with numbers that no channel tells: looked at, or brought in, all of it or nothing."""
    data = await file.read(MOST_BYTES + 1)
    found = await visit.admind.bringing_in.bring_in(visit.seen.member, visit.here.id, data, write=word == "import")
    return draw(request, visit, "report_numbers.html", found=found)


async def _models_took(visit: Visit, summary: Summary) -> str:
    """For the whole brand on these days, in UTC as they are counted. It is in no file: clients get those, too."""
    if summary.about:
        return ""
    first, last = summary.start.date(), (summary.end - timedelta(seconds=1)).date()
    usage = await visit.admind.looking.spent(visit.workspace, visit.id, visit.here.id, first, last)
    return what_it_took(usage, words(visit.language))


async def _summary(visit: Visit, what: str) -> Summary:
    return await summary_of(
        visit.admind.reports,
        visit.seen.member,
        visit.here.id,
        what,
        now=visit.admind.clock.now(),
        zone=await visit.admind.reports.zone_of(visit.workspace, visit.here.id),
        language=visit.language,
    )
