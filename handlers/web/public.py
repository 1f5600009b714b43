"""The public edge: feeds, their pictures and pages, and the way back from a server where an account is connected.

Nothing here knows a member, a draft or a token.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from bot.errors import NotFound
from bot.workflow.syndication import page_html
from handlers.web.auth import admind_of
from handlers.web.shelf import edge_page

router = APIRouter(tags=["public"])
Stated = Annotated[str, Query(max_length=300)]
Given = Annotated[str, Query(max_length=4000)]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
NoneMatch = Annotated[str, Header(alias="if-none-match", max_length=500)]
ModifiedSince = Annotated[str, Header(alias="if-modified-since", max_length=100)]
KINDS: dict[str, Literal["rss", "atom", "json"]] = {"feed.xml": "rss", "atom.xml": "atom", "feed.json": "json"}
SHARED = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}


@router.get("/feed.xml", response_class=Response)
@router.head("/feed.xml", response_class=Response, include_in_schema=False)
@router.get("/atom.xml", response_class=Response)
@router.head("/atom.xml", response_class=Response, include_in_schema=False)
@router.get("/feed.json", response_class=Response)
@router.head("/feed.json", response_class=Response, include_in_schema=False)
async def feed(request: Request, none_match: NoneMatch = "", since: ModifiedSince = "") -> Response:
    """Everything that was published to the feed, as RSS 2.0, Atom or JSON Feed."""
    return await _feed(request, request.url.path.strip("/"), "", none_match, since)


@router.get("/feeds/{account}/{file}", response_class=Response)
@router.head("/feeds/{account}/{file}", response_class=Response, include_in_schema=False)
async def account_feed(
    request: Request,
    account: Annotated[str, Path(pattern=r"^a_[a-z0-9]{1,40}$")],
    file: Literal["feed.xml", "atom.xml", "feed.json"],
    none_match: NoneMatch = "",
    since: ModifiedSince = "",
) -> Response:
    """What was published to one account."""
    return await _feed(request, file, account, none_match, since)


@router.get("/media/{sha256}.{extension}", response_class=Response)
@router.head("/media/{sha256}.{extension}", response_class=Response, include_in_schema=False)
async def picture(request: Request, sha256: Sha256, extension: Literal["jpg", "png", "webp", "gif"]) -> Response:
    """A published picture, at an address that nobody guesses who does not have its bytes."""
    admind = admind_of(request)
    stored = await admind.library.public(admind.workspace.id, sha256)
    if stored is None:
        raise NotFound("There is no such picture.")
    return Response(
        stored.data,
        media_type=stored.mime,
        headers=SHARED | {"Cache-Control": "public, max-age=31536000, immutable"},
    )


@router.get("/posts/{guid}", response_class=HTMLResponse)
@router.head("/posts/{guid}", response_class=HTMLResponse, include_in_schema=False)
async def page(request: Request, guid: Annotated[str, Path(pattern=r"^p_[a-z0-9]{1,40}$")]) -> HTMLResponse:
    """A post of the feed, for people."""
    admind = admind_of(request)
    html = page_html(await admind.syndication.item(guid), admind.syndication.public)
    policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


@router.get("/oauth/return", response_class=HTMLResponse, include_in_schema=False)
async def came_back(
    request: Request, state: Stated = "", code: Given = "", error: Stated = "", iss: Given = ""
) -> Response:
    """Back from a server: on to the studio, where the session that began decides; else a page that says why not."""
    back = await admind_of(request).oauth.came_back(state, code, error, iss)
    if back.outcome == "back":
        headers = {"Location": back.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Response(status_code=303, headers=headers)
    status = {"unknown": 410, "declined": 200, "failed": 400}[back.outcome]
    return edge_page(request, "oauth_return.html", status=status, outcome=back.outcome, studio=back.url)


async def _feed(request: Request, file: str, account: str, none_match: str, since: str) -> Response:
    admind = admind_of(request)
    document = await admind.syndication.document(admind.workspace, KINDS[file], account)
    headers = SHARED | {"ETag": document.etag, "Last-Modified": document.last_modified, "Cache-Control": "no-cache"}
    if document.not_modified(none_match, since):
        return Response(status_code=304, headers=headers)
    return Response(document.body, headers=headers, media_type=document.content_type)
