"""Getting on, staying on and getting back on, as the real client does it."""

from __future__ import annotations

import json
import zlib

import aiohttp
import discord
import pytest
import zstandard

from tests.fakes.discord.client import running
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.fakes_discord.bots import INTENTS, Ears


async def test_ready_brings_guilds_rooms_and_the_bot_itself(bot: Ears, velo: Place, room: Channel, ana: Person) -> None:
    guild = bot.get_guild(velo.id)
    assert guild is not None and guild.me.name == "admind"
    assert [each.name for each in guild.text_channels] == ["campaigns"]
    assert guild.get_member(ana.id) is None, "no members without their intent"
    assert guild.me.guild_permissions.add_reactions and not guild.me.guild_permissions.manage_messages
    assert bot.application_id == bot.user.id if bot.user else False


async def test_a_wrong_token_is_refused_at_both_doors(server: DiscordServer, velo: Place, pointed: None) -> None:
    with pytest.raises(discord.LoginFailure):
        async with running(Ears(), "wrong"):
            pass
    ears = Ears()
    ears.http.token = "wrong"
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=10") as socket:
        await socket.receive()
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1, "properties": {}}})
        closed = await socket.receive()
        assert closed.data == 4004


async def test_privileged_intents_need_the_portals_word(server: DiscordServer, velo: Place, pointed: None) -> None:
    intents = discord.Intents(guilds=True, message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(Ears(intents), server.token):
            pass
    assert server.gateway.closes == [4014]
    server.world.privileged.add("message_content")
    async with running(Ears(intents), server.token) as bot:
        assert bot.application_flags.gateway_message_content


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "", "intents": 1 << 40}}], 4004),
        (["not json"], 4002),
        ([{"op": 2, "d": {"intents": 1 << 40}}], 4013),
        ([{"op": 2, "d": {"intents": 1, "shard": [2, 2]}}], 4010),
        ([{"op": 2, "d": {"intents": 1}}, {"op": 2, "d": {"intents": 1}}], 4005),
        ([{"op": 2, "d": {"intents": 1}}, {"op": 99}], 4001),
        ([{"op": 1, "d": None}] * 121, 4008),
    ],
)
async def test_misuse_ends_the_connection(server: DiscordServer, frames: list[object], code: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=10") as socket:
        assert (await socket.receive_json())["op"] == 10
        for each in frames:
            if isinstance(each, dict) and each["op"] == 2:
                each["d"].setdefault("token", server.token)
            await socket.send_str(each if isinstance(each, str) else json.dumps(each))
        while (heard := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert heard.data == code
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=9") as socket:
        while (heard := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert heard.data == 4012


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
async def test_compressed_streams_are_one_context_a_connection(server: DiscordServer, velo: Place, kind: str) -> None:
    unpack = zlib.decompressobj() if kind == "zlib-stream" else zstandard.ZstdDecompressor().decompressobj()
    address = f"{server.gateway_url}?v=10&encoding=json&compress={kind}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 1}})
        heard = [json.loads(unpack.decompress(await socket.receive_bytes())) for _ in range(3)]
    assert [each["op"] for each in heard] == [10, 0, 0]
    assert [each["t"] for each in heard] == [None, "READY", "GUILD_CREATE"]


async def test_heartbeats_are_acknowledged_asked_for_and_missed(
    server: DiscordServer, velo: Place, pointed: None
) -> None:
    server.gateway.interval = 100
    async with running(Ears(), server.token) as bot:
        await until(lambda: server.gateway.heartbeats >= 4, "heartbeats")
        assert bot.latency < 10
        before = server.gateway.heartbeats
        server.gateway.interval = 60_000
        server.gateway.ask_heartbeat()
        await until(lambda: server.gateway.heartbeats > before, "one more at once")
    async with aiohttp.ClientSession() as session:
        server.gateway.interval = 50
        async with session.ws_connect(f"{server.gateway_url}?v=10") as socket:
            await socket.receive()
            assert (await socket.receive()).data == 4009


async def test_a_resume_replays_what_was_missed(bot: Ears, server: DiscordServer, ana: Person, room: Channel) -> None:
    async with server.gateway.away():
        ana.mention(room, "while you were away")
    await until(lambda: len(bot.words) == 1, "the replay")
    assert bot.words == [f"<@{server.world.bot.id}> while you were away"]
    assert (server.gateway.resumed, len(server.gateway.identified)) == (1, 1)


async def test_a_refused_resume_means_a_new_session_and_lost_events(
    bot: Ears, server: DiscordServer, ana: Person, room: Channel
) -> None:
    async with server.gateway.away(forget=True):
        ana.mention(room, "lost")
    await until(lambda: len(server.gateway.identified) == 2, "a new session")
    await until(lambda: bot.events.count("READY") == 2, "ready again")
    ana.mention(room, "heard")
    await until(lambda: len(bot.words) == 1, "the second")
    assert bot.words[0].endswith("heard") and server.gateway.refused == 1 and server.gateway.resumed == 0


async def test_reconnect_and_invalid_session_are_obeyed(bot: Ears, server: DiscordServer) -> None:
    server.gateway.ask_reconnect()
    await until(lambda: server.gateway.resumed == 1, "resumed after op 7")
    await until(lambda: len(server.gateway.connections) == 1, "the old one is gone")
    server.gateway.invalidate(resumable=True)
    await until(lambda: server.gateway.resumed == 2, "resumed after op 9 true")
    await until(lambda: len(server.gateway.connections) == 1, "the old one is gone")
    server.gateway.invalidate()
    await until(lambda: len(server.gateway.identified) == 2, "identified after op 9 false")


async def test_resumes_can_be_refused_always(bot: Ears, server: DiscordServer) -> None:
    server.gateway.resumes = False
    await server.gateway.cut()
    await until(lambda: len(server.gateway.identified) == 2, "a new session")
    assert server.gateway.refused == 1


@pytest.mark.parametrize(("code", "left"), [(1000, 0), (1001, 0), (4000, 1)])
async def test_a_goodbye_ends_the_session_and_a_break_does_not(server: DiscordServer, code: int, left: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=10") as socket:
        await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 1}})
        await until(lambda: len(server.events.sessions) == 1, "identified")
        await socket.close(code=code)
        await until(lambda: not server.gateway.connections, "gone")
        assert len(server.events.sessions) == left


async def test_guilds_are_spread_over_shards(server: DiscordServer, pointed: None) -> None:
    from discord.ext import commands

    from tests.fakes.discord.client import hurry

    places = [server.guild(f"guild {each}") for each in range(6)]
    server.gateway.shards = server.gateway.needs_shards = 2
    heard: list[tuple[int, str]] = []

    class Many(commands.AutoShardedBot):
        async def on_message(self, message: discord.Message) -> None:
            heard.append((message.guild.shard_id if message.guild else 0, message.content))

    bot = Many("!", intents=INTENTS)
    hurry(bot)
    async with running(bot, server.token):
        assert len(bot.shards) == 2 and len(bot.guilds) == 6
        for each in places:
            each.person("ana").mention(each.room("campaigns"), "hello")
        await until(lambda: len(heard) == 6, "each once")
        assert sorted(shard for shard, _ in heard) == sorted((each.id >> 22) % 2 for each in places)
        places[0].person("ana").dm("to the first shard")
        await until(lambda: len(heard) == 7, "the direct message")
    with pytest.raises(discord.ConnectionClosed) as caught:
        async with running(Ears(), server.token):
            pass
    assert caught.value.code == 4011
