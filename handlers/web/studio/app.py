"""The studio, put together: pages for people who are signed in, mounted at /studio."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from bot.bootstrap import AdMind
from bot.errors import AdMindError, unexpected
from bot.words import reader, words
from handlers.web import problems
from handlers.web.studio import accent, entry, live, pages, static
from handlers.web.studio.draw import draw, is_part, tell, wanted
from handlers.web.studio.visit import SignInNeeded


def create_studio(admind: AdMind) -> FastAPI:
    """Every page; a file in `pages` with a `router` is one."""
    app = FastAPI(title="AdMind studio", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.admind = admind
    for router in (entry.router, live.router, accent.router, static.router):
        app.include_router(router)
    for found in pkgutil.iter_modules(pages.__path__):
        module = importlib.import_module(f"{pages.__name__}.{found.name}")
        if hasattr(module, "router"):
            app.include_router(module.router)
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    async def stranger(request: Request, _: Exception) -> Response:
        if is_part(request):
            return Response(status_code=401, headers={"HX-Redirect": "/studio/in"})
        return Response(status_code=303, headers={"Location": "/studio/in"})

    async def known(request: Request, error: Exception) -> Response:
        known_one = error if isinstance(error, AdMindError) else unexpected(error, "drawing a page")
        return _problem(request, problems.status_of(known_one), known_one.what, known_one.kept, known_one.do_next)

    async def invalid(request: Request, _: Exception) -> Response:
        return _problem(request, 422, "Some of what was sent does not have the form that is needed.")

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(request, status, problems.PLAIN.get(status) or str(getattr(error, "detail", "")))

    app.add_exception_handler(SignInNeeded, stranger)
    app.add_exception_handler(AdMindError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, known)


def _problem(request: Request, status: int, what: str, kept: str = "", do_next: str = "") -> Response:
    """A sentence on the page that stands, or a page of its own."""
    language = reader(wanted(request))
    what, kept, do_next = (words(language).said(each) for each in (what, kept, do_next))
    if is_part(request):
        sentence = " ".join(part for part in (what, kept, do_next) if part)
        return tell(Response(status_code=status), sentence, kind="problem")
    return draw(request, None, "problem.html", status=status, what=what, kept=kept, do_next=do_next, language=language)
