"""`/campaigns`: proposed from words, changed in words or one post at a time, started by a person. Approves nothing."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.bootstrap import AdMind
from bot.planning.standing import SlotView
from bot.views import ListView
from bot.workflow.campaigns import Campaign
from bot.workflow.requests import Asker
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Decider, Proposer, Reader, Service

router = APIRouter(prefix="/campaigns", tags=["campaigns"], route_class=IdempotentRoute)
StageName = Literal["teaser", "reveal", "proof", "launch", "followup"]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class MessageBody(Body):
    text: str = Field(min_length=1, max_length=400)
    evidence: str = Field("", max_length=2000, description="What proves it: words or an address.")


class MilestoneView(BaseModel):
    name: str
    day: date
    at: time | None


class ArcPostView(BaseModel):
    id: str
    stage: StageName
    at: str = Field(description="On the brand's clock.")
    accounts: list[str]
    form: str
    topic: str
    message: str
    why: str
    state: str = Field(description="proposed, or how its slot stands")
    draft: str = Field(description="Id of the draft that stands there.")


class NoticeView(BaseModel):
    post: str = Field(description="Id of the campaign's post that it is about.")
    kind: Literal["free", "clash", "order"] = Field(
        description="free: its day is kept free. clash: another one is too close. order: a stage out of its order."
    )
    text: str


class CampaignView(BaseModel):
    id: str
    brand: str
    name: str
    status: Literal["proposed", "running", "paused", "ended", "dropped"]
    goal: str
    first: date
    last: date
    audiences: list[str]
    pillars: list[str]
    messages: list[MessageBody]
    milestones: list[MilestoneView]
    accounts: list[str] = Field(description="Account ids; none: all of the brand.")
    link: str
    utm: str = Field(description="What its posts are filed and counted under.")
    budget: str = Field(description="US dollars that models may take; empty: any.")
    spent: str = Field(description="US dollars that models took, where prices are known.")
    paid_partnership: bool
    partner: str
    ai_picture: bool
    planned_with: str = Field(description="Stamp of the prompt with which a model proposed its arc; empty: by rule.")
    posts: list[ArcPostView]
    notices: list[NoticeView] = Field(description="What is wrong with where its posts stand. Not in lists.")


class WordsBody(Body):
    words: Text
    brand: str = Field("", max_length=100)
    language: Literal["en", "de"] = "en"


class ChangeBody(Body):
    words: Text
    language: Literal["en", "de"] = "en"


class EditBody(Body):
    name: str | None = Field(None, min_length=1, max_length=100)
    goal: str | None = Field(None, max_length=400)
    audiences: list[str] | None = Field(None, max_length=12)
    pillars: list[str] | None = Field(None, max_length=12)
    messages: list[MessageBody] | None = Field(None, max_length=20)
    link: str | None = Field(None, max_length=2000)
    utm: str | None = Field(None, max_length=100)
    budget: str | None = Field(None, pattern=r"^(\d{1,6}(\.\d{1,2})?)?$")
    paid_partnership: bool | None = None
    partner: str | None = Field(None, max_length=80)
    ai_picture: bool | None = None


class PostBody(Body):
    when: str = Field(min_length=1, max_length=200)
    stage: StageName = "proof"
    topic: str = Field("", max_length=300)


class PostEdit(Body):
    topic: str | None = Field(None, min_length=1, max_length=300)
    form: str | None = Field(None, max_length=60)
    accounts: list[str] | None = Field(None, min_length=1, max_length=60)
    stage: StageName | None = None


class WhenBody(Body):
    when: str = Field(min_length=1, max_length=200)


class PauseBody(Body):
    reason: str = Field("", max_length=500)


@router.get("")
async def campaigns(
    admind: Service, caller: Reader, brand: Annotated[str, Query(max_length=100)] = ""
) -> ListView[CampaignView]:
    brand = brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    found = await admind.campaigns.of(caller.workspace, caller.member, brand)
    return ListView(items=[await view(admind, each, listed=True) for each in found])


@router.post("", status_code=201)
async def propose(admind: Service, caller: Proposer, body: WordsBody) -> CampaignView:
    """A campaign with its arc, to be looked at. Nothing is drafted before a person starts it."""
    brand = body.brand or caller.brand
    await caller.looking.brand(caller.workspace, caller.member, brand)
    asker = await _asker(admind, caller, brand)
    return await view(admind, await admind.campaigns.propose(asker, body.words, language=body.language))


@router.get("/{campaign}")
async def one(admind: Service, caller: Reader, campaign: str) -> CampaignView:
    found, _ = await _of(admind, caller, campaign)
    return await view(admind, found)


@router.post("/{campaign}/changes")
async def change(admind: Service, caller: Proposer, campaign: str, body: ChangeBody) -> CampaignView:
    """In words: “one post fewer a week”, “move the launch to 22 March”."""
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.adjust(asker, campaign, body.words, language=body.language))


@router.patch("/{campaign}")
async def edit(admind: Service, caller: Proposer, campaign: str, body: EditBody) -> CampaignView:
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.edit(asker, campaign, _given(body)))


@router.post("/{campaign}/posts", status_code=201)
async def add(admind: Service, caller: Proposer, campaign: str, body: PostBody) -> CampaignView:
    _, asker = await _of(admind, caller, campaign)
    made = await admind.campaigns.add(asker, campaign, body.when, stage=body.stage, topic=body.topic)
    return await view(admind, made)


@router.put("/{campaign}/posts/{slot}/time")
async def move(admind: Service, caller: Proposer, campaign: str, slot: str, body: WhenBody) -> CampaignView:
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.move(asker, campaign, slot, body.when))


@router.patch("/{campaign}/posts/{slot}")
async def edit_post(admind: Service, caller: Proposer, campaign: str, slot: str, body: PostEdit) -> CampaignView:
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.edit_post(asker, campaign, slot, _given(body)))


@router.delete("/{campaign}/posts/{slot}")
async def drop(admind: Service, caller: Proposer, campaign: str, slot: str) -> CampaignView:
    """The post leaves the arc; a draft that stands there stays."""
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.drop_post(asker, campaign, slot))


@router.post("/{campaign}/start")
async def start(admind: Service, caller: Decider, campaign: str) -> CampaignView:
    """A person's yes: its posts become slots of the plan."""
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.start(asker, campaign))


