"""Signatures, retries and WebSockets, as a real bolt app meets them."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.doors import Spoils
from tests.fakes.slack.sockets import Parting
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.fakes_slack.bolt import bare_app, connected, served

Given = dict[str, Any]


def counting(slack: SlackServer) -> tuple[AsyncApp, list[str]]:
    """An app that notes the event ids it hears of."""
    app, heard = bare_app(slack), list[str]()

    async def mentioned(body: Given) -> None:
        heard.append(body["event_id"])

    async def ignored() -> None: ...

    app.event("app_mention")(mentioned)
    app.event("message")(ignored)
    return app, heard


@pytest.fixture
def mentions_only(slack: SlackServer) -> None:
    slack.events.subscribed = {"app_mention"}


async def test_the_address_is_verified_and_signatures_are_checked(slack: SlackServer) -> None:
    app, heard = counting(slack)
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    async with served(slack, app):
        assert await slack.http.verify()
        spoils: tuple[Spoils, ...] = ("signature", "timestamp")
        for spoiled in spoils:
            slack.http.spoils = spoiled
            assert not await slack.http.verify()
            await ana.mention(room, "hello")
            assert (slack.deliveries.last.error, slack.deliveries.last.status) == ("http_error", 401)
        assert heard == []
        slack.http.spoils = ""
        await ana.mention(room, "hello")
        await until(lambda: len(heard) == 1, "the signed one is heard")


@pytest.mark.usefixtures("mentions_only")
async def test_what_was_not_acknowledged_comes_again_three_times(slack: SlackServer) -> None:
    app, heard = counting(slack)
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    slack.over_http("http://127.0.0.1:9/slack/events")  # nobody listens there
    await ana.mention(room, "one")
    assert slack.deliveries.last.error == "connection_failed"
    assert await slack.deliveries.send_again() == 0
    headers: list[tuple[str, str]] = []

    async def note(request: Any, next: Any) -> None:
        found = request.headers
        headers.append((found.get("x-slack-retry-num", [""])[0], found.get("x-slack-retry-reason", [""])[0]))
        await next()

    app.middleware(note)
    async with served(slack, app):
        assert await slack.deliveries.send_again() == 1
    assert headers == [("2", "connection_failed")]
    await until(lambda: len(heard) == 1, "the second retry is heard")
    assert not slack.deliveries.waiting
    slack.over_http("http://127.0.0.1:9/slack/events")
    await ana.mention(room, "two")
    assert [await slack.deliveries.send_again() for _ in range(4)] == [0] * 4
    assert len(slack.deliveries.lost) == 1 and not slack.deliveries.waiting


async def test_an_app_that_is_slow_is_given_up(slack: SlackServer) -> None:
    app = bare_app(slack, process_before_response=True)
    go = asyncio.Event()

    async def slow() -> None:
        await go.wait()

    app.event("app_mention")(slow)
    slack.events.subscribed = {"app_mention"}
    slack.http.patience = 0.1
    ana = slack.person("ana")
    async with served(slack, app):
        await ana.mention(slack.channel("campaigns", ana), "hello")
        assert slack.deliveries.last.error == "http_timeout"
        go.set()
        slack.http.patience = 3
        assert await slack.deliveries.send_again() == 1


@pytest.mark.usefixtures("mentions_only")
async def test_a_bare_app_hears_an_event_twice_over_two_sockets(slack: SlackServer) -> None:
    app, heard = counting(slack)
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    async with connected(slack, app, sockets=2):
        for _ in range(4):
            await ana.mention(room, "hello")
        assert [len(each.got) for each in slack.sockets.connections] == [2, 2]
        assert all(answer.ok for _, _, answer in slack.deliveries.answers)
        slack.sockets.twice = True
        await ana.mention(room, "twice")
        await until(lambda: len(heard) == 6, "both copies are heard")
    assert len(set(heard)) == 5


@pytest.mark.usefixtures("mentions_only")
@pytest.mark.parametrize("how", ["refresh_requested", "warning", "cut"])
async def test_an_app_comes_back_over_a_new_address(slack: SlackServer, how: Parting | Literal["cut"]) -> None:
    app, heard = counting(slack)
    ana = slack.person("ana")
    room = slack.channel("campaigns", ana)
    async with connected(slack, app):
        first = slack.sockets.connections[0].number
        if how == "cut":
            await slack.sockets.cut()
            await ana.mention(room, "nobody hears")
            assert slack.deliveries.last.error == "socket_closed"
        else:
            await slack.sockets.part(how)
        await until(lambda: any(each.number > first for each in slack.sockets.connections), "a new connection")
        await until(lambda: len(slack.sockets.connections) == 1, "one is left")
        await slack.deliveries.send_again()
        await ana.mention(room, "hello")
        await until(lambda: len(heard) == (2 if how == "cut" else 1), "it is heard")
    assert len(slack.web.of("apps.connections.open")) >= 2


async def test_refused_sockets_are_tried_again(slack: SlackServer) -> None:
    app, _ = counting(slack)
    slack.sockets.refuse = 2
    async with connected(slack, app):
        assert slack.sockets.opened == 1


async def test_a_client_asks_for_ever_for_an_address(slack: SlackServer) -> None:
    """Whatever the error: who wants to tell people of a wrong token must ask before."""
    app, _ = counting(slack)
    slack.web.fail("apps.connections.open", Fault(error="internal_error"))
    slack.web.fail("apps.connections.open", Fault(error="invalid_auth"))
    async with connected(slack, app):
        errors = [each.answer.get("error") for each in slack.web.of("apps.connections.open")]
        assert errors == ["internal_error", "invalid_auth", None]


async def test_ten_sockets_are_the_most_and_an_address_opens_one(slack: SlackServer) -> None:
    app, _ = counting(slack)
    client = AsyncWebClient(slack.app_token, base_url=slack.api)
    async with connected(slack, app, sockets=10), aiohttp.ClientSession() as session:
        address = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        async with session.ws_connect(address) as socket:
            assert (await socket.receive_json())["reason"] == "too_many_websockets"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)
        assert len(slack.sockets.connections) == 10


@pytest.mark.usefixtures("mentions_only")
async def test_the_same_event_twice_at_once_over_http(slack: SlackServer) -> None:
    app, heard = counting(slack)
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "hello", "ts": "1.1"}
    async with served(slack, app):
        first, second = await slack.deliveries.send_twice(slack.events.payload(slack.team, event))
        assert first.ok and second.ok
        await until(lambda: len(heard) == 2, "a bare app answers twice")
    assert len(set(heard)) == 1
