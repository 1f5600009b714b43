"""App Home, and the room of AdMind and one person."""

from __future__ import annotations

import logging
from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.chat import Role
from bot.errors import AdMindError, NotAllowed
from bot.words import read_in, told
from handlers.chat.deciding import zone_of
from handlers.chat.visiting import Visitor
from handlers.slack.calling import Json, asked
from handlers.slack.forms import Carried
from handlers.slack.home_view import HomeNow, OtherBrand, home_view, stranger_view
from handlers.slack.listeners.events import team_of
from handlers.slack.places import Asking
from handlers.slack.slack import Slack
from handlers.slack.suggesting import suggest

log = logging.getLogger(__name__)
AHEAD = timedelta(days=30)


def register(app: AsyncApp, slack: Slack) -> None:
    async def opened(event: Json, body: Json) -> None:
        await open_home(slack, team_of(body), event)

    async def joined(event: Json, body: Json) -> None:
        await invited(slack, team_of(body), event, str(body["event_id"]))

    async def ended(event: Json, body: Json) -> None:
        await stopped(slack, team_of(body), event)

    app.event("app_home_opened")(opened)
    app.event("member_joined_channel")(joined)
    app.event("agent_session_stopped")(ended)


async def open_home(slack: Slack, team: str, event: Json) -> None:
    user = str(event["user"])
    if event.get("tab") == "messages":
        slack.after(suggest(slack, team, user, str(event["channel"])))
        return
    try:
        visitor = await slack.people.visitor(team, user)
    except NotAllowed:
        client = await slack.teams.client(team)
        await asked(client.views_publish(user_id=user, view=stranger_view()))
        return
    slack.after(refresh(slack, visitor, brand_shown(event)))


async def stopped(slack: Slack, team: str, event: Json) -> None:
    """The stop button: what this person asked here ends, wherever it is worked on. What others asked goes on."""
    channel, user, thread = str(event["channel"]), str(event.get("user") or ""), str(event.get("thread_ts") or "")
    try:
        visitor = await slack.people.visitor(team, user, channel=channel)
    except NotAllowed:
        return
    read_in(visitor.member.language)
    direct = channel.startswith("D")
    asking = Asking(way="direct" if direct else "thread", team=team, channel=channel, user=user, thread=thread)
    ended = await slack.admind.desk.stop(visitor.workspace, visitor.member.id, asking.conversation)
    if ended or direct:
        slack.after(slack.answering.showing.rest(asking))  # Slack itself leaves its button there
    else:
        words = told("There is nothing of yours to stop here. Whoever asked can stop it.")
        slack.after(slack.telling.privately(team, channel, user, words, thread=thread))


def brand_shown(event: Json) -> str:
    """The brand of the home that somebody looks at, of the window they act in; "" where that says nothing."""
    return Carried.load(str((event.get("view") or {}).get("private_metadata") or "")).brand


async def refresh(slack: Slack, visitor: Visitor, brand: str = "") -> None:
    """Draw this person's home as things are now, of this brand if it is theirs."""
    read_in(visitor.member.language)
    client = await slack.teams.client(visitor.who.team)
    try:
        await asked(client.views_publish(user_id=visitor.who.user, view=home_view(await _now(slack, visitor, brand))))
    except AdMindError as error:
        log.warning("home not drawn team=%s why=%s", visitor.who.team, error.what)


async def _now(slack: Slack, visitor: Visitor, brand: str) -> HomeNow:
    looking, workspace, member = slack.admind.looking, visitor.workspace, visitor.member
    if not member.roles.get(brand):
        brand = await looking.home_brand(workspace, member.id) or ""
    only, now = frozenset({brand}), slack.admind.clock.now()
    names = {each.id: each.name for each in (await looking.brands(workspace, member.id)).items}
    waiting = await looking.waits_for(workspace, member.id, brand)
    ahead = await looking.posts_between(workspace, member.id, now, now + AHEAD, only)
    posts = await looking.posts(workspace, member.id, brands=only, limit=50)
    pauses = [each for each in (await looking.pauses(workspace, member.id)).items if each.scope != "workspace"]
    accounts = [each for each in (await looking.accounts(workspace, member.id)).items if each.brand == brand]
    rooms = await slack.admind.homes.rooms(workspace, brand, "slack", visitor.who.team)
    return HomeNow(
        brand=brand,
        brand_name=names.get(brand, "AdMind"),
        zone=await zone_of(slack.admind, visitor),
        at=now,
        waiting=waiting,
        upcoming=[each for each in ahead if each.status == "scheduled"],
        done=[each for each in posts.items if each.status not in ("scheduled", "sending", "cancelled")],
        pauses=pauses,
        accounts=len(accounts),
        review_room=any(each.kind == "review" for each in rooms),
        may_resume=member.may(brand, Role.approver, Role.owner),
        may_settle=member.may(brand, Role.owner),
        others=[
            OtherBrand(each, name, len(await looking.waits_for(workspace, member.id, each)))
            for each, name in names.items()
            if each != brand and member.roles.get(each)
        ],
    )


async def invited(slack: Slack, team: str, event: Json, event_id: str) -> None:
    """AdMind came into a room: cards that could not be posted there come now. Others joining say nothing."""
    own = (await slack.teams.team(team)).bot
    if str(event.get("user")) != own:
        return
    room = await slack.admind.homes.room("slack", team, str(event["channel"]))
    if room is not None:
        await slack.mended(team)
    inviter = str(event.get("inviter") or "")
    if room is None and inviter:
        words = told(
            "Thanks for having me. Mention me here to ask for a post. To let drafts wait here: /admind settings"
        )
        channel = str(event["channel"])
        slack.after(slack.once(event_id, lambda: slack.telling.soon(team, channel, inviter, words)))
