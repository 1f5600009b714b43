"""Windows that were filled in and sent."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.chat import Verdict
from bot.errors import AdMindError, unexpected
from bot.views import DraftView
from bot.words import read_in, told
from handlers.chat import deciding, proving
from handlers.chat import on_posts as shared
from handlers.chat.along import sent, whole_topic
from handlers.chat.settings import save
from handlers.chat.visiting import Visitor
from handlers.chat.wrong import FieldErrors
from handlers.slack import kit, modals
from handlers.slack.calling import Json, asked
from handlers.slack.forms import Carried
from handlers.slack.limits import cut
from handlers.slack.listeners import home, on_posts, opening, reviewing
from handlers.slack.modals import asking as new_posts
from handlers.slack.modals import deciding as decisions
from handlers.slack.modals import details, editing, moving
from handlers.slack.modals import proving as proofs
from handlers.slack.modals import settings as rooms
from handlers.slack.places import Asking
from handlers.slack.slack import Slack
from handlers.slack.surface import VIEWS

Send = Callable[[Slack, Visitor, Json, Carried], Awaitable[str | Json]]  # words to say, or the window to go on with


def register(app: AsyncApp, slack: Slack) -> None:
    async def submitted(ack: Any, body: Json) -> None:
        await ack(**await submit(slack, body))

    names = "|".join(sorted(re.escape(each) for each in VIEWS))
    app.view(re.compile(rf"^(?:{names})$"))(submitted)


async def submit(slack: Slack, body: Json) -> Json:
    """How the window answers: closed, with errors at its fields, or saying why not."""
    view, team, user = body["view"], str(body["team"]["id"]), str(body["user"]["id"])
    carried = Carried.load(str(view.get("private_metadata") or ""))
    try:
        visitor = await slack.people.visitor(team, user, deciding=True)
        read_in(visitor.member.language)
        said = await SENDS[str(view["callback_id"])](slack, visitor, view, carried)
    except FieldErrors as error:
        return {"response_action": "errors", "errors": error.errors}
    except AdMindError as error:
        return _refused(view, error)
    except Exception as error:
        return _refused(view, unexpected(error, "saving"))
    if isinstance(said, dict):
        return {"response_action": "update", "view": said}
    if said:
        slack.after(slack.telling.soon(team, carried.room, user, said, thread=carried.thread))
    if view.get("root_view_id") not in (None, view.get("id")):
        return {"response_action": "clear"}
    return {}


def _refused(view: Json, error: AdMindError) -> Json:
    """At the first field, or in place of a window without one."""
    field = next((each["block_id"] for each in view["blocks"] if each["type"] == "input"), "")
    if field:
        return {"response_action": "errors", "errors": {field: cut(error.sentence(), 1900).text}}
    blocks = [kit.section(error.sentence())]
    title = str((view.get("title") or {}).get("text") or "AdMind")
    shown = kit.modal(details.CALLBACK, title, blocks, carried="{}", close=told("Close"))
    return {"response_action": "update", "view": shown}


async def _edit(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    draft = await opening.draft_of(slack, visitor, carried.draft)
    edited = modals.read_edit(view, draft)
    return await deciding.reword(slack.admind, visitor, draft, carried.digest, edited)


async def _changes(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    reason = modals.read_reason(view, needed=True)
    return await deciding.decide(slack.admind, visitor, Verdict.changes, carried.draft, carried.digest, reason=reason)


async def _reject(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    reason = modals.read_reason(view, needed=False)
    return await deciding.decide(slack.admind, visitor, Verdict.reject, carried.draft, carried.digest, reason=reason)


async def _some(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    accounts = modals.read_some(view)
    return await deciding.decide(
        slack.admind, visitor, Verdict.approve, carried.draft, carried.digest, accounts=accounts
    )


async def _read_approve(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str | Json:
    said = await deciding.decide(slack.admind, visitor, Verdict.approve, carried.draft, carried.digest)
    if not carried.brand:
        return said
    slack.after(home.refresh(slack, visitor, carried.brand))
    return await reviewing.following(slack, visitor, carried.brand, carried.draft)


async def _move(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    draft = await opening.draft_of(slack, visitor, carried.draft)
    zone = await deciding.zone_of(slack.admind, visitor, draft)
    due = modals.read_move(view, now=slack.admind.clock.now(), zone=zone)
    await deciding.move(slack.admind, visitor, draft, carried.digest, due)
    return ""


async def _prove(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    """A page takes longer to read than Slack waits: what it says is told when it is known."""
    proof = modals.read_proof(view)
    draft = await opening.draft_of(slack, visitor, carried.draft)
    if not proof.link:
        return await proving.settle(slack.admind, visitor, draft, carried.digest, proof)
    slack.after(_prove_by_link(slack, visitor, draft, carried, proof))
    return ""


async def _prove_by_link(
    slack: Slack, visitor: Visitor, draft: DraftView, carried: Carried, proof: proving.Proof
) -> None:
    team, user = visitor.who.team, visitor.who.user
    try:
        said = await proving.settle(slack.admind, visitor, draft, carried.digest, proof)
    except AdMindError as error:
        said = "\n".join((error.sentence(), proof.link))
    except Exception as error:
        said = unexpected(error, "reading a page").sentence()
    await slack.telling.soon(team, carried.room, user, said, thread=carried.thread)


async def _take_down(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    """Channels take longer than Slack waits: it is noted, and what became of it is told when it is known."""
    chosen = decisions.read_take_down(view, carried)
    await slack.admind.posts.promise(visitor.workspace, chosen, visitor.member.id, "slack")
    slack.after(on_posts.take_down(slack, visitor, chosen, on_posts.Where.of(carried)))
    return ""


async def _held(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    said = await shared.send_held(slack.admind, visitor, modals.read_held(view))
    slack.after(home.refresh(slack, visitor, carried.brand))
    return said


async def _later(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    zone = await deciding.zone_of(slack.admind, visitor)
    due = modals.read_move(view, now=slack.admind.clock.now(), zone=zone)
    return await on_posts.send_later(slack, visitor, carried.post, due, on_posts.Where.of(carried))


async def _new_post(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    zone = await deciding.zone_of(slack.admind, visitor)
    along = await sent(slack.admind, visitor, carried.along)
    asked_for = modals.read_new_post(view, now=slack.admind.clock.now(), zone=zone)
    asked_for = replace(asked_for, topic=whole_topic(along, asked_for.topic))
    accounts = await slack.admind.looking.accounts(visitor.workspace, visitor.member.id)
    asking = Asking(
        way="private",
        team=visitor.who.team,
        channel=carried.room,
        user=visitor.who.user,
        thread=str(view["id"]),
        files=(*asked_for.files, *along.files),
        names=along.files,
        others=along.others,
    )
    text = asked_for.request({each.id: each.name for each in accounts.items}, zone)
    await slack.answering.take(visitor, text, asking, key=str(view["id"]), brand=carried.brand)
    return told("On it…")


async def _settings(slack: Slack, visitor: Visitor, view: Json, carried: Carried) -> str:
    tied, team = modals.read_settings(view), visitor.who.team
    names = {room: await _name(slack, team, room, "clients") for room in tied.clients}
    names[tied.review] = await _name(slack, team, tied.review, "review")
    said = await save(slack.admind, visitor, carried.brand, tied, names)
    slack.after(home.refresh(slack, visitor, carried.brand))
    return said


async def _name(slack: Slack, team: str, room: str, field: str) -> str:
    """The room's name. Raises FieldErrors where AdMind cannot post: it is not in it, or it is archived."""
    client = await slack.teams.client(team)
    try:
        found = (await asked(client.conversations_info(channel=room)))["channel"]
    except AdMindError as error:
        raise FieldErrors({field: error.sentence()}) from error
    name = str(found.get("name") or room)
    if found.get("is_archived"):
        raise FieldErrors({field: told("#{room} is archived. Choose another one.", room=name)})
    if not found.get("is_member"):
        raise FieldErrors({field: told("Invite me to #{room} first: /invite @AdMind", room=name)})
    return name


SENDS: dict[str, Send] = {
    editing.CALLBACK: _edit,
    decisions.CHANGES: _changes,
    decisions.REJECT: _reject,
    decisions.SOME: _some,
    decisions.TAKE_DOWN: _take_down,
    decisions.HELD: _held,
    details.APPROVE: _read_approve,
    moving.CALLBACK: _move,
    moving.LATER: _later,
    proofs.CALLBACK: _prove,
    new_posts.CALLBACK: _new_post,
    rooms.CALLBACK: _settings,
}
