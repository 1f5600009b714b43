"""Settings of one's own and of the installation: language, zone, away, browsers, what runs and how well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from bot.errors import BadInput
from bot.words import LANGUAGES, words
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visitor

router = APIRouter()


@router.get("/settings")
async def settings(visit: Visitor) -> Response:
    return RedirectResponse("/studio/settings/brand" if visit.holds("owner") else "/studio/settings/me", 303)


@router.get("/settings/me")
async def me(request: Request, visit: Visitor) -> Response:
    """How one reads, who decides while one is away, and where one is signed in."""
    sessions = await visit.admind.sign_in.sessions(visit.seen.member)
    members = await visit.admind.looking.members(visit.workspace, visit.id)
    return draw(
        request,
        visit,
        "settings_me.html",
        sessions=sessions,
        languages=LANGUAGES,
        others=[member for member in members.items if member.id != visit.id],
        away=visit.seen.member.away,
        own_zone=visit.seen.member.zone,
    )


@router.post("/settings/me")
async def manners(
    request: Request,
    visit: Visitor,
    language: Annotated[str, Form(max_length=10)],
    zone: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    await visit.admind.office.set_manners(visit.workspace, visit.id, language=language, zone=zone.strip())
    return go(request, "/studio/settings/me", words(language).text("Saved."))


@router.post("/settings/away")
async def away(
    request: Request,
    visit: Visitor,
    until: Annotated[str, Form(max_length=20)] = "",
    delegate: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Until when, on the member's own clock; empty: back."""
    try:
        moment = datetime.fromisoformat(until).replace(tzinfo=visit.zone).astimezone(UTC) if until else None
    except ValueError as error:
        raise BadInput("That is no date.", kept="Nothing changed.") from error
    await visit.admind.office.set_away(visit.workspace, visit.id, visit.id, moment, delegate if moment else "")
    return go(request, "/studio/settings/me", visit.t("Have a good time.") if moment else visit.t("Welcome back."))


@router.get("/settings/system")
async def system(request: Request, visit: Visitor) -> Response:
    """What the doctor finds, and the model that writes."""
    found = await visit.admind.doctor.examine(visit.seen.member)
    given = visit.admind.settings
    return draw(
        request,
        visit,
        "settings_system.html",
        symptoms=found,
        model=given.model,
        lives=visit.admind.keeping.lives(),
        fallback=given.fallback_model,
    )
