"""STOP, in reach on every page, and how to let things go on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from bot.words import words
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
SHOWN = 3
Scope = Annotated[str, Form(max_length=200)]


@router.get("/stop")
async def state(request: Request, visit: Visitor) -> Response:
    """The button, or what is stopped."""
    pauses = await visit.admind.looking.pauses(visit.workspace, visit.id)
    return draw(request, visit, "stop_state.html", pauses=pauses.items, names=await _names(visit))


@router.get("/stop/ask")
async def ask(request: Request, visit: Visitor) -> Response:
    """What to stop: one tap for the brand looked at, others below."""
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    mine = [account for account in accounts.items if account.brand in visit.brands and not account.closed]
    pauses = await visit.admind.looking.pauses(visit.workspace, visit.id)
    may_resume = visit.holds("approver") or visit.holds("owner")
    now, member = visit.admind.clock.now(), visit.seen.member
    near = {
        pause.scope: await visit.admind.stopping.near(visit.workspace, pause.scope, member, now)
        for pause in pauses.items
    }
    return draw(
        request,
        visit,
        "stop.html",
        accounts=mine,
        pauses=pauses.items,
        names=await _names(visit),
        may_resume=may_resume,
        near=near,
    )


@router.post("/stop")
async def stop(
    request: Request,
    visit: Visitor,
    scope: Scope,
    topic: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Nothing of the scope that was not handed over goes out from now on."""
    done = await visit.admind.stopping.stop(
        visit.workspace,
        f"topic:{topic.strip()}" if scope == "topic" else scope,
        visit.seen.member,
        reason,
        visit.admind.clock.now(),
        SURFACE,
    )
    told = [words(visit.language).many("Stopped. {count} post waits.", "Stopped. {count} posts wait.", len(done.held))]
    told += [
        visit.t("“{title}” nearly names the topic and is not stopped: please look.", title=post.title)
        for post in done.near[:SHOWN]
    ]
    more = len(done.near) - SHOWN  # the page names them all
    told += [words(visit.language).many("… and {count} more", "… and {count} more", more)] if more > 0 else []
    return go(request, "/studio/stop/ask", " ".join(told))


@router.post("/resume")
async def resume(request: Request, visit: Visitor, scope: Scope) -> Response:
    """Let it go on; what fell due meanwhile is on the posts page and waits for a word."""
    await visit.admind.pausing.resume(
        visit.workspace, scope, visit.seen.member, visit.admind.clock.now(), surface=SURFACE
    )
    waiting = await visit.admind.looking.posts(visit.workspace, visit.id, status="paused", limit=100)
    if waiting.items:
        return go(
            request,
            "/studio/posts?show=asking",
            visit.t("Running again. Some posts fell due meanwhile and wait for your word."),
        )
    return go(request, "/studio/stop/ask", visit.t("Running again."))


async def _names(visit: Visit) -> dict[str, str]:
    """What a scope is called by people."""
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    return {f"brand:{brand.id}": brand.name for brand in visit.every_brand} | {
        f"account:{account.id}": account.name for account in accounts.items
    }
