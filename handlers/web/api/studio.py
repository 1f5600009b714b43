"""`/sign-in-links`: one-time links into the studio. Only for the owner at the machine itself."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from handlers.web.auth import Owner, Service

router = APIRouter(tags=["studio"])


class Whom(BaseModel):
    model_config = ConfigDict(extra="forbid")

    member: str = Field("", max_length=100, description="A member's id; empty: you.")


class LinkMade(BaseModel):
    member: str
    path: str = Field(description="To be opened where this AdMind is reached; good once, for 15 minutes.")


@router.post("/sign-in-links", status_code=201)
async def make(admind: Service, owner: Owner, body: Whom | None = None) -> LinkMade:
    """A link that signs a member in to the studio."""
    member = await owner.looking.colleague(owner.workspace, owner.member, (body and body.member) or owner.member)
    code = await admind.sign_in.link(owner.workspace, member.id, surface=owner.surface)
    return LinkMade(member=member.name, path=f"/studio/in/{code}")
