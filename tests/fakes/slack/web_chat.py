"""The Web API's chat methods."""

from __future__ import annotations

from tests.fakes.slack.blocks import check_message, check_metadata
from tests.fakes.slack.call import Call, method
from tests.fakes.slack.records import Channel, Json, Message
from tests.fakes.slack.world import Refused

MOST_TEXT, MOST_EDITED, MOST_MARKDOWN = 40_000, 4_000, 12_000


def room_to_post(call: Call) -> Channel:
    """Where the app may post: its channels, public ones with the scope for it, and people by their id."""
    name = call.text("channel", error="channel_not_found")
    if name in call.team.users:
        return call.world.dm(call.team, name)
    channel = call.channel()
    if channel.is_archived:
        raise Refused("is_archived")
    if call.token.user not in channel.members and "chat:write.public" not in call.token.scopes:
        raise Refused("not_in_channel")
    return channel


def pace(call: Call, free_from: float) -> float:
    """Until when it is taken from now on. Raises Refused before `free_from`."""
    now = call.world.clock.now().timestamp()
    if call.world.paced and now < free_from:
        raise Refused("ratelimited", retry_after=max(1, round(free_from - now)))
    return now + 1


def content(call: Call) -> tuple[str, list[Json]]:
    """The words and blocks that were given. Raises Refused."""
    markdown = call.text("markdown_text")
    words = call.text("text")
    given = call.json("blocks", "invalid_blocks_format")
    if markdown and (words or given is not None):
        raise Refused("markdown_text_conflict")
    if len(markdown) > MOST_MARKDOWN:
        raise Refused("msg_too_long")
    blocks = check_message(given, call.team, lambda: call.world.new_id("b"))
    if not words and not markdown and not blocks and not call.json("attachments", "invalid_attachments"):
        raise Refused("no_text")
    return (words or markdown)[:MOST_TEXT], blocks


def new_message(call: Call, channel: Channel, words: str, blocks: list[Json]) -> Message:
    thread = call.text("thread_ts")
    if thread and thread not in channel.messages:
        raise Refused("thread_not_found")
    root = channel.messages[thread].thread_ts if thread else ""
    return Message(
        ts=call.world.new_ts(),
        channel=channel.id,
        user=call.token.user,
        text=words,
        blocks=blocks,
        thread_ts=root or thread,
        bot_id=call.team.bot_id,
        app_id=call.world.app,
        metadata=check_metadata(call.json("metadata", "invalid_metadata_format")),
        unfurl=str(call.given.get("unfurl_links", "true")).lower() not in ("0", "false"),
    )


@method("chat.postMessage", "chat:write")
def post(call: Call) -> Json:
    channel = room_to_post(call)
    words, blocks = content(call)
    message = new_message(call, channel, words, blocks)
    channel.next_post = pace(call, channel.next_post)
    call.world.add(channel, message)
    channel.status.pop(message.thread_ts, None)
    return {"channel": channel.id, "ts": message.ts, "message": message.document(metadata=True)}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    channel = call.joined()
    if channel.is_archived:
        raise Refused("is_archived")
    user = call.text("user", error="user_not_in_channel")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    words, blocks = content(call)
    message = new_message(call, channel, words, blocks)
    channel.next_post = pace(call, channel.next_post)
    message.only_for = user
    call.world.add(channel, message)
    return {"message_ts": message.ts}


def own_message(call: Call, error: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.token.user:
        raise Refused(error)
    if channel.is_archived:
        raise Refused("is_archived")
    return channel, message


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    """Words without blocks take the blocks away; metadata stay unless others are given."""
    channel, message = own_message(call, "cant_update_message")
    if message.streaming:
        raise Refused("streaming_state_conflict")
    words, blocks = content(call)
    if len(words) > MOST_EDITED:
        raise Refused("msg_too_long")
    if "metadata" in call.given:
        message.metadata = check_metadata(call.json("metadata", "invalid_metadata_format"))
    message.next_edit = pace(call, message.next_edit)
    message.versions.append(message.words)
    message.text, message.blocks = words, blocks
    message.edited = call.world.new_ts()
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.document(metadata=True)}


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    channel, message = own_message(call, "cant_delete_message")
    del channel.messages[message.ts]
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    name = message.ts.replace(".", "")
    return {"channel": channel.id, "permalink": f"https://{call.team.name}.slack.test/archives/{channel.id}/p{name}"}
