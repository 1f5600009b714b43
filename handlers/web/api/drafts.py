"""`/drafts`: what waits for people, and what they decide and change."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from bot.chat import Card, DecisionRequest, VerdictName
from bot.views import DraftView, ListView
from bot.workflow.proving import Settling
from bot.workflow.requests import Asker
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Decider, Proposer, Reader, Service

router = APIRouter(prefix="/drafts", tags=["drafts"], route_class=IdempotentRoute)


class DecisionBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: VerdictName
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="The draft's, or one version's, as you saw it.")
    reason: str = Field("", max_length=2000)
    accounts: list[str] = Field(default_factory=list, max_length=50, description="Only these; empty: all.")


class Decided(BaseModel):
    sentence: str
    draft: DraftView


class Wording(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=100_000)
    first_comment: str | None = Field(None, max_length=20_000, description="Left out: as it was; empty: none.")


class Instruction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    instruction: str = Field(min_length=1, max_length=5000)


class Declaration(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    paid_partnership: bool | None = None
    partner: str | None = Field(None, max_length=80, description="With whom, as readers know them.")
    ai_picture: bool | None = Field(None, description="An image model made its picture.")


class EvidenceBody(BaseModel):
    """What proves a claim: words, a link, or a link and the sentence on that page."""

    model_config = ConfigDict(extra="forbid")

    claim: str = Field(min_length=1, max_length=500, description="Its id, or its words as they stand in the text.")
    text: str = Field("", max_length=2000)
    link: str = Field("", max_length=2000, description="A page that says it; it is read and kept as a source.")


class TakenOn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    claim: str = Field(min_length=1, max_length=500, description="Its id, or its words as they stand in the text.")
    reason: str = Field(min_length=1, max_length=2000)


class NewTime(BaseModel):
    model_config = ConfigDict(extra="forbid")

    when: str = Field(min_length=1, max_length=200, description="In words or ISO 8601: Friday 3pm.")


@router.get("")
async def listing(
    admind: Service,
    caller: Reader,
    status: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ListView[DraftView]:
    return await caller.looking.drafts(caller.workspace, caller.member, status=status, after=after, limit=limit)


@router.get("/{draft}")
async def one(admind: Service, caller: Reader, draft: str) -> DraftView:
    return await caller.looking.draft(caller.workspace, caller.member, draft)


@router.get("/{draft}/card")
async def card(admind: Service, caller: Reader, draft: str) -> Card:
    """The draft as a card: what chats show."""
    return await caller.looking.draft_card(caller.workspace, caller.member, draft)


class PieceView(BaseModel):
    kind: Literal["kept", "removed", "added"]
    text: str


class DifferenceView(BaseModel):
    account: str
    account_name: str
    changed: bool
    pieces: list[PieceView]
    also: list[str] = Field(description="What else is different, a sentence each.")


@router.get("/{draft}/diff")
async def diff(
    admind: Service,
    caller: Reader,
    draft: str,
    older: Annotated[int, Query(ge=1, le=100_000)],
    newer: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> ListView[DifferenceView]:
    """What changed between two revisions, word by word; `newer` is the present one when left out."""
    record = await caller.looking.draft_record(caller.workspace, caller.member, draft)
    found, words = await admind.revisions.between(record, older, newer or record.revision)
    return ListView(
        items=[
            DifferenceView(
                account=each.account,
                account_name=words.account(each.account),
                changed=each.changed,
                pieces=[PieceView(kind=piece.kind, text=piece.text) for piece in each.pieces],
                also=list(each.also),
            )
            for each in found
        ]
    )


@router.post("/{draft}/decisions", responses={409: {"description": "The digest is not the current one."}})
async def decide(admind: Service, caller: Decider, draft: str, body: DecisionBody) -> Decided:
    """Approve, reject, ask for changes, hold, or withdraw what you decided. 409: it changed since you looked."""
    done = await admind.decisions.decide(
        DecisionRequest(
            workspace=caller.workspace,
            draft=draft,
            member=caller.member,
            verdict=body.verdict,
            digest=body.digest,
            surface=caller.surface,
            reason=body.reason,
            accounts=tuple(body.accounts),
            at=admind.clock.now(),
        )
    )
    return Decided(sentence=done.sentence, draft=await one(admind, caller, draft))


@router.patch("/{draft}/versions/{account}")
async def edit(admind: Service, caller: Proposer, draft: str, account: str, body: Wording) -> DraftView:
    """Your own wording, byte for byte. Who may decide changes what is approved, which voids that approval; for others
    what is approved stands, and the answer is a new draft beside it.
    """
    by_agent = "decide" not in caller.scopes
    asker = await _asker(admind, caller, by_agent=by_agent)
    comments = {account: body.first_comment} if body.first_comment is not None else {}
    changed = await admind.requests.word(asker, draft, {account: body.text}, comments=comments)
    return await one(admind, caller, changed.id)


@router.post("/{draft}/revisions", status_code=201)
async def revise(admind: Service, caller: Proposer, draft: str, body: Instruction) -> DraftView:
    """Let AdMind reword it. What is approved already stands; then the answer is a new draft beside it."""
    changed = await admind.requests.revise(await _asker(admind, caller, by_agent=True), draft, body.instruction)
    return await one(admind, caller, changed.id)


@router.post("/{draft}/declarations")
async def declare(admind: Service, caller: Proposer, draft: str, body: Declaration) -> DraftView:
    """What it is: a paid partnership, or with a picture that a model made. Only who may decide takes that back. Each
    version is given the label or the words for it, which are to be approved.
    """
    changed = await admind.requests.declare(
        await _asker(admind, caller, by_agent="decide" not in caller.scopes),
        draft,
        paid=body.paid_partnership,
        partner=body.partner,
        ai_picture=body.ai_picture,
    )
    return await one(admind, caller, changed.id)


@router.post("/{draft}/evidence")
async def evidence(admind: Service, caller: Decider, draft: str, body: EvidenceBody) -> Decided:
    """Evidence for a claim that has none. Nothing of the draft changes, and what was decided on it stands."""
    done = await admind.proving.supply(_settling(caller, draft, body.claim), text=body.text, link=body.link)
    return Decided(sentence=done.sentence, draft=await one(admind, caller, draft))


@router.post("/{draft}/taken-on")
async def take_on(admind: Service, caller: Decider, draft: str, body: TakenOn) -> Decided:
    """An owner answers for a claim without evidence; the reason is kept."""
    done = await admind.proving.take_on(_settling(caller, draft, body.claim), body.reason)
    return Decided(sentence=done.sentence, draft=await one(admind, caller, draft))


def _settling(caller: Caller, draft: str, claim: str) -> Settling:
    return Settling(workspace=caller.workspace, draft=draft, member=caller.member, claim=claim, surface=caller.surface)


@router.post("/{draft}/schedule")
async def reschedule(admind: Service, caller: Proposer, draft: str, body: NewTime) -> DraftView:
    """Another time. Who may decide and moves what was approved, approves the result thereby."""
    by_agent = "decide" not in caller.scopes
    changed = await admind.requests.move(await _asker(admind, caller, by_agent=by_agent), draft, body.when)
    return await one(admind, caller, changed.id)


async def _asker(admind: Service, caller: Caller, *, by_agent: bool = False) -> Asker:
    home = await admind.looking.home(caller.workspace)
    return Asker(
        workspace=caller.workspace,
        brand=caller.brand,
        member=caller.member,
        conversation="",
        surface=caller.surface,
        language=home.language,
        zone=home.zone,
        by_agent=by_agent,
        decides="decide" in caller.scopes,
    )


class Erased(BaseModel):
    id: str
    sentence: str


@router.delete("/{draft}")
async def erase(admind: Service, caller: Decider, draft: str) -> Erased:
    """Forget a draft that is decided: its words, its posts, its drawn pictures, and what the audit quotes of it."""
    return Erased(id=draft, sentence=await admind.erasing.draft(caller.workspace, caller.member, draft))
