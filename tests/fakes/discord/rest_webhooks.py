"""Webhooks over REST: a channel's own, and those that an interaction's token opens."""

from __future__ import annotations

import secrets

from tests.fakes.discord import rest_interactions
from tests.fakes.discord.call import Call, route
from tests.fakes.discord.composing import Draft, compose, revise
from tests.fakes.discord.documents import user_document
from tests.fakes.discord.fields import text
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import Channel, Json, Message, User, Webhook
from tests.fakes.discord.refusals import Refused, check, missing_permissions, unknown
from tests.fakes.discord.rest_messages import publish, remove

P = Permission
BY_TOKEN = "/webhooks/{webhook}/{token}"
ONE = BY_TOKEN + "/messages/{message}"


def _document(call: Call, webhook: Webhook) -> Json:
    channel = call.world.channel(webhook.channel)
    return {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(channel.guild) if channel else None,
        "channel_id": str(webhook.channel),
        "user": user_document(call.world.bot),
        "name": webhook.name,
        "avatar": None,
        "token": webhook.token,
        "application_id": str(call.world.application),
    }


@route("POST", "/channels/{channel}/webhooks")
def create(call: Call) -> Json:
    channel = call.channel()
    if not call.may(channel, P.MANAGE_WEBHOOKS):
        raise missing_permissions()
    check(text(call.form.get("name"), "name", 80))
    made = Webhook(call.world.new_id(), channel.id, call.form["name"], secrets.token_urlsafe(48), call.world.bot.id)
    call.world.webhooks[made.id] = made
    return _document(call, made)


@route("GET", "/channels/{channel}/webhooks")
def listed(call: Call) -> list[Json]:
    channel = call.channel()
    if not call.may(channel, P.MANAGE_WEBHOOKS):
        raise missing_permissions()
    return [_document(call, each) for each in call.world.webhooks.values() if each.channel == channel.id]


@route("DELETE", "/webhooks/{webhook}")
def drop(call: Call) -> None:
    found = call.world.webhooks.get(call.id("webhook"))
    channel = call.world.channel(found.channel) if found is not None else None
    if found is None or channel is None:
        raise unknown("Webhook")
    if not call.may(channel, P.MANAGE_WEBHOOKS):
        raise missing_permissions()
    del call.world.webhooks[found.id]


@route("DELETE", BY_TOKEN, token=False)
def drop_by_token(call: Call) -> None:
    del call.world.webhooks[_webhook(call).id]


def _webhook(call: Call) -> Webhook:
    found = call.world.webhooks.get(call.id("webhook"))
    if found is None:
        raise unknown("Webhook")
    if found.token != call.path["token"]:
        raise Refused(401, 50027, "Invalid Webhook Token")
    return found


def _of_interaction(call: Call) -> bool:
    return call.id("webhook") == call.world.application


@route("POST", BY_TOKEN, token=False)
def execute(call: Call) -> Json | None:
    if _of_interaction(call):
        return rest_interactions.follow_up(call, call.world.open_interaction(call.path["token"]))
    webhook = _webhook(call)
    channel = _place(call, webhook)
    author = User(webhook.id, call.form.get("username") or webhook.name, bot=True)
    message = compose(Draft(call.world, channel, author, call.form, call.uploads))
    message.webhook, message.application = webhook.id, call.world.application
    publish(call, channel, message)
    return message_document(call.world, message) if call.flag("wait") else None


def _place(call: Call, webhook: Webhook) -> Channel:
    wanted = int(call.query.get("thread_id") or webhook.channel)
    channel = call.world.channel(wanted)
    if channel is None or webhook.channel not in (channel.id, channel.parent):
        raise unknown("Channel")
    return channel


def _own(call: Call) -> tuple[Channel, Message]:
    webhook = _webhook(call)
    channel = _place(call, webhook)
    message = channel.messages.get(call.id("message"))
    if message is None or message.webhook != webhook.id:
        raise unknown("Message")
    return channel, message


@route("GET", ONE, token=False)
def read(call: Call) -> Json:
    return rest_interactions.read(call) if _of_interaction(call) else message_document(call.world, _own(call)[1])


@route("PATCH", ONE, token=False)
def edit(call: Call) -> Json:
    if _of_interaction(call):
        return rest_interactions.edit(call)
    channel, message = _own(call)
    revise(Draft(call.world, channel, message.author, call.form, call.uploads), message)
    call.events.tell_message("MESSAGE_UPDATE", message)
    return message_document(call.world, message)


@route("DELETE", ONE, token=False)
def delete(call: Call) -> None:
    if _of_interaction(call):
        rest_interactions.delete(call)
        return
    channel, message = _own(call)
    remove(call.events, channel, message)
