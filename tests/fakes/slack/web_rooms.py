"""The Web API's conversations, reactions and assistant methods."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.fakes.slack.call import Call, method, page
from tests.fakes.slack.records import Json, Message
from tests.fakes.slack.world import Refused

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")

STATUS_LIFE = timedelta(minutes=2)


@method("conversations.info", *READ)
def info(call: Call) -> Json:
    return {"channel": call.channel(scope="read").shown(call.token.user)}


@method("conversations.members", *READ)
def members(call: Call) -> Json:
    found = page(call, [{"id": each} for each in sorted(call.channel(scope="read").members)], "members")
    return found | {"members": [each["id"] for each in found["members"]]}


@method("users.conversations", *READ)
def conversations_of(call: Call) -> Json:
    """Of a person: public ones, and of the others those that the app is in, too."""
    user = call.user().id if call.given.get("user") else call.token.user
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = {kinds[each] for each in (call.text("types") or "public_channel").split(",")}
    mine = [
        each.shown(call.token.user)
        for each in call.team.channels.values()
        if user in each.members and each.kind in wanted
        if each.kind == "channel" or call.token.user in each.members
    ]
    return page(call, mine, "channels")


@method("conversations.open", "im:write", "mpim:write")
def open_dm(call: Call) -> Json:
    users = call.text("users", error="users_list_not_supplied").split(",")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    user = call.team.users.get(users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    return {"channel": {"id": call.world.dm(call.team, user.id).id}}


@method("conversations.join", "channels:join")
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    channel.members.add(call.token.user)
    return {"channel": channel.shown(call.token.user)}


def _paged(call: Call, messages: list[Message]) -> Json:
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9" * 12
    keep = [
        each
        for each in messages
        if float(oldest) < float(each.ts) < float(latest) or (call.flag("inclusive") and each.ts in (oldest, latest))
    ]
    metadata = call.flag("include_all_metadata")
    return page(call, [each.document(metadata=metadata) for each in keep], "messages", most=999)


@method("conversations.history", *HISTORY)
def history(call: Call) -> Json:
    """Newest first; replies stand in their threads only."""
    channel = call.joined(scope="history")
    found = [each for each in channel.messages.values() if each.thread_ts in ("", each.ts)]
    return _paged(call, found[::-1])


@method("conversations.replies", *HISTORY)
def replies(call: Call) -> Json:
    channel = call.joined(scope="history")
    root = call.message(channel, error="thread_not_found")
    return _paged(call, channel.thread(root.thread_ts or root.ts))


# Reactions


def _reacted(call: Call) -> tuple[Message, str]:
    name = call.text("name", error="invalid_name")
    if not EMOJI.fullmatch(name):
        raise Refused("invalid_name")
    channel = call.joined()
    if channel.is_archived:
        raise Refused("is_archived")
    return call.message(channel, "timestamp"), name


@method("reactions.add", "reactions:write")
def react(call: Call) -> Json:
    message, name = _reacted(call)
    users = message.reactions.setdefault(name, [])
    if call.token.user in users:
        raise Refused("already_reacted")
    users.append(call.token.user)
    return {}


@method("reactions.remove", "reactions:write")
def unreact(call: Call) -> Json:
    message, name = _reacted(call)
    if call.token.user not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    message.reactions[name].remove(call.token.user)
    if not message.reactions[name]:
        del message.reactions[name]
    return {}


@method("reactions.get", "reactions:read")
def reactions(call: Call) -> Json:
    """Without `full`, Slack may name only some of many users; the count is right."""
    channel = call.joined()
    document = call.message(channel, "timestamp").document()
    if not call.flag("full"):
        for each in document.get("reactions", []):
            each["users"] = each["users"][:5]
    return {"type": "message", "channel": channel.id, "message": document}


# What an agent shows


@method("assistant.threads.setStatus", "assistant:write", "chat:write")
def set_status(call: Call) -> Json:
    """It lapses two minutes later, and goes with the next message of the app in that thread."""
    channel = call.joined("channel_id")
    thread = call.text("thread_ts", error="invalid_thread_ts")
    if thread not in channel.messages:
        raise Refused("invalid_thread_ts")
    loading = call.json("loading_messages", "invalid_arguments")
    if loading is not None and not (isinstance(loading, list) and len(loading) <= 10):
        raise Refused("invalid_arguments")
    if "status" not in call.given:
        raise Refused("invalid_arguments")
    if status := call.text("status"):
        channel.status[thread] = status
        channel.loading[thread] = [str(each) for each in loading or ()]
        channel.status_until[thread] = call.world.clock.now() + STATUS_LIFE
    else:
        channel.status.pop(thread, None)
    return {}


@method("assistant.threads.setTitle", "assistant:write")
def set_title(call: Call) -> Json:
    channel = call.joined("channel_id")
    thread = call.text("thread_ts", error="invalid_thread_ts")
    if channel.kind != "im" or thread not in channel.messages:
        raise Refused("channel_not_found" if channel.kind != "im" else "invalid_thread_ts")
    channel.titles[thread] = call.text("title", error="invalid_arguments")
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_prompts(call: Call) -> Json:
    """In the agent view a prompt for one thread is taken and never shown."""
    channel = call.joined("channel_id")
    prompts = call.json("prompts", "invalid_arguments")
    if channel.kind != "im" or not isinstance(prompts, list) or not 0 < len(prompts) <= 4:
        raise Refused("invalid_arguments")
    if any(not isinstance(each, dict) or not each.get("title") or not each.get("message") for each in prompts):
        raise Refused("invalid_arguments")
    if not (call.world.agent_view and call.text("thread_ts")):
        channel.prompts = prompts
    return {}


@method("agents.sessions.setStatus", "chat:write")
def set_session(call: Call) -> Json:
    channel = call.joined("channel_id")
    status = call.text("status", error="invalid_arguments")
    if status not in ("active", "processing", "suspended", "closed"):
        raise Refused("invalid_arguments")
    thread = call.text("thread_ts", error="invalid_thread_ts")
    if thread not in channel.messages:
        raise Refused("invalid_thread_ts")
    if len(call.text("title")) > 200:
        raise Refused("invalid_arguments")
    if (starter := call.text("initiator_user_id")) and starter not in channel.members:
        raise Refused("user_not_found")
    if thread not in channel.sessions and call.text("title"):
        channel.titles[thread] = call.text("title")
    channel.sessions[thread] = status
    return {"agent_status": status, "status": status}
