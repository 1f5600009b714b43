"""A real AdMind that lives in the loopback Slack, over either door, with people and a review room."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from bot.bootstrap import AdMind
from bot.chat import Draft, Identified, Member
from bot.clock import MovableClock, milliseconds
from bot.settings import load_settings
from bot.workflow.requests import Asker
from handlers.slack.living import Living, lived
from storage import keys
from storage.posts import Post, PostState
from storage.stores import DraftStore, PostStore
from tests.fakes.model_server import ModelServer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until


@dataclass
class Office:
    """`ana` owns the brand; drafts wait in `room`."""

    slack: SlackServer
    admind: AdMind
    living: Living
    ana: Person
    room: Channel

    @property
    def workspace(self) -> str:
        return self.admind.workspace.id

    def cards(self, channel: Channel | None = None) -> list[Message]:
        """Messages of AdMind's that show a draft, oldest first."""
        where = channel or self.room
        return [
            each for each in where.messages.values() if each.metadata.get("event_payload", {}).get("digest") is not None
        ]

    async def card(self, count: int = 1, channel: Channel | None = None) -> Message:
        """The newest card, once there are so many."""
        await until(lambda: len(self.cards(channel)) >= count, f"{count} cards", seconds=30)
        return self.cards(channel)[-1]

    async def drafts(self) -> list[Draft]:
        page = await DraftStore(self.admind.database).page(self.workspace)
        return list(page.items)

    async def draft(self, card: Message) -> Draft:
        name = card.metadata["event_payload"]["draft"]
        return (await DraftStore(self.admind.database).get(self.workspace, name)).record

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


def all_of(message: Message) -> str:
    """Everything in it, addresses too."""
    return json.dumps(message.blocks, ensure_ascii=False) + message.text


def says(channel: Channel, words: str) -> bool:
    return any(words in each.words for each in channel.messages.values())


async def said(channel: Channel, words: str) -> Message:
    await until(lambda: says(channel, words), f"“{words}” is said", seconds=30)
    return next(each for each in channel.messages.values() if words in each.words)


async def whispered(person: Person, channel: Channel, words: str) -> Message:
    await until(
        lambda: any(words in all_of(each) for each in person.whispers(channel)), f"“{words}” to one", seconds=30
    )
    return next(each for each in person.whispers(channel) if words in all_of(each))


def environ(folder: Path, slack: SlackServer, ana: Person, room: Channel | None, door: str) -> dict[str, str]:
    given = {
        "ADMIND_DATA_DIR": str(folder),
        "ADMIND_TIMEZONE": "UTC",
        "ADMIND_SLACK_BOT_TOKEN": slack.token,
        "ADMIND_SLACK_API_URL": slack.api,
        "ADMIND_OWNERS": f"slack:{slack.team.id}/{ana.id}",
    }
    if room is not None:
        given["ADMIND_SLACK_REVIEW_ROOM"] = room.id
    if door == "sockets":
        given["ADMIND_SLACK_APP_TOKEN"] = slack.app_token
    else:
        given["ADMIND_SLACK_SIGNING_SECRET"] = slack.signing_secret
    return given


@asynccontextmanager
async def running(
    folder: Path,
    slack: SlackServer,
    ana: Person,
    room: Channel,
    *,
    clock: MovableClock,
    door: str = "sockets",
    model: ModelServer | None = None,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Office]:
    """AdMind on this folder as `admind run` has it, model loaded, and Slack sending to it. `more`: other settings."""
    thinking = {"ADMIND_MODEL": "openai:gpt-4o", **model.keys()} if model else {}
    settings = load_settings({**environ(folder, slack, ana, room, door), **thinking, **(more or {})})
    async with AdMind(settings, clock=clock) as admind, lived(admind) as living:
        await admind.start()
        await admind.loaded()
        office = Office(slack, admind, living, ana, room)
        if door == "sockets":
            async with living.heard(ping_seconds=0.2):
                await slack.over_sockets()
                yield office
        else:
            async with served(living) as port:
                slack.over_http(f"http://127.0.0.1:{port}/slack/events")
                yield office


@asynccontextmanager
async def served(living: Living, listener: socket.socket | None = None) -> AsyncIterator[int]:
    """The paths that Slack calls, behind the server that AdMind is behind; the port."""
    site = living.mount(FastAPI())
    server = uvicorn.Server(uvicorn.Config(site, port=0, log_level="warning", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve([listener] if listener else None))
    try:
        await until(lambda: server.started, "the app is served")
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def rests(office: Office) -> None:
    """Until the card waits for its next try, some minutes from now."""

    async def waits() -> bool:
        found = await cast(Any, office.admind.database.client).zrange(
            keys.due(office.workspace), 0, -1, withscores=True
        )
        now = milliseconds(office.admind.clock.now() + timedelta(minutes=1))
        mine = [float(score) for entry, score in found if str(entry).startswith(("note:", "draft:"))]
        return bool(mine) and all(score > now for score in mine)

    await until(waits, "it waits")


async def nothing_due(office: Office) -> None:
    """Everything that is due now has been done."""

    async def done() -> bool:
        return (await office.admind._clockwork.tick()).entries == 0

    await until(done, "nothing is due", seconds=20)


async def member(office: Office, person: Person) -> Member:
    found = await office.admind.homes.member(Identified(platform="slack", team=office.slack.team.id, user=person.id))
    assert found is not None
    return found


async def asker_of(office: Office, draft: Draft) -> Asker:
    """The draft's requester, changing it elsewhere."""
    return Asker(
        workspace=draft.workspace,
        brand=draft.brand,
        member=draft.requested_by,
        conversation=draft.conversation,
        surface="studio",
        language="en",
        zone="UTC",
        by_agent=False,
    )
