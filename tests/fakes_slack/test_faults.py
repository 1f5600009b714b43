"""What goes wrong on demand."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes_slack.refusals import refused

META = {"event_type": "draft", "event_payload": {"digest": "abc"}}


async def test_pace_is_a_post_a_second_a_channel(
    slack: SlackServer, client: AsyncWebClient, clock: MovableClock
) -> None:
    slack.world.paced = True
    one, two = slack.channel("one"), slack.channel("two")
    await client.chat_postMessage(channel=one.id, text="1")
    await client.chat_postMessage(channel=two.id, text="1")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=one.id, text="2")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    clock.move(timedelta(seconds=1))
    await client.chat_postMessage(channel=one.id, text="2")
    posted = await client.chat_postMessage(channel=two.id, text="2")
    assert [each.text for each in one.messages.values()] == ["1", "2"]
    await client.chat_update(channel=two.id, ts=posted["ts"], text="2a")
    assert (await refused(client.chat_update(channel=two.id, ts=posted["ts"], text="2b")))["error"] == "ratelimited"


async def test_faults_come_on_demand_and_may_be_lies(slack: SlackServer, client: AsyncWebClient) -> None:
    room = slack.channel("campaigns")
    slack.web.fail("chat.postMessage", Fault(status=503, commits=True))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=room.id, text="there all the same")
    assert len(room.messages) == 1
    slack.web.fail("chat.postMessage", Fault(breaks=True), times=2)
    with pytest.raises(ClientError):
        await client.chat_postMessage(channel=room.id, text="lost twice")
    assert len(room.messages) == 1
    slack.web.fail("chat.postMessage", Fault(hangs=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.chat_postMessage(channel=room.id, text="x"), 0.1)
    slack.web.fail("chat.postMessage", Fault(error="fatal_error"))
    assert (await refused(client.chat_postMessage(channel=room.id, text="x")))["error"] == "fatal_error"
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.web.fail("chat.postMessage", Fault(retry_after=1))
    await client.chat_postMessage(channel=room.id, text="second try")
    assert [each.answer["ok"] for each in slack.web.of("chat.postMessage")][-2:] == [False, True]


async def test_the_client_posts_twice_when_an_answer_is_lost(slack: SlackServer, client: AsyncWebClient) -> None:
    """Its connection handler is there by default; who must not post twice takes it away."""
    room = slack.channel("campaigns")
    slack.web.fail("chat.postMessage", Fault(breaks=True, commits=True))
    await client.chat_postMessage(channel=room.id, text="once?")
    assert [each.text for each in room.messages.values()] == ["once?", "once?"]
