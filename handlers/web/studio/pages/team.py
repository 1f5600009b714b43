"""Settings of a brand: its voice, looks and policy, who works for it, where it posts, and keys for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from bot.accounts.traveller import connects
from bot.errors import NotAllowed
from bot.workflow.kinship import Offer
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
ROLES = ("requester", "approver", "client", "owner")
Text = Annotated[str, Form(max_length=20_000)]
Short = Annotated[str, Form(max_length=200)]


@router.get("/settings/brand")
async def brand(request: Request, visit: Visitor) -> Response:
    leaving = await visit.admind.farewells.of_brand(visit.workspace, visit.id, visit.here.id)
    return draw(request, visit, "settings_brand.html", brand=visit.here, may=_owns(visit), leaving=leaving)


@router.post("/settings/brand")
async def change_brand(
    request: Request,
    visit: Visitor,
    name: Short,
    language: Annotated[str, Form(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en",
    palette: Short = "",
    approvals: Annotated[int, Form(ge=1, le=10)] = 1,
    client_approvals: Annotated[int, Form(ge=0, le=10)] = 0,
    self_approval: Annotated[Literal["auto", "allowed", "denied"], Form()] = "auto",
    ai_pictures: Annotated[Literal["label", "none"], Form()] = "label",
    ai_text: Annotated[Literal["label", "reviewed"], Form()] = "reviewed",
    missing_ad: Annotated[Literal["block", "warn"], Form()] = "block",
    digest: Annotated[bool, Form()] = False,
) -> Response:
    changes = {
        "name": name,
        "language": language,
        "palette": re.findall(r"#[0-9a-fA-F]{6}\b", palette)[:5],
        "approvals": approvals,
        "client_approvals": client_approvals,
        "self_approval": self_approval,
        "ai_pictures": ai_pictures,
        "ai_text": ai_text,
        "missing_ad": missing_ad,
        "digest": digest,
    }
    await visit.admind.office.change_brand(visit.workspace, visit.id, visit.here.id, changes)
    return go(request, "/studio/settings/brand", visit.t("Saved. It holds for every draft from now on."))


@router.post("/settings/brands")
async def add_brand(request: Request, visit: Visitor, name: Short) -> Response:
    """A further brand: a boundary of its own, with a feed of its own."""
    made = await visit.admind.office.add_brand(visit.workspace, visit.id, name)
    await visit.admind.sign_in.look_at(visit.seen.session, made.id)
    return go(
        request,
        "/studio/settings/brand",
        visit.t("This is the new brand. Only you see it until you give others a role."),
    )


@router.get("/settings/members")
async def members(request: Request, visit: Visitor) -> Response:
    return await draw_members(request, visit)


@router.post("/settings/members")
async def add_member(
    request: Request, visit: Visitor, name: Short, role: Annotated[list[str], Form(max_length=4)]
) -> Response:
    await visit.admind.office.add_member(visit.workspace, visit.id, name, visit.here.id, role)
    return go(request, "/studio/settings/members", visit.t("Added. Make them a link to let them in."))


@router.post("/settings/members/{member}/roles")
async def set_roles(
    request: Request, visit: Visitor, member: str, role: Annotated[list[str] | None, Form(max_length=4)] = None
) -> Response:
    await visit.admind.office.set_roles(visit.workspace, visit.id, member, visit.here.id, role or [])
    return go(request, "/studio/settings/members", visit.t("Saved."))


@router.post("/settings/members/{member}/link")
async def link(request: Request, visit: Visitor, member: str) -> Response:
    """A one-time link for somebody else, shown once; an owner of every brand that they work for makes it."""
    other = await visit.admind.looking.colleague(visit.workspace, visit.id, member)
    if any(not visit.holds("owner", brand) for brand in await visit.admind.looking.brands_of(visit.workspace, member)):
        raise NotAllowed("Only an owner of every brand that they work for can let them in.", kept="Nothing changed.")
    code = await visit.admind.sign_in.link(visit.workspace, other.id, surface=SURFACE)
    base = visit.admind.settings.public_url if visit.admind.settings.public_port is None else ""
    url = f"{(base or str(request.base_url)).rstrip('/').removesuffix('/studio')}/studio/in/{code}"
    return await draw_members(request, visit, link=url, link_for=other.name)


@router.get("/settings/accounts")
async def accounts(request: Request, visit: Visitor) -> Response:
    found = await visit.admind.looking.accounts(visit.workspace, visit.id)
    mine = [account for account in found.items if account.brand == visit.here.id]
    settings = visit.admind.settings
    return draw(
        request,
        visit,
        "settings_accounts.html",
        accounts=mine,
        held={each.id: len(await visit.admind.lapses.held(visit.workspace, each.id)) for each in mine},
        brand=visit.here,
        may=_owns(visit),
        connects=connects(visit.seen.member, visit.here.id),
        waiting=[
            each
            for each in await visit.admind.waiting.of(visit.workspace, visit.here.id)
            if _owns(visit) or each.member == visit.id
        ],
        people={
            member.id: member.name for member in (await visit.admind.looking.members(visit.workspace, visit.id)).items
        },
        decides=visit.holds("approver") or visit.holds("owner"),
        public=bool(settings.public_url),
        apps={
            "linkedin": bool(settings.linkedin_client_id),
            "x": bool(settings.x_client_id),
            "pinterest": bool(settings.pinterest_client_id),
            "threads": bool(settings.threads_client_id),
            "facebook": bool(settings.facebook_client_id),
            "instagram": bool(settings.instagram_client_id),
        },
    )


@router.post("/settings/accounts/{account}/close")
async def close(request: Request, visit: Visitor, account: str) -> Response:
    await visit.admind.office.owner_of_account(visit.workspace, visit.id, account)
    await visit.admind.accounts.close(visit.workspace, account, by=visit.id)
    return go(request, "/studio/settings/accounts", visit.t("Disconnected. What it posted stays where it is."))


@router.post("/settings/accounts/{account}/rules")
async def set_rules(
    request: Request,
    visit: Visitor,
    account: str,
    approvals: Annotated[int, Form(ge=1, le=10)] = 1,
    client_approvals: Annotated[int, Form(ge=0, le=10)] = 0,
    self_approval: Annotated[Literal["auto", "allowed", "denied"], Form()] = "auto",
    as_brand: Annotated[bool, Form()] = False,
) -> Response:
    """Stricter rules for one account, or the brand's again."""
    rules = {"approvals": approvals, "client_approvals": client_approvals, "self_approval": self_approval}
    await visit.admind.office.set_account_rules(visit.workspace, visit.id, account, {} if as_brand else rules)
    return go(request, "/studio/settings/accounts", visit.t("Saved. It holds for every draft from now on."))


