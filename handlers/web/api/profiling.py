"""What proposes a brand's profile: its homepage and past posts (owners only), and its people's own edits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bot.bootstrap import AdMind
from bot.team.profiles import audience_line, fact_line
from bot.views import BrandView, ListView, brand_view
from bot.words import words
from bot.workflow.importing import PARTS, Edited, PartOf, Proposal
from bot.workflow.learning import Rule, becomes, said
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Decider, Owner, Reader, Service

router = APIRouter(tags=["profile"], route_class=IdempotentRoute)
PartName = Literal[
    "name", "language", "voice", "adjectives", "audiences", "facts", "palette", "logo", "font", "hashtags", "samples"
]


class ImportBody(Body):
    url: str = Field(min_length=3, max_length=2000, description="Of the brand's homepage.")
    posts: list[str] = Field(default_factory=list, max_length=100, description="Past posts, word for word.")


class TakeBody(Body):
    parts: list[PartName] = Field(min_length=1, max_length=20)
    edited: Edited | None = Field(None, description="Parts in other words than proposed.")


class PageView(BaseModel):
    address: str
    read_at: datetime
    problem: str | None = Field(description="why it was not read")


class PartView(BaseModel):
    part: str
    old: list[str] = Field(description="what the brand has, one thing an item")
    new: list[str] = Field(description="what is proposed")
    adds: bool = Field(description="whether it is added to what there is; else it takes its place")


class ProposalView(BaseModel):
    brand: str
    url: str
    pages: list[PageView]
    posts_read: int
    parts: list[PartView]
    prompts: list[str]
    model: str
    made_at: datetime
    expires_at: datetime


class EvidenceView(BaseModel):
    draft: str
    title: str
    account: str
    at: datetime
    before: str
    after: str


class RuleView(BaseModel):
    id: str
    kind: str
    state: str = Field(description="proposed, accepted or declined")
    said: str = Field(description="what people do, in a sentence")
    becomes: str = Field(description="what accepting it puts into the profile")
    edits: int = Field(description="by hand that did it")
    chances: int = Field(description="by hand that could have")
    drafts: int
    evidence: list[EvidenceView]
    decided_by: str | None
    decided_at: datetime | None


class AcceptBody(Body):
    line: str = Field("", max_length=300, description="In other words, where it is a line of the profile.")


@router.post("/brands/{brand}/import", status_code=201)
async def propose(admind: Service, caller: Owner, brand: str, body: ImportBody) -> ProposalView:
    """Read a homepage, a few pages about the house and past posts; nothing of the brand changes."""
    made = await admind.importing.propose(
        caller.workspace, caller.member, brand, body.url, posts=body.posts, surface=caller.surface
    )
    return await _view(admind, caller.workspace, caller.member, made)


@router.get("/brands/{brand}/import")
async def proposal(admind: Service, caller: Owner, brand: str) -> ListView[ProposalView]:
    """What waits for an owner's word: one proposal or none."""
    found = await admind.importing.found(caller.workspace, caller.member, brand)
    items = [await _view(admind, caller.workspace, caller.member, found)] if found else []
    return ListView(items=items)


@router.post("/brands/{brand}/import/take")
async def take(admind: Service, caller: Owner, brand: str, body: TakeBody) -> BrandView:
    """Make these parts the brand's own; the rest goes on waiting."""
    return brand_view(
        await admind.importing.take(
            caller.workspace, caller.member, brand, body.parts, edited=body.edited, surface=caller.surface
        )
    )


@router.delete("/brands/{brand}/import", status_code=204)
async def dismiss(admind: Service, caller: Owner, brand: str) -> None:
    """Throw the proposal away."""
    await admind.importing.dismiss(caller.workspace, caller.member, brand)


@router.get("/brands/{brand}/rules")
async def rules(admind: Service, caller: Reader, brand: str) -> ListView[RuleView]:
    """Rules that people's own edits show, with what shows them."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    found = await admind.learning.rules(caller.workspace, caller.member, brand)
    return ListView(items=[rule_view(each) for each in found])


@router.post("/brands/{brand}/rules/{rule}/accept")
async def accept(admind: Service, caller: Decider, brand: str, rule: str, body: AcceptBody) -> RuleView:
    """Make it part of the brand's profile, in an approver's or owner's name."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return rule_view(await admind.learning.accept(caller.workspace, caller.member, brand, rule, line=body.line))


@router.post("/brands/{brand}/rules/{rule}/decline")
async def decline(admind: Service, caller: Decider, brand: str, rule: str) -> RuleView:
    """Not used, and not proposed again; one that was accepted leaves the profile."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return rule_view(await admind.learning.decline(caller.workspace, caller.member, brand, rule))


@router.post("/brands/{brand}/rules/{rule}/reconsider")
async def reconsider(admind: Service, caller: Decider, brand: str, rule: str) -> RuleView:
    """One that was declined is proposed again."""
    await caller.looking.brand(caller.workspace, caller.member, brand)
    return rule_view(await admind.learning.reconsider(caller.workspace, caller.member, brand, rule))


def rule_view(rule: Rule) -> RuleView:
    book = words("en")
    return RuleView(
        id=rule.id,
        kind=rule.kind,
        state=rule.state,
        said=said(rule, book),
        becomes=becomes(rule, book),
        edits=rule.edits,
        chances=rule.chances,
        drafts=rule.drafts,
        evidence=[EvidenceView(**each.model_dump(exclude={"revision", "by"})) for each in rule.evidence],
        decided_by=rule.decided_by or None,
        decided_at=rule.decided_at,
    )


def lines_of(part: PartOf, value: Any) -> list[str]:
    """A part's value, old or new, one thing a line."""
    if not value:
        return []
    if part.part == "audiences":
        return [audience_line(each) for each in value]
    if part.part == "facts":
        return [fact_line(each) for each in value]
    return [value] if isinstance(value, str) else [str(each) for each in value]


async def _view(admind: AdMind, workspace: str, member: str, found: Proposal) -> ProposalView:
    parts = await admind.importing.compared(workspace, member, found.brand)
    return ProposalView(
        brand=found.brand,
        url=found.url,
        pages=[
            PageView(address=page.address, read_at=page.read_at, problem=page.problem or None) for page in found.pages
        ],
        posts_read=found.posts_read,
        parts=[
            PartView(part=each.part, old=lines_of(each, each.old), new=lines_of(each, each.new), adds=each.adds)
            for each in sorted(parts, key=lambda each: PARTS.index(each.part))
        ],
        prompts=list(found.prompts),
        model=found.model,
        made_at=found.made_at,
        expires_at=found.expires_at,
    )
