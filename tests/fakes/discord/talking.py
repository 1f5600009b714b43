"""What people do with words: messages, threads, reactions, files; and what they see."""

from __future__ import annotations

from tests.fakes.discord.composing import mentions, new_file
from tests.fakes.discord.documents import channel_document
from tests.fakes.discord.events import Events
from tests.fakes.discord.permissions import IN_DMS, Permission
from tests.fakes.discord.records import DM, FORUM, Channel, Message, User
from tests.fakes.discord.rest_messages import remove
from tests.fakes.discord.rest_reactions import add, found, take
from tests.fakes.discord.rest_threads import open_thread
from tests.fakes.discord.world import World

P = Permission
File = tuple[str, bytes]


class Talker:
    """Somebody at a keyboard. The bot hears at once; how it answers is seen in the rooms."""

    def __init__(self, world: World, events: Events, user: User) -> None:
        self.world, self.events, self.user = world, events, user

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def at(self) -> str:
        """How somebody is mentioned."""
        return f"<@{self.id}>"

    def __repr__(self) -> str:
        return f"<{self.user.name}>"

    @property
    def dms(self) -> Channel:
        """The room of this person and the bot."""
        return self.world.dm(self.user)

    def close_dms(self) -> None:
        self.user.closed = True

    def powers(self, room: Channel) -> Permission:
        return IN_DMS if room.type == DM else self.world.permissions(room, self.id)

    def _can(self, room: Channel, *needed: Permission) -> None:
        missing = [each.name for each in needed if each not in self.powers(room)]
        assert not missing, f"{self.user.name} may not {missing} in #{room.name}"

    # Messages

    def say(
        self,
        room: Channel,
        text: str = "",
        files: list[File] | None = None,
        *,
        to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """In a room, a thread or a direct conversation. `to`: as a reply, which pings its author unless told not to."""
        assert room.type != FORUM, "a forum takes posts"
        self._can(room, P.VIEW_CHANNEL, P.SEND_MESSAGES, *([P.ATTACH_FILES] if files else []))
        assert text or files, "nothing to send"
        most = 4000 if self.user.nitro else 2000
        assert len(text) <= most, f"the client takes no more than {most} characters"
        message = Message(self.world.new_id(), room.id, self.user, text)
        message.attachments = [self.world.keep(room.id, new_file(self.world, name, data)) for name, data in files or []]
        message.allowed_mentions = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        if to is not None:
            message.type, message.reference, message.reference_channel = 19, to.id, to.channel
        return self._stand(room, message)

    def _stand(self, room: Channel, message: Message) -> Message:
        mentions(self.world, room, message)
        message.allowed_mentions = None
        room.messages[message.id] = message
        if room.is_thread:
            room.members.add(self.id)
            if room.archived:
                room.archived = False
                self.events.tell("THREAD_UPDATE", channel_document(self.world, room), room)
        self.events.tell_message("MESSAGE_CREATE", message)
        return message

    def mention(
        self, room: Channel, text: str = "", files: list[File] | None = None, *, to: Message | None = None
    ) -> Message:
        """@AdMind and the text."""
        return self.say(room, f"<@{self.world.bot.id}> {text}".strip(), files, to=to)

    def dm(self, text: str = "", files: list[File] | None = None) -> Message:
        return self.say(self.dms, text, files)

    def reply(self, to: Message, text: str, files: list[File] | None = None, *, ping: bool = True) -> Message:
        """Discord's own reply, in the same room."""
        room = self.world.channel(to.channel)
        assert room is not None
        return self.say(room, text, files, to=to, ping=ping)

    def edit(self, message: Message, text: str) -> None:
        assert message.author is self.user and not message.webhook
        room = self.world.channel(message.channel)
        assert room is not None
        message.versions.append(message.words)
        message.content, message.edited = text, self.world.clock.now()
        mentions(self.world, room, message)
        self.events.tell_message("MESSAGE_UPDATE", message)

    def erase(self, message: Message) -> None:
        room = self.world.channel(message.channel)
        assert room is not None
        if message.author is not self.user:
            self._can(room, P.MANAGE_MESSAGES)
        remove(self.events, room, message)

    # Threads and posts

    def thread(self, message: Message, name: str) -> Channel:
        """A new thread from a message."""
        room = self.world.channel(message.channel)
        assert room is not None and not message.thread, "there is one already"
        self._can(room, P.CREATE_PUBLIC_THREADS)
        return open_thread(self.world, self.events, room, name, self.id, message=message)

    def post(self, forum: Channel, name: str, text: str, files: list[File] | None = None) -> tuple[Channel, Message]:
        """A forum post: its thread and its first message, which share one id."""
        assert forum.type == FORUM
        self._can(forum, P.VIEW_CHANNEL, P.SEND_MESSAGES)
        thread = open_thread(self.world, self.events, forum, name, self.id)
        first = Message(thread.id, thread.id, self.user, text)
        first.attachments = [self.world.keep(thread.id, new_file(self.world, *each)) for each in files or []]
        return thread, self._stand(thread, first)

    # Reactions

    def react(self, message: Message, emoji: str) -> None:
        """With a Unicode emoji (a skin tone belongs to it) or name:id of a guild's own."""
        room = self.world.channel(message.channel)
        assert room is not None and not message.only_for, "nothing to react to"
        new = found(message, emoji) is None
        self._can(room, P.VIEW_CHANNEL, P.READ_MESSAGE_HISTORY, *([P.ADD_REACTIONS] if new else []))
        add(self.world, self.events, room, message, emoji, self.id)

    def unreact(self, message: Message, emoji: str) -> None:
        room = self.world.channel(message.channel)
        assert room is not None
        take(self.events, room, message, emoji, self.id)

    # What this person sees

    def sees(self, room: Channel) -> list[Message]:
        """Everything in the room that is shown to this person, oldest first."""
        if P.VIEW_CHANNEL not in self.powers(room):
            return []
        history = room.messages.values() if P.READ_MESSAGE_HISTORY in self.powers(room) else ()
        return sorted([*history, *self.whispers(room)], key=lambda each: each.id)

    def whispers(self, room: Channel) -> list[Message]:
        """What only this person sees there."""
        return [each for each in room.whispers if each.only_for == self.id]

    def reads(self, room: Channel) -> str:
        """All words of it, in reading order."""
        return "\n".join(each.words for each in self.sees(room))

    def heard(self) -> list[Message]:
        """What the bot wrote to this person directly."""
        return [each for each in self.dms.messages.values() if each.author is self.world.bot]

    def pinged(self, room: Channel) -> list[Message]:
        """Messages there that notified this person."""
        guild = self.world.guild_of(room)
        roles = set(guild.members[self.id].roles) if guild is not None and self.id in guild.members else set[int]()
        return [e for e in self.sees(room) if self.id in e.pinged or e.pinged_everyone or roles & e.pinged_roles]
