"""The public edge's own pages and files: the feed for people, its looks, and a mark that says whose edge this is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from bot.channels.feed_formats import media_path
from bot.channels.feed_html import content_html
from handlers.web.auth import admind_of
from handlers.web.studio.draw import STATIC, draw, packed
from handlers.web.studio.static import FOR_EVER, TYPES, files

router = APIRouter(include_in_schema=False)  # pages for people, not for programs
OPEN = frozenset(
    {"edge.css", "icon.svg", "previews.css", *(f"fonts/{path.name}" for path in (STATIC / "fonts").glob("*.woff2"))}
)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
A_PAGE = 30


@router.get("/feed")
@router.head("/feed")
async def feed_page(request: Request) -> Response:
    """What was published to the feed, for people."""
    admind = admind_of(request)
    home, items = await admind.syndication.newest(admind.workspace, limit=A_PAGE)
    entries = [
        (item, Markup(content_html(item.parts, lambda medium: admind.syndication.public(media_path(medium)))))  # noqa: S704
        for item in items
    ]
    response = draw(request, None, "feed_page.html", language=home.language, home=home, entries=entries)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


def edge_page(request: Request, template: str, *, status: int, **context: object) -> Response:
    """A page for people that holds nothing but its words."""
    response = draw(request, None, template, status=status, **context)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@router.get("/edge/{digest}/{name:path}")
async def file(
    request: Request, digest: Annotated[str, Path(pattern="^[0-9a-f]{12}$")], name: Annotated[str, Path(max_length=80)]
) -> Response:
    if name not in OPEN:
        raise HTTPException(404)
    body = files()[name].replace(b"/studio/static/", b"/edge/")
    kind = TYPES["." + name.rpartition(".")[2]]
    return packed(request, body, kind, headers=FOR_EVER)


@router.get("/.well-known/admind")
async def mark(request: Request) -> dict[str, str]:
    """Whose edge this is: compared by `admind doctor` when it looks from outside."""
    return {"mark": admind_of(request).doctor.mark}
