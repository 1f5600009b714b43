"""What a doctor asks of Discord: a token that works, the intents, the commands, and every permission in every room that
is tied.
"""

from __future__ import annotations

from typing import Final

import discord

from bot.bootstrap import AdMind
from bot.chat import Home, Member
from bot.errors import AdMindError
from bot.workflow.symptoms import Symptom
from handlers.discord.calling import asked
from handlers.discord.client import Client
from handlers.discord.surface import PERMISSIONS, invite, spelled

WHAT: Final = "Discord"


class Health:
    def __init__(self, admind: AdMind, client: Client) -> None:
        self._admind = admind
        self._client = client

    async def look(self, member: Member) -> list[Symptom]:
        """The bot itself, and every home of the member's workspace in Discord."""
        try:
            await self._client.speaks()
            application = await asked(self._client.application_info())
        except AdMindError as error:
            return [Symptom(WHAT, "bad", error.what, error.do_next)]
        found = [Symptom(WHAT, "ok", f"@{self._client.user} works"), self._words(application)]
        found += await self._commands()
        homes = [each for each in await self._admind.homes.of(member.workspace) if each.platform == "discord"]
        for home in homes:
            found += await self._home(home, member)
        if not homes:
            found.append(Symptom(WHAT, "note", "no server yet", f"Invite AdMind: {invite(application.id)}"))
        return found

    def _words(self, application: discord.AppInfo) -> Symptom:
        row = f"{WHAT} intents"
        if application.flags.gateway_message_content or application.flags.gateway_message_content_limited:
            return Symptom(row, "ok", "reads replies in drafts' threads")
        do = "Turn on Message Content Intent in Discord's developer portal, under Bot, and start AdMind again."
        return Symptom(row, "note", "replies in drafts' threads are read only where they mention AdMind", do)

    async def _commands(self) -> list[Symptom]:
        """Nothing where this process offers none."""
        row = f"{WHAT} commands"
        if not self._client.tree.get_commands():
            return []
        try:
            lacking = await self._client.lacking()
        except AdMindError as error:
            return [Symptom(row, "bad", error.what, error.do_next)]
        if lacking:
            do = "Start AdMind again: it tells Discord of them."
            return [Symptom(row, "bad", f"Discord does not offer: {', '.join(lacking)}", do)]
        return [Symptom(row, "ok", "all offered")]

    async def _home(self, home: Home, member: Member) -> list[Symptom]:
        what = f"{WHAT} {home.name}"
        try:
            guild = await asked(self._client.fetch_guild(int(home.team), with_counts=False))
            own = await asked(guild.fetch_member(self._client.me))
        except AdMindError as error:
            return [Symptom(what, "bad", error.what, error.do_next)]
        found = [Symptom(what, "ok", "AdMind is in it")]
        for brand in (await self._admind.looking.brands(member.workspace, member.id)).items:
            rooms = await self._admind.homes.rooms(member.workspace, brand.id, "discord", home.team)
            if not any(each.kind == "review" for each in rooms):
                row = f"{what} review room of {brand.name}"
                found.append(Symptom(row, "note", "none yet", "An owner chooses one: /admind settings"))
            for room in rooms:
                if room.kind != "work":
                    row = f"{what} {room.kind} room of {brand.name}"
                    found.append(await self._room(guild, own, room.channel, row))
        return found

    async def _room(self, guild: discord.Guild, own: discord.Member, channel: str, row: str) -> Symptom:
        try:
            room = await asked(guild.fetch_channel(int(channel)))
        except AdMindError as error:
            return Symptom(row, "bad", error.what, error.do_next)
        held = room.permissions_for(own)
        lacking = [spelled(name) for name in PERMISSIONS if not getattr(held, name)]
        if lacking:
            do = "Give them to AdMind's role under Edit Channel, Permissions."
            return Symptom(row, "bad", f"AdMind lacks in #{room.name}: {', '.join(lacking)}", do)
        return Symptom(row, "ok", f"#{room.name}")
