"""Campaigns: a list, and each one's timeline to look at, change and start. Everything works without a script."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response

from bot.conversation.campaigning import say_stage
from bot.planning.timeline import timeline
from bot.words import words as book
from bot.workflow.campaign_making import post_of
from bot.workflow.campaigns import STAGES, Campaign
from handlers.web.api.campaigns import ArcPostView, NoticeView, view
from handlers.web.studio.asking import asker
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
PAGE: Final = "/studio/campaigns"
BADGES: Final = {
    "proposed": "scheduled", "planned": "scheduled", "empty": "empty", "drafting": "sending", "drafted": "waiting",
    "approved": "approved", "expired": "missed", "skipped": "cancelled", "running": "approved", "paused": "paused",
    "ended": "cancelled", "dropped": "cancelled",
}  # fmt: skip
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=300)]


@router.get("/campaigns")
async def campaigns(request: Request, visit: Visitor) -> Response:
    found = await visit.admind.campaigns.of(visit.workspace, visit.id, visit.here.id)
    live = [each for each in reversed(found) if each.status.value != "dropped"]
    return draw(
        request,
        visit,
        "campaigns.html",
        campaigns=[await view(visit.admind, each, listed=True) for each in live],
        badges=BADGES,
        slot_states=_states(visit),
        key=secrets.token_hex(8),
    )


@router.post("/campaigns")
async def propose(request: Request, visit: Visitor, words: Text, key: Short) -> Response:
    made = await visit.admind.campaigns.propose(
        _asker(visit), words, language=visit.language, key=f"studio {visit.id} {key}"
    )
    return go(request, f"{PAGE}/{made.id}", visit.t("Here is its timeline. Nothing is drafted before you start it."))


@router.get("/campaigns/{campaign}")
async def one(request: Request, visit: Visitor, campaign: str) -> Response:
    """The arc: drawn on a timeline with a lane for each account, and week by week in words."""
    found = await visit.admind.campaigns.get(visit.workspace, visit.id, campaign)
    shown = await view(visit.admind, found)
    weeks: defaultdict[date, list[tuple[datetime, ArcPostView]]] = defaultdict(list)
    for post in shown.posts:
        at = datetime.fromisoformat(post.at)
        weeks[at.date() - timedelta(days=at.weekday())].append((at, post))
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    zone = await visit.admind.standing.zone(visit.workspace, found.brand)
    wall = visit.admind.clock.now().astimezone(zone).replace(tzinfo=None)
    drawn = timeline(found, await visit.admind.campaign_notices.days(found))
    used = {each for post in shown.posts for each in post.accounts}
    lanes = [(each.id, each.name, each.channel) for each in accounts.items if each.id in used]
    return draw(
        request,
        visit,
        "campaign.html",
        campaign=shown,
        weeks=sorted(weeks.items()),
        drawn=drawn,
        lanes=[(*lane, _cells(shown.posts, lane[0])) for lane in lanes],
        today=wall.date(),
        wall=wall.isoformat(),
        over=found.status.value in ("ended", "dropped"),
        notices=_by_post(shown.notices),
        badges=BADGES,
        slot_states=_states(visit),
        stages=[(each, say_stage(each)) for each in STAGES],
        stage_names={each: say_stage(each) for each in STAGES},
        names={each.id: each.name for each in accounts.items},
        accounts=[each for each in accounts.items if each.brand == found.brand and not each.closed],
    )


@router.post("/campaigns/{campaign}/words")
async def words(request: Request, visit: Visitor, campaign: str, words: Text) -> Response:
    before = await _kept(visit, campaign)
    new = await visit.admind.campaigns.adjust(await _of(visit, campaign), campaign, words, language=visit.language)
    return _back(request, campaign, await _heeding(visit, new, visit.t("It is changed."), before))


@router.post("/campaigns/{campaign}/start")
async def start(request: Request, visit: Visitor, campaign: str) -> Response:
    await visit.admind.campaigns.start(await _of(visit, campaign), campaign)
    return _back(request, campaign, visit.t("It runs: its drafts come for approval in time, one by one."))


@router.post("/campaigns/{campaign}/pause")
async def pause(request: Request, visit: Visitor, campaign: str) -> Response:
    await visit.admind.campaigns.pause(await _of(visit, campaign), campaign)
    return _back(request, campaign, visit.t("Nothing of it goes out, and nothing is drafted."))


@router.post("/campaigns/{campaign}/end")
async def end(request: Request, visit: Visitor, campaign: str) -> Response:
    await visit.admind.campaigns.end(await _of(visit, campaign), campaign)
    return go(request, PAGE, visit.t("It has ended. What waits or is approved stays."))


@router.post("/campaigns/{campaign}/edit")
async def edit(
    request: Request,
    visit: Visitor,
    campaign: str,
    goal: Short = "",
    budget: Short = "",
    link: Text = "",
    utm: Short = "",
) -> Response:
    given = {"goal": goal.strip(), "budget": budget.strip(), "link": link.strip(), "utm": utm.strip()}
    await visit.admind.campaigns.edit(await _of(visit, campaign), campaign, given)
    return _back(request, campaign, visit.t("Saved."))


@router.post("/campaigns/{campaign}/posts")
async def add(
    request: Request, visit: Visitor, campaign: str, when: Short, stage: Short = "proof", topic: Short = ""
) -> Response:
    before, who = await _kept(visit, campaign), await _of(visit, campaign)
    new = await visit.admind.campaigns.add(who, campaign, _when(when), stage=stage, topic=topic)
    return _back(request, campaign, await _heeding(visit, new, visit.t("It is added."), before))


@router.post("/campaigns/{campaign}/posts/{post}")
async def change(
    request: Request,
    visit: Visitor,
    campaign: str,
    post: str,
    when: Short = "",
    was: Short = "",
    topic: Short = "",
    form: Annotated[str | None, Form(max_length=60)] = None,
    stage: Short = "",
    account: Annotated[list[str] | None, Form(max_length=60)] = None,
) -> Response:
    """Its words, kind, part and accounts, and its time: by hand, or by dragging, which gives the time alone."""
    campaigns, who = visit.admind.campaigns, await _of(visit, campaign)
    new = await campaigns.get(visit.workspace, visit.id, campaign)
    old = post_of(new, post)
    given: dict[str, Any] = {"topic": topic.strip()} if topic.strip() not in ("", old.topic) else {}
    given |= {"form": form.strip()} if form is not None and form.strip() != old.form else {}
    given |= {"stage": stage} if stage not in ("", old.stage) else {}
    given |= {"accounts": tuple(account)} if account and set(account) != set(old.accounts) else {}
    if given:
        new = await campaigns.edit_post(who, campaign, post, given)
    said = visit.t("It is changed.")
    if when and when != was:
        new = await campaigns.move(who, campaign, post, _when(when))
        at = post_of(new, post).at
        said = visit.t("Moved to {when}.", when=f"{book(visit.language).day(at.date())}, {at:%H:%M}")
    return _back(request, campaign, await _heeding(visit, new, said, only=post))


@router.post("/campaigns/{campaign}/posts/{post}/drop")
async def drop(request: Request, visit: Visitor, campaign: str, post: str) -> Response:
    await visit.admind.campaigns.drop_post(await _of(visit, campaign), campaign, post)
    return _back(request, campaign, visit.t("It is left out."))


async def _kept(visit: Visit, campaign: str) -> frozenset[tuple[str, str]]:
    """What was to be heeded before a change."""
    found = await visit.admind.campaigns.get(visit.workspace, visit.id, campaign)
    return frozenset((each.post, each.text) for each in await visit.admind.campaign_notices.of(found))


async def _heeding(
    visit: Visit, campaign: Campaign, said: str, before: frozenset[tuple[str, str]] = frozenset(), only: str = ""
) -> str:
    """What was done, and what a change has brought that is to be heeded."""
    notices = await visit.admind.campaign_notices.of(campaign)
    new = (each.text for each in notices if (each.post, each.text) not in before and only in ("", each.post))
    return " ".join([said, *list(dict.fromkeys(new))[:2]])


def _cells(posts: Iterable[ArcPostView], account: str) -> dict[date, list[ArcPostView]]:
    """An account's posts by day."""
    found: defaultdict[date, list[ArcPostView]] = defaultdict(list)
    for post in posts:
        if account in post.accounts:
            found[datetime.fromisoformat(post.at).date()].append(post)
    return dict(found)


