"""What admins do in a guild."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.discord.documents import channel_document, member_document, role_document, user_document
from tests.fakes.discord.events import Events
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.permissions import NOTHING, Permission
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import CATEGORY, FORUM, TEXT, Channel, Guild, Message, Overwrite, Role
from tests.fakes.discord.rest_guilds import drop_channel, set_roles
from tests.fakes.discord.rest_messages import remove
from tests.fakes.discord.world import World


@dataclass
class Place:
    world: World
    events: Events
    gateway: Gateway
    guild: Guild

    @property
    def id(self) -> int:
        return self.guild.id

    @property
    def owner(self) -> Person:
        return Person(self.world, self.events, self.world.users[self.guild.owner])

    # Building; the bot hears of it when it is on

    def person(self, name: str, *roles: Role) -> Person:
        """The person of that name, known from another guild or new; a member here."""
        known = next((each for each in self.world.users.values() if each.name == name and not each.bot), None)
        user = known or self.world.new_user(name)
        new = user.id not in self.guild.members
        member = self.world.join(self.guild, user)
        member.roles += [each.id for each in roles if each.id not in member.roles]
        if new:
            self.events.tell("GUILD_MEMBER_ADD", member_document(member), guild=self.guild)
        return Person(self.world, self.events, user)

    def room(self, name: str, *, private: bool = False) -> Channel:
        """A text channel; a private one is seen by nobody, the bot neither, until somebody is let in."""
        return self._new(name, TEXT, private)

    def forum(self, name: str) -> Channel:
        return self._new(name, FORUM, False)

    def category(self, name: str) -> Channel:
        return self._new(name, CATEGORY, False)

    def _new(self, name: str, kind: int, private: bool) -> Channel:
        made = self.world.new_channel(self.guild, name, kind)
        if private:
            made.overwrites[self.id] = Overwrite(self.id, False, deny=Permission.VIEW_CHANNEL)
        self.events.tell("CHANNEL_CREATE", channel_document(self.world, made), guild=self.guild)
        return made

    def role(self, name: str, permissions: Permission = NOTHING) -> Role:
        made = self.world.new_role(self.guild, name, permissions)
        self.events.tell("GUILD_ROLE_CREATE", {"role": role_document(made)}, guild=self.guild)
        return made

    @property
    def bot_role(self) -> Role:
        """The one that came with the bot's invitation."""
        return next(each for each in self.guild.roles.values() if each.managed)

    # Doing, and the bot hears of it

    def give(self, person: Person, *roles: Role) -> None:
        member = self.guild.members[person.id]
        kept = [*member.roles, *(each.id for each in roles if each.id not in member.roles)]
        set_roles(self.events, self.guild, member, kept)

    def take(self, person: Person, *roles: Role) -> None:
        member = self.guild.members[person.id]
        gone = {each.id for each in roles}
        set_roles(self.events, self.guild, member, [each for each in member.roles if each not in gone])

    def leave(self, person: Person) -> None:
        """By themselves, or kicked: the same to everybody else."""
        del self.guild.members[person.id]
        data = {"user": user_document(person.user)}
        self.events.tell("GUILD_MEMBER_REMOVE", data, guild=self.guild)

    kick = leave

    def allow(self, room: Channel, whom: Role | Person | None, *permissions: Permission) -> None:
        """Of a role, a person, or the bot (None), in this room alone."""
        self._overwrite(room, whom, permissions, allowed=True)

    def deny(self, room: Channel, whom: Role | Person | None, *permissions: Permission) -> None:
        self._overwrite(room, whom, permissions, allowed=False)

    def _overwrite(
        self, room: Channel, whom: Role | Person | None, permissions: tuple[Permission, ...], *, allowed: bool
    ) -> None:
        target = self.world.bot.id if whom is None else whom.id
        own = room.overwrites.setdefault(target, Overwrite(target, not isinstance(whom, Role)))
        for each in permissions:
            own.allow = own.allow | each if allowed else own.allow & ~each
            own.deny = own.deny & ~each if allowed else own.deny | each
        self.events.tell("CHANNEL_UPDATE", channel_document(self.world, room), guild=self.guild)

    def grant(self, role: Role, permissions: Permission) -> None:
        """From now on exactly these."""
        role.permissions = permissions
        self.events.tell("GUILD_ROLE_UPDATE", {"role": role_document(role)}, guild=self.guild)

    def drop_role(self, role: Role) -> None:
        del self.guild.roles[role.id]
        for each in self.guild.members.values():
            each.roles = [held for held in each.roles if held != role.id]
        self.events.tell("GUILD_ROLE_DELETE", {"role_id": str(role.id)}, guild=self.guild)

    def rename(self, room: Channel, name: str) -> None:
        room.name = name
        self.events.tell("CHANNEL_UPDATE", channel_document(self.world, room), room)

    def drop(self, room: Channel) -> None:
        drop_channel(self.world, self.events, room)

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        thread.archived, thread.locked = True, locked
        self.events.tell("THREAD_UPDATE", channel_document(self.world, thread), thread)

    def erase(self, message: Message) -> None:
        """A moderator deletes it."""
        room = self.world.channel(message.channel)
        assert room is not None
        remove(self.events, room, message)

    # The bot itself

    def invite(self, permissions: Permission) -> None:
        """An admin opens the invite link; the bot comes with a role of its own."""
        role = self.world.new_role(self.guild, "AdMind", permissions)
        role.managed = True
        self.world.join(self.guild, self.world.bot).roles = [role.id]
        self.gateway.guild_came(self.id)

    def remove_bot(self) -> None:
        """Kicked: its role goes too."""
        del self.guild.members[self.world.bot.id]
        self.guild.roles = {key: role for key, role in self.guild.roles.items() if not role.managed}
        self.events.tell("GUILD_DELETE", {"id": str(self.id)}, guild=self.guild)

    def outage(self) -> None:
        """Discord cannot reach the guild for now; nobody removed anybody."""
        self.events.tell("GUILD_DELETE", {"id": str(self.id), "unavailable": True}, guild=self.guild)

    def recover(self) -> None:
        self.gateway.guild_came(self.id)
