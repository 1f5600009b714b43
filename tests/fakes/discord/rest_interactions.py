"""Answers to interactions: the first within three seconds, everything after by the token, for fifteen minutes."""

from __future__ import annotations

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.command_forms import choices_of
from tests.fakes.discord.composing import Draft, compose, mentions, revise
from tests.fakes.discord.documents import user_document
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.modals import check_modal
from tests.fakes.discord.records import EPHEMERAL, LOADING, Channel, Json, Message
from tests.fakes.discord.refusals import Refused, check, unknown
from tests.fakes.discord.rest_messages import remove
from tests.fakes.discord.world import Interaction

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
MESSAGE, LATER, LATER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWERS = {
    COMMAND: (MESSAGE, LATER, MODAL),
    COMPONENT: (MESSAGE, LATER, LATER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    SUBMIT: (MESSAGE, LATER, LATER_UPDATE, UPDATE),
}


@route("POST", "/interactions/{interaction}/{token}/callback", token=False)
def answer(call: Call) -> Json | None:
    world = call.world
    found = world.interactions.get(call.path["token"])
    if found is None or found.id != call.id("interaction") or world.clock.now() > found.made + world.answer_within:
        raise unknown("interaction")
    if found.answered:
        raise Refused(400, 40060, "Interaction has already been acknowledged.")
    kind, data = call.form.get("type"), call.form.get("data") or {}
    allowed = ANSWERS[found.type]
    if found.message is None:
        allowed = tuple(each for each in allowed if each not in (LATER_UPDATE, UPDATE))
    if kind not in allowed:
        check([("type", "BASE_TYPE_CHOICES", f"Value must be one of {set(allowed)}.")])
    _apply(call, found, int(kind or 0), data)
    found.answer, found.data = int(kind or 0), data
    if found.type == SUBMIT:
        world.windows.pop(found.user.id, None)
    return _shown(call, found) if call.flag("with_response") else None


def _apply(call: Call, found: Interaction, kind: int, data: Json) -> None:
    if kind == MESSAGE:
        found.original = _say(call, found, data)
    elif kind == LATER:
        found.original = _thinking(call, found, ephemeral=bool(int(data.get("flags") or 0) & EPHEMERAL))
    elif kind == LATER_UPDATE:
        found.original = found.message
    elif kind == UPDATE:
        assert found.message is not None
        found.original = found.message
        _revise(call, found, found.message, data)
    elif kind == CHOICES:
        check(choices_of(data.get("choices"), "data.choices"))
        found.choices = data["choices"]
    elif kind == MODAL:
        check(check_modal(data))
        found.modal = data
        call.world.windows[found.user.id] = found


def _shown(call: Call, found: Interaction) -> Json:
    shown: Json = {"id": str(found.id), "type": found.type}
    resource: Json = {"type": found.answer}
    if found.original is not None:
        shown |= {
            "response_message_id": str(found.original.id),
            "response_message_loading": bool(found.original.flags & LOADING),
            "response_message_ephemeral": bool(found.original.only_for),
        }
        if found.answer in (MESSAGE, UPDATE):
            resource["message"] = message_document(call.world, found.original)
    return {"interaction": shown, "resource": resource}


def _channel(call: Call, found: Interaction) -> Channel:
    channel = call.world.channel(found.channel)
    if channel is None:
        raise unknown("Channel")
    return channel


def _metadata(found: Interaction) -> Json:
    owners = {"0": str(found.guild)} if found.guild else {"1": str(found.user.id)}
    shown: Json = {"id": str(found.id), "type": found.type, "user": user_document(found.user)}
    return shown | {"authorizing_integration_owners": owners}


def _say(call: Call, found: Interaction, body: Json, *, ephemeral: bool | None = None) -> Message:
    """A message as an answer; needs no permission in the channel."""
    channel = _channel(call, found)
    hidden = bool(int(body.get("flags") or 0) & EPHEMERAL) if ephemeral is None else ephemeral
    message = compose(call.draft(channel, body), only_for=found.user.id if hidden else 0)
    return _stand(call, found, channel, message)


def _thinking(call: Call, found: Interaction, *, ephemeral: bool) -> Message:
    channel = _channel(call, found)
    message = Message(call.world.new_id(), channel.id, call.world.bot, flags=LOADING)
    if ephemeral:
        message.flags, message.only_for = message.flags | EPHEMERAL, found.user.id
    return _stand(call, found, channel, message)


def _stand(call: Call, found: Interaction, channel: Channel, message: Message) -> Message:
    message.interaction, message.application = _metadata(found), call.world.application
    message.webhook = call.world.application
    if found.type == COMMAND:
        message.type = 20
    mentions(call.world, channel, message)
    if message.only_for:
        channel.whispers.append(message)
    else:
        channel.messages[message.id] = message
        call.events.tell_message("MESSAGE_CREATE", message)
    return message


def _revise(call: Call, found: Interaction, message: Message, body: Json) -> None:
    channel = _channel(call, found)
    revise(Draft(call.world, channel, call.world.bot, body, call.uploads), message)
    if not message.only_for:
        call.events.tell_message("MESSAGE_UPDATE", message)


# By the token


def follow_up(call: Call, found: Interaction) -> Json:
    """The first one fills in what was put off, as hidden or open as that was announced."""
    original = found.original
    if original is not None and original.flags & LOADING:
        body = {name: value for name, value in call.form.items() if name != "flags"}
        flags = int(call.form.get("flags") or 0) & ~EPHEMERAL
        _revise(call, found, original, body | ({"flags": flags} if flags else {}))
        return message_document(call.world, original)
    message = _say(call, found, call.form)
    found.follow_ups.append(message)
    return message_document(call.world, message)


def _answered(call: Call) -> tuple[Interaction, Message]:
    found = call.world.open_interaction(call.path["token"])
    wanted = call.path["message"]
    own = [*found.follow_ups, *([found.original] if found.original is not None else [])]
    if wanted == "@original":
        message = found.original
    else:
        message = next((each for each in own if str(each.id) == wanted), None)
    if message is None or not _stands(call, found, message):
        raise unknown("Message")
    return found, message


def _stands(call: Call, found: Interaction, message: Message) -> bool:
    channel = _channel(call, found)
    return message.id in channel.messages or message in channel.whispers


def read(call: Call) -> Json:
    return message_document(call.world, _answered(call)[1])


def edit(call: Call) -> Json:
    found, message = _answered(call)
    _revise(call, found, message, call.form)
    return message_document(call.world, message)


def delete(call: Call) -> None:
    found, message = _answered(call)
    channel = _channel(call, found)
    if message.only_for:
        channel.whispers.remove(message)
    else:
        remove(call.events, channel, message)
