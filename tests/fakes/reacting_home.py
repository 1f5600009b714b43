"""A chat where people react: what stands on its messages is the truth, and events tell of it, if anybody listens."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import Card, Identified
from bot.clock import Clock
from bot.team.homes import Homes
from bot.workflow.reactions import Metadata, Reacted, Reactions, StandingReactions
from storage.drafts import MessageRef
from storage.homes import Home


@dataclass
class Message:
    channel: str
    room: str
    key: str
    card: Card  # as it stands now
    first: Card  # as it was posted
    whole: bool
    reactions: dict[tuple[str, str], datetime] = field(default_factory=dict)  # user, emoji → since when

    @property
    def metadata(self) -> Metadata:
        return Metadata(draft=self.first.draft, digest=self.first.digest, whole=self.whole)

    @property
    def shows_it(self) -> bool:
        """Whether its words are there, not only "Replaced"."""
        return bool(self.card.sections)


@dataclass
class ReactingHome:
    """`platform`:`team`, with a room for each brand; `connected` says whether events are heard."""

    homes: Homes
    reactions: Reactions
    clock: Clock
    platform: str
    team: str
    receipts_on_card: bool = True
    whole: bool = True
    connected: bool = True
    messages: dict[str, Message] = field(default_factory=dict)
    waiting: list[Reacted] = field(default_factory=list)  # events that are on their way
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    private: list[str] = field(default_factory=list)

    @property
    def home(self) -> str:
        return f"{self.platform}:{self.team}"

    def as_factory(self, home: Home) -> ReactingHome:
        assert home.key == self.home
        return self

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        name = next((name for name, each in self.messages.items() if (each.room, each.key) == (room, key)), "")
        if not name:
            channel = await self._channel(room)
            if not channel:
                return None
            name = f"{1000 + next(self.numbers)}.0001"
            self.messages[name] = Message(channel, room, key, card, card, self.whole)
        channel = self.messages[name].channel
        return MessageRef(
            home=self.home,
            room=room,
            message=name,
            draft=card.draft,
            digest=card.digest,
            channel=channel,
            whole=self.messages[name].whole,
        )

    async def update(self, ref: MessageRef, card: Card) -> None:
        self.messages[ref.message].card = card

    async def remove(self, ref: MessageRef) -> bool:
        return self.messages.pop(ref.message, None) is not None

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        assert self.connected, "it cannot be reached"
        for ref in refs:
            await self.reread_one(ref.message)

    async def reread_one(self, name: str) -> None:
        message = self.messages[name]
        seen = tuple((self.who(user), emoji) for user, emoji in message.reactions)
        answers = await self.reactions.reread(
            StandingReactions(
                platform=self.platform,
                team=self.team,
                channel=message.channel,
                message=name,
                reactions=seen,
                at=self.clock.now(),
                metadata=message.metadata,
            )
        )
        self.private += [answer.private for answer in answers if answer.private]

    def who(self, user: str) -> Identified:
        return Identified(platform=self.platform, team=self.team, user=user)

    def react(self, name: str, user: str, emoji: str, *, added: bool = True) -> Reacted | None:
        """A person adds or removes an emoji; the event of it, None when nothing changed."""
        message = self.messages[name]
        if added == ((user, emoji) in message.reactions):
            return None
        if added:
            message.reactions[user, emoji] = self.clock.now()
        else:
            del message.reactions[user, emoji]
        event = Reacted(
            platform=self.platform,
            team=self.team,
            channel=message.channel,
            message=name,
            name=emoji,
            added=added,
            who=self.who(user),
            at=self.clock.now(),
            metadata=message.metadata,
        )
        if self.connected:
            self.waiting.append(event)
        return event

    async def _channel(self, room: str) -> str:
        home = await self.homes.home(self.platform, self.team)
        if home is None or room.startswith(("member:", "owners")):
            return ""
        kind, _, name = room.rpartition(":")
        brand, _, channel = name.partition("/")
        rooms = await self.homes.rooms(home.workspace, brand, self.platform, self.team)
        fits = [each.channel for each in rooms if each.kind == (kind or "review") and channel in ("", each.channel)]
        return fits[0] if fits else ""
