"""Posts: what goes out, what went out, and what AdMind needs a word about."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response

from bot.insights.saying import followed, named, ordered, without_numbers
from bot.post_cards import why_by_hand
from bot.views import PostView
from bot.words import words
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
UPCOMING = 100
AHEAD = timedelta(days=366)


@router.get("/posts")
async def posts(
    request: Request,
    visit: Visitor,
    show: Literal["asking", "upcoming", "out", "all"] = "upcoming",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What needs a word stands first, on every tab's name."""
    asking = await _asking(visit)
    following: str | None = None
    held = [each for each in asking if each.status == "paused" and visit.approves(each.brand)]
    if show == "asking":
        found = asking
    elif show == "upcoming":
        found = await _upcoming(visit)
    else:
        status = "published" if show == "out" else ""
        page = await visit.admind.looking.posts(
            visit.workspace, visit.id, status=status, after=after, limit=100, brands=visit.brands
        )
        found, following = page.items, page.next
    return draw(
        request,
        visit,
        "posts.html",
        posts=found,
        show=show,
        next=following,
        asking=len(asking),
        held=held if show == "asking" else [],
        brands={brand.id: brand.name for brand in visit.every_brand},
    )


@router.post("/posts/send-held")
async def send_held(request: Request, visit: Visitor, posts: Annotated[list[str], Form(max_length=100)]) -> Response:
    """Of what was kept back, what was ticked goes out now."""
    said = await visit.admind.posts.send_held(visit.workspace, posts, visit.id, SURFACE)
    return go(request, "/studio/posts?show=asking", said)


@router.get("/posts/{post}")
async def one(request: Request, visit: Visitor, post: str) -> Response:
    """The receipt, or what happened instead and what can be done."""
    found = await visit.admind.looking.post(visit.workspace, visit.id, post)
    draft = await visit.admind.looking.draft(visit.workspace, visit.id, found.draft)
    version = next((each for each in draft.versions if each.account == found.account), None)
    may_decide = visit.approves(found.brand)
    why = why_by_hand(found.receipt.by_hand_why or "", found.account_name, visit.t) if found.receipt else ""
    return draw(
        request,
        visit,
        "post.html",
        post=found,
        draft=draft,
        version=version,
        may_decide=may_decide,
        in_team=visit.in_team(found.brand),
        why=why,
        numbers=named(found.numbers.counts, words(visit.language)) if found.numbers else (),
        orders=ordered(found.clicks.orders, found.clicks.amounts, found.clicks.pixel_orders, visit.language)
        if found.clicks
        else "",
        clicks=followed(found.clicks.valid, found.clicks.all, found.clicks.bots, visit.language)
        if found.clicks
        else "",
        no_numbers=without_numbers(found.numbers_come, visit.language),
    )


@router.get("/posts/{post}/evidence")
async def evidence(visit: Visitor, post: str) -> Response:
    """How it came about, and that what went out is what was approved: one zip."""
    found = await visit.admind.evidencing.of(visit.workspace, visit.id, post)
    headers = {
        "Content-Disposition": f"attachment; filename=\"evidence.zip\"; filename*=UTF-8''{quote(found.name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.data, media_type="application/zip", headers=headers)


@router.post("/posts/{post}/resolve")
async def resolve(
    request: Request,
    visit: Visitor,
    post: str,
    resolution: Annotated[Literal["live", "send"], Form()],
    url: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """It stands there, or it does not: send it now."""
    done = await visit.admind.posts.resolve(visit.workspace, post, visit.id, resolution, SURFACE, url=url.strip())
    return go(request, f"/studio/posts/{post}", done.sentence)


@router.post("/posts/{post}/cancel")
async def cancel(request: Request, visit: Visitor, post: str) -> Response:
    """Keep it from going out."""
    done = await visit.admind.posts.cancel(visit.workspace, post, visit.id, SURFACE)
    return go(request, f"/studio/posts/{post}", done.sentence)


@router.post("/posts/{post}/take-down")
async def take_down(request: Request, visit: Visitor, post: str, sure: Annotated[bool, Form()] = False) -> Response:
    """Delete it from its channel; the second tap says so."""
    if not sure:
        return go(request, f"/studio/posts/{post}", visit.t("Tick the box first: taking down cannot be undone."))
    done = await visit.admind.posts.take_down(visit.workspace, post, visit.id, SURFACE)
    return go(request, f"/studio/posts/{post}", done.sentence)


@router.post("/posts/{post}/taken-down")
async def taken_down(request: Request, visit: Visitor, post: str) -> Response:
    """It was taken down by hand."""
    done = await visit.admind.posts.taken_down(visit.workspace, post, visit.id, SURFACE)
    return go(request, f"/studio/posts/{post}", done.sentence)


async def _asking(visit: Visit) -> list[PostView]:
    page = await visit.admind.looking.posts(visit.workspace, visit.id, status="asking", limit=100, brands=visit.brands)
    return page.items


async def _upcoming(visit: Visit) -> list[PostView]:
    """Earliest first, at most a hundred."""
    now = visit.admind.clock.now()
    found = await visit.admind.looking.posts_between(
        visit.workspace, visit.id, now - timedelta(hours=1), now + AHEAD, visit.brands
    )
    return [post for post in found if post.status in ("scheduled", "sending", "paused")][:UPCOMING]
