"""Words shared with the handlers: what comes in from a chat, and what goes out to it.

A handler translates a platform's event into one of these and back; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from pydantic import Field

from storage.drafts import Draft, MessageRef, Verdict
from storage.homes import Home, Room
from storage.record import Frozen, new_id
from storage.team import Member, Role

# Handlers know `bot` only.
__all__ = [
    "Asked",
    "Button",
    "Card",
    "CardPicture",
    "CardSection",
    "ChatRequest",
    "DecisionRequest",
    "Draft",
    "Files",
    "Home",
    "Identified",
    "Member",
    "MessageRef",
    "Messenger",
    "Role",
    "Room",
    "Surface",
    "Upload",
    "Verdict",
    "VerdictName",
    "new_conversation",
    "own_conversation",
]
VerdictName = Verdict


class Identified(Frozen):
    """Who it was, as the platform names them. Who that is here is looked up at the moment of use."""

    platform: str
    team: str = ""
    user: str


class Upload(Frozen):
    """A file that came with a message, already kept in the blob store: a picture cleaned, a file of text as it came."""

    sha256: str
    name: str = ""
    mime: str = Field("", description="of a file of text; empty for a picture")


def new_conversation() -> str:
    """An id for a conversation that no platform names."""
    return new_id("v")


PROGRAM: Final = "program"  # over REST, with a token that may only propose
PROGRAMS: Final = frozenset({"mcp", PROGRAM})
"""Surfaces where a program speaks: nothing that is said there counts as a person's decision."""


def own_conversation(member: str, brand: str, name: str) -> str:
    """What a member's conversation is kept under: nobody goes on with another's, nor from one brand into another."""
    return f"{member}/{brand}/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What a person said, on a `surface`: terminal, api, studio, slack or discord; or a program, on mcp
    or over REST.

    `uploads` are pictures, `documents` files of text. `key` names the platform's event, so that a repeat is known.
    `unread_files` are names of files that could not be understood; `about` is the draft in whose thread it was said;
    `within` are the brands that it may reach (none: all of the member's); `place` is where the answer belongs, for the
    surface itself to read.
    """

    workspace: str
    brand: str = ""
    surface: str
    member: str
    conversation: str
    text: str
    uploads: tuple[Upload, ...] = ()
    documents: tuple[Upload, ...] = ()
    unread_files: tuple[str, ...] = ()
    key: str = ""
    about: str = ""
    within: frozenset[str] = frozenset()
    place: str = ""


class Button(Frozen):
    """A button's `action` is an id, never content or permission; at most 100 characters on every platform."""

    label: str = Field(max_length=75)
    action: str = Field(max_length=100)
    style: Literal["primary", "danger", "plain"] = "plain"
    more: bool = Field(False, description="belongs in the overflow menu")


class CardPicture(Frozen):
    sha256: str
    mime: str
    alt: str


class Asked(Frozen):
    """A request as the surface that it came from sees it; `reply` and what can be pressed below, once answered."""

    id: str
    workspace: str
    brand: str
    member: str
    place: str
    text: str
    reply: str = ""
    buttons: tuple[Button, ...] = ()
    picture: CardPicture | None = None
    failed: bool = False
    drafts: tuple[str, ...] = ()
    unread: tuple[str, ...] = Field((), description="names of files that nobody could understand")
    unused: tuple[str, ...] = Field((), description="names of pictures beyond the ten that one request takes")


class Files(Frozen):
    """What became of the files that came with a message: kept ones, the names of those that nobody understands, and of
    the pictures that were too many.
    """

    uploads: tuple[Upload, ...] = ()
    documents: tuple[Upload, ...] = ()
    unread: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


class Surface(Protocol):
    """A chat in which requests are made and answered."""

    async def fetch(self, asked: Asked) -> Files:
        """The files that came with it; the same again gives the same."""
        ...

    async def reply(self, asked: Asked) -> None:
        """Bring the answer to its place, once. Raises AdMindError, with `retry_after_seconds` when it takes time."""
        ...


class DecisionRequest(Frozen):
    """What a person decided, on the digest that they saw."""

    workspace: str
    draft: str
    member: str
    verdict: Verdict
    digest: str
    surface: str
    reason: str = ""
    accounts: tuple[str, ...] = Field((), description="only these accounts' versions; empty: all of them")
    of: Verdict | None = Field(None, description="withdraw only what this verdict was; None: whatever it was")
    at: datetime


class CardSection(Frozen):
    """One account's version on a card."""

    heading: str
    meter: str = Field("", description="e.g. 412/3000")
    text: str
    account: str = ""
    full: str = Field("", description="the whole text, where `text` is only its beginning")
    pictures: tuple[CardPicture, ...] = Field((), description="those that are not the card's own")


class Card(Frozen):
    """A message of AdMind in a form that every chat can draw. Empty parts are left out."""

    title: str
    when: str = ""
    at: datetime | None = Field(None, description="the moment that `when` tells, for chats that show it in own zones")
    status: str = ""
    picture: CardPicture | None = None
    sections: tuple[CardSection, ...] = ()
    options: tuple[str, ...] = Field(
        (), description="other wordings, the beginning of each; the present one is not here"
    )
    idea: str = Field("", description="behind the present wording, where there are others; theirs stand with them")
    notes: tuple[str, ...] = Field((), description="findings and what else must be seen, one sentence each")
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    draft: str = ""
    digest: str = ""
    over: bool = Field(False, description="it stands for nothing any more: lists of messages leave it out")
    ping: tuple[str, ...] = Field((), description="member ids of those whom it must reach; nobody else is woken")


class Messenger(Protocol):
    """One home's way to talk: Slack, Discord, or the inbox. Posting again under the same key changes nothing.

    A room is a brand's id (its review room), `client:<brand>/<channel>` (one of its client rooms, or without a channel
    the one that there is), `member:<id>`, `owners` or `owners:<brand>`. What cannot be posted or updated now raises
    AdMindError: with `retry_after_seconds` when it only takes time, without when people must do something, which its
    words say.
    """

    @property
    def home(self) -> str:
        """What its messages name it by, as `Home.key`."""
        ...

    @property
    def receipts_on_card(self) -> bool:
        """A receipt only brings the draft's card up to date where there is one; else it is a message of its own."""
        ...

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        """The message, below another one of this home if named; None where the home has no such room.

        The ref says where it stands there (`channel`), and `whole` if it shows each section's full text and pictures.
        """
        ...

    async def update(self, ref: MessageRef, card: Card) -> None: ...

    async def remove(self, ref: MessageRef) -> bool:
        """Take a message of ours away, by its `channel` and `message` alone; whether it stands there no more."""
        ...

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """Report to the review what reactions stand on these messages now; raises when the home cannot be reached."""
        ...
