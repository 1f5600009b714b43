"""Messages over REST: send, read, edit, delete, pin; direct ones too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.composing import compose, mentions, revise
from tests.fakes.discord.documents import channel_document
from tests.fakes.discord.events import seen_message
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import DM, FORUM, TEXT, Channel, Json, Message
from tests.fakes.discord.refusals import Refused, check, missing_access, missing_permissions, unknown

P = Permission
NONCE_LIFE = timedelta(minutes=5)
MESSAGES, ONE = "/channels/{channel}/messages", "/channels/{channel}/messages/{message}"


def seen(call: Call, message: Message) -> Json:
    """As the app may read it: over REST the portal's word counts."""
    return seen_message(call.world, message, has_content="message_content" in call.world.privileged)


def publish(call: Call, channel: Channel, message: Message) -> Message:
    """It stands in the channel, and everybody hears of it."""
    mentions(call.world, channel, message)
    channel.messages[message.id] = message
    channel.members.add(message.author.id) if channel.is_thread else None
    call.events.tell_message("MESSAGE_CREATE", message)
    return message


def check_sending(call: Call, channel: Channel, body: Json) -> None:
    """May the bot say this here? Raises Refused."""
    if channel.type == FORUM or channel.type not in (TEXT, DM, 5, 10, 11, 12):
        raise Refused(400, 50008, "Cannot send messages in a non-text channel")
    world = call.world
    if channel.type == DM:
        person = next(world.users[each] for each in channel.recipients if each != world.bot.id)
        shared = any({person.id, world.bot.id} <= set(each.members) for each in world.guilds.values())
        if person.closed or not shared:
            raise Refused(403, 50007, "Cannot send messages to this user")
        return
    if not call.may(channel, P.SEND_MESSAGES):
        raise missing_permissions()
    if (call.uploads and not call.may(channel, P.ATTACH_FILES)) or (
        body.get("embeds") and not call.may(channel, P.EMBED_LINKS)
    ):
        raise missing_permissions()
    if channel.locked and not call.may(channel, P.MANAGE_THREADS):
        raise Refused(400, 50083, "Thread is archived")


@route("POST", MESSAGES)
def create(call: Call) -> Json:
    channel = call.channel()
    check_sending(call, channel, call.form)
    again = _same_nonce(call, channel)
    if again is not None:
        return message_document(call.world, again)
    message = compose(call.draft(channel))
    message.application = call.world.application
    _refer(call, channel, message)
    if channel.archived:
        channel.archived = False
        call.events.tell("THREAD_UPDATE", channel_document(call.world, channel), channel)
    return message_document(call.world, publish(call, channel, message))


def _same_nonce(call: Call, channel: Channel) -> Message | None:
    """An enforced nonce that was there in the last minutes makes no second message."""
    nonce, now = str(call.form.get("nonce") or ""), call.world.new_id()
    if not nonce or not call.form.get("enforce_nonce"):
        return None
    oldest = now - (int(NONCE_LIFE.total_seconds() * 1000) << 22)
    for each in channel.messages.values():
        if each.nonce == nonce and each.author is call.world.bot and each.id >= oldest:
            return each
    return None


def _refer(call: Call, channel: Channel, message: Message) -> None:
    """A reply. Raises Refused."""
    reference = call.form.get("message_reference")
    if not reference:
        return
    wanted = int(reference.get("message_id") or 0)
    if not call.may(channel, P.READ_MESSAGE_HISTORY):
        raise Refused(400, 160002, "Cannot reply without permission to read message history")
    if wanted not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            check([("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")])
        return
    message.type, message.reference, message.reference_channel = 19, wanted, channel.id


@route("GET", MESSAGES)
def history(call: Call) -> list[Json]:
    """Newest first; nothing at all without permission to read the history."""
    channel = call.channel()
    if channel.type == FORUM:
        raise Refused(400, 50008, "Cannot send messages in a non-text channel")
    limit = call.number("limit", 50, 100)
    found = list(channel.messages.values()) if call.may(channel, P.READ_MESSAGE_HISTORY) else []
    if "around" in call.query:
        middle = int(call.query["around"])
        found = sorted(found, key=lambda each: abs(each.id - middle))[:limit]
        found.sort(key=lambda each: each.id)
    elif "after" in call.query:
        found = [each for each in found if each.id > int(call.query["after"])][:limit]
    elif "before" in call.query:
        found = [each for each in found if each.id < int(call.query["before"])]
    return [seen(call, each) for each in reversed(found[-limit:])]


@route("GET", ONE)
def read(call: Call) -> Json:
    channel = call.channel()
    return seen(call, call.message(channel))


@route("PATCH", ONE)
def edit(call: Call) -> Json:
    channel = call.channel()
    message = channel.messages.get(call.id("message"))
    if message is None:
        raise unknown("Message")
    if message.author is not call.world.bot:
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    call.not_archived(channel)
    if call.uploads and not call.may(channel, P.ATTACH_FILES):
        raise missing_permissions()
    revise(call.draft(channel), message)
    call.events.tell_message("MESSAGE_UPDATE", message)
    return message_document(call.world, message)


@route("DELETE", ONE)
def delete(call: Call) -> None:
    channel = call.channel()
    message = channel.messages.get(call.id("message"))
    if message is None:
        raise unknown("Message")
    if message.author is not call.world.bot:
        if channel.type == DM:
            raise Refused(403, 50003, "Cannot execute action on a DM channel")
        if not call.may(channel, P.MANAGE_MESSAGES):
            raise missing_permissions()
    call.not_archived(channel)
    remove(call.events, channel, message)


def remove(events: Any, channel: Channel, message: Message) -> None:
    del channel.messages[message.id]
    events.tell("MESSAGE_DELETE", {"id": str(message.id), "channel_id": str(channel.id)}, channel)


@route("POST", "/channels/{channel}/messages/bulk-delete")
def delete_many(call: Call) -> None:
    channel = call.channel(P.MANAGE_MESSAGES)
    wanted = [int(each) for each in call.form.get("messages", [])]
    if not 2 <= len(wanted) <= 100:
        check([("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")])
    found = [each for each in wanted if channel.messages.pop(each, None) is not None]
    data = {"ids": [str(each) for each in found], "channel_id": str(channel.id)}
    call.events.tell("MESSAGE_DELETE_BULK", data, channel)


@route("POST", "/channels/{channel}/typing")
def typing(call: Call) -> None:
    call.channel(P.SEND_MESSAGES).typing += 1


@route("PUT", "/channels/{channel}/messages/pins/{message}")
def pin(call: Call) -> None:
    _pin(call, True)


@route("DELETE", "/channels/{channel}/messages/pins/{message}")
def unpin(call: Call) -> None:
    _pin(call, False)


def _pin(call: Call, pinned: bool) -> None:
    channel = call.channel()
    if channel.type != DM and not call.may(channel, P.PIN_MESSAGES):
        raise missing_permissions()
    call.message(channel).pinned = pinned


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Json:
    """It can always be opened; whether anything may be said there shows at the first message."""
    wanted = int(call.form.get("recipient_id") or 0)
    person = call.world.users.get(wanted)
    if person is None:
        check([("recipient_id", "USER_INVALID", "Invalid Recipient(s)")])
        raise missing_access()
    if person.bot:
        raise Refused(400, 50007, "Cannot send messages to this user")
    return channel_document(call.world, call.world.dm(person))
