"""`/plan`: a brand's editorial plan, its slots, and what is changed in it. Nothing here approves anything."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from bot.bootstrap import AdMind
from bot.planning.saying import ReadBack, say_rule, say_times
from bot.planning.standing import SlotView
from bot.views import ListView
from bot.workflow.plans import Plan
from bot.workflow.requests import Asker
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Proposer, Reader, Service

router = APIRouter(prefix="/plan", tags=["plan"], route_class=IdempotentRoute)
BrandName = Annotated[str, Query(max_length=100, description="Id of the brand; unset: yours.")]
LONGEST = timedelta(days=400)  # span of slots in one answer
Name = Annotated[str, Field(min_length=1, max_length=60)]
FillName = Literal["ideas", "queue", "evergreen"]


class PauseBody(Body):
    first: date
    last: date | None = None
    why: str = Field("", max_length=120)


class PillarBody(Body):
    name: Name
    about: str = Field("", max_length=500)
    points: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(default_factory=list, max_length=100)
    share: int | None = Field(None, ge=0, le=100, description="Percent of posts that are meant to be on it.")


class FormBody(Body):
    name: Name
    share: int | None = Field(None, ge=0, le=100)


class OccasionBody(Body):
    name: Name
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    year: int | None = Field(None, ge=2000, le=2200, description="Unset: each year.")
    about: str = Field("", max_length=300)
    pillar: str = Field("", max_length=60)


class HolidaysBody(Body):
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="ISO 3166-1 alpha-2; empty: none are left free.")
    region: str = Field("", max_length=10)
    kept: list[date] = Field(default_factory=list, max_length=100, description="Holidays with posts all the same.")


class RecurringView(BaseModel):
    id: str
    often: str = Field(description="The rule in words.")
    rule: str = Field(description="RRULE of RFC 5545.")
    first: date
    at: time
    until: time | None = Field(description="The latest time of a span.")
    times: str
    accounts: list[str]
    pillar: str
    form: str
    audience: str
    fill: FillName
    topic: str
    campaign: str
    excepted: list[date]
    pauses: list[PauseBody]


class SingleView(BaseModel):
    id: str
    at: str = Field(description="On the brand's clock.")
    accounts: list[str]
    pillar: str
    form: str
    fill: FillName
    topic: str
    campaign: str


class EvergreenView(BaseModel):
    draft: str
    after_days: int


class PlanView(BaseModel):
    brand: str
    zone: str = Field(description="IANA name of the clock that its times are on.")
    recurring: list[RecurringView]
    single: list[SingleView]
    pillars: list[PillarBody]
    forms: list[FormBody]
    occasions: list[OccasionBody]
    evergreens: list[EvergreenView]
    holidays: HolidaysBody
    pauses: list[PauseBody]
    horizon_days: int
    apart_days: int
    open_percent: int = Field(description="Of advice for audiences and pillars that get less than wanted.")


class WordsBody(Body):
    words: str = Field(min_length=1, max_length=4000, description="“LinkedIn Mon and Wed 9:00 tip; Bluesky daily 8-10”")
    brand: str = Field("", max_length=100)
    language: Literal["en", "de"] = "en"


class SingleBody(Body):
    when: str = Field(min_length=1, max_length=200)
    accounts: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=60)
    pillar: str = Field("", max_length=60)
    form: str = Field("", max_length=60)
    topic: str = Field("", max_length=300)
    fill: FillName = "ideas"
    brand: str = Field("", max_length=100)


class EditBody(Body):
    rule: str | None = Field(None, min_length=6, max_length=300)
    first: date | None = None
    at: time | None = None
    until: time | None = None
    accounts: list[Annotated[str, Field(max_length=100)]] | None = Field(None, min_length=1, max_length=60)
    pillar: str | None = Field(None, max_length=60)
    form: str | None = Field(None, max_length=60)
    audience: str | None = Field(None, max_length=60)
    fill: FillName | None = None
    topic: str | None = Field(None, max_length=300)


class SettingsBody(Body):
    pillars: list[PillarBody] | None = Field(None, max_length=20)
    forms: list[FormBody] | None = Field(None, max_length=20)
    occasions: list[OccasionBody] | None = Field(None, max_length=200)
    holidays: HolidaysBody | None = None
    horizon_days: int | None = Field(None, ge=1, le=28)
    apart_days: int | None = Field(None, ge=0, le=400)
    open_percent: int | None = Field(None, ge=0, le=100)


class PausingBody(PauseBody):
    slot: str = Field("", max_length=80, description="Of one recurring slot; unset: the whole plan.")


class WhenBody(Body):
    when: str = Field(min_length=1, max_length=200)


class FillBody(Body):
    slots: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=500)


class EvergreenBody(Body):
    after_days: int | None = Field(ge=7, le=1000, description="null: it comes back no more.")


class Filled(BaseModel):
    filled: int


@router.get("")
async def plan(admind: Service, caller: Reader, brand: BrandName = "") -> PlanView:
    return await _shown(
        admind, caller.workspace, await admind.plans.of(caller.workspace, caller.member, await _brand(caller, brand))
    )


@router.get("/slots")
async def slots(
    admind: Service,
    caller: Reader,
    brand: BrandName = "",
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> ListView[SlotView]:
    """By time; from now, for a week, unless a span is given."""
    first = start or admind.clock.now()
    last = min(end or first + timedelta(days=7), first + LONGEST)
    found = await admind.plans.between(caller.workspace, caller.member, await _brand(caller, brand), first, last)
    return ListView(items=found)


@router.post("/read")
async def read(admind: Service, caller: Proposer, body: WordsBody) -> ListView[ReadBack]:
    """What these words would plan. Nothing is changed."""
    brand = await _brand(caller, body.brand)
    found = await admind.plans.read(caller.workspace, caller.member, brand, body.words, language=body.language)
    return ListView(items=list(found))


@router.post("/recurring", status_code=201)
async def add(admind: Service, caller: Proposer, body: WordsBody) -> ListView[RecurringView]:
    """Plan slots that come again, in words."""
    brand = await _brand(caller, body.brand)
    made = await admind.plans.add(caller.workspace, caller.member, brand, body.words, language=body.language)
    return ListView(items=[_recurring(each) for each in made])


@router.post("/single", status_code=201)
async def add_single(admind: Service, caller: Proposer, body: SingleBody) -> SingleView:
    """Plan one slot."""
    brand = await _brand(caller, body.brand)
    purpose = body.model_dump(exclude={"when", "brand"})
    return _single(await admind.plans.add_single(caller.workspace, caller.member, brand, body.when, **purpose))


@router.patch("/recurring/{name}")
async def edit(admind: Service, caller: Proposer, name: str, body: EditBody, brand: BrandName = "") -> RecurringView:
    """Change a recurring slot; what is unset stays. Its occurrences keep their names."""
    changes = body.model_dump(exclude_unset=True)
    brand = await _brand(caller, brand)
    return _recurring(await admind.plans.edit(caller.workspace, caller.member, brand, name, changes))


@router.delete("/slots/{name}")
async def remove(admind: Service, caller: Proposer, name: str, brand: BrandName = "") -> PlanView:
    """A recurring or a single slot leaves the plan; drafts that stand in it stay."""
    brand = await _brand(caller, brand)
    await admind.plans.remove(caller.workspace, caller.member, brand, name)
    return await _now(admind, caller, brand)


@router.post("/slots/{name}/{what}")
async def one(
    admind: Service, caller: Proposer, name: str, what: Literal["skip", "take-back"], brand: BrandName = ""
) -> PlanView:
    """Leave one occurrence out, or take it back in."""
    brand = await _brand(caller, brand)
    await admind.plans.skip(caller.workspace, caller.member, brand, name, back=what == "take-back")
    return await _now(admind, caller, brand)


@router.put("/slots/{name}/time")
async def move(admind: Service, caller: Proposer, name: str, body: WhenBody, brand: BrandName = "") -> PlanView:
    """Put one occurrence at another time; a draft that stands in it moves along and is to be approved anew."""
    brand = await _brand(caller, brand)
    await admind.plans.move(await _asker(admind, caller, brand), name, body.when)
    return await _now(admind, caller, brand)


@router.post("/pause")
async def pause(admind: Service, caller: Proposer, body: PausingBody, brand: BrandName = "") -> PlanView:
    brand = await _brand(caller, brand)
    of = (caller.workspace, caller.member, brand)
    return await _shown(
        admind, caller.workspace, await admind.plans.pause(*of, body.first, body.last, why=body.why, name=body.slot)
    )


@router.post("/go-on")
async def go_on(
    admind: Service, caller: Proposer, brand: BrandName = "", slot: Annotated[str, Query(max_length=80)] = ""
) -> PlanView:
    """End the pauses of the whole plan, or of one recurring slot."""
    brand = await _brand(caller, brand)
    return await _shown(
        admind, caller.workspace, await admind.plans.go_on(caller.workspace, caller.member, brand, name=slot)
    )


@router.post("/fill")
async def fill(admind: Service, caller: Proposer, body: FillBody, brand: BrandName = "") -> Filled:
    """Draft empty slots of the horizon anew: these, or all."""
    brand = await _brand(caller, brand)
    return Filled(filled=await admind.plans.fill(caller.workspace, caller.member, brand, body.slots))


@router.patch("")
async def change(admind: Service, caller: Proposer, body: SettingsBody, brand: BrandName = "") -> PlanView:
    """Pillars, kinds of post, dates that matter, holidays, horizon; what is unset stays."""
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    brand = await _brand(caller, brand)
    return await _shown(
        admind, caller.workspace, await admind.plans.set(caller.workspace, caller.member, brand, changes)
    )


@router.put("/evergreens/{draft}")
async def evergreen(
    admind: Service, caller: Proposer, draft: str, body: EvergreenBody, brand: BrandName = ""
) -> PlanView:
    """Whether a post may come back in fresh words, and after how many days."""
    brand = await _brand(caller, brand)
    return await _shown(
        admind,
        caller.workspace,
        await admind.plans.evergreen(caller.workspace, caller.member, brand, draft, body.after_days),
    )


async def _brand(caller: Caller, named: str) -> str:
    """Raises NotFound for what the caller does not see."""
    brand = named or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return brand


async def _asker(admind: AdMind, caller: Caller, brand: str) -> Asker:
    zone = await admind.standing.zone(caller.workspace, brand)
    by_agent = "decide" not in caller.scopes
    return Asker(caller.workspace, brand, caller.member, "", caller.surface, "en", zone.key, by_agent=by_agent)


async def _now(admind: AdMind, caller: Caller, brand: str) -> PlanView:
    return await _shown(admind, caller.workspace, await admind.plans.of(caller.workspace, caller.member, brand))


async def _shown(admind: AdMind, workspace: str, plan: Plan) -> PlanView:
    return _view(plan, (await admind.standing.zone(workspace, plan.brand)).key)


def _view(plan: Plan, zone: str) -> PlanView:
    said: dict[str, Any] = plan.model_dump()
    return PlanView(
        brand=plan.brand,
        zone=zone,
        recurring=[_recurring(each) for each in plan.recurrences],
        single=[_single(each) for each in plan.singles],
        evergreens=[EvergreenView(draft=each.draft, after_days=each.after_days) for each in plan.evergreens],
        **{name: said[name] for name in ("pillars", "forms", "occasions", "holidays", "pauses")},
        horizon_days=plan.horizon_days,
        apart_days=plan.apart_days,
        open_percent=plan.open_percent,
    )


def _recurring(each: Any) -> RecurringView:
    said = {name: value for name, value in each.model_dump().items() if name in RecurringView.model_fields}
    return RecurringView(**said, often=say_rule(each.rule), times=say_times(each.at, each.until))


def _single(each: Any) -> SingleView:
    said = {name: value for name, value in each.model_dump().items() if name in SingleView.model_fields}
    return SingleView(**said | {"at": f"{each.at:%Y-%m-%d %H:%M}"})
