"""Who calls: a token with scopes, or the local owner's signed request. Everything else is a stranger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from bot.bootstrap import AdMind
from bot.team.local import SCHEME

SCOPES = frozenset({"read", "propose", "decide"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The member on whose behalf the call is made, what it may do, and from where it comes."""

    workspace: str
    member: str
    brand: str
    scopes: frozenset[str]
    surface: str
    owner: bool = False


def admind_of(request: Request) -> AdMind:
    return cast(AdMind, request.app.state.admind)


async def caller_of(request: Request) -> Caller:
    """Raises 401 for a stranger."""
    admind = admind_of(request)
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = await admind.tokens.authenticate(credentials.strip())
        if token is not None and token.workspace == admind.workspace.id:
            surface = "terminal" if token.id == admind.file_token_id else "api"
            brand = await admind.looking.home_brand(token.workspace, token.member)
            if brand is not None:
                return Caller(token.workspace, token.member, brand, frozenset(token.scopes), surface)
    elif scheme == SCHEME and await admind.local_door.admits(
        credentials, request.method, _target(request), await request.body()
    ):
        owner = await admind.setup.local_owner(admind.workspace.id)
        if owner is not None:
            brand = await admind.looking.home_brand(owner.workspace, owner.id) or ""
            return Caller(owner.workspace, owner.id, brand, SCOPES, "terminal", owner=True)
    raise HTTPException(
        401,
        "This needs a token. Make one with `admind tokens create`, and send it as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _target(request: Request) -> str:
    """Path and query as they came, not decoded: what was signed."""
    path = (request.scope.get("raw_path") or request.url.path.encode()).partition(b"?")[0]
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def needs(scope: str) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency: the caller, who must hold this scope."""

    async def checked(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise HTTPException(403, f"This token may not {scope}. An owner can make one with the scope {scope}.")
        return caller

    return checked


async def owner_of(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    if not caller.owner:
        raise HTTPException(403, "Only the owner at the machine itself can do this, with the `admind` command.")
    return caller


Service = Annotated[AdMind, Depends(admind_of)]
Reader = Annotated[Caller, Depends(needs("read"))]
Proposer = Annotated[Caller, Depends(needs("propose"))]
Decider = Annotated[Caller, Depends(needs("decide"))]
Owner = Annotated[Caller, Depends(owner_of)]
