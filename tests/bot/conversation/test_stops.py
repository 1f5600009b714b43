"""A turn is stopped by who asked for it, from any process; what it had made stays and is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult

from bot.conversation.agent import Agent
from bot.llm.offline import OfflineModel
from storage.budget import DailyTokens
from storage.redis import Database
from storage.requests import Request
from tests.bot.conversation.room import Room, open_room
from tests.bot.conversation.test_agent import Scripted, call
from tests.bot.conversation.test_desk import drafts, events

ASK = "Announce our workshop tomorrow 9am"


class Slow(Scripted):
    """Says what it is told to, and from the `slow_at`-th answer on never ends to think."""

    slow_at: int = 0
    thinking: Any = None

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if len(self.seen) >= self.slow_at:
            self.thinking.set()
            await asyncio.Event().wait()
        return await super()._agenerate(messages, stop, run_manager, **kwargs)


def slow(room: Room, *answers: AIMessage) -> Slow:
    model = Slow(answers=list(answers), seen=[], slow_at=len(answers), thinking=asyncio.Event(), disable_streaming=True)
    room.desk._agent = Agent(model, None, DailyTokens(room.database, room.clock.now))
    return model


@asynccontextmanager
async def answering(room: Room, model: Slow, text: str = ASK) -> AsyncIterator[str]:
    """A request whose turn works and does not end by itself."""
    name = await room.desk.receive(room.request(text))
    task = asyncio.create_task(room.desk.answer(room.workspace.id, name))
    try:
        await asyncio.wait_for(model.thinking.wait(), 10)
        yield name
        await asyncio.wait_for(task, 10)
    finally:
        task.cancel()


async def asked(room: Room, name: str) -> Request:
    return await room.desk.get(room.workspace.id, name)


@pytest.fixture
async def other(room: Room, database: Database, tmp_path: Path) -> Room:
    """The same desk as another process has it."""
    return await open_room(database, tmp_path)


async def test_a_stop_heard_by_another_process_ends_the_turn_once(room: Room, other: Room) -> None:
    async with answering(room, slow(room)) as name:
        stopped = await other.desk.stop(room.workspace.id, room.owner.id, "v_1")
        assert stopped == (name,)
        assert await other.desk.stop(room.workspace.id, room.owner.id, "v_1") == (), "it is stopped already"
    request = await asked(room, name)
    assert (request.status, request.stopped, request.reply) == ("done", True, "Stopped. Nothing was made.")
    assert [event.kind for event in await events(room, name)].count("done") == 1
    assert await drafts(room) == ()
    await room.desk.answer(room.workspace.id, name)
    assert await asked(room, name) == request, "nothing takes it up again"


async def test_what_was_made_before_is_kept_and_named_and_spoken_of_later(room: Room) -> None:
    made = call("draft_posts", posts=[{"topic": "our workshop", "when": "tomorrow 9am"}])
    async with answering(room, slow(room, made)) as name:
        await room.desk.stop(room.workspace.id, room.owner.id, "v_1")
    (draft,) = await drafts(room)
    request = await asked(room, name)
    assert request.reply == f"Stopped. Kept: “{draft.title}” ({draft.id})"
    assert request.drafts == (draft.id,)
    room.desk.use(OfflineModel(), None, DailyTokens(room.database, room.clock.now))
    assert (await room.say("shorter")).drafts == (draft.id,)


async def test_a_stop_before_the_turn_begins_lets_nothing_begin(room: Room) -> None:
    name = await room.desk.receive(room.request(ASK))
    pause = await room.desk.receive(room.request("pause"))
    assert set(await room.desk.stop(room.workspace.id, room.owner.id, "v_1")) == {name, pause}
    for each in (name, pause):
        await room.desk.answer(room.workspace.id, each)
        assert (await asked(room, each)).reply == "Stopped. Nothing was made."
    assert await drafts(room) == ()
    assert not (await room.looking.pauses(room.workspace.id, room.owner.id)).items


async def test_nobody_stops_what_others_asked_nor_another_conversation(room: Room) -> None:
    async with answering(room, slow(room)) as name:
        assert await room.desk.stop(room.workspace.id, "m_somebody", "v_1") == ()
        assert await room.desk.stop(room.workspace.id, room.owner.id, "v_2") == ()
        assert (await asked(room, name)).status == "working"
        await room.desk.stop(room.workspace.id, room.owner.id, "v_1")


async def test_what_is_answered_stays_answered(room: Room) -> None:
    said = await room.say(ASK)
    assert await room.desk.stop(room.workspace.id, room.owner.id, "v_1") == ()
    assert await asked(room, said.id) == said


async def test_the_word_alone_still_pauses_the_brand(room: Room) -> None:
    await room.say("stop")
    assert [each.scope for each in (await room.looking.pauses(room.workspace.id, room.owner.id)).items]


async def test_a_draft_that_was_kept_just_when_the_work_ended_is_named(room: Room) -> None:
    room.workshop.after = asyncio.Event()
    model = slow(room, call("draft_posts", posts=[{"topic": "our workshop"}]))
    name = await room.desk.receive(room.request(ASK))
    task = asyncio.create_task(room.desk.answer(room.workspace.id, name))
    await asyncio.wait_for(room.workshop.after.wait(), 10)
    await room.desk.stop(room.workspace.id, room.owner.id, "v_1")
    await asyncio.wait_for(task, 10)
    (draft,) = await drafts(room)
    assert not model.thinking.is_set(), "the tool had not come back"
    assert (await asked(room, name)).drafts == (draft.id,)
