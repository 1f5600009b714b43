"""The bot as discord.py knows it: what it asks for, where Discord is, and one login for speaking and listening."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import discord
import yarl
from discord.asset import Asset
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings import Settings
from bot.words import told
from handlers.discord.calling import LACKS_PERMISSION, NO_ACCESS, DiscordRefused, asked, no_token
from handlers.discord.surface import INTENTS, PERMISSIONS, spelled

WITHIN: Final = (discord.AppCommandOptionType.subcommand.value, discord.AppCommandOptionType.subcommand_group.value)
GuildRoom = (discord.abc.GuildChannel, discord.Thread)
log = logging.getLogger(__name__)


def point(settings: Settings) -> None:
    """discord.py keeps Discord's addresses for the whole process."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    Route.BASE = settings.discord_api_url
    Asset.BASE = settings.discord_cdn_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def _named(command: Mapping[str, Any]) -> list[str]:
    """The names of a command and of those within it, as people type them."""
    within = [each["name"] for each in command.get("options") or () if each["type"] in WITHIN]
    return [command["name"], *(f"{command['name']} {name}" for name in within)]


class Client(commands.AutoShardedBot, commands.Bot):
    """Knows guilds, rooms and roles; of people and messages it keeps nothing."""

    def __init__(self, settings: Settings) -> None:
        point(settings)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(**dict.fromkeys(INTENTS, True)),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
        )
        self.prepared: list[Callable[[], Awaitable[None]]] = []
        self._settings = settings
        self._begun = False
        self._in = False
        self._logging_in = asyncio.Lock()

    async def speaks(self) -> None:
        """Logged in, so that calls can be made; listening is another matter. Raises DiscordRefused, DiscordUnknown."""
        if self._in:
            return
        async with self._logging_in:
            if not self._in:
                token = self._settings.discord_token
                if token is None:
                    raise no_token()
                await asked(self.login(token.get_secret_value()))

    async def login(self, token: str) -> None:
        """As often as it takes: discord.py opens a session each time, and would leave the one before open."""
        if self._begun:
            await self.http.close()
            self.http.connector = discord.utils.MISSING
        self._begun = True
        await super().login(token)

    async def close(self) -> None:
        """discord.py cannot close what never began."""
        if self._begun:
            await super().close()

    async def setup_hook(self) -> None:
        """Once logged in, and before anything is heard. What fails here is done again with the next login."""
        self._in = True
        try:
            await self._granted()
            for prepare in self.prepared:
                await prepare()
        except BaseException:
            self._in = False
            raise

    def anew(self) -> None:
        """After the gateway ended it all: the next login asks how many shards there must be now."""
        self.clear()
        self.shard_count = None  # type: ignore[assignment]  # as before the first login
        self._in = False

    async def _granted(self) -> None:
        """What the portal grants is asked for: people's words in threads. And a gateway that settings name is used."""
        flags = self.application_flags
        if flags.gateway_message_content or flags.gateway_message_content_limited:
            state: Any = self._connection
            state._intents.message_content = True  # nothing public: what is granted is known after the login only
        if self._settings.discord_gateway_url:
            self.shard_count, _, _ = await self.http.get_bot_gateway()

    async def lacking(self) -> list[str]:
        """Commands, also those within a group, that Discord does not offer as the bot's. Raises DiscordRefused,
        DiscordUnknown.
        """
        there = {name for each in await asked(self.tree.fetch_commands()) for name in _named(each.to_dict())}
        own = {name for each in self.tree.get_commands() for name in _named(each.to_dict(self.tree))}
        return sorted(own - there)

    @property
    def reads_words(self) -> bool:
        """Whether words come that are not addressed to AdMind."""
        return self.intents.message_content

    @property
    def me(self) -> int:
        """0 before it is known."""
        return self.user.id if self.user else 0

    def room(self, channel: str) -> discord.PartialMessageable:
        """A room, a thread or a direct conversation, to be spoken in."""
        return self.get_partial_messageable(int(channel))

    def named(self, channel: str, error: DiscordRefused) -> DiscordRefused:
        """The same refusal, naming what lacks in which room, where that is known here."""
        room = self.get_channel(int(channel))
        if error.code not in (NO_ACCESS, LACKS_PERMISSION) or not isinstance(room, GuildRoom):
            return error
        held = room.permissions_for(room.guild.me)
        lacking = [spelled(name) for name in PERMISSIONS if not getattr(held, name)]
        if not lacking:
            return error
        return DiscordRefused(
            error.code,
            told("In Discord I lack in #{room}: {permissions}.", room=room.name, permissions=", ".join(lacking)),
            do_next=told("Somebody who manages the room gives it to my role, under Edit Channel, Permissions."),
        )

    async def on_message(self, message: discord.Message) -> None:
        """Nothing: there are no commands in the manner of old bots."""
