"""The web side, put together: the private application, and the public edge that may have a listener of its own."""

from __future__ import annotations

import importlib
import os
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.bootstrap import VERSION, AdMind
from handlers.web import approvals, calendars, health, links, problems, public, shelf
from handlers.web.api import (
    admin,
    calendar,
    calendar_files,
    campaigns,
    client_reports,
    connecting,
    costs,
    drafts,
    feeds,
    learned,
    leaving,
    library,
    linking,
    names,
    plan,
    posts,
    profiling,
    rehearsal,
    reports,
    requests,
    studio,
)
from handlers.web.guard import Guard
from handlers.web.studio.app import create_studio

API = "/api/v1"


def create_app(admind: AdMind) -> FastAPI:
    """REST, health and metrics; the public edge too unless it has its own port. `admind` is open, perhaps not ready."""
    app = FastAPI(
        title="AdMind",
        version=VERSION,
        description="A chat-ops teammate for marketing teams.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
    )
    app.state.admind = admind
    for router in (
        requests.router,
        drafts.router,
        posts.router,
        calendar.router,
        calendar_files.router,
        campaigns.router,
        costs.router,
        reports.router,
        client_reports.router,
        library.router,
        admin.router,
        connecting.router,
        names.router,
        feeds.router,
        plan.router,
        rehearsal.router,
        leaving.router,
        linking.router,
        learned.router,
        profiling.router,
        studio.router,
    ):
        app.include_router(router, prefix=API)
    app.include_router(health.router)
    app.mount("/studio", create_studio(admind))
    app.add_route("/", lambda _: RedirectResponse("/studio"), include_in_schema=False)
    if admind.settings.mcp == "on":  # else nothing of it is loaded
        app.router.routes.append(importlib.import_module("handlers.web.mcp.door").route(admind))
    if admind.settings.public_port is None:
        _edge(app)
    problems.install(app)
    _guard(app, admind)
    return app


def create_public_app(admind: AdMind) -> FastAPI:
    """The internet's side alone: feed and media, nothing else."""
    app = FastAPI(title="AdMind public edge", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.admind = admind
    _edge(app)
    app.add_route("/", lambda _: RedirectResponse("/feed"), include_in_schema=False)
    problems.install(app)
    _guard(app, admind)
    return app


def _edge(app: FastAPI) -> None:
    """What the internet may see: feed, media, approval links, short links, calendars."""
    for router in (public.router, shelf.router, approvals.router, links.router, calendars.router):
        app.include_router(router)
    app.router.routes.insert(0, links.SHORT_LINK)


def _guard(app: FastAPI, admind: AdMind) -> None:
    """Hosts and origins are checked as whoever asked had them: a proxy in front says so, where it is trusted."""
    settings = admind.settings
    links_host, public_host = urlsplit(settings.links_url).hostname or "", urlsplit(settings.public_url).hostname or ""
    app.add_middleware(
        Guard,
        hosts={settings.host, public_host},
        links=links_host if links_host not in (settings.host, public_host) else "",
    )
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"))
