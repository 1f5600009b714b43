"""What the loopback Discord remembers. Ids are numbers here and strings on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.discord.permissions import NOTHING, USUAL, Permission

Json = dict[str, Any]

TEXT, DM, CATEGORY, ANNOUNCEMENT = 0, 1, 4, 5
PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 11, 12, 15
THREADS = frozenset({PUBLIC_THREAD, PRIVATE_THREAD})

SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = (
    1 << 2,
    1 << 5,
    1 << 6,
    1 << 7,
    1 << 12,
    1 << 15,
)


@dataclass
class User:
    id: int
    name: str
    bot: bool = False
    closed: bool = False  # takes no direct messages
    nitro: bool = False  # may write 4000 characters


@dataclass
class Role:
    id: int
    name: str
    permissions: Permission = NOTHING
    position: int = 1
    managed: bool = False


@dataclass
class Overwrite:
    """Of a role or a member, in one channel."""

    id: int
    of_member: bool
    allow: Permission = NOTHING
    deny: Permission = NOTHING


@dataclass
class Member:
    user: User
    joined: datetime
    roles: list[int] = field(default_factory=list)
    nick: str = ""


@dataclass
class Attachment:
    id: int
    name: str
    data: bytes
    mimetype: str
    description: str = ""
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False


@dataclass
class Reaction:
    """One emoji under a message: its name, its id when it is a guild's own, and who added it, in order."""

    name: str
    id: int | None = None
    users: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.name if self.id is None else f"{self.name}:{self.id}"


@dataclass
class Message:
    id: int
    channel: int
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    nonce: str = ""
    pinged: set[int] = field(default_factory=set)  # users whom it notified by a mention
    pinged_roles: set[int] = field(default_factory=set)
    pinged_everyone: bool = False
    allowed_mentions: Json | None = None  # as the app sent it
    reference: int = 0
    reference_channel: int = 0
    edited: datetime | None = None
    reactions: list[Reaction] = field(default_factory=list)
    thread: int = 0
    webhook: int = 0
    application: int = 0
    interaction: Json | None = None  # which interaction it answers
    only_for: int = 0  # ephemeral: nobody else sees it
    versions: list[str] = field(default_factory=list)  # what its words were before each edit
    pinned: bool = False

    @property
    def words(self) -> str:
        """Everything that can be read in it, in reading order, one line each."""
        from tests.fakes.discord.reading import lines

        return "\n".join(lines(self))


@dataclass
class Channel:
    id: int
    guild: int  # 0: a direct message
    name: str
    type: int = TEXT
    parent: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    whispers: list[Message] = field(default_factory=list)  # ephemeral ones
    recipients: list[int] = field(default_factory=list)  # of a direct message, the bot among them
    topic: str = ""
    tags: list[Json] = field(default_factory=list)  # of a forum
    typing: int = 0  # how often the bot was seen typing
    # Threads
    owner: int = 0
    members: set[int] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    archive_minutes: int = 1440
    changed: datetime | None = None
    applied_tags: list[int] = field(default_factory=list)

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def last(self) -> Message:
        return list(self.messages.values())[-1]


@dataclass
class Webhook:
    id: int
    channel: int
    name: str
    token: str
    creator: int


@dataclass
class Guild:
    id: int
    name: str
    owner: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)  # threads too
    locale: str = "en-US"
    banned: set[int] = field(default_factory=set)

    @property
    def everyone(self) -> Role:
        """Its id is the guild's."""
        return self.roles.setdefault(self.id, Role(self.id, "@everyone", USUAL, 0))
