"""What people press and fill in, with a real bolt app behind signed HTTP and behind Socket Mode."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.fakes_slack.cards import CARD, Given, window


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
