"""Who calls: a token with scopes, or the local owner's signed request. Everything else is a stranger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from bot.bootstrap import AdMind
from bot.chat import PROGRAM
from bot.team.local import SCHEME
from bot.workflow.looking import Looking

SCOPES = frozenset({"read", "propose", "decide"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The member on whose behalf the call is made, what it may do, in which brands, and from where it comes.

    `looking` shows what the member may see there; `brands` is empty when the caller reaches as far as the member.
    `token` is the id of the token that let it in, `program` the token's name; both empty for the local owner.
    """

    workspace: str
    member: str
    brand: str
    scopes: frozenset[str]
    surface: str
    looking: Looking
    brands: frozenset[str] = frozenset()
    owner: bool = False
    token: str = ""
    program: str = ""


def admind_of(request: Request) -> AdMind:
    return cast(AdMind, request.app.state.admind)


async def caller_of(request: Request) -> Caller:
    """Raises 401 for a stranger."""
    admind = admind_of(request)
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        caller = await _by_token(admind, credentials.strip())
        if caller is not None:
            return caller
    elif scheme == SCHEME and await admind.local_door.admits(
        credentials, request.method, _target(request), await request.body()
    ):
        owner = await admind.setup.local_owner(admind.workspace.id)
        if owner is not None:
            brand = await admind.looking.home_brand(owner.workspace, owner.id) or ""
            return Caller(owner.workspace, owner.id, brand, SCOPES, "terminal", admind.looking, owner=True)
    raise stranger()


async def program_of(request: Request) -> Caller:
    """Who calls with a token, and no other way. Raises 401."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    caller = await _by_token(admind_of(request), credentials.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise stranger()
    return caller


async def _by_token(admind: AdMind, secret: str) -> Caller | None:
    token = await admind.tokens.authenticate(secret)
    if token is None:
        return None
    looking = admind.looking.within(token.brands)
    brand = await looking.home_brand(token.workspace, token.member)
    if brand is None:
        return None
    return Caller(
        workspace=token.workspace,
        member=token.member,
        brand=brand,
        scopes=frozenset(token.scopes),
        surface="terminal" if token.id == admind.file_token_id else "api" if "decide" in token.scopes else PROGRAM,
        looking=looking,
        brands=token.brands,
        token=token.id,
        program=token.name,
    )


def stranger() -> HTTPException:
    return HTTPException(
        401,
        "This needs a token. Make one with `admind tokens create`, and send it as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _target(request: Request) -> str:
    """Path and query as they came, not decoded: what was signed."""
    path = (request.scope.get("raw_path") or request.url.path.encode()).partition(b"?")[0]
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def needs(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, who must hold this scope."""

    async def checked(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise HTTPException(403, f"This token may not {scope}. An owner can make one with the scope {scope}.")
        if caller.brands:
            await _inside(request, caller)
        return caller

    return checked


async def _inside(request: Request, caller: Caller) -> None:
    """What the address names must lie in the caller's brands: else it does not exist here. Raises NotFound."""
    if "draft" in request.path_params:
        await caller.looking.draft_record(caller.workspace, caller.member, request.path_params["draft"])
    if "post" in request.path_params:
        await caller.looking.post(caller.workspace, caller.member, request.path_params["post"])
    if "member" in request.path_params:
        await caller.looking.colleague(caller.workspace, caller.member, request.path_params["member"])
        raise HTTPException(403, "This token is for one brand's work; members belong to the whole workspace.")


async def owner_of(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    if not caller.owner:
        raise HTTPException(403, "Only the owner at the machine itself can do this, with the `admind` command.")
    return caller


Service = Annotated[AdMind, Depends(admind_of)]
Reader = Annotated[Caller, Depends(needs("read"))]
Proposer = Annotated[Caller, Depends(needs("propose"))]
Decider = Annotated[Caller, Depends(needs("decide"))]
Owner = Annotated[Caller, Depends(owner_of)]
