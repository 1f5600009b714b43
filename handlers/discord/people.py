"""Who people in Discord are here, brought up to date with what Discord says of them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final, TypeVar

import discord

from bot.bootstrap import AdMind
from bot.chat import Home, Identified, Member
from bot.errors import Conflict, NotAllowed
from bot.words import told
from handlers.chat.visiting import Visitor
from handlers.discord.calling import NOBODY, UNKNOWN_GUILD, DiscordRefused, asked
from handlers.discord.client import Client

log = logging.getLogger(__name__)
# What Discord says of a person counts so long when something is decided: nobody is kept by what was true before.
FRESH_SECONDS: Final = 3.0
# Somebody who writes line after line is not brought up to date for each.
SEEN_SECONDS: Final = 5.0
TRIES: Final = 5
MOST_KNOWN: Final = 1000
K = TypeVar("K")
V = TypeVar("V")
Person = discord.User | discord.Member | discord.abc.User


@dataclass(frozen=True, slots=True)
class Facts:
    """What Discord says of a person in one guild now; `locale` is the guild's language."""

    name: str
    locale: str = ""
    groups: frozenset[str] = frozenset()
    active: bool = True
    manages: bool = False


class People:
    def __init__(self, admind: AdMind, client: Client) -> None:
        self._admind = admind
        self._client = client
        self._met: dict[tuple[str, str], float] = {}
        self._seen: dict[tuple[str, str], tuple[float, Visitor]] = {}
        self._last: dict[str, str] = {}  # user → the guild that they were met in last
        owners = [each.removeprefix("discord:") for each in admind.settings.owners if each.startswith("discord:")]
        self.named = tuple(user for each in owners if (user := each.rpartition("/")[2]).isdecimal())

    async def visitor(
        self, user: Person, *, guild: str, channel: str = "", deciding: bool = False, locale: str = ""
    ) -> Visitor:
        """Raises NotAllowed for a stranger, DiscordRefused where AdMind is not.

        Without a guild, in a direct conversation, it is the one that they were met in last. `deciding`: what Discord
        said of the person must not be old. `channel` is where they are; `locale` the language of their Discord.
        """
        guild = guild or await self.guild_of(str(user.id))
        name = (guild, str(user.id))
        kept = self._seen.get(name)
        if kept is not None and not deciding and time.monotonic() - kept[0] < SEEN_SECONDS:
            return kept[1]
        visitor = await self._looked_up(user, guild, deciding=deciding, locale=locale)
        _keep(self._seen, name, (time.monotonic(), visitor))
        _keep(self._last, name[1], guild)
        return visitor

    async def _looked_up(self, user: Person, guild: str, *, deciding: bool, locale: str) -> Visitor:
        who = Identified(platform="discord", team=guild, user=str(user.id))
        home, facts = await self._admind.homes.home("discord", guild) if guild else None, facts_of(user, guild)
        if home is None:
            home = await self._installed(who, facts)
        member = await self._admind.homes.member(who)
        old = time.monotonic() - self._met.get((guild, who.user), float("-inf")) > FRESH_SECONDS
        if member is None or (deciding and old):
            member = await self.meet(who, said=facts, locale=locale)
        if member is None or member.workspace != home.workspace or not any(member.roles.values()):
            raise stranger(who.user)
        return Visitor(home, member, who)

    async def _installed(self, who: Identified, facts: Facts | None) -> Home:
        """A server becomes a home when somebody who manages it, or whom settings name, first speaks to AdMind there."""
        facts = facts or (await self._facts(who) if who.team else None)
        if facts is None or not (facts.manages or who.user in self.named):
            raise NotAllowed(
                told("Nobody owns me in this server yet."),
                kept=told("Nothing was done."),
                do_next=told("Whoever manages this server says something to me first: then I work for it."),
            )
        guild = await asked(self._client.fetch_guild(int(who.team), with_counts=False))
        return await self._admind.homes.install("discord", who.team, guild.name, who, facts.name, "")

    async def meet(self, who: Identified, *, said: Facts | None = None, locale: str = "") -> Member | None:
        """Bring a person up to date by what Discord says; it is asked unless it has just said it."""
        began = time.monotonic()
        said = said or await self._facts(who)
        _keep(self._met, (who.team, who.user), began)
        self._seen.pop((who.team, who.user), None)
        for _ in range(TRIES):
            try:
                return await self._admind.homes.meet(
                    who, said.name, groups=said.groups, active=said.active, language=locale or said.locale
                )
            except Conflict:
                continue
        raise Conflict("This person is being changed right now.", do_next="Try again in a moment.")

    async def look_again(self, who: Identified, *, said: Facts | None = None) -> None:
        """Somebody decides: bring them up to date, unless Discord has just said how they are. Raises as `asked`."""
        if said is not None or time.monotonic() - self._met.get((who.team, who.user), float("-inf")) > FRESH_SECONDS:
            await self.meet(who, said=said)

    async def guild_of(self, user: str) -> str:
        """Where this person speaks from when they speak directly; "" without such a guild."""
        if user in self._last:
            return self._last[user]
        return next(iter(await self.guilds_of(user)), "")

    async def guilds_of(self, user: str) -> tuple[str, ...]:
        """Guilds in which they are somebody, the one that they were met in last at first."""
        found = [team for team in dict.fromkeys((self._last.get(user, ""), *self._guilds())) if team]
        known = [Identified(platform="discord", team=team, user=user) for team in found]
        return tuple([who.team for who in known if await self._admind.homes.member(who) is not None])

    def _guilds(self) -> list[str]:
        return [str(each.id) for each in self._client.guilds]

    def forget(self, guild: str) -> None:
        """Everybody of this guild is looked up anew."""
        self._seen = {name: kept for name, kept in self._seen.items() if name[0] != guild}
        self._met = {name: at for name, at in self._met.items() if name[0] != guild}
        self._last = {user: team for user, team in self._last.items() if team != guild}

    async def _facts(self, who: Identified) -> Facts:
        """Asked over REST. Raises DiscordRefused, DiscordUnknown."""
        await self._client.speaks()
        try:
            guild = await asked(self._client.fetch_guild(int(who.team), with_counts=False))
            member = await asked(guild.fetch_member(int(who.user)))
        except DiscordRefused as error:
            if error.code not in NOBODY:
                raise
            return Facts(told("Somebody"), active=False)
        return _said_of(member)


