"""The Web API's streams: a message that grows, by words or blocks, until the app or a person ends it."""

from __future__ import annotations

from tests.fakes.slack.blocks import check_message, check_metadata
from tests.fakes.slack.call import Call, method
from tests.fakes.slack.records import Channel, Json, Message
from tests.fakes.slack.web_chat import MOST_MARKDOWN, new_message, own_message, pace, room_to_post
from tests.fakes.slack.world import Refused

CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")
MOST_BLOCKS = 50  # of all chunks; as many again may come at the end
SESSION = ("active", "processing", "suspended", "closed")


def _grown(call: Call, before: Message | None) -> tuple[str, list[Json]]:
    """The words and blocks with what `markdown_text` and chunks add. Raises Refused."""
    given = call.json("chunks", "invalid_chunks")
    words = call.text("markdown_text")
    if given is not None and not isinstance(given, list):
        raise Refused("invalid_chunks")
    blocks = list(before.blocks) if before else []
    for each in given or []:
        if not isinstance(each, dict) or each.get("type") not in CHUNKS:
            raise Refused("invalid_chunks")
        if each["type"] == "task_update" and not (each.get("id") and each.get("title") and each.get("status")):
            raise Refused("invalid_chunks")
        if each["type"] == "blocks":
            if not each.get("blocks"):
                raise Refused("invalid_chunks")
            blocks += each["blocks"]
        words += str(each.get("text", ""))
    if len(words) > MOST_MARKDOWN or len((before.text if before else "") + words) > MOST_MARKDOWN:
        raise Refused("msg_too_long")
    if len(blocks) > MOST_BLOCKS:
        raise Refused("invalid_blocks")
    return words, check_message(blocks, call.team, lambda: call.world.new_id("b")) if blocks else []


@method("chat.startStream", "chat:write")
def start_stream(call: Call) -> Json:
    channel = room_to_post(call)
    call.text("thread_ts", error="invalid_thread_ts")
    if channel.kind != "im":
        call.text("recipient_team_id", error="missing_recipient_team_id")
        if call.text("recipient_user_id", error="missing_recipient_user_id") not in call.team.users:
            raise Refused("user_not_found")
    message = new_message(call, channel, *_grown(call, None))
    channel.next_post = pace(call, channel.next_post)
    message.streaming = True
    call.world.add(channel, message)
    channel.status.pop(message.thread_ts, None)
    return {"channel": channel.id, "ts": message.ts}


def _stream(call: Call) -> tuple[Channel, Message]:
    channel, message = own_message(call, "message_not_owned_by_app")
    if not message.streaming:
        raise Refused("message_not_in_streaming_state")
    return channel, message


@method("chat.appendStream", "chat:write")
def append_stream(call: Call) -> Json:
    channel, message = _stream(call)
    words, blocks = _grown(call, message)
    if not words and not call.given.get("chunks"):
        raise Refused("no_text")
    message.text, message.blocks = message.text + words, blocks
    return {"channel": channel.id, "ts": message.ts}


@method("chat.stopStream", "chat:write")
def stop_stream(call: Call) -> Json:
    """Blocks that come now stand below all else. The agent's session there rests unless it is said otherwise."""
    channel, message = _stream(call)
    words, blocks = _grown(call, message)
    last = check_message(call.json("blocks", "invalid_blocks_format"), call.team, lambda: call.world.new_id("b"))
    status = call.text("session_status") or "active"
    if status not in SESSION:
        raise Refused("invalid_arguments")
    if "metadata" in call.given:
        message.metadata = check_metadata(call.json("metadata", "invalid_metadata_format"))
    message.text, message.blocks, message.streaming = message.text + words, [*blocks, *last], False
    if message.thread_ts in channel.sessions:
        channel.sessions[message.thread_ts] = status
    return {"channel": channel.id, "ts": message.ts, "message": message.document(metadata=True)}
