"""People's hands, with a real bolt app behind signed HTTP and behind Socket Mode: both must be the same to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
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
from tests.fakes_slack.bolt import bare_app, connected, served

Given = dict[str, Any]
CARD: list[Given] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Sale*"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve:1",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "1",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": {"type": "plain_text", "text": "Details"}, "value": "details:1"}],
            },
        ],
    },
]


def plain(text: str) -> Given:
    return {"type": "plain_text", "text": text}


def window(title: str = "New post") -> Given:
    topic = {"type": "plain_text_input", "action_id": "topic", "max_length": 20}
    kinds = [{"text": plain("Feed"), "value": "feed"}, {"text": plain("LinkedIn"), "value": "linkedin"}]
    where = {"type": "checkboxes", "action_id": "where", "options": kinds, "initial_options": kinds[:1]}
    return {
        "type": "modal",
        "callback_id": "new",
        "title": plain(title),
        "submit": plain("Draft"),
        "notify_on_close": True,
        "blocks": [
            {"type": "input", "block_id": "topic", "label": plain("Topic"), "element": topic},
            {"type": "input", "block_id": "where", "label": plain("Where"), "element": where, "optional": True},
        ],
    }


@pytest.fixture(params=["http", "sockets"])
async def app(slack: SlackServer, request: pytest.FixtureRequest) -> AsyncIterator[AsyncApp]:
    """The same listeners over either door."""
    app = bare_app(slack)
    async with AsyncExitStack() as stack:
        door = served(slack, app) if request.param == "http" else connected(slack, app)
        await stack.enter_async_context(_either(door))
        yield app


@asynccontextmanager
async def _either(door: Any) -> AsyncIterator[None]:
    async with door:
        yield


@pytest.fixture
def ana(slack: SlackServer) -> Person:
    return slack.person("ana")


@pytest.fixture
def room(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("campaigns", ana)


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


async def test_a_button_replaces_its_card_and_a_menu_gives_its_option(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel, client: AsyncWebClient
) -> None:
    chosen: list[str] = []

    async def approve(ack: Any, body: Given, respond: Any) -> None:
        await ack()
        await respond(f"Approved by <@{body['user']['id']}>", replace_original=True)

    async def more(ack: Any, action: Given) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    app.action("approve:1")(approve)
    app.action("more")(more)
    posted = await client.chat_postMessage(channel=room.id, text="card", blocks=CARD)
    card = room.messages[posted["ts"]]
    assert (await ana.choose(card, "more", "Details")).ok
    assert (await ana.click(card, "Approve")).ok
    await until(lambda: card.words.startswith("Approved"), "the card is replaced")
    assert chosen == ["details:1"] and card.versions == ["*Sale*\nApprove\nDetails"]
    with pytest.raises(AssertionError, match="nothing like"):
        await ana.click(card, "Approve")


async def test_who_does_not_see_a_card_cannot_press_it(slack: SlackServer, room: Channel) -> None:
    client = AsyncWebClient(slack.token, base_url=slack.api)
    posted = await client.chat_postMessage(channel=room.id, text="card", blocks=CARD)
    with pytest.raises(AssertionError, match="does not see it"):
        await slack.person("eve").click(room.messages[posted["ts"]], "Approve")


async def test_a_window_says_what_is_wrong_then_closes(app: AsyncApp, slack: SlackServer, ana: Person) -> None:
    closed: list[str] = []

    async def shortcut(ack: Any, shortcut: Given, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=shortcut["trigger_id"], view=window())
        await ack()

    async def submitted(ack: Any, view: Given) -> None:
        values = view["state"]["values"]
        if values["topic"]["topic"]["value"] == "bad":
            await ack(response_action="errors", errors={"topic": "Say what it is about."})
        elif len(values["where"]["where"]["selected_options"]) == 2:
            await ack(response_action="update", view=window("Both"))
        else:
            await ack()

    async def left(ack: Any, view: Given) -> None:
        closed.append(view["title"]["text"])
        await ack()

    app.shortcut("new_post")(shortcut)
    app.view("new")(submitted)
    app.view_closed("new")(left)
    assert (await ana.shortcut("new_post")).ok
    with pytest.raises(AssertionError, match="must be filled in"):
        await ana.submit()
    with pytest.raises(AssertionError, match="21 characters"):
        await ana.submit(values={"topic": "x" * 21})
    wrong = await ana.submit(values={"topic": "bad"})
    assert wrong.errors == {"topic": "Say what it is about."} and wrong.window is not None
    both = await ana.submit(values={"topic": "sale", "where": ["Feed", "linkedin"]})
    assert both.window is not None and both.window.words.startswith("Both")
    done = await ana.submit(values={"where": ["feed"]})
    assert done.answer.ok and done.window is None
    await ana.shortcut("new_post")
    await ana.close()
    await until(lambda: closed == ["New post"], "closing is told")


async def test_a_trigger_lives_three_seconds_and_works_once(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel, clock: MovableClock
) -> None:
    errors: list[str] = []

    async def late(ack: Any, shortcut: Given, client: AsyncWebClient) -> None:
        if shortcut["callback_id"] == "late":
            clock.move(timedelta(seconds=3, milliseconds=1))
        for _ in range(2):
            try:
                await client.views_open(trigger_id=shortcut["trigger_id"], view=window())
            except SlackApiError as refused:
                errors.append(refused.response["error"])
        await ack()

    slack.events.subscribed = set()
    app.shortcut("late")(late)
    app.shortcut("twice")(late)
    message = await ana.say(room, "look")
    await ana.message_shortcut(message, "late")
    assert errors == ["expired_trigger_id"] * 2
    await ana.shortcut("twice")
    assert errors[2:] == ["exchanged_trigger_id"]
    assert ana.window is not None


async def test_home_is_published_and_pressed(app: AsyncApp, slack: SlackServer, ana: Person) -> None:
    pressed: list[str] = []

    async def opened(event: Given, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    async def approve(ack: Any, body: Given) -> None:
        await ack()
        pressed.append(body["view"]["type"])

    app.event("app_home_opened")(opened)
    app.action("approve:1")(approve)
    await ana.open_home()
    await until(lambda: ana.home is not None, "the home is there")
    assert ana.home is not None
    await ana.click(ana.home, "approve:")
    await until(lambda: pressed == ["home"], "pressed at home")


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


async def test_windows_answer_with_others_or_close_all(app: AsyncApp, slack: SlackServer, ana: Person) -> None:
    async def shortcut(ack: Any, shortcut: Given, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=window())

    async def submitted(ack: Any, view: Given) -> None:
        if view["previous_view_id"] is None:
            await ack(response_action="push", view=window("Sure?"))
        else:
            await ack(response_action="clear")

    app.shortcut("new")(shortcut)
    app.view("new")(submitted)
    await ana.shortcut("new")
    await until(lambda: ana.window is not None, "the window")
    asked = await ana.submit(values={"topic": "sale"})
    assert asked.window is not None and asked.window.words.startswith("Sure?")
    assert (await ana.submit(values={"topic": "sale"})).window is None


async def test_errors_must_name_inputs_of_the_window(app: AsyncApp, slack: SlackServer, ana: Person) -> None:
    async def shortcut(ack: Any, shortcut: Given, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=window())

    async def submitted(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "No."})

    app.shortcut("new")(shortcut)
    app.view("new")(submitted)
    await ana.shortcut("new")
    await until(lambda: ana.window is not None, "the window")
    with pytest.raises(AssertionError, match="nowhere"):
        await ana.submit(values={"topic": "sale"})


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


async def test_a_window_is_pushed_updated_and_typed_words_stay(
    app: AsyncApp, slack: SlackServer, ana: Person, client: AsyncWebClient
) -> None:
    async def opened(ack: Any, shortcut: Given, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=with_button)

    async def pushed(ack: Any, body: Given, client: AsyncWebClient) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=window("On top"))

    with_button = window() | {"blocks": [*window()["blocks"], CARD[1]]}
    app.shortcut("new")(opened)
    app.action("approve:1")(pushed)
    await ana.shortcut("new")
    await until(lambda: ana.window is not None, "the first window")
    first = ana.window
    assert first is not None
    await ana.click(first, "Approve")
    await until(lambda: ana.window is not first, "the one on top")
    assert ana.window is not None and ana.window.previous == first.id
    with pytest.raises(AssertionError, match="on top"):
        await ana.submit(first, {"topic": "x"})
    ana.window.values = {"topic": {"topic": {"type": "plain_text_input", "value": "typed"}}}
    await client.views_update(view_id=ana.window.id, hash=ana.window.hash, view=window("Changed"))
    assert ana.window.words.startswith("Changed") and ana.window.values["topic"]["topic"]["value"] == "typed"
    with pytest.raises(SlackApiError) as caught:
        await client.views_update(view_id=ana.window.id, hash="old", view=window())
    assert caught.value.response["error"] == "hash_conflict"


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


async def test_hands_may_press_twice_at_once(
    app: AsyncApp, slack: SlackServer, ana: Person, room: Channel, client: AsyncWebClient
) -> None:
    """Slack sends both; deciding once is the app's business."""
    pressed: list[str] = []

    async def approve(ack: Any, body: Given) -> None:
        pressed.append(body["trigger_id"])
        await ack()

    app.action("approve:1")(approve)
    posted = await client.chat_postMessage(channel=room.id, text="card", blocks=CARD)
    card = room.messages[posted["ts"]]
    await asyncio.gather(ana.click(card, "Approve"), ana.click(card, "Approve"))
    assert len(set(pressed)) == 2
