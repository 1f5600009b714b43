"""Tools for plans and campaigns: what stands there, and what a program proposes. A person says yes, never a program.

A proposal is a request like any other: its words go to the same grammars as a person's, and what was understood is its
answer. Slots count once a person says `plan yes` to them; a campaign is kept as proposed until a person starts it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from pydantic import Field

from bot.errors import NotFound
from bot.planning.saying import say_rule, say_times
from handlers.web.mcp.call import Call, span
from handlers.web.mcp.proposing import ask
from handlers.web.mcp.shapes import Ask, Days, Gives, OfBrand, Outcome, Takes

AHEAD: Final = (0, 13)
MOST_SLOTS: Final = 500
Status = Literal["proposed", "running", "paused", "ended", "dropped"]


class OneCampaign(OfBrand):
    campaign: str = Field(
        pattern=r"^cp_[A-Za-z0-9_-]{1,40}$", description="A campaign's id, as list_campaigns says it."
    )


class Propose(Takes):
    brand: str = Field("", pattern=r"^(?:b_[A-Za-z0-9_-]{1,40})?$", description="A brand's id; empty: the usual one.")
    words: str = Field(
        min_length=1,
        max_length=2000,
        description="In plain words, in English or German; the tool says in which form.",
    )
    key: str = Field("", max_length=100, description="Of your own choice: the same key and words propose it once.")
    wait_seconds: int = Field(20, ge=0, le=50, description="How long to wait for the answer.")


class Change(Propose):
    campaign: str = Field(
        pattern=r"^cp_[A-Za-z0-9_-]{1,40}$", description="A campaign's id, as list_campaigns says it."
    )


class Recurring(Gives):
    id: str
    often: str
    at: str
    accounts: list[str]
    what: str


class SlotLine(Gives):
    id: str
    due: datetime
    accounts: list[str]
    state: str = Field(description="planned, empty, drafting, drafted, approved, expired, skipped")
    what: str
    draft: str = Field(description="the draft that stands there; empty: none yet")


class PlanShown(Gives):
    first: date
    last: date
    zone: str
    recurring: list[Recurring]
    slots: list[SlotLine]
    more: int


class CampaignLine(Gives):
    id: str
    name: str
    status: Status
    goal: str
    first: date
    last: date
    posts: int


class CampaignLines(Gives):
    items: list[CampaignLine]


class ArcLine(Gives):
    at: datetime = Field(description="on the brand's clock")
    stage: str
    accounts: list[str]
    topic: str


class CampaignShown(CampaignLine):
    arc: list[ArcLine]
    next_step: str = "A person starts a proposal, in a chat, in the studio or at the terminal. No tool does."


async def show_plan(call: Call, takes: Days) -> PlanShown:
    """The editorial plan: slots that come again, and those of some days. Without days: the two weeks from today on."""
    zone = await call.admind.standing.zone(call.caller.workspace, call.brand)
    today = call.admind.clock.now().astimezone(zone).date()
    days = span(takes.first, takes.last, today=today, usual=AHEAD, zone=zone)
    plan = await call.admind.plans.of(*call.who, call.brand)
    places = await call.admind.plans.between(*call.who, call.brand, days.start, days.end)
    names = await _names(call)
    return PlanShown(
        first=days.first,
        last=days.last,
        zone=zone.key,
        recurring=[
            Recurring(
                id=each.id,
                often=say_rule(each.rule),
                at=say_times(each.at, each.until),
                accounts=[names.get(account, account) for account in each.accounts],
                what=" · ".join(part for part in (each.form, each.pillar) if part) or each.fill,
            )
            for each in plan.recurrences
        ],
        slots=[
            SlotLine(
                id=each.id,
                due=each.due,
                accounts=[names.get(account, account) for account in each.accounts],
                state=each.state,
                what=" · ".join(part for part in (each.form, each.pillar, each.campaign) if part) or each.fill,
                draft=each.draft,
            )
            for each in places[:MOST_SLOTS]
        ],
        more=max(0, len(places) - MOST_SLOTS),
    )


async def list_campaigns(call: Call, _: OfBrand) -> CampaignLines:
    """Campaigns of a brand, with their days and how they stand."""
    found = await call.admind.campaigns.of(*call.who, call.brand)
    return CampaignLines(
        items=[
            CampaignLine(
                id=each.id,
                name=each.name,
                status=each.status.value,
                goal=each.goal,
                first=each.first,
                last=each.last,
                posts=len(each.arc),
            )
            for each in found
        ]
    )


async def show_campaign(call: Call, takes: OneCampaign) -> CampaignShown:
    """One campaign with the posts on its timeline."""
    found = await call.admind.campaigns.get(*call.who, takes.campaign)
    await _here(call, found.brand, takes.campaign)
    names = await _names(call)
    return CampaignShown(
        id=found.id,
        name=found.name,
        status=found.status.value,
        goal=found.goal,
        first=found.first,
        last=found.last,
        posts=len(found.arc),
        arc=[
            ArcLine(
                at=each.at,
                stage=each.stage,
                accounts=[names.get(account, account) for account in each.accounts],
                topic=each.topic,
            )
            for each in found.arc
        ],
    )


async def propose_slots(call: Call, takes: Propose) -> Outcome:
    """Propose recurring slots, such as "LinkedIn Mon and Wed 9:00 customer story; Feed daily 10:00 tip". The answer
    says what was understood; a person then says `plan yes`, with the request's id.
    """
    return await _asked(call, takes, f"plan add {takes.words}")


async def propose_campaign(call: Call, takes: Propose) -> Outcome:
    """Propose a campaign, such as "Launch the Gravel 2 on 15 March, three weeks of build-up, Feed, goal pre-orders".
    The answer is its timeline; a person starts it.
    """
    return await _asked(call, takes, f"campaign new: {takes.words}")


async def change_campaign(call: Call, takes: Change) -> Outcome:
    """Change a campaign that is proposed, such as "one post fewer a week, the teaser before the webinar". One that runs
    is changed by people only.
    """
    found = await call.admind.campaigns.get(*call.who, takes.campaign)
    await _here(call, found.brand, takes.campaign)
    return await _asked(call, takes, f"campaign {takes.campaign}: {takes.words}")


async def _asked(call: Call, takes: Propose, text: str) -> Outcome:
    return await ask(call, Ask(brand=call.brand, text=text, key=takes.key, wait_seconds=takes.wait_seconds))


async def _here(call: Call, brand: str, campaign: str) -> None:
    """Raises NotFound for a campaign of another brand."""
    if brand != call.brand:
        raise NotFound(f"There is no campaign {campaign[:40]} in this brand.", do_next="list_campaigns names them.")


async def _names(call: Call) -> dict[str, str]:
    return {each.id: each.name for each in (await call.caller.looking.accounts(*call.who)).items}
