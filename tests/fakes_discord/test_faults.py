"""What goes wrong on demand, and pace."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Fault
from tests.fakes_discord.bots import raw, refused, send

POST = "POST /channels/{channel}/messages"


async def test_the_client_waits_out_a_limit(client: discord.Client, server: DiscordServer, room: Channel) -> None:
    server.rest.fail(POST, Fault(retry_after=0.05))
    await send(client, room, content="second try")
    assert [each.status for each in server.rest.of(POST)] == [429, 200]
    server.rest.fail(POST, Fault(retry_after=0.05, everywhere=True))
    await send(client, room, content="again")
    assert server.rest.of(POST)[2].answer == {
        "message": "You are being rate limited.",
        "retry_after": 0.05,
        "global": True,
    }
    server.rest.fail(POST, Fault(cloudflare=True))
    assert (await refused(send(client, room, content="banned")))[0] == 429


async def test_a_bucket_empties_and_fills_by_the_machines_time(
    client: discord.Client, server: DiscordServer, room: Channel
) -> None:
    server.rest.limit(POST, 2, 0.2)
    start = asyncio.get_running_loop().time()
    for each in range(5):
        await send(client, room, content=str(each))
    assert asyncio.get_running_loop().time() - start > 0.3, "the client paced itself"
    assert [each.status for each in server.rest.of(POST)] == [200] * 5, "and was never refused"
    server.rest.limit(POST, 2, 60)
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        address = f"{server.api_url}/channels/{room.id}/messages"
        statuses = []
        for _ in range(3):
            async with session.post(address, json={"content": "x"}) as answer:
                statuses.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
        assert statuses == [(200, "1"), (200, "0"), (429, "0")]


async def test_faults_come_on_demand_and_may_be_lies(
    client: discord.Client, server: DiscordServer, room: Channel
) -> None:
    server.rest.fail(POST, Fault(status=503, commits=True))
    assert (await refused(send(client, room, content="there all the same")))[0] == 503
    assert len(room.messages) == 1
    server.rest.fail(POST, Fault(breaks=True, commits=True))
    with pytest.raises(aiohttp.ClientError):
        await send(client, room, content="there, and unknown")
    server.rest.fail(POST, Fault(breaks=True))
    with pytest.raises(aiohttp.ClientError):
        await send(client, room, content="lost")
    assert [each.content for each in room.messages.values()] == ["there all the same", "there, and unknown"]
    server.rest.fail("*", Fault(hangs=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(send(client, room, content="x"), 0.1)
    server.rest.fail(POST, Fault(status=403, code=50001))
    assert await refused(send(client, room, content="x")) == (403, 50001)


async def test_a_revoked_token_and_a_stranger_are_refused(
    client: discord.Client, server: DiscordServer, room: Channel
) -> None:
    server.world.token = "another"
    assert (await refused(send(client, room, content="x")))[0] == 401
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bot another"}) as session,
        session.get(f"{server.world.origin}/api/v6/users/@me") as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (400, 50041)


async def test_reasons_are_kept_for_the_audit_log(client: discord.Client, server: DiscordServer, room: Channel) -> None:
    made = await send(client, room, content="x")
    await client.get_partial_messageable(room.id).get_partial_message(int(made["id"])).delete(delay=None)
    await raw(client, "GET", "/gateway/bot")
    assert [each.route for each in server.rest.calls][-2:] == [
        "DELETE /channels/{channel}/messages/{message}",
        "GET /gateway/bot",
    ]
