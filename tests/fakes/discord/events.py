"""Which event goes to which session, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord.documents import member_document
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.records import Channel, Guild, Json, Message
from tests.fakes.discord.world import World

if TYPE_CHECKING:
    from tests.fakes.discord.sessions import Session

GUILDS, MEMBERS, MESSAGES, REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DM_MESSAGES, DM_REACTIONS, CONTENT = 1 << 12, 1 << 13, 1 << 15
KNOWN = sum(1 << each for each in (*range(17), 20, 21, 24, 25))
PRIVILEGED_INTENTS = {"members": MEMBERS, "presences": 1 << 8, "message_content": CONTENT}
HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def intent_of(name: str, *, dm: bool) -> int:
    """The intent without which an event does not come; 0: it always comes."""
    if name.startswith("MESSAGE_REACTION"):
        return DM_REACTIONS if dm else REACTIONS
    if name.startswith("MESSAGE_"):
        return DM_MESSAGES if dm else MESSAGES
    if name.startswith("GUILD_MEMBER_"):
        return MEMBERS
    if name.startswith(("GUILD_", "CHANNEL_", "THREAD_")):
        return GUILDS
    return 0


def readable(world: World, message: Message, *, has_content: bool) -> bool:
    """Without the privileged intent: the app's own messages, direct ones, and those that mention it."""
    channel = world.channel(message.channel)
    own = message.author.id == world.bot.id
    dm = channel is not None and channel.guild == 0
    return has_content or own or dm or world.bot.id in message.pinged


def seen_message(world: World, message: Message, *, has_content: bool) -> Json:
    shown = message_document(world, message)
    if not readable(world, message, has_content=has_content):
        shown |= HIDDEN
    inner = shown.get("referenced_message")
    if inner:
        referenced = world.message(message.reference)
        if referenced is not None and not readable(world, referenced, has_content=has_content):
            inner |= HIDDEN
    return shown


@dataclass
class Events:
    world: World
    sessions: list[Session] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.tell = self.tell

    def tell(self, name: str, data: Json, channel: Channel | None = None, guild: Guild | None = None) -> None:
        """To every session that asked for it and may see the channel."""
        if guild is None and channel is not None:
            guild = self.world.guild_of(channel)
        own = name == "GUILD_MEMBER_UPDATE" and data["user"]["id"] == str(self.world.bot.id)
        for session in list(self.sessions):
            if self._hears(session, "" if own else name, channel, guild):
                session.push(name, data | ({"guild_id": str(guild.id)} if guild is not None else {}))

    def tell_message(self, name: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE, its content as each session may read it."""
        channel = self.world.channel(message.channel)
        assert channel is not None
        guild = self.world.guild_of(channel)
        more: Json = {}
        if guild is not None:
            more["guild_id"] = str(guild.id)
            if message.author.id in guild.members and not message.webhook:
                more["member"] = member_document(guild.members[message.author.id], user=False)
        for session in list(self.sessions):
            if self._hears(session, name, channel, guild):
                has_content = bool(session.intents & CONTENT)
                session.push(name, seen_message(self.world, message, has_content=has_content) | more)

    def tell_interaction(self, document: Json, guild: int) -> bool:
        """To one session only, which must be there now; whether it was."""
        for session in self.sessions:
            if session.has(guild) and session.alive:
                session.push("INTERACTION_CREATE", document)
                return True
        return False

    def _hears(self, session: Session, name: str, channel: Channel | None, guild: Guild | None) -> bool:
        if not session.has(guild.id if guild is not None else 0):
            return False
        needed = intent_of(name, dm=guild is None)
        if needed and not session.intents & needed:
            return False
        bot = self.world.bot.id
        if guild is not None and bot not in guild.members:
            return name == "GUILD_DELETE"
        return channel is None or Permission.VIEW_CHANNEL in self.world.permissions(channel, bot)
