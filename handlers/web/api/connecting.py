"""Connecting an account: it is tried, whoever confirms sees whose it is, and only then it counts. Owners only."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from bot.accounts.traveller import Traveller
from bot.accounts.waiting import Waiting
from bot.errors import BadInput
from bot.views import AccountView, View, account_view
from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Owner, Service

router = APIRouter(tags=["setting up"], route_class=IdempotentRoute)


class NewAccount(Body):
    channel: str = Field(max_length=40)
    name: str = Field("", max_length=80, description="As people call it; empty: as it calls itself there.")
    options: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict, description="Kept encrypted, never shown again.")
    brand: str = ""


class TriedView(View):
    """What answered, for whoever confirms: is this the one that is meant?"""

    tried: str = Field(description="Confirm it with this within ten minutes, with the same token.")
    channel: str
    name: str = Field(description="What it will be called.")
    called_there: str | None = Field(description="The name of the person or the page.")
    handle: str | None
    server: str | None
    page: str | None = Field(description="Where people look at it.")
    brand: str = Field(description="The brand that it will serve, by name.")
    avatar: bool = Field(description="Whether GET …/face shows its picture.")
    last_post: str | None = Field(description="null: cannot be read, or there is none.")
    last_at: datetime | None
    known: bool = Field(description="Whether it is an account already; then confirming renews its access.")


class Confirm(Body):
    tried: str = Field(max_length=200)
    name: str = Field("", max_length=80, description="Empty: as it was shown.")
    brand: str = ""


@router.post("/accounts/try", status_code=201)
async def try_account(admind: Service, caller: Owner, body: NewAccount) -> TriedView:
    """Try a place on a channel. Nothing is connected yet: what was given waits, encrypted, for ten minutes."""
    who = await _who(admind, caller, body.brand)
    handle = await admind.pasting.begin(who, body.channel, body.options, body.secrets, name=body.name)
    account, shown = await admind.pasting.look(handle, who)
    known = await admind.accounts.known(account)
    brands = await caller.looking.brands(caller.workspace, caller.member)
    return TriedView(
        tried=handle,
        channel=account.channel,
        name=account.name,
        called_there=shown.name or None,
        handle=account.handle or None,
        server=account.server or None,
        page=account.page or None,
        brand=next((each.name for each in brands.items if each.id == who.brand), ""),
        avatar=bool(shown.avatar),
        last_post=shown.last_post or None,
        last_at=shown.last_at,
        known=known is not None and known.closed_at is None,
    )


@router.post("/accounts", status_code=201)
async def add_account(admind: Service, caller: Owner, body: Confirm) -> AccountView:
    """Connect what was tried, after a look at whose it is."""
    who = await _who(admind, caller, body.brand)
    account, _ = await admind.pasting.look(body.tried, who)
    found = await admind.pasting.confirm(body.tried, who, body.name or account.name)
    if isinstance(found, Waiting):  # this caller was an owner when asked, and is none any more
        raise BadInput(
            "It waits for an owner's word.", kept="Nothing is connected yet.", do_next="An owner sees it in the studio."
        )
    return account_view(found)


@router.post("/accounts/decline", status_code=204)
async def decline_account(admind: Service, caller: Owner, body: Confirm) -> None:
    """Not this one: what was given is forgotten."""
    await admind.pasting.decline(body.tried, await _who(admind, caller, body.brand))


async def _who(admind: Service, caller: Caller, named: str) -> Traveller:
    brand = named or caller.brand
    owner = await admind.office.owner(caller.workspace, caller.member, brand)
    return Traveller(owner, f"{caller.surface}:{caller.member}", brand)
