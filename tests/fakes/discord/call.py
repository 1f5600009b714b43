"""One call of the REST API, and the register of its routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.composing import Draft, Upload
from tests.fakes.discord.events import Events
from tests.fakes.discord.permissions import Permission, in_guild
from tests.fakes.discord.records import Channel, Guild, Json, Member, Message
from tests.fakes.discord.refusals import Refused, check, missing_access, missing_permissions, unknown
from tests.fakes.discord.world import World


@dataclass(frozen=True)
class Call:
    world: World
    events: Events
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)

    @property
    def form(self) -> Json:
        return self.body if isinstance(self.body, dict) else {}

    def id(self, name: str) -> int:
        """A snowflake of the path. Raises Refused."""
        found = self.path[name]
        if not found.isdigit():
            check([(f"{name}_id", "NUMBER_TYPE_COERCE", f'Value "{found}" is not snowflake.')])
        return int(found)

    def number(self, name: str, otherwise: int, most: int) -> int:
        found = self.query.get(name, str(otherwise))
        if not found.isdigit() or not 1 <= int(found) <= most:
            check([(name, "NUMBER_TYPE_MAX", f"int value should be between 1 and {most}.")])
        return int(found)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    def guild(self) -> Guild:
        """Where the bot is. Raises Refused."""
        found = self.world.guilds.get(self.id("guild"))
        if found is None:
            raise unknown("Guild")
        if self.world.bot.id not in found.members:
            raise missing_access()
        return found

    def powers(self, guild: Guild) -> Permission:
        return in_guild(guild, self.world.bot.id)

    def member(self, guild: Guild) -> Member:
        wanted = self.world.bot.id if self.path["user"] == "@me" else self.id("user")
        if wanted in guild.members:
            return guild.members[wanted]
        raise unknown("Member" if wanted in self.world.users else "User")

    def channel(self, *needed: Permission) -> Channel:
        """Seen by the bot, with these permissions. Raises Refused."""
        found = self.world.channel(self.id("channel"))
        if found is None:
            raise unknown("Channel")
        held = self.world.permissions(found, self.world.bot.id)
        if Permission.VIEW_CHANNEL not in held:
            raise missing_access()
        if any(each not in held for each in needed):
            raise missing_permissions()
        return found

    def may(self, channel: Channel, permission: Permission) -> bool:
        return permission in self.world.permissions(channel, self.world.bot.id)

    def message(self, channel: Channel) -> Message:
        """Raises Refused."""
        if not self.may(channel, Permission.READ_MESSAGE_HISTORY):
            raise missing_access()
        found = channel.messages.get(self.id("message"))
        if found is None:
            raise unknown("Message")
        return found

    def draft(self, channel: Channel, body: Json | None = None) -> Draft:
        return Draft(self.world, channel, self.world.bot, self.form if body is None else body, self.uploads)

    def not_archived(self, channel: Channel) -> None:
        if channel.archived:
            raise Refused(400, 50083, "Thread is archived")


Served = Callable[[Call], Any]
ROUTES: dict[tuple[str, str], tuple[Served, bool]] = {}  # method, path → what serves it, needs the bot's token


def route(method: str, path: str, *, token: bool = True) -> Callable[[Served], Served]:
    """Serve it; None is answered as 204."""

    def register(served: Served) -> Served:
        ROUTES[method, path] = (served, token)
        return served

    return register
