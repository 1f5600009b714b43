"""The Web API as the real client meets it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack_server import SlackServer
from tests.fakes_slack.refusals import refused

META = {"event_type": "draft", "event_payload": {"digest": "abc"}}


async def test_a_message_is_posted_read_edited_and_taken_away(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Sale &amp; more"}}]
    posted = await client.chat_postMessage(channel=room.id, text="Sale", blocks=blocks, metadata=META)
    assert [each.words for each in ana.sees(room)] == ["Sale & more"]
    plain = (await client.conversations_history(channel=room.id))["messages"]
    assert "metadata" not in plain[0] and plain[0]["blocks"][0]["block_id"]
    known = (await client.conversations_history(channel=room.id, include_all_metadata=True))["messages"]
    assert known[0]["metadata"] == META
    await client.chat_update(channel=room.id, ts=posted["ts"], text="Sold out")
    message = room.messages[posted["ts"]]
    assert (message.words, message.blocks, message.metadata) == ("Sold out", [], META)
    link = await client.chat_getPermalink(channel=room.id, message_ts=posted["ts"])
    assert link["permalink"].endswith(posted["ts"].replace(".", ""))
    await client.chat_delete(channel=room.id, ts=posted["ts"])
    assert ana.sees(room) == []


async def test_tokens_and_scopes_are_checked(slack: SlackServer, clock: MovableClock) -> None:
    assert (await refused(AsyncWebClient("xoxb-no", base_url=slack.api).auth_test()))["error"] == "invalid_auth"
    assert (await refused(AsyncWebClient(base_url=slack.api).auth_test()))["error"] == "not_authed"
    small = slack.workspace("small", scopes=frozenset({"commands"}))
    token = slack.world.bot_token(small.team)
    assert token is not None
    client = AsyncWebClient(token.value, base_url=slack.api)
    known = await client.auth_test()
    assert (known["team_id"], known.headers["x-oauth-scopes"]) == (small.team.id, "commands")
    said = await refused(client.chat_postMessage(channel="C", text="hi"))
    assert (said["error"], said["needed"], said["provided"]) == ("missing_scope", "chat:write", "commands")
    assert (await refused(client.apps_connections_open(app_token=token.value)))["error"] == "not_allowed_token_type"
    await client.auth_revoke()
    assert (await refused(client.auth_test()))["error"] == "token_revoked"


async def test_rooms_say_who_may_post(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    away, secret = slack.channel("away", ana, bot=False), slack.channel("secret", ana, bot=False, private=True)
    other = slack.workspace("other").channel("there", bot=False)
    for channel, error in ((away, "not_in_channel"), (secret, "channel_not_found"), (other, "channel_not_found")):
        assert (await refused(client.chat_postMessage(channel=channel.id, text="hi")))["error"] == error
    await client.conversations_join(channel=away.id)
    await client.chat_postMessage(channel=away.id, text="hi")
    await slack.archive(away, ana)
    assert (await refused(client.chat_postMessage(channel=away.id, text="hi")))["error"] == "is_archived"
    dm = (await client.conversations_open(users=ana.id))["channel"]["id"]
    await client.chat_postMessage(channel=dm, text="just you")
    assert [each.text for each in ana.sees(slack.team.channels[dm])] == ["just you"]
    members = (await client.conversations_members(channel=away.id))["members"]
    assert set(members) == {ana.id, slack.team.bot}


async def test_only_its_own_messages_are_changed(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    hers = await ana.say(room, "mine")
    assert (await refused(client.chat_update(channel=room.id, ts=hers.ts, text="x")))["error"] == "cant_update_message"
    assert (await refused(client.chat_delete(channel=room.id, ts=hers.ts)))["error"] == "cant_delete_message"
    assert (await refused(client.chat_update(channel=room.id, ts="1.0", text="x")))["error"] == "message_not_found"


async def test_private_words_reach_one_person(slack: SlackServer, client: AsyncWebClient) -> None:
    ana, ben, eve = (slack.person(name) for name in ("ana", "ben", "eve"))
    room = slack.channel("campaigns", ana, ben)
    await client.chat_postEphemeral(channel=room.id, user=ana.id, text="psst")
    assert [each.text for each in ana.whispers(room)] == ["psst"]
    assert ben.sees(room) == []
    said = await refused(client.chat_postEphemeral(channel=room.id, user=eve.id, text="psst"))
    assert said["error"] == "user_not_in_channel"


async def test_pings_and_masked_links_are_seen_as_people_see_them(slack: SlackServer, client: AsyncWebClient) -> None:
    room = slack.channel("campaigns")
    posted = await client.chat_postMessage(channel=room.id, text="<!channel> <https://evil.example|bank.example>")
    message = room.messages[posted["ts"]]
    assert message.pings == ("!channel",)
    assert message.words == "!channel bank.example"
    safe = await client.chat_postMessage(channel=room.id, text="&lt;!channel&gt;")
    assert room.messages[safe["ts"]].pings == ()


async def test_threads_and_pages(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    root = await ana.say(room, "root")
    for number in range(5):
        await client.chat_postMessage(channel=room.id, thread_ts=root.ts, text=f"reply {number}")
    assert len((await client.conversations_history(channel=room.id))["messages"]) == 1
    found: list[str] = []
    async for page in await client.conversations_replies(channel=room.id, ts=root.ts, limit=2):
        found += [each["text"] for each in page["messages"]]
    assert found == ["root", *(f"reply {number}" for number in range(5))]
    said = await refused(client.chat_postMessage(channel=room.id, thread_ts="1.1", text="x"))
    assert said["error"] == "thread_not_found"


async def test_reactions_are_kept_in_order(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    message = await ana.say(room, "look")
    await client.reactions_add(channel=room.id, timestamp=message.ts, name="eyes")
    await ana.react(message, "white_check_mark")
    again = await refused(client.reactions_add(channel=room.id, timestamp=message.ts, name="eyes"))
    assert again["error"] == "already_reacted"
    got = (await client.reactions_get(channel=room.id, timestamp=message.ts, full=True))["message"]["reactions"]
    assert [(each["name"], each["users"]) for each in got] == [
        ("eyes", [slack.team.bot]),
        ("white_check_mark", [ana.id]),
    ]
    await client.reactions_remove(channel=room.id, timestamp=message.ts, name="eyes")
    assert list(message.reactions) == ["white_check_mark"]


async def test_files_are_uploaded_shown_and_fetched(slack: SlackServer, client: AsyncWebClient) -> None:
    room = slack.channel("campaigns")
    done = await client.files_upload_v2(filename="hut.png", content=b"\x89PNG....", alt_txt="A hut", title="Hut")
    file = done["files"][0]["id"]
    block = {"type": "image", "slack_file": {"id": file}, "alt_text": "A hut"}
    await client.chat_postMessage(channel=room.id, text="Hut", blocks=[block])
    both = block | {"image_url": "https://x.example/a.png"}
    said = await refused(client.chat_postMessage(channel=room.id, text="Hut", blocks=[both]))
    assert "slack_file" in said["response_metadata"]["messages"][0]
    unknown = block | {"slack_file": {"id": "F1"}}
    assert (await refused(client.chat_postMessage(channel=room.id, blocks=[unknown], text="x")))["error"] == (
        "invalid_blocks"
    )
    known = (await client.files_info(file=file))["file"]
    assert (known["alt_txt"], known["mimetype"]) == ("A hut", "image/png")
    session = slack.http.session
    assert session is not None
    async with session.get(known["url_private"], headers={"Authorization": f"Bearer {slack.token}"}) as got:
        assert await got.read() == b"\x89PNG...."
    async with session.get(known["url_private"]) as got:
        assert (got.status, got.content_type) == (200, "text/html")


async def test_streams_grow_until_they_end(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    root = await ana.mention(room, "three posts")
    said = await refused(client.chat_startStream(channel=room.id, thread_ts=root.ts))
    assert said["error"] == "missing_recipient_team_id"
    await client.assistant_threads_setStatus(channel_id=room.id, thread_ts=root.ts, status="is thinking")
    assert room.status == {root.ts: "is thinking"}
    stream = await client.chat_stream(
        channel=room.id, thread_ts=root.ts, recipient_team_id=slack.team.id, recipient_user_id=ana.id, buffer_size=1
    )
    await stream.append(markdown_text="One, ")
    message = room.thread(root.ts)[-1]
    said = await refused(client.chat_update(channel=room.id, ts=message.ts, text="x"))
    assert said["error"] == "streaming_state_conflict"
    await stream.append(markdown_text="two.")
    await stream.stop()
    assert message.text == "One, two." and not message.streaming and room.status == {}
    said = await refused(client.chat_appendStream(channel=room.id, ts=message.ts, markdown_text="x"))
    assert said["error"] == "message_not_in_streaming_state"


async def test_people_and_groups_are_listed(slack: SlackServer, client: AsyncWebClient) -> None:
    ana, ben = slack.person("ana"), slack.person("ben", guest=True)
    group = slack.group("approvers", ana)
    assert (await client.users_info(user=ben.id))["user"]["is_restricted"] is True
    assert "email" not in (await client.users_info(user=ana.id))["user"]["profile"]
    assert len((await client.users_list())["members"]) == 3
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [ana.id]
    found = (await client.usergroups_list(include_users=True))["usergroups"]
    assert [(each["handle"], each["users"]) for each in found] == [("approvers", [ana.id])]
    await slack.deactivate(ana)
    assert (await client.users_info(user=ana.id))["user"]["deleted"] is True


async def test_streams_take_blocks_and_end_the_agents_session(slack: SlackServer, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    asked = await ana.dm("three posts")
    room, place = slack.team.channels[asked.channel], {"channel_id": asked.channel, "thread_ts": asked.ts}
    with pytest.raises(AssertionError):
        await ana.stop(asked)  # nothing says that the app works
    await client.agents_sessions_setStatus(**place, status="processing", title="Three posts")
    stream = await client.chat_startStream(channel=room.id, thread_ts=asked.ts, chunks=[a_chunk("One", block_id="key")])
    at = {"channel": room.id, "ts": stream["ts"]}
    await client.chat_appendStream(**at, chunks=[a_chunk("Two")])
    for bad in ([{"type": "blocks", "blocks": []}], [{"type": "blocks"}] * 2, [a_chunk("x")] * 49, "words"):
        with pytest.raises(SlackApiError):
            await client.chat_appendStream(**at, chunks=bad)  # type: ignore[arg-type]
    await client.chat_stopStream(**at, blocks=[a_chunk("Three")["blocks"][0]])
    message = room.messages[stream["ts"]]
    assert message.words == "One\nTwo\nThree" and message.blocks[0]["block_id"] == "key"
    assert room.sessions[asked.ts] == "active" and room.titles[asked.ts] == "Three posts"


async def test_a_status_lapses_after_two_minutes(
    clock: MovableClock, slack: SlackServer, client: AsyncWebClient
) -> None:
    ana = slack.person("ana")
    asked = await ana.dm("three posts")
    place = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**place, status="is thinking", loading_messages=["Looking"])
    assert ana.status(asked) == "is thinking"
    clock.move(timedelta(minutes=2))
    assert ana.status(asked) == ""
    said = await refused(client.assistant_threads_setStatus(**place, status="x", loading_messages=["y"] * 11))
    assert said["error"] == "invalid_arguments"


def a_chunk(text: str, **more: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "blocks", "blocks": [{"type": "rich_text", "elements": [section], **more}]}
