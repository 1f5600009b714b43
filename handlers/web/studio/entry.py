"""Signing in by a one-time link, and out again. The link's page shows who it is for; only its button uses it up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from bot.words import words
from handlers.web.auth import admind_of
from handlers.web.studio.draw import draw, go, say
from handlers.web.studio.visit import COOKIE, SURFACE, THEME, Visitor

router = APIRouter()
Code = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]
# A page of the studio to come to: words and handles alone, so that no link leads anywhere else.
Page = Annotated[str, Query(max_length=120, pattern=r"^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,4})?$")]
COOKIE_SECONDS = 30 * 24 * 3600


@router.get("/in")
async def stranger(request: Request) -> Response:
    """How to get in."""
    return draw(request, None, "sign_in.html", member=None, code="")


@router.get("/in/{code}")
async def link(request: Request, code: Code, page: Page = "") -> Response:
    member = await admind_of(request).sign_in.whose(code, _place(request))
    name = member.name if member else None
    return draw(request, None, "sign_in.html", status=200 if member else 410, member=name, code=code, page=page)


@router.post("/in/{code}")
async def enter(request: Request, code: Code, page: Page = "") -> Response:
    admind = admind_of(request)
    cookie = await admind.sign_in.enter(code, _place(request), request.headers.get("user-agent", ""))
    if cookie is None:
        return draw(request, None, "sign_in.html", status=410, member=None, code=code)
    seen = await admind.sign_in.signed_in(cookie)
    welcomed = seen is None or (await admind.looking.home(seen.session.workspace)).welcomed
    response = RedirectResponse(_first(page, welcomed), status_code=303)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_SECONDS,
        path="/studio",
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="lax",
    )
    return response


@router.post("/out")
async def leave(request: Request, visit: Visitor) -> Response:
    await visit.admind.sign_in.leave(visit.seen)
    return _left(visit.t("You are signed out."))


@router.post("/out-everywhere")
async def leave_everywhere(request: Request, visit: Visitor) -> Response:
    count = await visit.admind.sign_in.leave_everywhere(visit.seen.member, surface=SURFACE)
    told = words(visit.language).many("You are signed out.", "You are signed out of {count} browsers.", count)
    return _left(told)


@router.post("/brand")
async def look_at(request: Request, visit: Visitor, brand: Annotated[str, Form(max_length=60)] = "") -> Response:
    """Look at one brand, or at all of the member's."""
    if brand and all(each.id != brand for each in visit.every_brand):
        brand = ""
    await visit.admind.sign_in.look_at(visit.seen.session, brand)
    return go(request, "/studio")


@router.post("/theme")
async def theme(
    request: Request, visit: Visitor, theme: Annotated[str, Form(pattern="^(light|dark|auto)$")]
) -> Response:
    response = go(request, "/studio/settings")
    if theme == "auto":
        response.delete_cookie(THEME, path="/studio")
    else:
        response.set_cookie(THEME, theme, max_age=365 * 24 * 3600, path="/studio", httponly=True, samesite="lax")
    return response


def _first(page: str, welcomed: bool) -> str:
    """Where somebody comes to who signs in: what the link is for, else what there is to do first."""
    return f"/studio/{page}" if page else "/studio" if welcomed else "/studio/welcome"


def _left(told: str) -> Response:
    response = RedirectResponse("/studio/in", status_code=303)
    response.delete_cookie(COOKIE, path="/studio")
    return say(response, told)


def _place(request: Request) -> str:
    return request.client.host if request.client else ""
