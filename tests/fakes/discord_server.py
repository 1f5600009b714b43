"""A loopback Discord that the real discord.py talks to by addresses alone: strict as the real one, and with
people in it.

    async with discord_server(clock=clock) as server:
        velo = server.guild("velo")                     # the bot is in it, as after the invite link
        ana, room = velo.person("ana"), velo.room("campaigns")
        with server.pointed():                          # or the product's own settings: api_url, gateway_url, cdn_url
            async with running(bot, server.token):      # tests.fakes.discord.client
                ana.mention(room, "Spring sale")
                await until(lambda: len(room.messages) == 2, "an answer")
                answer = await ana.click(room.last, "Approve")

Addresses and the portal: `server.api_url`, `gateway_url`, `cdn_url`, `token`; `server.world.privileged` is the set of
intents that the portal grants ("message_content", "members", "presences"); `server.world.token = …` revokes the old.

A guild (`Place`): person(name, *roles) is also how the same person joins a second guild; room(name, private=),
forum, category, role(name, permissions), bot_role, owner; give/take(person, *roles), allow/deny(room, role | person |
None for the bot, *permissions), grant(role, permissions), drop_role; rename, drop, archive(thread, locked=),
erase(message); leave = kick(person); invite(permissions), remove_bot(), outage(), recover().

Hands of a `Person`: mention(room, text, files, to=), say, dm, reply(message, text, ping=), edit, erase; thread(message,
name), post(forum, name, text); react/unreact(message, "👍🏽" or "name:id"). A thread is a room. With an answer, each an
`Interaction`: await slash(room, "/admind draft", topic="…", to=bo, picture=("a.png", data)), suggestions(room, path,
option=, typed=, …), menu_on(message, name), click(message, label | emoji | custom id), choose(message, *labels |
people, menu=), submit(Label_of_field="…"), dismiss(), hides(whisper), close_dms(). They return at the first answer
(`waits=False`: at once); `await answer.settle()` waits until "thinking…" is over; `answer.answer` is the callback's
type, `.words`, `.original`, `.follow_ups`, `.modal`, `.failed` (nobody answered in `server.world.answer_within`).
What Discord's client would not let a person do fails with an AssertionError.

Eyes: person.sees(room), reads(room) (all words in reading order), whispers(room), heard() (direct messages), dms,
pinged(room), window, commands(room); message.words, .versions, .pinged, .allowed_mentions, .attachments (with `.data`),
.components, .embeds, .flags, .reactions; reading.buttons, menus, pictures; room.messages, room.last, room.typing.

REST (`server.rest`): calls, of("POST /channels/{channel}/messages"), fail(route or "*", Fault(…), times), limit(route,
most, seconds). Gateway (`server.gateway`): online(shards), away(forget=) as a context, cut(code), ask_reconnect(),
ask_heartbeat(), invalidate(resumable=), forget(), resumes, acks, interval, shards, needs_shards; identified, resumed,
refused, closes, heartbeats.

Time is `clock` (ids, the three seconds, the quarter of an hour, addresses, nonces). Rate limits and heartbeats alone
bear the machine's time, since the client waits by it.
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
