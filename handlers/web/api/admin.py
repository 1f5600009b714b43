"""Setting up: tokens, members, brands and accounts. Owners only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.team.profiles import Profile
from bot.views import AccountView, BrandView, ListView, MemberView, account_view, brand_view, member_view
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Decider, Owner, Service

router = APIRouter(tags=["setting up"], route_class=IdempotentRoute)
ScopeName = Literal["read", "propose", "decide"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewToken(Body):
    name: str = Field("", max_length=80)
    scopes: list[ScopeName] = Field(min_length=1)
    days: int | None = Field(None, ge=1, le=3650, description="How long it is good; unset: until revoked.")
    member: str = Field("", max_length=100, description="In whose name it acts; unset: yours.")
    brands: list[Annotated[str, Field(max_length=100)]] = Field(
        default_factory=list, max_length=50, description="The only brands it reaches; unset: all of the member's."
    )


class TokenMade(BaseModel):
    id: str
    token: str = Field(description="Shown once; only a hash of it is kept.")
    scopes: list[str]


class TokenView(BaseModel):
    id: str
    name: str
    member: str
    scopes: list[str]
    brands: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class NewMember(Body):
    name: str = Field(min_length=1, max_length=80)
    roles: list[str] = Field(default_factory=lambda: ["requester"])
    brand: str = ""


class RolesBody(Body):
    roles: list[str]
    brand: str = ""


class AwayBody(Body):
    until: AwareDatetime | None = Field(None, description="With a zone; null: back.")
    delegate: str = ""


class NewBrand(Body):
    name: str = Field(min_length=1, max_length=80)


class FactBody(Body):
    text: str = Field(min_length=1, max_length=500)
    evidence: str = Field("", max_length=500, description="What proves it.")


class BrandBody(Body):
    name: str | None = Field(None, min_length=1, max_length=80)
    voice: str | None = Field(None, max_length=2000)
    profile: Profile | None = Field(None, description="Replaces the whole of it.")
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    palette: list[Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]] | None = Field(None, max_length=5)
    font: str | None = Field(None, max_length=60)
    logo: str | None = Field(None, pattern=r"^([0-9a-f]{64})?$", description="sha256 of a picture in the library.")
    facts: list[FactBody | Annotated[str, Field(min_length=1, max_length=500)]] | None = Field(None, max_length=200)
    avoid_words: list[Annotated[str, Field(max_length=60)]] | None = Field(None, max_length=200)
    approvals: int | None = Field(None, ge=1, le=10)
    client_approvals: int | None = Field(None, ge=0, le=10)
    self_approval: Literal["auto", "allowed", "denied"] | None = None
    ai_pictures: Literal["label", "none"] | None = Field(None, description="Pictures that an image model made.")
    ai_text: Literal["label", "reviewed"] | None = Field(None, description="Words that a language model wrote.")
    missing_ad: Literal["block", "warn"] | None = Field(None, description="An ad that no longer says it is one.")
    digest: bool | None = Field(None, description="Whether a summary of the week comes each Monday.")


class AccountRules(Body):
    approvals: int | None = Field(None, ge=1, le=10)
    client_approvals: int | None = Field(None, ge=0, le=10)
    self_approval: Literal["auto", "allowed", "denied"] | None = None


class AccountAudience(Body):
    language: str = Field("", max_length=20, description="Of its posts, e.g. de-CH; empty: the brief's.")
    region: str = Field("", max_length=2, description="ISO 3166-1 alpha-2 of whom it speaks to; empty: everybody.")


@router.post("/tokens", status_code=201)
async def make_token(admind: Service, caller: Owner, body: NewToken) -> TokenMade:
    now = admind.clock.now()
    member = await caller.looking.colleague(caller.workspace, caller.member, body.member or caller.member)
    for brand in body.brands:
        await caller.looking.brand(caller.workspace, member.id, brand)
    token, secret = await admind.tokens.create(
        caller.workspace,
        name=body.name or "token",
        scopes=frozenset(body.scopes),
        member=member.id,
        brands=body.brands,
        now=now,
        expires_at=now + timedelta(days=body.days) if body.days else None,
    )
    await admind.office.told_of_token(caller.workspace, caller.member, token.id, sorted(token.scopes))
    return TokenMade(id=token.id, token=secret, scopes=sorted(token.scopes))


@router.get("/tokens")
async def tokens(admind: Service, caller: Owner) -> ListView[TokenView]:
    found = await admind.tokens.list(caller.workspace)
    return ListView(
        items=[
            TokenView(
                id=token.id,
                name=token.name,
                member=token.member,
                scopes=sorted(token.scopes),
                brands=sorted(token.brands),
                created_at=token.created_at,
                last_used_at=token.last_used_at,
                expires_at=token.expires_at,
            )
            for token in found
            if token.revoked_at is None
        ]
    )


@router.delete("/tokens/{token}", status_code=204)
async def revoke(admind: Service, caller: Owner, token: str) -> None:
    await admind.tokens.revoke(caller.workspace, token, now=admind.clock.now())


@router.post("/members", status_code=201)
async def add_member(admind: Service, caller: Owner, body: NewMember) -> MemberView:
    brand = body.brand or caller.brand
    made = await admind.office.add_member(caller.workspace, caller.member, body.name, brand, body.roles)
    return await caller.looking.colleague(caller.workspace, caller.member, made.id)


@router.put("/members/{member}/roles")
async def set_roles(admind: Service, caller: Owner, member: str, body: RolesBody) -> MemberView:
    brand = body.brand or caller.brand
    changed = await admind.office.set_roles(caller.workspace, caller.member, member, brand, body.roles)
    return member_view(changed, (await caller.looking.member(caller.workspace, caller.member)).roles)


@router.put("/members/{member}/away")
async def set_away(admind: Service, caller: Decider, member: str, body: AwayBody) -> MemberView:
    await admind.office.set_away(caller.workspace, caller.member, member, body.until, body.delegate)
    return await caller.looking.colleague(caller.workspace, caller.member, member)


@router.delete("/members/{member}", status_code=204)
async def erase_member(admind: Service, caller: Owner, member: str) -> None:
    """Forget who this was; what they decided stays as a fact without a name."""
    await admind.office.erase_member(caller.workspace, caller.member, member)


@router.post("/brands", status_code=201)
async def add_brand(admind: Service, caller: Owner, body: NewBrand) -> BrandView:
    """A further brand, with a feed of its own. Brands are boundaries: members see those alone in which they work."""
    return brand_view(await admind.office.add_brand(caller.workspace, caller.member, body.name))


@router.patch("/brands/{brand}")
async def change_brand(admind: Service, caller: Owner, brand: str, body: BrandBody) -> BrandView:
    return brand_view(
        await admind.office.change_brand(caller.workspace, caller.member, brand, body.model_dump(exclude_unset=True))
    )


@router.put("/accounts/{account}/rules")
async def set_rules(admind: Service, caller: Owner, account: str, body: AccountRules) -> AccountView:
    """Stricter rules for one account; an empty body: as the brand. The stricter of both holds."""
    rules = body.model_dump(exclude_unset=True)
    return account_view(await admind.office.set_account_rules(caller.workspace, caller.member, account, rules))


@router.put("/accounts/{account}/audience")
async def set_audience(admind: Service, caller: Owner, account: str, body: AccountAudience) -> AccountView:
    """In which language an account speaks, and to which country: small print and copy follow it."""
    return account_view(
        await admind.office.set_account_audience(
            caller.workspace, caller.member, account, language=body.language, region=body.region
        )
    )


@router.delete("/accounts/{account}")
async def close_account(admind: Service, caller: Owner, account: str) -> AccountView:
    await admind.office.owner_of_account(caller.workspace, caller.member, account)
    return account_view(await admind.accounts.close(caller.workspace, account, by=caller.member))


class BackupBody(Body):
    path: str = Field(
        min_length=1, max_length=1000, description="A file on AdMind's own machine that is not there yet."
    )
    with_keys: bool = False


class BackupView(BaseModel):
    path: str
    bytes: int


@router.post("/backup", status_code=201)
async def backup(admind: Service, caller: Owner, body: BackupBody) -> BackupView:
    """Everything in one file."""
    path, size = await admind.keeping.backup(body.path, with_keys=body.with_keys)
    return BackupView(path=path, bytes=size)


@router.get("/export")
async def export(
    admind: Service, caller: Owner, limit: Annotated[int, Query(ge=1, le=1_000_000)] = 1_000_000
) -> ListView[dict[str, object]]:
    """Everything that the workspace owns, in readable form."""
    return ListView(items=await admind.keeping.export(caller.workspace, limit))


class RotatedView(BaseModel):
    renewed: int = Field(description="Secrets that came under the newest key.")
    added: bool = Field(description="Whether that key was made for it; else it was configured.")
    older: int = Field(description="Keys that are still there and that nothing here needs any more.")
    file: str = Field(description="Where they stand, on AdMind's own machine; empty: where they are configured.")


class RepairedView(BaseModel):
    tokens: int
    homes: int = 0
    feed_pages: int
    pictures: int
    drafts: int
    posts: int
    due: int = Field(description="Workspaces that have something due some day.")


@router.post("/keys/rotation")
async def rotate_keys(admind: Service, caller: Owner) -> RotatedView:
    """Bring everything that is encrypted under a new key. Older keys stay for older backups."""
    done = await admind.keeping.rotate(caller.workspace, caller.member)
    return RotatedView(renewed=done.renewed, added=done.added, older=done.older, file=done.file)


@router.post("/doctor/repair")
async def repair(admind: Service, _caller: Owner) -> RepairedView:
    """Make look-ups, hints and places in lists again, from the records themselves."""
    return RepairedView(**await admind.keeping.repair())