@router.post("/{campaign}/pause")
async def pause(admind: Service, caller: Decider, campaign: str, body: PauseBody) -> CampaignView:
    """Nothing of it goes out and nothing is drafted until somebody resumes `campaign:<brand id>/<utm>`."""
    _, asker = await _of(admind, caller, campaign)
    await admind.campaigns.pause(asker, campaign, body.reason)
    return await one(admind, caller, campaign)


@router.post("/{campaign}/end")
async def end(admind: Service, caller: Proposer, campaign: str) -> CampaignView:
    """Nothing more is drafted for it; what waits or is approved stays."""
    _, asker = await _of(admind, caller, campaign)
    return await view(admind, await admind.campaigns.end(asker, campaign))


async def _of(admind: AdMind, caller: Caller, name: str) -> tuple[Campaign, Asker]:
    """Raises NotFound for campaigns outside of the caller's brands."""
    found = await admind.campaigns.get(caller.workspace, caller.member, name)
    await caller.looking.brand(caller.workspace, caller.member, found.brand)
    return found, await _asker(admind, caller, found.brand)


async def _asker(admind: AdMind, caller: Caller, brand: str) -> Asker:
    member = await caller.looking.member(caller.workspace, caller.member)
    zone = await admind.standing.zone(caller.workspace, brand)
    return Asker(
        workspace=caller.workspace,
        brand=brand,
        member=caller.member,
        conversation="",
        surface=caller.surface,
        language=member.language or "en",
        zone=zone.key,
        by_agent="decide" not in caller.scopes,
        decides="decide" in caller.scopes,
    )


def _given(body: BaseModel) -> dict[str, object]:
    return {name: value for name, value in body.model_dump().items() if value is not None}


async def view(admind: AdMind, campaign: Campaign, *, listed: bool = False) -> CampaignView:
    """As programs and the studio see it: with how each slot stands, and what was spent."""
    places = await _places(admind, campaign)
    paused = campaign.status.value == "running" and await admind.campaigns.gate.paused(campaign)
    spent = await admind.campaigns.gate.spent(campaign)
    notices = [] if listed else await admind.campaign_notices.of(campaign)
    return CampaignView(
        id=campaign.id,
        brand=campaign.brand,
        name=campaign.name,
        status="paused" if paused else campaign.status.value,
        goal=campaign.goal,
        first=campaign.first,
        last=campaign.last,
        audiences=list(campaign.audiences),
        pillars=list(campaign.pillars),
        messages=[MessageBody(text=each.text, evidence=each.evidence) for each in campaign.messages],
        milestones=[MilestoneView(name=each.name, day=each.day, at=each.at) for each in campaign.milestones],
        accounts=list(campaign.accounts),
        link=campaign.link,
        utm=campaign.files_under,
        budget=campaign.budget,
        spent=spent.cost,
        paid_partnership=campaign.paid_partnership,
        partner=campaign.partner,
        ai_picture=campaign.ai_picture,
        planned_with=campaign.planned_with,
        posts=[
            ArcPostView(
                id=each.id,
                stage=each.stage,
                at=each.at.isoformat(timespec="minutes"),
                accounts=list(each.accounts),
                form=each.form,
                topic=each.topic,
                message=each.message,
                why=each.why,
                state=places[each.id].state if each.id in places else "proposed",
                draft=places[each.id].draft if each.id in places else "",
            )
            for each in campaign.arc
        ],
        notices=[NoticeView(post=each.post, kind=each.kind, text=each.text) for each in notices],
    )


async def _places(admind: AdMind, campaign: Campaign) -> dict[str, SlotView]:
    if campaign.status.value != "running" or not campaign.arc:
        return {}
    zone = await admind.standing.zone(campaign.workspace, campaign.brand)
    start, stop = datetime.combine(campaign.first, time(), zone), datetime.combine(campaign.last, time.max, zone)
    found = await admind.standing.between(campaign.workspace, campaign.brand, start, stop)
    return {each.id: each for each in found}
