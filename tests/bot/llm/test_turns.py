"""What the policy promises about a turn, on OpenAI's wire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, ToolMessage

from bot.llm.budget import OverBudget
from bot.llm.chat_models import ModelChoice, build_model, close_model
from bot.llm.errors import ModelUnavailable, TurnStopped
from bot.llm.turns import TurnLimits
from tests.bot.llm.agents import CountingBudget, Turn, Waits, build_agent, run
from tests.fakes.model_server import Call, Fail, Hang, Request, Say
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as opened:
        yield opened


@pytest.fixture
async def model(server: OpenAIServer) -> AsyncIterator[BaseChatModel]:
    built = build_model(ModelChoice.parse("openai:gpt-5.5"), server.keys(), timeout_seconds=5)
    yield built
    await close_model(built)


def draft(topic: str) -> Say:
    return Say(calls=(Call("draft", {"topic": topic, "accounts": ["a_1"]}),))


LOOK = Say(calls=(Call("look_up", {"day": "2026-12-01"}),))


async def test_a_tool_that_the_person_may_not_use_does_not_run(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(draft("bikes"), Say("Ana can do that."))
    turn = Turn(forbidden={"draft": "Tom is not a requester of this brand."})
    messages = await run(build_agent(model), turn)
    assert turn.ran == []
    assert "Tom is not a requester" in messages[-2].text


async def test_scope_may_be_lost_half_way(server: OpenAIServer, model: BaseChatModel) -> None:
    turn = Turn()

    def answer(request: Request) -> Say:
        if request.number == 1:
            turn.forbidden["draft"] = "This turn has read a web page."
        return [LOOK, draft("bikes"), Say("I could only look.")][request.number]

    server.answer = answer
    await run(build_agent(model), turn)
    assert [name for name, _ in turn.ran] == ["look_up"]


async def test_our_errors_reach_the_model_as_sentences(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(draft("forbidden words"), Say("It is paused."))
    messages = await run(build_agent(model), Turn())
    assert messages[-2].text == "That topic is paused. Pick another."


@pytest.mark.parametrize("topic", ["crash", "bad record"])
async def test_an_unexpected_error_reaches_the_model_as_a_reference_only(
    server: OpenAIServer, model: BaseChatModel, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(draft(topic), Say("Sorry."))
    with caplog.at_level(logging.ERROR):
        messages = await run(build_agent(model), Turn())
    assert "secret" not in str(server.requests[1].body)
    assert "reference" in messages[-2].text
    reference = messages[-2].text.rpartition("reference ")[2].strip(".")
    assert any(reference in record.getMessage() for record in caplog.records)


async def test_wrong_arguments_are_explained_to_the_model(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(Say(calls=(Call("draft", {"topic": 7}),)), draft("bikes"), Say("Done."))
    turn = Turn()
    await run(build_agent(model), turn)
    assert "accounts" in str(server.requests[1].body["messages"][-1])
    assert len(turn.ran) == 1


async def test_the_same_call_twice_running_runs_once(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(draft("bikes"), draft("bikes"), Say("Done."))
    turn = Turn()
    messages = await run(build_agent(model), turn)
    assert len(turn.ran) == 1
    assert "was not run" in messages[-2].text


async def test_the_same_call_twice_in_one_answer_runs_once(server: OpenAIServer, model: BaseChatModel) -> None:
    call = {"topic": "bikes", "accounts": ["a_1"]}
    server.script(Say(calls=(Call("draft", call, "c1"), Call("draft", call, "c2"))), Say("Done."))
    turn = Turn()
    messages = await run(build_agent(model), turn)
    assert len(turn.ran) == 1
    assert sum(isinstance(message, ToolMessage) for message in messages) == 2


async def test_looking_again_after_doing_something_is_no_repetition(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(LOOK, draft("bikes"), LOOK, Say("Done."))
    turn = Turn()
    await run(build_agent(model), turn)
    assert [name for name, _ in turn.ran] == ["look_up", "draft", "look_up"]


async def test_a_model_going_round_in_circles_is_stopped(server: OpenAIServer, model: BaseChatModel) -> None:
    server.answer = lambda request: LOOK if request.number % 2 else draft("bikes")
    turn = Turn()
    with pytest.raises(TurnStopped, match="circles"):
        await run(build_agent(model, limits=TurnLimits(steps=40)), turn)
    assert len(turn.ran) == 6


async def test_the_last_step_is_asked_for_words(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(draft("a"), draft("b"), Say("Two are done, one is open."))
    messages = await run(build_agent(model, limits=TurnLimits(steps=3)), Turn())
    assert messages[-1].text == "Two are done, one is open."
    assert "last step" in str(server.requests[2].body)
    assert "last step" not in str(server.requests[1].body)


async def test_a_turn_that_will_not_end_is_ended(server: OpenAIServer, model: BaseChatModel) -> None:
    server.answer = lambda request: draft(f"topic {request.number}")
    turn = Turn()
    with pytest.raises(TurnStopped, match="3 steps"):
        await run(build_agent(model, limits=TurnLimits(steps=3)), turn)
    assert len(turn.ran) == 2
    assert len(server.requests) == 3


async def test_steps_of_earlier_turns_do_not_count(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(draft("a"), Say("Done."), draft("a"), Say("Done again."))
    agent = build_agent(model, limits=TurnLimits(steps=2))
    turn = Turn()
    first: Any = await agent.ainvoke({"messages": [HumanMessage("Go")]}, context=turn)
    second: Any = await agent.ainvoke({"messages": [*first["messages"], HumanMessage("And again")]}, context=turn)
    assert second["messages"][-1].text == "Done again."
    assert len(turn.ran) == 2


async def test_over_budget_stops_before_any_call(server: OpenAIServer, model: BaseChatModel) -> None:
    with pytest.raises(OverBudget):
        await run(build_agent(model, budget=CountingBudget(limit=10)), Turn())
    assert server.requests == []


async def test_each_call_is_reserved_and_settled_to_what_was_used(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(
        Say(calls=(Call("look_up", {"day": "x"}),), input_tokens=100, output_tokens=20),
        Say("Free.", input_tokens=150, output_tokens=5),
    )
    budget = CountingBudget()
    await run(build_agent(model, budget=budget), Turn())
    assert budget.settled == [120, 155]
    assert len(budget.reserved) == 2
    assert min(budget.reserved) >= 1000


async def test_a_cancelled_turn_keeps_its_reservation(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(Hang())
    budget = CountingBudget()
    task = asyncio.create_task(run(build_agent(model, budget=budget), Turn()))
    await server.asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(budget.reserved) == 1
    assert budget.settled == []


async def test_a_wait_longer_than_patience_is_told_to_the_person(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(Fail(429, retry_after="600"))
    waits = Waits()
    with pytest.raises(ModelUnavailable) as raised:
        await run(build_agent(model, waits=waits), Turn())
    assert waits.seconds == []
    assert raised.value.retry_after_seconds == 600
    assert "10 minutes" in raised.value.sentence()


async def test_a_wait_is_announced_while_streaming(server: OpenAIServer, model: BaseChatModel) -> None:
    server.script(Fail(429, retry_after="4"), Say("Here."))
    agent, turn = build_agent(model), Turn()
    given: Any = {"messages": [HumanMessage("Go")]}
    notices = [part async for part in agent.astream(given, context=turn, stream_mode="custom")]
    assert [str(part["notice"]) for part in notices if isinstance(part, dict)] == [
        "The language model is busy and asked us to wait. Trying again in 4 s …"
    ]


async def test_many_turns_share_one_agent_without_mixing(server: OpenAIServer, model: BaseChatModel) -> None:
    def answer(request: Request) -> Say:
        messages = request.body["messages"]
        asked = next(message["content"] for message in messages if message["role"] == "user")
        return Say(f"Done {asked}") if messages[-1]["role"] == "tool" else draft(str(asked))

    server.answer = answer
    agent = build_agent(model)
    turns = [Turn(member=f"m_{number}") for number in range(8)]
    results = await asyncio.gather(*(run(agent, turn, turn.member) for turn in turns))
    for turn, messages in zip(turns, results, strict=True):
        assert messages[-1].text == f"Done {turn.member}"
        assert [args["topic"] for _, args in turn.ran] == [turn.member]
