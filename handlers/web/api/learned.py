"""`/advice`, `/best-time` and `/experiments`: what past posts teach. Nothing here approves anything."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.views import ListView
from bot.workflow.advising import MOST, Tip
from bot.workflow.experiments import Arm, Standing
from bot.workflow.requests import Asker
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Decider, Proposer, Reader, Service

router = APIRouter(tags=["learned"], route_class=IdempotentRoute)
BrandName = Annotated[str, Query(max_length=100, description="Id of the brand; unset: yours.")]


class EffectView(BaseModel):
    kind: Literal["form", "hour", "day"]
    name: str = Field(description="A form, the first of three hours, or a weekday (0 is Monday).")
    share: float = Field(description="0.12: posts of this kind bring 12 % more than the mean.")
    low: float = Field(description="With 90 % probability above this,")
    high: float = Field(description="and below this.")
    posts: int


class TimeView(BaseModel):
    account: str
    posts: int
    usable: bool = Field(description="Whether it foretells posts that it has not seen better than their mean.")
    better: float = Field(description="By which share its error on those is smaller.")
    effects: list[EffectView]


class ArmView(BaseModel):
    arm: str
    line: str
    posts: int
    impressions: int
    clicks: int = Field(description="By people.")
    raw: int = Field(description="All, with known bots.")
    rate: float
    low: float
    high: float
    chance: float = Field(description="The probability that it is the best.")


class DrawView(BaseModel):
    of: str
    draft: str
    arm: str
    chances: dict[str, float]
    seed: int
    at: datetime
    applied: bool


class ExperimentView(BaseModel):
    id: str
    name: str
    over: Literal["posts", "slots"]
    accounts: list[str]
    state: Literal["too little", "running", "decided", "stopped"]
    arms: list[ArmView]
    best: str
    loss: float = Field(description="What is expected to be lost by taking the best of now, of the usual rate.")
    threshold_percent: float
    usual_rate: float
    with_bots: str = Field(description="Which would look best if bots counted, where that is another one.")
    drawn: list[DrawView]
    rule: str = Field(description="Id of the rule that was proposed from it.")
    started_at: datetime
    ended_at: datetime | None


class OfferView(BaseModel):
    may: bool
    posts: int
    impressions: int


class ExperimentsView(BaseModel):
    offer: OfferView
    items: list[ExperimentView]


class ArmBody(Body):
    name: str = Field(min_length=1, max_length=60)
    line: str = Field("", max_length=300, description="What a draft of it is like; of slots the name is the form.")


class ExperimentBody(Body):
    name: str = Field(min_length=1, max_length=120)
    over: Literal["posts", "slots"] = "posts"
    arms: list[ArmBody] = Field(min_length=2, max_length=6)
    accounts: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=60)
    threshold_percent: float = Field(5, ge=5, le=10)
    brand: str = Field("", max_length=100)


class DrawBody(Body):
    draft: str = Field(max_length=40)


@router.get("/advice")
async def advice(
    admind: Service, caller: Reader, brand: BrandName = "", count: Annotated[int, Query(ge=1, le=MOST)] = 3
) -> ListView[Tip]:
    """What to post next, each point with its reasons and the posts that show it."""
    found = await admind.advising.next(caller.workspace, caller.member, await _brand(caller, brand), count)
    return ListView(items=found)


@router.get("/best-time")
async def best_time(
    admind: Service, caller: Reader, brand: BrandName = "", account: Annotated[str, Query(max_length=40)] = ""
) -> ListView[TimeView]:
    """By account: in which form, hour and on which day posts do better, and whether that can be said."""
    chosen = await _brand(caller, brand)
    await admind.experiments.offer(caller.workspace, caller.member, chosen)  # who works in the brand may ask
    listed = (await caller.looking.accounts(caller.workspace, caller.member)).items
    accounts = [each.id for each in listed if each.brand == chosen and account in ("", each.id)]
    found = await admind.timing.of(caller.workspace, chosen, accounts)
    return ListView(items=[TimeView(account=name, **asdict(each)) for name, each in found.items()])


@router.get("/experiments")
async def experiments(admind: Service, caller: Reader, brand: BrandName = "") -> ExperimentsView:
    """Each with its variants, probabilities and draws; and whether there is enough data for another."""
    of = (caller.workspace, caller.member, await _brand(caller, brand))
    offer = await admind.experiments.offer(*of)
    items = [_view(each) for each in await admind.experiments.all(*of)]
    return ExperimentsView(offer=OfferView(may=offer.may, **asdict(offer)), items=items)


@router.post("/experiments", status_code=201)
async def start(admind: Service, caller: Decider, body: ExperimentBody) -> ExperimentView:
    """Start one, once there is enough data."""
    of = (caller.workspace, caller.member, await _brand(caller, body.brand))
    arms = [Arm(name=each.name, line=each.line) for each in body.arms]
    made = await admind.experiments.start(
        *of, body.name, body.over, arms, accounts=body.accounts, threshold_percent=body.threshold_percent
    )
    return _view(await admind.experiments.one(*of, made.id))


@router.post("/experiments/{name}/stop")
async def stop(admind: Service, caller: Decider, name: str, brand: BrandName = "") -> ExperimentView:
    """End it, undecided."""
    of = (caller.workspace, caller.member, await _brand(caller, brand))
    await admind.experiments.stop(*of, name)
    return _view(await admind.experiments.one(*of, name))


@router.post("/experiments/{name}/draw")
async def draw(admind: Service, caller: Proposer, name: str, body: DrawBody, brand: BrandName = "") -> DrawView:
    """Draw a variant for a draft that waits, and rewrite it by that; it waits for approval as before."""
    chosen = await _brand(caller, brand)
    zone = await admind.standing.zone(caller.workspace, chosen)
    by_agent = "decide" not in caller.scopes
    asker = Asker(caller.workspace, chosen, caller.member, "", caller.surface, "en", zone.key, by_agent=by_agent)
    drawn, _ = await admind.experiments.draw(asker, name, body.draft)
    return DrawView(**drawn.model_dump(exclude={"by"}))


async def _brand(caller: Caller, named: str) -> str:
    """Raises NotFound for what the caller does not see."""
    brand = named or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return brand


def _view(each: Standing) -> ExperimentView:
    found, verdict = each.experiment, each.verdict
    state = "stopped" if not found.running and not found.best else "decided" if found.best else verdict.state
    lines = {arm.name: arm.line for arm in found.arms}
    return ExperimentView(
        **found.model_dump(
            include={"id", "name", "over", "accounts", "threshold_percent", "rule", "started_at", "ended_at"}
        ),
        state=state,
        arms=[ArmView(line=lines[arm.arm], **asdict(arm)) for arm in verdict.arms],
        best=found.best or verdict.best,
        loss=verdict.loss,
        usual_rate=verdict.usual,
        with_bots=verdict.with_bots,
        drawn=[DrawView(**drawn.model_dump(exclude={"by"})) for drawn in found.drawn],
    )
