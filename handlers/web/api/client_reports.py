"""`/client-reports`: each month's report for a brand's clients, and one person's word on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from bot.views import ListView
from bot.workflow.client_report_views import ReportView, view_of
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Decider, Owner, Reader, Service

router = APIRouter(prefix="/client-reports", tags=["looking"], route_class=IdempotentRoute)
OfBrand = Annotated[str, Query(max_length=60, description="Id of the brand; empty: the caller's own.")]


class PlanView(BaseModel):
    brand: str
    rooms: bool = Field(description="Into the brand's client rooms.")
    emails: list[str]
    account: str = Field(description="Id of the e-mail account that they are sent from.")
    language: str = Field(description="Of the report; empty: the workspace's.")


class PlanBody(Body):
    rooms: bool | None = None
    emails: list[Annotated[str, Field(max_length=254)]] | None = Field(None, max_length=20)
    account: str | None = Field(None, max_length=60)
    language: str | None = Field(None, pattern="^(|en|de)$")


class MonthBody(Body):
    month: str = Field(pattern=r"^\d{4}-\d{2}$")


class WordBody(Body):
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="Of what was seen.")
    yes: bool = Field(description="true: approve and send. false: it is not sent.")


class Said(BaseModel):
    sentence: str
    at: datetime


@router.get("")
async def reports(admind: Service, caller: Reader, brand: OfBrand = "") -> ListView[ReportView]:
    """The latest first."""
    brand = await _of(caller, brand)
    member = await caller.looking.member(caller.workspace, caller.member)
    found = await admind.client_reports.list(caller.workspace, member, brand)
    return ListView(items=[view_of(each) for each in found])


@router.get("/plan")
async def plan(admind: Service, caller: Owner, brand: OfBrand = "") -> PlanView:
    found = await admind.client_reports.plan(caller.workspace, await _of(caller, brand))
    return PlanView(**found.model_dump(include={"brand", "rooms", "emails", "account", "language"}))


@router.put("/plan")
async def set_plan(admind: Service, caller: Owner, body: PlanBody, brand: OfBrand = "") -> PlanView:
    """Whether and where reports go; none is prepared without a place. A report that waits stays as it is."""
    brand = await _of(caller, brand)
    found = await admind.client_reports.set_plan(caller.workspace, caller.member, brand, body.model_dump())
    return PlanView(**found.model_dump(include={"brand", "rooms", "emails", "account", "language"}))


@router.post("", status_code=201)
async def prepare(admind: Service, caller: Decider, body: MonthBody, brand: OfBrand = "") -> ReportView:
    """One of a month that is over, now; it waits for a person's word."""
    brand = await _of(caller, brand)
    return view_of(await admind.client_reports.prepare(caller.workspace, caller.member, brand, body.month))


@router.get("/{month}.pdf", response_class=Response)
async def pages(admind: Service, caller: Reader, month: str, brand: OfBrand = "") -> Response:
    """The very pages that are approved and sent."""
    brand = await _of(caller, brand)
    member = await caller.looking.member(caller.workspace, caller.member)
    found = await admind.client_reports.find(caller.workspace, member, brand, month)
    headers = {"Content-Disposition": 'attachment; filename="report.pdf"', "X-Content-Type-Options": "nosniff"}
    return Response(await admind.blobs.get(found.pdf), media_type="application/pdf", headers=headers)


@router.post("/{month}/decision")
async def decide(admind: Service, caller: Decider, month: str, body: WordBody, brand: OfBrand = "") -> Said:
    """Once, on exactly what the digest stands for."""
    brand = await _of(caller, brand)
    sentence = await admind.client_reports.decide(
        caller.workspace, caller.member, brand, month, body.digest, yes=body.yes, surface=caller.surface
    )
    return Said(sentence=sentence, at=admind.clock.now())


async def _of(caller: Caller, brand: str) -> str:
    """Raises NotFound for a brand that the caller does not reach."""
    wanted = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, wanted)
    return wanted
