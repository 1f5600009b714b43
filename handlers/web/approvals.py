"""Approval links on the public edge: the draft as the holder sees it, and their word. GET shows, POST decides."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from bot.chat import VerdictName
from bot.errors import AdMindError
from bot.views import draft_view
from bot.words import read_in, retold
from bot.workflow.client_links import Shown
from handlers.web.auth import admind_of
from handlers.web.problems import status_of
from handlers.web.studio.draw import draw
from handlers.web.studio.previews import flags_of, previews_of

router = APIRouter(include_in_schema=False)  # pages for people, not for programs
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{20,160}$")]
BROWSER = "admind_holder"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@router.get("/approve/{code}")
async def show(request: Request, code: Code) -> Response:
    """What the link is for; previews and scanners may look as often as they like."""
    return await _page(request, code, await _shown(request, code))


@router.post("/approve/{code}")
async def decide(
    request: Request,
    code: Code,
    verdict: Annotated[VerdictName, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Approve, or ask for changes, on exactly what the page showed. The link then belongs to this browser."""
    shown = await _shown(request, code)
    if shown is None:
        return await _page(request, code, None)
    browser = request.cookies.get(BROWSER) or secrets.token_urlsafe(32)
    try:
        sentence = (await admind_of(request).client_links.decide(shown, browser, verdict, reason.strip())).sentence
    except AdMindError as error:
        return await _page(request, code, await _shown(request, code), told=said(error), status=status_of(error))
    response = await _page(request, code, await _shown(request, code), told=sentence)
    response.set_cookie(
        BROWSER,
        browser,
        max_age=30 * 24 * 3600,
        path="/approve",
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )
    return response


@router.get("/approve/{code}/{sha256}")
async def picture(request: Request, code: Code, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]) -> Response:
    """A picture of the draft, for whoever holds the link."""
    shown = await _shown(request, code)
    if shown is None:
        return Response(status_code=404)
    data, mime = await admind_of(request).client_links.picture(shown, sha256)
    return Response(data, media_type=mime, headers={"Cache-Control": "private, max-age=3600"})


def said(error: AdMindError) -> str:
    """What is static in it in the reader's language."""
    return " ".join(retold(part) for part in (error.what, error.kept, error.do_next) if part)


async def _shown(request: Request, code: str) -> Shown | None:
    shown = await admind_of(request).client_links.shown(code, request.client.host if request.client else "")
    if shown is not None:
        read_in(shown.member.language)
    return shown


async def _page(request: Request, code: str, shown: Shown | None, *, told: str = "", status: int = 200) -> Response:
    admind = admind_of(request)
    if shown is None:
        response = draw(request, None, "approve_gone.html", status=410)
    else:
        draft = shown.draft
        words = await admind.board.words(draft.workspace, draft.brand)
        view = draft_view(draft, words, missing={}, media_url="")
        handles = {account.id: account.handle for account in words.accounts.values()}
        payloads = {version.account: await admind.versions.payload(version) for version in draft.versions}
        pictures = f"/approve/{code}"
        faces = {account.id: f"{pictures}/{account.face}" for account in words.accounts.values() if account.face}
        response = draw(
            request,
            None,
            "approve.html",
            status=status,
            language=shown.member.language,
            draft=draft,
            holder=shown.member.name,
            brand=words.brand.name,
            zone=words.zone,
            previews=previews_of(view.versions, payloads, handles, pictures, flags_of(admind.channels), faces=faces),
            pictures=pictures,
            copy_language=draft.brief.language,
            changed=shown.changed,
            answer=told,
            code=code,
        )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
