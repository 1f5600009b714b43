"""What people say and admins do, with a real bolt app behind signed HTTP and behind Socket Mode."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack.world import SCOPES
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.fakes_slack.cards import Given


async def test_a_command_is_answered_for_its_person_alone(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel
) -> None:
    async def command(ack: Any, body: Given, respond: Any) -> None:
        await ack(f"{body['text']} from {body['user_name']}")
        await respond("later")

    app.command("/admind")(command)
    answer = await ana.slash(room, "/admind", "help & hope")
    assert answer.ok
    await until(lambda: len(ana.whispers(room)) == 2, "the later answer")
    assert {each.words for each in ana.whispers(room)} == {"help & hope from ana", "later"}
    assert not room.messages


async def test_a_command_that_nobody_takes_is_told_as_failed(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel
) -> None:
    slack.sockets.patience = slack.http.patience = 0.3
    answer = await ana.slash(room, "/admind", "help")
    assert not answer.ok
    assert "failed with the error" in ana.whispers(room)[0].text


async def test_mentions_and_replies_come_as_typed(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel
) -> None:
    heard: list[tuple[str, str, str]] = []

    async def mentioned(event: Given, say: Any) -> None:
        heard.append(("mention", event["text"], event.get("thread_ts", "")))
        await say("On it", thread_ts=event["ts"])

    async def messaged(event: Given) -> None:
        heard.append((event["channel_type"], event["text"], event.get("thread_ts", "")))

    app.event("app_mention")(mentioned)
    app.event("message")(messaged)
    asked = await ana.mention(room, "R&D <now> https://velo.example/a")
    words = f"<@{slack.team.bot}> R&amp;D &lt;now&gt; <https://velo.example/a>"
    await until(lambda: len(room.thread(asked.ts)) == 2, "the answer in the thread")
    answer = room.thread(asked.ts)[1]
    await ana.reply(answer, "shorter")
    await ana.dm("hello")
    await until(lambda: len(heard) == 4, "all heard")
    assert sorted(heard) == sorted(
        [("mention", words, ""), ("channel", words, ""), ("channel", "shorter", asked.ts), ("im", "hello", "")]
    )


async def test_files_of_people_can_be_fetched(app: AsyncApp, slack: SlackServer, ana: Person, room: Channel) -> None:
    seen: list[Given] = []

    async def messaged(event: Given) -> None:
        seen.append(event)

    app.event({"type": "message", "subtype": "file_share"})(messaged)
    await ana.share(room, "hut.png", b"\x89PNG", "our hut")
    await until(lambda: bool(seen), "the file is heard of")
    file = seen[0]["files"][0]
    assert (file["name"], file["mimetype"], seen[0]["text"]) == ("hut.png", "image/png", "our hut")


async def test_reactions_are_told_added_and_removed(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel, client: AsyncWebClient
) -> None:
    heard: list[tuple[str, str, str]] = []

    async def reacted(event: Given) -> None:
        heard.append((event["type"], event["reaction"], event["item"]["ts"]))

    app.event("reaction_added")(reacted)
    app.event("reaction_removed")(reacted)
    posted = await client.chat_postMessage(channel=room.id, text="card")
    message = room.messages[posted["ts"]]
    await ana.react(message, "white_check_mark")
    await ana.unreact(message, "white_check_mark")
    await until(lambda: len(heard) == 2, "both heard")
    assert sorted(heard) == [
        ("reaction_added", "white_check_mark", message.ts),
        ("reaction_removed", "white_check_mark", message.ts),
    ]


async def test_a_response_url_works_five_times_in_half_an_hour(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel, clock: MovableClock
) -> None:
    said: list[str] = []
    responds: list[Any] = []

    async def command(ack: Any, respond: Any) -> None:
        await ack()
        responds.append(respond)

    app.command("/admind")(command)
    await ana.slash(room, "/admind")
    await ana.slash(room, "/admind")
    await until(lambda: len(responds) == 2, "both taken")
    for _ in range(6):
        said.append((await responds[0]("hello")).body)
    clock.move(timedelta(minutes=31))
    said.append((await responds[1]("hello")).body)
    assert said == ["ok"] * 5 + ["used_url", "expired_url"]
    assert len(ana.whispers(room)) == 5


async def test_what_admins_do_is_told(app: AsyncApp, slack: SlackServer, ana: Person) -> None:
    heard: list[str] = []

    async def any_event(event: Given) -> None:
        heard.append(event["type"])

    for kind in ("team_join", "user_change", "subteam_members_changed", "subteam_updated", "member_joined_channel"):
        app.event(kind)(any_event)
    for kind in ("tokens_revoked", "app_uninstalled"):
        app.event(kind)(any_event)
    away = slack.channel("away", ana, bot=False)
    group = slack.group("approvers", ana)
    ben = await slack.join("ben")
    await slack.change_group(group, ben)
    await slack.deactivate(ana)
    await slack.invite(away, ben)
    await slack.uninstall()
    await until(lambda: len(heard) == 7, f"all heard: {heard}")
    with pytest.raises(SlackApiError) as caught:
        await AsyncWebClient(slack.token, base_url=slack.api).auth_test()
    assert caught.value.response["error"] == "account_inactive"


async def test_revoked_tokens_are_told_and_stay_revoked(app: AsyncApp, slack: SlackServer) -> None:
    heard: list[Given] = []

    async def revoked(event: Given) -> None:
        heard.append(event["tokens"])

    app.event("tokens_revoked")(revoked)
    await slack.revoke()
    await until(lambda: heard == [{"oauth": [], "bot": [slack.team.bot]}], "it is told")
    with pytest.raises(SlackApiError) as caught:
        await AsyncWebClient(slack.token, base_url=slack.api).auth_test()
    assert caught.value.response["error"] == "token_revoked"


async def test_an_agent_is_stopped_with_its_streams(
    app: AsyncApp, slack: SlackServer, ana: Person, client: AsyncWebClient
) -> None:
    heard: list[Given] = []

    async def stopped(event: Given) -> None:
        heard.append(event)

    app.event("agent_session_stopped")(stopped)
    slack.events.subscribed = {"agent_session_stopped"}
    asked = await ana.dm("three posts")
    await client.agents_sessions_setStatus(channel_id=asked.channel, thread_ts=asked.ts, status="processing")
    stream = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, markdown_text="One")
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=asked.channel, prompts=[{"title": "New post", "message": "Draft a post"}]
    )
    await ana.stop(asked)
    await until(lambda: bool(heard), "the stop is told")
    assert heard[0]["streaming_message_ts"] == [stream["ts"]]
    room = slack.team.channels[asked.channel]
    assert room.sessions == {asked.ts: "processing"} and room.prompts[0]["title"] == "New post"


async def test_words_are_changed_and_taken_back(app: AsyncApp, slack: SlackServer, ana: Person, room: Channel) -> None:
    heard: list[tuple[str, str]] = []

    async def messaged(event: Given) -> None:
        message = event["message"] if "message" in event else event["previous_message"]
        heard.append((event["subtype"], message["text"]))

    for subtype in ("message_changed", "message_deleted"):
        app.event({"type": "message", "subtype": subtype})(messaged)
    slack.events.subscribed = set()
    message = await ana.say(room, "Sale in Mai")
    slack.events.subscribed = None
    await ana.edit(message, "Sale in May")
    await ana.erase(message)
    await until(lambda: len(heard) == 2, "both are told")
    assert sorted(heard) == [("message_changed", "Sale in May"), ("message_deleted", "Sale in May")]
    assert ana.sees(room) == []


async def test_several_workspaces_are_apart(app: AsyncApp, slack: SlackServer, ana: Person, room: Channel) -> None:
    other = slack.workspace("other", scopes=SCOPES)
    zoe = other.person("zoe")
    there = other.channel("general", zoe)
    with pytest.raises(AssertionError, match="is not in"):
        await ana.say(there, "hello")
    slack.events.subscribed = {"app_mention"}
    await zoe.mention(there, "hello")
    kind, payload, _ = slack.deliveries.answers[-1]
    assert (kind, payload["team_id"], payload["event"]["channel"]) == ("events_api", other.team.id, there.id)
    await other.uninstall()
    assert (await AsyncWebClient(slack.token, base_url=slack.api).auth_test())["ok"] is True


async def test_an_app_hears_only_what_it_may(app: AsyncApp, slack: SlackServer, ana: Person, room: Channel) -> None:
    away = slack.channel("away", ana, bot=False)
    before = len(slack.deliveries.answers)
    await ana.mention(away, "not there")
    slack.events.subscribed = {"message.im"}
    await ana.mention(room, "not subscribed")
    slack.events.subscribed = None
    slack.world.tokens[slack.token].scopes -= {"app_mentions:read", "channels:history", "reactions:read"}
    await ana.react(await ana.mention(room, "no scope"), "eyes")
    assert len(slack.deliveries.answers) == before
