"""Reactions over REST."""

from __future__ import annotations

from tests.fakes.discord.call import Call, route
from tests.fakes.discord.documents import member_document, user_document
from tests.fakes.discord.events import Events
from tests.fakes.discord.message_documents import emoji_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import Channel, Json, Message, Reaction
from tests.fakes.discord.refusals import Refused, missing_access, missing_permissions, unknown
from tests.fakes.discord.world import World

P = Permission
ALL = "/channels/{channel}/messages/{message}/reactions"
MOST_KINDS = 20


def parsed(emoji: str) -> tuple[str, int | None]:
    """A Unicode emoji, or name:id. Raises Refused."""
    name, colon, number = emoji.rpartition(":")
    if colon and name and number.isdigit():
        return name, int(number)
    if not emoji or emoji.isascii():
        raise unknown("Emoji")
    return emoji, None


def found(message: Message, emoji: str) -> Reaction | None:
    name, number = parsed(emoji)
    same = (each for each in message.reactions if (each.id == number if number else each.name == name))
    return next(same, None)


def add(world: World, events: Events, channel: Channel, message: Message, emoji: str, user: int) -> None:
    """Once a person and emoji; a second time changes nothing. Raises Refused."""
    reaction = found(message, emoji)
    if reaction is None:
        if len(message.reactions) >= MOST_KINDS:
            raise Refused(400, 30010, f"Maximum number of reactions reached ({MOST_KINDS})")
        reaction = Reaction(*parsed(emoji))
        message.reactions.append(reaction)
    if user in reaction.users:
        return
    reaction.users.append(user)
    guild = world.guild_of(channel)
    more: Json = {"message_author_id": str(message.author.id)}
    if guild is not None and user in guild.members:
        more["member"] = member_document(guild.members[user])
    events.tell("MESSAGE_REACTION_ADD", _event(message, reaction, user) | more, channel)


def take(events: Events, channel: Channel, message: Message, emoji: str, user: int) -> None:
    """Raises Refused when it is not there."""
    reaction = found(message, emoji)
    if reaction is None or user not in reaction.users:
        raise unknown("Emoji") if reaction is None else unknown("User")
    reaction.users.remove(user)
    if not reaction.users:
        message.reactions.remove(reaction)
    events.tell("MESSAGE_REACTION_REMOVE", _event(message, reaction, user), channel)


def _event(message: Message, reaction: Reaction, user: int) -> Json:
    return {
        "user_id": str(user),
        "channel_id": str(message.channel),
        "message_id": str(message.id),
        "emoji": emoji_document(reaction),
        "burst": False,
        "type": 0,
    }


@route("PUT", ALL + "/{emoji}/@me")
def put(call: Call) -> None:
    """To be the first with an emoji takes a permission; to join takes only the history."""
    channel = call.channel()
    if not call.may(channel, P.READ_MESSAGE_HISTORY):
        raise missing_permissions()
    message = call.message(channel)
    call.not_archived(channel)
    emoji = call.path["emoji"]
    if found(message, emoji) is None and not call.may(channel, P.ADD_REACTIONS):
        raise missing_permissions()
    add(call.world, call.events, channel, message, emoji, call.world.bot.id)


@route("DELETE", ALL + "/{emoji}/@me")
def take_own(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    call.not_archived(channel)
    take(call.events, channel, message, call.path["emoji"], call.world.bot.id)


@route("DELETE", ALL + "/{emoji}/{user}")
def take_of(call: Call) -> None:
    channel = call.channel(P.MANAGE_MESSAGES)
    take(call.events, channel, call.message(channel), call.path["emoji"], call.id("user"))


@route("DELETE", ALL)
def clear(call: Call) -> None:
    channel = call.channel(P.MANAGE_MESSAGES)
    message = call.message(channel)
    message.reactions.clear()
    data = {"channel_id": str(channel.id), "message_id": str(message.id)}
    call.events.tell("MESSAGE_REACTION_REMOVE_ALL", data, channel)


@route("DELETE", ALL + "/{emoji}")
def clear_one(call: Call) -> None:
    channel = call.channel(P.MANAGE_MESSAGES)
    message = call.message(channel)
    reaction = found(message, call.path["emoji"])
    if reaction is None:
        raise unknown("Emoji")
    message.reactions.remove(reaction)
    data = {"channel_id": str(channel.id), "message_id": str(message.id), "emoji": emoji_document(reaction)}
    call.events.tell("MESSAGE_REACTION_REMOVE_EMOJI", data, channel)


@route("GET", ALL + "/{emoji}")
def who(call: Call) -> list[Json]:
    """By user id, a page after another; nobody for an emoji that is not there."""
    channel = call.channel()
    if not call.may(channel, P.READ_MESSAGE_HISTORY):
        raise missing_access()
    reaction = found(call.message(channel), call.path["emoji"])
    limit, after = call.number("limit", 25, 100), int(call.query.get("after", 0))
    users = sorted(each for each in (reaction.users if reaction else []) if each > after)
    return [user_document(call.world.users[each]) for each in users[:limit]]
