"""A loopback Slack that real bolt apps and Slack clients talk to by address alone: strict as the real one, and with
people in it.

    async with slack_server(clock=clock) as slack:
        app = AsyncApp(client=AsyncWebClient(slack.token, base_url=slack.api), signing_secret=slack.signing_secret)
        ana = slack.person("ana")
        room = slack.channel("campaigns", ana)
        await slack.over_http("http://127.0.0.1:…/slack/events")    # or: await slack.over_sockets()
        await ana.slash(room, "/admind", "help")
        assert ana.whispers(room)

Time is `clock` (triggers, response URLs, tokens, pacing). Signatures alone bear the machine's time, since the client's
verifier reads it. Nothing waits by itself: an event that was not acknowledged is sent again by `deliveries.send_again`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.clock import Clock, SystemClock
from tests.fakes.slack.doors import Deliveries, HttpDoor
from tests.fakes.slack.events import Events
from tests.fakes.slack.sockets import SocketDoor
from tests.fakes.slack.web import Fault, Web
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import SCOPES, World
from tests.fakes.waiting import until

__all__ = ["Fault", "SlackServer", "slack_server"]


@dataclass
class SlackServer(Workspace):
    """The first workspace, with the app installed in it, and all of Slack around it. Build it with `slack_server`."""

    web: Web = field(kw_only=True)
    http: HttpDoor = field(kw_only=True)
    sockets: SocketDoor = field(kw_only=True)
    deliveries: Deliveries = field(kw_only=True)
    token: str = field(kw_only=True)
    app_token: str = field(kw_only=True)

    @property
    def api(self) -> str:
        """The base address of the Web API."""
        return f"{self.world.origin}/api/"

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

    def over_http(self, address: str) -> None:
        """Everything goes to this address, signed."""
        self.http.address = address
        self.deliveries.door = self.http

    async def over_sockets(self, connections: int = 1) -> None:
        """Everything goes over the app's WebSockets; returns once so many are open."""
        self.deliveries.door = self.sockets
        await until(lambda: len(self.sockets.connections) >= connections, f"{connections} connections")

    def workspace(self, name: str, *, scopes: frozenset[str] = frozenset()) -> Workspace:
        """Another workspace, with the app installed when it gets scopes."""
        team = self.world.new_team(name)
        if scopes:
            self.world.install(team, set(scopes))
        return Workspace(self.world, self.events, team)


@asynccontextmanager
async def slack_server(*, clock: Clock | None = None, scopes: frozenset[str] = SCOPES) -> AsyncIterator[SlackServer]:
    """On a free port of this machine, gone at the end with all its connections."""
    world = World(clock or SystemClock())
    api = Web(world)
    sockets = SocketDoor(world, api.tickets)
    serving = web.Application(client_max_size=32 * 2**20)
    serving.add_routes([*api.routes(), web.get("/link", sockets.serve)])
    runner = web.AppRunner(serving, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    world.origin, api.socket_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/link"
    team = world.new_team("velo")
    token = world.install(team, set(scopes)).value
    async with aiohttp.ClientSession() as session:
        http = HttpDoor(world.signing_secret, session=session)
        deliveries = Deliveries(http)
        try:
            yield SlackServer(
                world,
                Events(world, deliveries),
                team,
                web=api,
                http=http,
                sockets=sockets,
                deliveries=deliveries,
                token=token,
                app_token=world.app_token(),
            )
        finally:
            api.over.set()
            await sockets.cut()
            await runner.cleanup()
