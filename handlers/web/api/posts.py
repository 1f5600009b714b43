"""`/posts`, `/pause`, `/resume`, `/calendar.ics`: what goes out, and what keeps it from doing so."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from bot.views import ListView, PauseView, PostView
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Decider, Proposer, Reader, Service

EVIDENCE_HEADERS = {
    "Content-Disposition": 'attachment; filename="evidence.zip"',
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
router = APIRouter(tags=["posts"], route_class=IdempotentRoute)


class Resolution(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: Literal["live", "send"] = Field(
        validation_alias=AliasChoices("resolution", "verdict"),
        description="live: it stands there. send: it does not, send it now. `verdict` is understood as well.",
    )
    url: str = Field("", max_length=2000, description="Where it stands, if you know.")


class Done(BaseModel):
    sentence: str
    post: PostView


class PauseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scope: str = Field("workspace", max_length=200, description="workspace, brand:…, account:…, campaign:…, topic:…")
    reason: str = Field("", max_length=500)


class StoppedView(PauseView):
    held: list[str] = Field(description="Posts that wait while it lasts.")
    near: list[PostView] = Field(description="Posts that nearly name the topic: they are not stopped. Please look.")


class Resumed(BaseModel):
    pause: PauseView
    waiting: list[PostView] = Field(description="Posts that fell due meanwhile: decide on each.")


class Released(BaseModel):
    sentence: str
    posts: list[PostView] = Field(description="Those that waited for the account, as they are now.")


@router.get("/posts")
async def listing(
    admind: Service,
    caller: Reader,
    status: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ListView[PostView]:
    return await caller.looking.posts(caller.workspace, caller.member, status=status, after=after, limit=limit)


@router.get("/posts/{post}")
async def one(admind: Service, caller: Reader, post: str) -> PostView:
    return await caller.looking.post(caller.workspace, caller.member, post)


@router.get("/posts/{post}/evidence", response_class=Response)
async def evidence(admind: Service, caller: Reader, post: str) -> Response:
    """A zip that shows how this post came about, and that what went out is what was approved. For the brand's team."""
    found = await admind.evidencing.of(caller.workspace, caller.member, post)
    return Response(found.data, media_type="application/zip", headers=EVIDENCE_HEADERS)


@router.post("/posts/{post}/cancel")
async def cancel(admind: Service, caller: Decider, post: str) -> Done:
    done = await admind.posts.cancel(caller.workspace, post, caller.member, caller.surface)
    return Done(sentence=done.sentence, post=await one(admind, caller, post))


@router.post("/posts/{post}/resolutions")
async def resolve(admind: Service, caller: Decider, post: str, body: Resolution) -> Done:
    """Say what became of a post that AdMind cannot tell about, or that was missed, paused or refused."""
    done = await admind.posts.resolve(
        caller.workspace, post, caller.member, body.resolution, caller.surface, url=body.url
    )
    return Done(sentence=done.sentence, post=await one(admind, caller, post))


@router.post("/posts/{post}/take-down")
async def take_down(admind: Service, caller: Decider, post: str) -> Done:
    """Delete a published post from its channel; where that does not do it, it is `by_hand` until `taken-down`."""
    done = await admind.posts.take_down(caller.workspace, post, caller.member, caller.surface)
    return Done(sentence=done.sentence, post=await one(admind, caller, post))


@router.post("/posts/{post}/taken-down")
async def taken_down(admind: Service, caller: Decider, post: str) -> Done:
    """Say that you took a post down by hand, where its channel does not do it."""
    done = await admind.posts.taken_down(caller.workspace, post, caller.member, caller.surface)
    return Done(sentence=done.sentence, post=await one(admind, caller, post))


@router.get("/pauses")
async def pauses(admind: Service, caller: Reader) -> ListView[PauseView]:
    """What is stopped, as far as it concerns the caller's brands."""
    return await caller.looking.pauses(caller.workspace, caller.member)


@router.post("/pause")
async def pause(admind: Service, caller: Proposer, body: PauseBody | None = None) -> StoppedView:
    """STOP: nothing of the scope that was not handed over goes out; without a body, nothing at all."""
    body = body or PauseBody(scope="workspace", reason="")
    member = await caller.looking.member(caller.workspace, caller.member)
    done = await admind.stopping.stop(
        caller.workspace, body.scope, member, body.reason, admind.clock.now(), caller.surface
    )
    return StoppedView(
        scope=done.pause.scope,
        reason=done.pause.reason,
        since=done.pause.since,
        until=done.pause.until,
        held=[post.id for post in done.held],
        near=[await caller.looking.post(caller.workspace, caller.member, post.id) for post in done.near],
    )


@router.post("/resume")
async def resume(admind: Service, caller: Decider, body: PauseBody | None = None) -> Resumed:
    """Let posts go out again. What fell due meanwhile is listed and waits for your word."""
    body = body or PauseBody(scope="workspace", reason="")
    member = await caller.looking.member(caller.workspace, caller.member)
    lifted = await admind.pausing.resume(
        caller.workspace, body.scope, member, admind.clock.now(), surface=caller.surface
    )
    waiting = await caller.looking.posts(caller.workspace, caller.member, status="paused", limit=200)
    view = PauseView(scope=lifted.scope, reason=lifted.reason, since=lifted.since, until=lifted.until)
    return Resumed(pause=view, waiting=waiting.items)


@router.post("/accounts/{account}/release")
async def release(admind: Service, caller: Decider, account: str) -> Released:
    """Send now all that was held back while this account could not be used. Connect it again first."""
    held = await admind.lapses.held(caller.workspace, account)
    sentence = await admind.lapses.release(caller.workspace, account, caller.member, caller.surface)
    posts = [await caller.looking.post(caller.workspace, caller.member, post.id) for post in held]
    return Released(sentence=sentence, posts=posts)


@router.get("/calendar.ics", response_class=Response)
async def calendar(admind: Service, caller: Reader) -> Response:
    """RFC 5545, for calendar programs."""
    body = await caller.looking.calendar(caller.workspace, caller.member)
    return Response(body, media_type="text/calendar; charset=utf-8")