@router.post("/settings/accounts/{account}/audience")
async def set_audience(
    request: Request,
    visit: Visitor,
    account: str,
    language: Annotated[str, Form(max_length=20)] = "",
    region: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """In which language an account speaks, and to which country."""
    await visit.admind.office.set_account_audience(visit.workspace, visit.id, account, language=language, region=region)
    return go(request, "/studio/settings/accounts", visit.t("Saved. It holds for every draft from now on."))


@router.get("/settings/tokens")
async def tokens(request: Request, visit: Visitor) -> Response:
    return await _tokens(request, visit)


@router.post("/settings/tokens")
async def make_token(
    request: Request,
    visit: Visitor,
    name: Short,
    scope: Annotated[list[Literal["read", "propose", "decide"]], Form(max_length=3)],
    days: Annotated[int, Form(ge=0, le=3650)] = 0,
    brand: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """A token in one's own name, shown once. One that may decide is made by owners alone."""
    if "decide" in scope and not visit.holds("owner"):
        raise NotAllowed("Only an owner can make a token that decides.", kept="No token was made.")
    now = visit.admind.clock.now()
    token, secret = await visit.admind.tokens.create(
        visit.workspace,
        name=name.strip() or "token",
        scopes=frozenset(scope),
        member=visit.id,
        brands=await _chosen(visit, brand),
        now=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    await visit.admind.office.told_of_token(visit.workspace, visit.id, token.id, sorted(token.scopes))
    return await _tokens(request, visit, secret=secret)


@router.post("/settings/tokens/{token}/revoke")
async def revoke(request: Request, visit: Visitor, token: str) -> Response:
    mine = [each.id for each in await visit.admind.tokens.list(visit.workspace) if each.member == visit.id]
    if token not in mine:
        raise NotAllowed("That token is not yours.", kept="Nothing changed.")
    await visit.admind.tokens.revoke(visit.workspace, token, now=visit.admind.clock.now())
    return go(request, "/studio/settings/tokens", visit.t("Revoked. It opens nothing any more."))


async def draw_members(
    request: Request,
    visit: Visit,
    *,
    link: str = "",
    link_for: str = "",
    code: str = "",
    offer: Offer | None = None,
    offered: str = "",
) -> Response:
    """With a way in for somebody, the code of a link that was begun, or one that may be agreed to."""
    found = await visit.admind.looking.members(visit.workspace, visit.id)
    return draw(
        request,
        visit,
        "settings_members.html",
        members=[member for member in found.items if visit.here.id in member.roles or not member.roles],
        brand=visit.here,
        roles=ROLES,
        may=_owns(visit),
        link=link,
        link_for=link_for,
        known=await visit.admind.names.known(visit.workspace, visit.seen.member),
        waiting=await visit.admind.kinship.waiting(visit.workspace, visit.seen.member),
        code=code,
        offer=offer,
        offered=offered,
    )


async def _chosen(visit: Visit, brand: str) -> tuple[str, ...]:
    """The one brand that was chosen, or none for all. Raises NotFound."""
    if not brand:
        return ()
    await visit.admind.looking.brand(visit.workspace, visit.id, brand)
    return (brand,)


async def _tokens(request: Request, visit: Visit, *, secret: str = "") -> Response:
    every = await visit.admind.tokens.list(visit.workspace)
    mine = [token for token in every if token.member == visit.id and token.revoked_at is None]
    return draw(request, visit, "settings_tokens.html", tokens=mine, secret=secret, owner=visit.holds("owner"))


def _owns(visit: Visit) -> bool:
    return visit.holds("owner", visit.here.id)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
