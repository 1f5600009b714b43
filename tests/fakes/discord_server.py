"""A loopback Discord that the real discord.py talks to by addresses alone: strict as the real one, and with
people in it.

async with discord_server(clock=clock) as discord:
    velo = discord.guild("velo")
    ana, room = velo.person("ana"), velo.room("campaigns")
    with discord.pointed():
        async with running(bot, discord.token):
            ana.mention(room, "Spring sale")
            await until(lambda: len(room.messages) == 2, "an answer")
            answer = await ana.click(room.last, "Approve")
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.clock import Clock, SystemClock
from tests.fakes.discord.client import pointed_at
from tests.fakes.discord.events import Events
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Place
from tests.fakes.discord.rest import Fault, Rest
from tests.fakes.discord.world import World

__all__ = ["INVITED", "DiscordServer", "Fault", "Permission", "discord_server"]

P = Permission
INVITED = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.ADD_REACTIONS
    | P.READ_MESSAGE_HISTORY
)


@dataclass
class DiscordServer:
    """All of Discord. Build it with `discord_server`."""

    world: World
    events: Events
    gateway: Gateway
    rest: Rest

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def api_url(self) -> str:
        return f"{self.world.origin}/api/v10"

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def cdn_url(self) -> str:
        return f"{self.world.origin}/cdn"

    def pointed(self) -> AbstractContextManager[None]:
        """discord.py of this process talks to this Discord meanwhile."""
        return pointed_at(self.api_url, self.gateway_url, self.cdn_url)

    def guild(self, name: str, *, bot: bool = True, permissions: Permission = INVITED) -> Place:
        """A new guild, with the bot in it unless told otherwise."""
        place = Place(self.world, self.events, self.gateway, self.world.new_guild(name))
        if bot:
            place.invite(permissions)
        return place


@asynccontextmanager
async def discord_server(
    *, clock: Clock | None = None, privileged: frozenset[str] = frozenset()
) -> AsyncIterator[DiscordServer]:
    """On a free port of this machine, gone at the end with all its connections. `privileged`: intents that the
    developer portal grants: "message_content", "members", "presences".
    """
    world = World(clock or SystemClock(), privileged=set(privileged))
    events = Events(world)
    gateway = Gateway(world, events)
    rest = Rest(world, events, gateway)
    serving = web.Application(client_max_size=32 * 2**20)
    serving.add_routes([*rest.routes(), web.get("/gateway/", gateway.serve), web.get("/gateway", gateway.serve)])
    runner = web.AppRunner(serving, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    world.origin, gateway.url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/gateway/"
    try:
        yield DiscordServer(world, events, gateway, rest)
    finally:
        rest.over.set()
        await gateway.cut(1001)
        await runner.cleanup()
