"""Block Kit's limits: what is just allowed, and what is just not."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_server import SlackServer

Block = dict[str, Any]


def plain(length: int) -> Block:
    return {"type": "plain_text", "text": "x" * length}


def section(length: int = 1, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}, **more}


def button(action: str = "a", label: int = 5, **more: Any) -> Block:
    return {"type": "button", "action_id": action, "text": plain(label), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def overflow(count: int) -> Block:
    options = [{"text": plain(1), "value": str(number)} for number in range(count)]
    return {"type": "overflow", "action_id": "o", "options": options}


LIMITS = [
    pytest.param([section()] * 50, [section()] * 51, id="50 blocks"),
    pytest.param([section(3000)], [section(3001)], id="section 3000"),
    pytest.param([section()], [section(0)], id="no empty text"),
    pytest.param([{"type": "header", "text": plain(150)}], [{"type": "header", "text": plain(151)}], id="header 150"),
    pytest.param([actions(button(label=75))], [actions(button(label=76))], id="button 75"),
    pytest.param([actions(button(value="v" * 2000))], [actions(button(value="v" * 2001))], id="value 2000"),
    pytest.param([actions(button("a" * 255))], [actions(button("a" * 256))], id="action id 255"),
    pytest.param([actions(button("a"), button("b"))], [actions(button("a"), button("a"))], id="action id unique"),
    pytest.param([actions(button(style="danger"))], [actions(button(style="red"))], id="style"),
    pytest.param(
        [actions(*(button(str(each)) for each in range(25)))],
        [actions(*(button(str(each)) for each in range(26)))],
        id="25 elements",
    ),
    pytest.param([actions(overflow(5))], [actions(overflow(6))], id="overflow 5"),
    pytest.param([section(block_id="a")], [section(block_id="a"), section(block_id="a")], id="block id unique"),
    pytest.param([section(block_id="a" * 255)], [section(block_id="a" * 256)], id="block id 255"),
    pytest.param(
        [{"type": "section", "fields": [plain(1)] * 10}], [{"type": "section", "fields": [plain(1)] * 11}], id="fields"
    ),
    pytest.param(
        [{"type": "context", "elements": [plain(1)] * 10}], [{"type": "context", "elements": [plain(1)] * 11}], id="10"
    ),
    pytest.param(
        [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a"}],
        [{"type": "image", "image_url": "https://x.example/a.png"}],
        id="alt text",
    ),
    pytest.param([{"type": "divider"}], [{"type": "diviner"}], id="known types"),
]


@pytest.mark.parametrize(("good", "bad"), LIMITS)
async def test_a_message_holds_so_much(
    slack: SlackServer, client: AsyncWebClient, good: list[Block], bad: list[Block]
) -> None:
    room = slack.channel("campaigns")
    await client.chat_postMessage(channel=room.id, text="x", blocks=good)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=room.id, text="x", blocks=bad)
    assert caught.value.response["error"] == "invalid_blocks"
    assert "json-pointer:/blocks" in caught.value.response["response_metadata"]["messages"][0]
    assert len(room.messages) == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"blocks": [section(2640)] * 5 + [section(1)]}, "msg_blocks_too_long"),
        ({}, "no_text"),
        ({"metadata": {"event_type": "a"}, "text": "x"}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "a", "event_payload": {"a": "x" * 17_000}}, "text": "x"}, "metadata_too_large"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": "x"}, "markdown_text_conflict"),
    ],
)
async def test_a_whole_message_is_refused(slack: SlackServer, given: dict[str, Any], error: str) -> None:
    room = slack.channel("campaigns")
    client = AsyncWebClient(slack.token, base_url=slack.api)
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json={"channel": room.id, **given})
    assert caught.value.response["error"] == error


async def test_13_200_characters_fit(slack: SlackServer, client: AsyncWebClient) -> None:
    room = slack.channel("campaigns")
    await client.chat_postMessage(channel=room.id, text="x", blocks=[section(2640)] * 5)
    assert len(room.messages) == 1


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain(5), "blocks": list(blocks), **more}


TEXT_INPUT = {"type": "input", "label": plain(3), "element": {"type": "plain_text_input", "action_id": "t"}}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (modal(*[section()] * 100), modal(*[section()] * 101)),
        (modal(section(), title=plain(24)), modal(section(), title=plain(25))),
        (modal(TEXT_INPUT, submit=plain(4)), modal(TEXT_INPUT)),
        (modal(section(), private_metadata="x" * 3000), modal(section(), private_metadata="x" * 3001)),
        (modal(section(), callback_id="x" * 255), modal(section(), callback_id="x" * 256)),
        (modal(section()), modal({"type": "markdown", "text": "no"})),
        (modal(section()), {"type": "home", "blocks": [section()]}),
    ],
)
async def test_a_window_holds_so_much(slack: SlackServer, client: AsyncWebClient, good: Block, bad: Block) -> None:
    ana = slack.person("ana")
    await client.views_open(trigger_id=slack.world.new_trigger(ana.user), view=good)
    assert ana.window is not None
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=slack.world.new_trigger(ana.user), view=bad)
    assert caught.value.response["error"] == "invalid_arguments"
