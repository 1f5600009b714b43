"""Discord's memory: the app, guilds, people, direct messages, commands and open interactions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock, SystemClock, milliseconds
from tests.fakes.discord.permissions import NOTHING, USUAL, Permission, in_channel
from tests.fakes.discord.records import (
    DM,
    LOADING,
    TEXT,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Role,
    User,
    Webhook,
)
from tests.fakes.discord.refusals import Refused
from tests.fakes.waiting import until

EPOCH = 1_420_070_400_000
TOKEN_LIFE = timedelta(minutes=15)
ADDRESS_LIFE = timedelta(hours=24)
PRIVILEGED = {"presences": 1 << 12, "members": 1 << 14, "message_content": 1 << 18}  # → the application's flag


@dataclass
class Interaction:
    """Something a person did with the app, and how it was answered."""

    id: int
    token: str
    type: int  # 2 command, 3 component, 4 autocomplete, 5 modal
    user: User
    channel: int
    guild: int
    made: datetime
    message: Message | None = None  # what was pressed
    answer: int = 0  # the callback's type; 0: none yet
    data: Json = field(default_factory=dict)  # the callback's
    original: Message | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    follow_ups: list[Message] = field(default_factory=list)
    failed: bool = False  # nobody answered in time: "The application did not respond"
    document: Json = field(default_factory=dict)  # as it went over the gateway

    @property
    def answered(self) -> bool:
        return self.answer != 0

    @property
    def settled(self) -> bool:
        """Answered, and no "thinking…" stands open."""
        return self.answered and not (self.original is not None and self.original.flags & LOADING)

    @property
    def words(self) -> str:
        """Everything that it made the person read: the first answer, then the follow-ups."""
        own = [self.original] if self.original is not None and self.original is not self.message else []
        return "\n".join(each.words for each in [*own, *self.follow_ups])

    async def settle(self) -> Interaction:
        """Wait until "thinking…" became an answer; itself."""
        await until(lambda: self.settled, f"an answer to {self.document.get('data')}")
        return self


@dataclass
class World:
    clock: Clock = field(default_factory=SystemClock)
    origin: str = ""
    token: str = field(default_factory=lambda: f"MTE.{secrets.token_hex(3)}.{secrets.token_urlsafe(24)}")
    privileged: set[str] = field(default_factory=set)  # which intents the developer portal grants
    answer_within: timedelta = timedelta(seconds=3)  # to an interaction
    guilds: dict[int, Guild] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    dms: dict[int, Channel] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    windows: dict[int, Interaction] = field(default_factory=dict)  # user → what opened the modal on the screen
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    commands: dict[int, dict[int, Json]] = field(default_factory=dict)  # guild (0: everywhere) → id → command
    files: dict[tuple[int, int], Attachment] = field(default_factory=dict)  # channel, attachment
    tell: Callable[..., None] = lambda *_, **__: None  # events.Events puts itself here
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _last: int = 0

    def __post_init__(self) -> None:
        self.bot = self.new_user("admind", bot=True)

    @property
    def application(self) -> int:
        """An app and its bot share one id."""
        return self.bot.id

    @property
    def application_flags(self) -> int:
        return sum(PRIVILEGED[name] for name in self.privileged)

    def new_id(self) -> int:
        """A snowflake of this moment, after every one before."""
        self._last = max(self._last + 1, (milliseconds(self.clock.now()) - EPOCH) << 22)
        return self._last

    # Building

    def new_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    def new_guild(self, name: str) -> Guild:
        """With an owner of its own, and without the bot."""
        owner = self.new_user(f"owner of {name}")
        guild = Guild(self.new_id(), name, owner.id)
        assert guild.everyone.permissions == USUAL
        self.guilds[guild.id] = guild
        self.join(guild, owner)
        return guild

    def new_role(self, guild: Guild, name: str, permissions: Permission = NOTHING) -> Role:
        """Above every role there."""
        role = Role(self.new_id(), name, permissions, max(each.position for each in guild.roles.values()) + 1)
        guild.roles[role.id] = role
        return role

    def new_channel(self, guild: Guild, name: str, kind: int = TEXT) -> Channel:
        channel = Channel(self.new_id(), guild.id, name, kind)
        guild.channels[channel.id] = channel
        return channel

    def join(self, guild: Guild, user: User) -> Member:
        return guild.members.setdefault(user.id, Member(user, self.clock.now()))

    def dm(self, user: User) -> Channel:
        """The room of a user and the bot."""
        for each in self.dms.values():
            if user.id in each.recipients:
                return each
        channel = Channel(self.new_id(), 0, "", DM, recipients=[user.id, self.bot.id])
        self.dms[channel.id] = channel
        return channel

    # Finding

    def channel(self, wanted: int) -> Channel | None:
        if wanted in self.dms:
            return self.dms[wanted]
        return next((each.channels[wanted] for each in self.guilds.values() if wanted in each.channels), None)

    def guild_of(self, channel: Channel) -> Guild | None:
        return self.guilds.get(channel.guild)

    def permissions(self, channel: Channel, user: int) -> Permission:
        return in_channel(self.guild_of(channel), channel, user)

    def message(self, wanted: int) -> Message | None:
        rooms = [*self.dms.values(), *(room for guild in self.guilds.values() for room in guild.channels.values())]
        return next((each.messages[wanted] for each in rooms if wanted in each.messages), None)

    # Files

    def keep(self, channel: int, file: Attachment) -> Attachment:
        self.files[channel, file.id] = file
        return file

    def address(self, channel: int, file: Attachment) -> str:
        """On the CDN; signed, and good for a day."""
        until = int((self.clock.now() + ADDRESS_LIFE).timestamp())
        kind = "ephemeral-attachments" if file.ephemeral else "attachments"
        path = f"/{kind}/{channel}/{file.id}/{file.name}"
        return f"{self.origin}/cdn{path}?ex={until:x}&is={until - 86_400:x}&hm={self.sign(path, f'{until:x}')}&"

    def sign(self, path: str, until: str) -> str:
        return hmac.new(self.secret, f"{path}?{until}".encode(), hashlib.sha256).hexdigest()

    # Interactions

    def new_interaction(self, kind: int, user: User, channel: Channel, message: Message | None = None) -> Interaction:
        made = Interaction(
            self.new_id(), secrets.token_urlsafe(40), kind, user, channel.id, channel.guild, self.clock.now(), message
        )
        self.interactions[made.token] = made
        return made

    def open_interaction(self, token: str) -> Interaction:
        """Answered, and within 15 minutes. Raises Refused."""
        found = self.interactions.get(token)
        if found is None or not found.answered:
            raise Refused(404, 10015, "Unknown Webhook")
        if self.clock.now() > found.made + TOKEN_LIFE:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return found