def facts_of(user: Person | None, guild: str) -> Facts | None:
    """What came along with what they did: the person as Discord says they are at this moment; None where it did not."""
    if isinstance(user, discord.Member) and str(user.guild.id) == guild:
        return _said_of(user)
    return None


def _said_of(member: discord.Member) -> Facts:
    everybody = member.guild.id
    return Facts(
        name=member.display_name,
        locale=str(member.guild.preferred_locale),
        groups=frozenset(str(role.id) for role in member.roles if role.id != everybody),
        manages=member.guild.owner_id == member.id or member.guild_permissions.manage_guild,
    )


def stranger(user: str) -> NotAllowed:
    return NotAllowed(
        told("I don't know you here yet."),
        kept=told("Nothing was done."),
        do_next=told(
            "An owner can give you a role. If nobody owns me yet: whoever runs AdMind names you in its "
            "settings with ADMIND_OWNERS=discord:{user} and starts it again.",
            user=user,
        ),
    )


def no_home() -> DiscordRefused:
    return DiscordRefused(
        UNKNOWN_GUILD,
        told("AdMind is not in this Discord server."),
        do_next=told("Whoever manages it invites it; then try again."),
    )


def _keep(kept: dict[K, V], name: K, value: V) -> None:
    """The newest ones alone."""
    kept.pop(name, None)
    kept[name] = value
    while len(kept) > MOST_KNOWN:
        kept.pop(next(iter(kept)))
