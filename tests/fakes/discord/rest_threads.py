"""Threads and forum posts over REST."""

from __future__ import annotations

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.composing import compose
from tests.fakes.discord.documents import channel_document, thread_member
from tests.fakes.discord.events import Events
from tests.fakes.discord.fields import one_of, text
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import (
    FORUM,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREADS,
    Channel,
    Json,
    Message,
)
from tests.fakes.discord.refusals import Refused, check, missing_permissions, unknown
from tests.fakes.discord.rest_messages import publish
from tests.fakes.discord.world import World

P = Permission


def open_thread(
    world: World,
    events: Events,
    parent: Channel,
    name: str,
    owner: int,
    *,
    message: Message | None = None,
    kind: int = 11,
) -> Channel:
    """A new one, from a message (whose id it takes) or alone."""
    id = world.new_id() if message is None else message.id
    thread = Channel(id, parent.guild, name, kind, parent.id, owner=owner, members={owner})
    thread.changed = world.clock.now()
    world.guilds[parent.guild].channels[thread.id] = thread
    if message is not None:
        message.thread, message.flags = thread.id, message.flags | HAS_THREAD
    events.tell("THREAD_CREATE", channel_document(world, thread) | {"newly_created": True}, thread)
    if message is not None:
        events.tell_message("MESSAGE_UPDATE", message)
    return thread


def _checked(body: Json) -> str:
    check(
        [
            *text(body.get("name"), "name", 100),
            *one_of(body.get("auto_archive_duration") or 1440, "auto_archive_duration", (60, 1440, 4320, 10080)),
        ]
    )
    return str(body["name"])


@route("POST", "/channels/{channel}/messages/{message}/threads")
def from_message(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if not call.may(channel, P.CREATE_PUBLIC_THREADS):
        raise missing_permissions()
    name = _checked(call.form)
    if message.thread:
        raise Refused(400, 160004, "A thread has already been created for this message")
    if channel.guild == 0 or channel.is_thread:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    thread = open_thread(call.world, call.events, channel, name, call.world.bot.id, message=message)
    return channel_document(call.world, thread)


@route("POST", "/channels/{channel}/threads")
def alone(call: Call) -> Json:
    """In a forum, with its first message."""
    channel = call.channel()
    if channel.guild == 0 or channel.is_thread:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    if channel.type == FORUM:
        return _post(call, channel)
    kind = int(call.form.get("type", PRIVATE_THREAD))
    check(one_of(kind, "type", (PUBLIC_THREAD, PRIVATE_THREAD)))
    needed = P.CREATE_PUBLIC_THREADS if kind == PUBLIC_THREAD else P.CREATE_PRIVATE_THREADS
    if not call.may(channel, needed):
        raise missing_permissions()
    thread = open_thread(call.world, call.events, channel, _checked(call.form), call.world.bot.id, kind=kind)
    return channel_document(call.world, thread)


def _post(call: Call, forum: Channel) -> Json:
    if not call.may(forum, P.SEND_MESSAGES):
        raise missing_permissions()
    name = _checked(call.form)
    body = call.form.get("message")
    if not isinstance(body, dict):
        check([("message", "BASE_TYPE_REQUIRED", "This field is required")])
        raise AssertionError
    if (call.uploads and not call.may(forum, P.ATTACH_FILES)) or (
        body.get("embeds") and not call.may(forum, P.EMBED_LINKS)
    ):
        raise missing_permissions()
    first = compose(call.draft(forum, body))
    first.application = call.world.application
    thread = open_thread(call.world, call.events, forum, name, call.world.bot.id)
    thread.applied_tags = [int(each) for each in call.form.get("applied_tags") or []]
    # The first message of a post bears the post's own id.
    first.id, first.channel = thread.id, thread.id
    for each in first.attachments:
        call.world.keep(thread.id, each)
    publish(call, thread, first)
    return channel_document(call.world, thread) | {"message": message_document(call.world, first)}


def change(call: Call, thread: Channel) -> Json:
    """PATCH of a thread: its name, archived, locked, tags. Raises Refused."""
    form = call.form
    own = thread.owner == call.world.bot.id
    manages = call.may(thread, P.MANAGE_THREADS)
    if ("locked" in form or not own) and not manages and set(form) - {"archived"}:
        raise missing_permissions()
    if thread.archived and form.get("archived") is not False:
        raise Refused(400, 50083, "Thread is archived")
    if "name" in form:
        check(text(form["name"], "name", 100))
        thread.name = form["name"]
    thread.archived = bool(form.get("archived", thread.archived))
    thread.locked = bool(form.get("locked", thread.locked))
    thread.applied_tags = [int(each) for each in form.get("applied_tags", thread.applied_tags)]
    thread.changed = call.world.clock.now()
    call.events.tell("THREAD_UPDATE", channel_document(call.world, thread), thread)
    return channel_document(call.world, thread)


def _thread(call: Call) -> Channel:
    found = call.channel()
    if found.type not in THREADS:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    return found


@route("PUT", "/channels/{channel}/thread-members/{user}")
def join(call: Call) -> None:
    thread = _thread(call)
    call.not_archived(thread)
    user = call.world.bot.id if call.path["user"] == "@me" else call.id("user")
    guild = call.world.guilds[thread.guild]
    if user not in guild.members:
        raise unknown("Member")
    thread.members.add(user)
    added = [thread_member(call.world, thread, user)]
    data: Json = {"id": str(thread.id), "member_count": len(thread.members), "added_members": added}
    call.events.tell("THREAD_MEMBERS_UPDATE", data, thread)


@route("DELETE", "/channels/{channel}/thread-members/{user}")
def leave(call: Call) -> None:
    thread = _thread(call)
    own = call.path["user"] == "@me"
    if not own and not call.may(thread, P.MANAGE_THREADS):
        raise missing_permissions()
    thread.members.discard(call.world.bot.id if own else call.id("user"))


@route("GET", "/channels/{channel}/thread-members")
def members(call: Call) -> list[Json]:
    thread = _thread(call)
    return [thread_member(call.world, thread, each) for each in sorted(thread.members)]


@route("GET", "/guilds/{guild}/threads/active")
def active(call: Call) -> Json:
    guild = call.guild()
    found = [each for each in guild.channels.values() if each.is_thread and not each.archived]
    seen = [each for each in found if call.may(each, P.VIEW_CHANNEL)]
    return {"threads": [channel_document(call.world, each) for each in seen], "members": [], "has_more": False}


@route("GET", "/channels/{channel}/threads/archived/public")
def archived(call: Call) -> Json:
    channel = call.channel(P.READ_MESSAGE_HISTORY)
    guild = call.world.guilds[channel.guild]
    found = [each for each in guild.channels.values() if each.parent == channel.id and each.archived]
    return {"threads": [channel_document(call.world, each) for each in found], "members": [], "has_more": False}
