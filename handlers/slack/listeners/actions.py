"""Buttons and menus of cards, windows and App Home."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.chat import Verdict
from bot.errors import AdMindError, ChangedSince, unexpected
from bot.words import read_in, told
from handlers.chat import campaigning, client_reports, deciding, houses, planning, proving, retrying
from handlers.chat.on_posts import VERBS
from handlers.chat.visiting import Visitor
from handlers.slack import modals
from handlers.slack.buttons import BRAND, MENU
from handlers.slack.calling import Json, asked
from handlers.slack.forms import Carried
from handlers.slack.listeners import home, on_posts, opening, reviewing
from handlers.slack.slack import Slack
from handlers.slack.surface import ACTIONS

log = logging.getLogger(__name__)
DECIDES = {"approve": Verdict.approve, "hold": Verdict.hold}
OPENS = frozenset({"edit", "changes", "reject", "some", "move", "prove"})
CHANGES_RIGHTS = frozenset({*DECIDES, *VERBS, *client_reports.VERBS, "stop", "resume", "stay", "settings"})


def register(app: AsyncApp, slack: Slack) -> None:
    async def pressed(ack: Any, body: Json) -> None:
        await press(slack, body)
        await ack()

    names = "|".join(sorted(re.escape(each) for each in ACTIONS))
    app.action(re.compile(rf"^(?:{MENU}|(?:{names})(?::.*)?)$"))(pressed)


async def press(slack: Slack, body: Json) -> None:
    """Do what the button says. Who pressed it reads, there and alone, what the card does not show."""
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    where = _where(body)
    channel, thread = where.channel, where.thread
    element = body["actions"][0]
    action = str((element.get("selected_option") or {}).get("value") or element["action_id"])
    verb = action.partition(":")[0]
    try:
        visitor = await slack.people.visitor(team, user, channel=channel, deciding=verb in CHANGES_RIGHTS)
        read_in(visitor.member.language)
        said = await _do(slack, visitor, body, verb, action.split(":")[1:])
        if said:
            slack.after(slack.telling.soon(team, channel, user, said, thread=thread))
    except AdMindError as error:
        slack.after(slack.telling.kindly(team, channel, user, error, thread=thread))
    except Exception as error:
        slack.after(slack.telling.kindly(team, channel, user, unexpected(error, "pressing"), thread=thread))


async def _do(slack: Slack, visitor: Visitor, body: Json, verb: str, ids: list[str]) -> str:
    if verb in DECIDES:
        return await deciding.decide(slack.admind, visitor, DECIDES[verb], ids[0], ids[1])
    if verb in VERBS:
        return await on_posts.press(slack, visitor, verb, ids[0], _where(body), str(body.get("trigger_id") or ""))
    if verb in ("stop", "resume", "stay"):
        said = await houses.flow(slack.admind, visitor, verb, ids[0])
        await home.refresh(slack, visitor, ids[0])
        return said
    if verb == BRAND:
        await home.refresh(slack, visitor, ids[0])
        return ""
    if verb in client_reports.VERBS:
        return await client_reports.press(slack.admind, visitor, verb, ids)
    if verb == "retry":
        return await retrying.again(slack.admind, visitor, ids[0], ids[-1])
    if verb in planning.VERBS:
        return await planning.press(slack.admind, visitor, verb, ids[0])
    if verb == "reconnect":
        return await houses.reconnect(slack.admind, visitor, ids[0])
    if verb == "whose":
        return await houses.whose(slack.admind, visitor, ids[0])
    if verb == "release":
        return await houses.release(slack.admind, visitor, ids[0])
    if verb in campaigning.VERBS:
        return await campaigning.press(slack.admind, visitor, ids[0], "slack")
    if verb == "held":
        await on_posts.choose_held(slack, visitor, ids[0], _where(body), str(body.get("trigger_id") or ""))
        return ""
    await _open(slack, visitor, body, verb, ids)
    return ""


def _where(body: Json) -> on_posts.Where:
    container = body.get("container") or {}
    return on_posts.Where(
        channel=str((body.get("channel") or {}).get("id") or ""),
        message=str(container.get("message_ts") or ""),
        thread=str(container.get("thread_ts") or ""),
        brand=home.brand_shown(body),
    )


async def _open(slack: Slack, visitor: Visitor, body: Json, verb: str, ids: list[str]) -> None:
    trigger, window = str(body["trigger_id"]), body.get("view") or {}
    over = window.get("type") == "modal"
    if verb in ("new", "settings"):
        opens = opening.new_post if verb == "new" else opening.settings
        await opens(slack, visitor, trigger, brand=ids[0])
        return
    if verb == "next":
        await reviewing.begin(slack, visitor, trigger, window, ids)
        return
    draft = await opening.draft_of(slack, visitor, ids[0])
    if verb == "page":
        await _turn(slack, visitor, window, ids)
        return
    if verb in ("read", *OPENS) and len(ids) > 1 and draft.digest != ids[1]:
        raise ChangedSince(
            told("This card is old: the draft was changed."), do_next=told("Look at its new card and do it there.")
        )
    if verb in ("read", "review", "details"):
        view = await opening.details(slack, visitor, draft, approving=verb != "details")
    elif verb == "more":
        view = await opening.more(slack, visitor, draft)
    else:
        view = await _form(slack, visitor, verb, draft, _where(body))
    await opening.show(slack, visitor, trigger, view, over=over)


async def _form(slack: Slack, visitor: Visitor, verb: str, draft: Any, where: on_posts.Where) -> Json:
    carried = Carried(draft=draft.id, digest=draft.digest)
    match verb:
        case "edit":
            return modals.edit_modal(draft, carried)
        case "changes":
            return modals.changes_modal(draft, carried)
        case "reject":
            return modals.reject_modal(draft, carried)
        case "some":
            return modals.some_modal(draft, carried)
        case "prove":
            claims = proving.unproven(draft)
            carried = replace(carried, room=where.channel, thread=where.thread)  # what it leads to is said there
            return modals.prove_modal(draft, claims, carried, owner=proving.may_take_on(visitor, draft))
    zone = await deciding.zone_of(slack.admind, visitor, draft)
    return modals.move_modal(draft, carried, zone=zone, now=slack.admind.clock.now())


async def _turn(slack: Slack, visitor: Visitor, window: Json, ids: list[str]) -> None:
    """Another page of the same window. Raises ChangedSince when it would show another draft than it began with."""
    draft = await opening.draft_of(slack, visitor, ids[0])
    began = Carried.load(str(window.get("private_metadata") or ""))
    deciding.unchanged(draft, began.digest or draft.digest)
    view = await opening.details(slack, visitor, draft, approving=ids[1] == "read", page=int(ids[2]), brand=began.brand)
    client = await slack.teams.client(visitor.who.team)
    await asked(client.views_update(view_id=str(window["id"]), hash=str(window.get("hash") or ""), view=view))