def _by_post(notices: Iterable[NoticeView]) -> dict[str, list[NoticeView]]:
    found: defaultdict[str, list[NoticeView]] = defaultdict(list)
    for each in notices:
        found[each.post].append(each)
    return dict(found)


def _when(given: str) -> str:
    """As a date field gives it, or in words."""
    return given.replace("T", " ") if given[4:5] == "-" else given


async def _of(visit: Visit, campaign: str) -> Any:
    found = await visit.admind.campaigns.get(visit.workspace, visit.id, campaign)
    return asker(visit, found.brand)


def _asker(visit: Visit) -> Any:
    return asker(visit, visit.here.id)


def _back(request: Request, campaign: str, said: str) -> Response:
    return go(request, f"{PAGE}/{campaign}", said)


def _states(visit: Visit) -> dict[str, str]:
    return {
        "proposed": visit.t("proposed"),
        "running": visit.t("running"),
        "paused": visit.t("paused"),
        "ended": visit.t("ended"),
        "dropped": visit.t("dropped"),
        "planned": visit.t("to come"),
        "empty": visit.t("empty"),
        "drafting": visit.t("being drafted"),
        "drafted": visit.t("waiting for approval"),
        "approved": visit.t("approved"),
        "expired": visit.t("not approved in time"),
        "skipped": visit.t("left out"),
    }
