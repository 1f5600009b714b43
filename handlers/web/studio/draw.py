"""Pages from templates: who looks, in their language and zone, with the headers that keep a page safe."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.insights.costs import what_it_took
from bot.views import DraftView, MediumView
from bot.words import words
from handlers.web.studio.labels import audit_names, state_names, verdict_names
from handlers.web.studio.visit import THEME, TOLD, Visit

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
PACK_FROM = 1000  # bytes


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals["asset"] = asset
    environment.globals["edge_asset"] = lambda name: asset(name).replace("/studio/static/", "/edge/")
    environment.filters["picture"] = _picture
    environment.filters["named"] = _named
    environment.filters["zone"] = ZoneInfo
    return environment


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that a browser may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/studio/static/{digest}/{name}"


def draw(request: Request, visit: Visit | None, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page or a part of one. Templates get `t` and `n` (texts in the reader's language), `said` (a sentence that was
    kept in English), `took` (what models took), `words` (dates, numbers), `visit`, `told` (what the last step left) and
    what is given here.
    """
    language = context.pop("language", "") or (visit.language if visit else wanted(request))
    spoken = words(language)
    told = unquote(request.cookies.get(TOLD, ""))[:500]
    html = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            visit=visit,
            language=language,
            words=spoken,
            t=spoken.text,
            n=spoken.many,
            said=spoken.said,
            took=lambda usage: what_it_took(usage, spoken),
            states=state_names(spoken),
            happened=audit_names(spoken),
            verdicts=verdict_names(spoken),
            told=told,
            titles=titles(visit),
            theme=request.cookies.get(THEME, "") if request.cookies.get(THEME) in ("light", "dark") else "",
            path=request.url.path,
            partial=is_part(request),
            **context,
        )
    )
    response = packed(request, html.encode(), "text/html; charset=utf-8", status=status, headers=HEADERS)
    if told:
        response.delete_cookie(TOLD, path="/studio")
    return response


def titles(visit: Visit | None) -> Mapping[str, str]:
    """What each channel is called by people."""
    return {name: each.capabilities.title for name, each in visit.admind.channels.items()} if visit else {}


def packed(
    request: Request, body: bytes, media_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Compressed where the browser takes it."""
    given = {**(headers or {}), "Vary": "Accept-Encoding"}
    if len(body) >= PACK_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        body, given["Content-Encoding"] = gzip.compress(body, 6), "gzip"
    return Response(body, status_code=status, media_type=media_type, headers=given)


def is_part(request: Request) -> bool:
    """Whether htmx asks for a part to put into the page that stands."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def go(request: Request, path: str, told: str = "") -> Response:
    """On to another page, with a sentence that is said there once."""
    if is_part(request):
        response = Response(status_code=204, headers={"HX-Redirect": path})
    else:
        response = Response(status_code=303, headers={"Location": path})
    return say(response, told)


def say(response: Response, told: str) -> Response:
    """Have the next page say this sentence, once."""
    if told:
        response.set_cookie(TOLD, quote(told[:500]), max_age=60, path="/studio", httponly=True, samesite="lax")
    return response


def tell(response: Response, told: str, *, kind: str = "done") -> Response:
    """Have the page that stands say this sentence now; `kind` is done or problem."""
    response.headers["HX-Trigger"] = json.dumps({"told": {"text": told, "kind": kind}})
    return response


def _picture(draft: DraftView) -> MediumView | None:
    """The first picture of a draft."""
    return next((medium for version in draft.versions for medium in version.media), None)


def _named(keys: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(key, key) for key in keys)


def wanted(request: Request) -> str:
    """The language that the browser asks for, of those there are."""
    return "de" if request.headers.get("accept-language", "").lower().startswith("de") else "en"
