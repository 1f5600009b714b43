"""A real AdMind that lives in the loopback Discord, with people and a review room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.bootstrap import AdMind
from bot.chat import Draft, Identified, Member
from bot.clock import MovableClock, milliseconds
from bot.settings import load_settings
from handlers.discord.living import Living, lived
from storage import keys
from storage.posts import Post, PostState
from storage.stores import DraftStore, PostStore
from tests.fakes.discord.client import hurry
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.reading import walk
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import DiscordServer
from tests.fakes.model_server import ModelServer
from tests.fakes.waiting import until


@dataclass
class Office:
    """`ana` owns the brand; drafts wait in `room` of the guild `velo`."""

    server: DiscordServer
    velo: Place
    admind: AdMind
    living: Living
    ana: Person
    room: Channel

    @property
    def workspace(self) -> str:
        return self.admind.workspace.id

    def cards(self, channel: Channel | None = None) -> list[Message]:
        """Messages of AdMind's that show a draft in full, oldest first."""
        where = channel or self.room
        return [each for each in where.messages.values() if each.author is self.server.world.bot and is_card(each)]

    async def card(self, count: int = 1, channel: Channel | None = None) -> Message:
        """The newest card, once there are so many."""
        await until(lambda: len(self.cards(channel)) >= count, f"{count} cards", seconds=30)
        return self.cards(channel)[-1]

    async def drafts(self) -> list[Draft]:
        return list((await DraftStore(self.admind.database).page(self.workspace)).items)

    async def draft(self, card: Message) -> Draft:
        """The draft that this card shows, by what AdMind noted."""

        async def found() -> Draft | None:
            for each in await self.drafts():
                if any(ref.message == str(card.id) for ref in each.messages):
                    return each
            return None

        async def noted() -> bool:
            return await found() is not None

        await until(noted, "the card is noted", seconds=20)
        draft = await found()
        assert draft is not None
        return draft

    async def status(self, card: Message, wanted: str) -> None:
        async def stands() -> bool:
            return (await self.draft(card)).status.value == wanted

        await until(stands, f"the draft is {wanted}", seconds=20)

    async def posts(self) -> list[Post]:
        return list((await PostStore(self.admind.database).page(self.workspace)).items)

    async def published(self) -> Post:
        async def out() -> bool:
            return any(each.state is PostState.published for each in await self.posts())

        await until(out, "it is published", seconds=30)
        return next(each for each in await self.posts() if each.state is PostState.published)


def is_card(message: Message) -> bool:
    """Whether it is one of AdMind's boxes that show or showed a draft."""
    return any(each["type"] == CONTAINER for each in message.components)


CONTAINER = 17


def ids(message: Message) -> list[str]:
    """The custom ids of what can be pressed on it, options of menus too."""
    found = list[str]()
    for each in walk(message.components):
        if each.get("custom_id"):
            found.append(str(each["custom_id"]))
        found += [str(option["value"]) for option in each.get("options") or ()]
    return found


def says(channel: Channel, words: str) -> bool:
    return any(words in each.words for each in channel.messages.values())


async def said(channel: Channel, words: str) -> Message:
    await until(lambda: says(channel, words), f"“{words}” is said", seconds=30)
    return next(each for each in channel.messages.values() if words in each.words)


async def told(person: Person, words: str) -> Message:
    """What AdMind wrote to this person directly."""
    await until(lambda: any(words in each.words for each in person.heard()), f"“{words}” to one", seconds=30)
    return next(each for each in person.heard() if words in each.words)


def environ(folder: Path, server: DiscordServer, ana: Person | None, room: Channel | None) -> dict[str, str]:
    given = {
        "ADMIND_DATA_DIR": str(folder),
        "ADMIND_TIMEZONE": "UTC",
        "ADMIND_DISCORD_TOKEN": server.token,
        "ADMIND_DISCORD_API_URL": server.api_url,
        "ADMIND_DISCORD_GATEWAY_URL": server.gateway_url,
        "ADMIND_DISCORD_CDN_URL": server.cdn_url,
    }
    if ana is not None:
        given["ADMIND_OWNERS"] = f"discord:{ana.id}"
    if room is not None:
        given["ADMIND_DISCORD_REVIEW_ROOM"] = str(room.id)
    return given


@asynccontextmanager
async def running(
    folder: Path,
    server: DiscordServer,
    velo: Place,
    ana: Person,
    room: Channel,
    *,
    clock: MovableClock,
    model: ModelServer | None = None,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Office]:
    """AdMind on this folder as `admind run` has it, model loaded, and the gateway open. `more`: other settings."""
    thinking: dict[str, Any] = {"ADMIND_MODEL": "openai:gpt-4o", **model.keys()} if model else {}
    settings = load_settings({**environ(folder, server, ana, room), **thinking, **(more or {})})
    with server.pointed():
        async with AdMind(settings, clock=clock) as admind, lived(admind) as living:
            hurry(living.bot)
            await admind.start()
            await admind.loaded()
            async with living.heard():
                await until(living.bot.is_ready, "the bot is ready", seconds=20)
                office = Office(server, velo, admind, living, ana, room)
                await until(lambda: settled(office), "the guild is a home", seconds=20)
                yield office


async def settled(office: Office) -> bool:
    return await office.admind.homes.home("discord", str(office.velo.id)) is not None


async def member(office: Office, person: Person, velo: Place | None = None) -> Member:
    team = str((velo or office.velo).id)
    found = await office.admind.homes.member(Identified(platform="discord", team=team, user=str(person.id)))
    assert found is not None
    return found


async def rests(office: Office) -> None:
    """Until what could not be posted waits for its next try, some minutes from now."""

    async def waits() -> bool:
        client = cast(Any, office.admind.database.client)
        found = await client.zrange(keys.due(office.workspace), 0, -1, withscores=True)
        soon = milliseconds(office.admind.clock.now() + timedelta(minutes=1))
        mine = [float(score) for entry, score in found if str(entry).startswith(("note:", "draft:"))]
        return bool(mine) and all(score > soon for score in mine)

    await until(waits, "it waits")


async def nothing_due(office: Office) -> None:
    """Everything that is due now has been done."""

    async def done() -> bool:
        return (await office.admind._clockwork.tick()).entries == 0

    await until(done, "nothing is due", seconds=20)


async def heard_all(office: Office, person: Person) -> None:
    """Whoever listens has heard everything that came before: a later request is answered."""
    before = len(person.heard())
    person.dm("problems")
    await until(lambda: len(person.heard()) > before, "a later request is answered", seconds=30)
    answer = person.heard()[-1]
    await until(lambda: "On it" not in answer.words, "it is the answer", seconds=30)
