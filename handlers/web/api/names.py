"""One person under several names: links, and what the owner says of who is who. For the owner at the machine."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.workflow.kinship import Side
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Owner, Service

router = APIRouter(tags=["setting up"], route_class=IdempotentRoute)


class NameView(BaseModel):
    id: str = Field(description="What a linked one is unlinked by.")
    words: str
    linked: bool


class KnownView(BaseModel):
    id: str
    name: str
    names: list[NameView]
    distinct: bool = Field(description="An owner vouches that this is nobody else's second name.")
    maybe: list[str] = Field(description="Members of whom nobody has said that they are other people.")


class WaitingView(BaseModel):
    id: str
    one: str
    other: str


class NamesView(BaseModel):
    people: list[KnownView]
    waiting: list[WaitingView] = Field(description="Links that wait for an owner's word.")


class CodeBody(Body):
    code: str = Field(max_length=80)


class CodeMade(BaseModel):
    code: str = Field(description="Good for ten minutes, once.")


class OfferView(BaseModel):
    name: str
    place: str
    last: bool = Field(description="Whether your yes makes it hold.")


class Said(BaseModel):
    said: str


class YesBody(Body):
    yes: bool


@router.get("/names")
async def names(admind: Service, caller: Owner) -> NamesView:
    viewer = await caller.looking.member(caller.workspace, caller.member)
    known = await admind.names.known(caller.workspace, viewer)
    called = {each.id: each.name for each in (await caller.looking.members(caller.workspace, caller.member)).items}
    return NamesView(
        people=[
            KnownView(
                id=member,
                name=called.get(member, ""),
                names=[NameView(id=name.id, words=name.words, linked=name.linked) for name in each.names],
                distinct=each.distinct,
                maybe=list(each.maybe),
            )
            for member, each in known.items()
        ],
        waiting=[
            WaitingView(id=kin.id, one=kin.one.name, other=kin.other.name if kin.other else "")
            for kin in await admind.kinship.waiting(caller.workspace, viewer)
        ],
    )


@router.post("/names/codes", status_code=201)
async def begin(admind: Service, caller: Owner) -> CodeMade:
    return CodeMade(code=await admind.kinship.offer(caller.workspace, await _side(caller)))


@router.post("/names/look")
async def look(admind: Service, caller: Owner, body: CodeBody) -> OfferView:
    """Whom a code would make one with you."""
    offer = await admind.kinship.look(caller.workspace, body.code, await _side(caller))
    return OfferView(name=offer.other.name, place=offer.other.place, last=offer.last)


@router.post("/names/agree")
async def agree(admind: Service, caller: Owner, body: CodeBody) -> Said:
    """Your side's yes; it holds once both sides gave theirs."""
    return Said(said=await admind.kinship.agree(caller.workspace, body.code, await _side(caller)))


@router.post("/names/{kin}/allow")
async def allow(admind: Service, caller: Owner, kin: str, body: YesBody) -> Said:
    """An owner's word on a link that would give somebody more rights."""
    return Said(said=await admind.kinship.allow(caller.workspace, caller.member, kin, yes=body.yes))


@router.delete("/members/{member}/names")
async def unlink(admind: Service, caller: Owner, member: str, name: Annotated[str, Query(max_length=200)]) -> Said:
    return Said(said=await admind.kinship.unlink(caller.workspace, caller.member, member, name))


@router.put("/members/{member}/distinct")
async def distinct(admind: Service, caller: Owner, member: str, body: YesBody) -> Said:
    """Whether this is a person of their own, and nobody else's second name."""
    return Said(said=await admind.kinship.vouch(caller.workspace, caller.member, member, distinct=body.yes))


async def _side(caller: Caller) -> Side:
    member = await caller.looking.member(caller.workspace, caller.member)
    return Side(member=member.id, name=member.name, place="the terminal")
