"""A typed answer or an error for the person, on every wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, Field

from bot.llm.budget import Payer
from bot.llm.chat_models import ModelChoice, build_model, close_model
from bot.llm.errors import ModelMisconfigured, ModelMuddled, ModelRefused, ModelTooLong, ModelUnavailable
from bot.llm.structured import structured
from tests.bot.llm.agents import CountingBudget, Waits
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.model_server import Call, Fail, Request, Say
from tests.fakes.openai_server import OpenAIServer


class Brief(BaseModel):
    """A brief."""

    topic: str
    accounts: list[str] = Field(max_length=3)


GOOD = {"topic": "bikes", "accounts": ["a_1"]}
WHOLE_WIRES = [wire for wire in WIRES if not wire.stream]
every_wire = pytest.mark.parametrize("wire", WHOLE_WIRES, ids=str)
ASKED = [HumanMessage("Make a brief about bikes.")]


def filled(value: dict[str, Any]) -> Any:
    """The value in the form in which the request wants it: as a forced tool call or as JSON text."""

    def answer(request: Request) -> Say:
        if request.body.get("tools"):
            return Say(calls=(Call("Brief", value),))
        return Say(json.dumps(value))

    return answer


@every_wire
async def test_the_answer_is_a_record(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.answer = filled(GOOD)
        assert await structured(model, Brief, ASKED) == Brief(**GOOD)
        assert len(server.requests) == 1


@every_wire
async def test_what_does_not_fit_is_asked_for_once_more_with_the_complaints(wire: Wire) -> None:
    async with wire.open() as (server, model):
        wrong = {"topic": "bikes", "accounts": ["a", "b", "c", "d"]}
        server.answer = lambda request: filled(wrong if request.number == 0 else GOOD)(request)
        assert await structured(model, Brief, ASKED) == Brief(**GOOD)
        assert "at most 3 items" in str(server.requests[1].body)


@every_wire
async def test_what_never_fits_is_an_error_for_the_person(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.answer = filled({"topic": "bikes"})
        with pytest.raises(ModelMuddled):
            await structured(model, Brief, ASKED, retry=Waits().policy())
        assert len(server.requests) == 2


async def test_json_with_a_slip_is_mended_without_another_call() -> None:
    async with WHOLE_WIRES[0].open() as (server, model):
        server.script(Say('```json\n{"topic": "bikes", "accounts": ["a_1",]}\n```'))
        assert await structured(model, Brief, ASKED) == Brief(**GOOD)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Say(finish="filter"), ModelRefused),
        (Say(refusal="No."), ModelRefused),
        (Say("", finish="length"), ModelTooLong),
        (Fail(400, "overflow"), ModelTooLong),
        (Fail(401, "key"), ModelMisconfigured),
        (Fail(429, retry_after="500"), ModelUnavailable),
    ],
)
async def test_failures_are_typed(reply: Say | Fail, expected: type[Exception]) -> None:
    for wire in WHOLE_WIRES[:2]:
        async with wire.open() as (server, model):
            server.script(reply)
            with pytest.raises(expected):
                await structured(model, Brief, ASKED, retry=Waits().policy())
            assert len(server.requests) == 1


@every_wire
async def test_the_fallback_steps_in_and_the_cost_is_settled(wire: Wire) -> None:
    async with wire.open() as (server, model), OpenAIServer() as other:
        server.script(Fail(503), Fail(503))
        other.answer = filled(GOOD)
        fallback = build_model(ModelChoice.parse("openai:gpt-5.5"), other.keys())
        budget = CountingBudget()
        found = await structured(
            model,
            Brief,
            ASKED,
            fallback=fallback,
            budget=budget,
            payer=Payer("w_1", "m_1"),
            retry=Waits().policy(),
        )
        await close_model(fallback)
        assert found == Brief(**GOOD)
        assert budget.settled == [18]


async def test_a_text_beyond_the_cap_is_never_sent() -> None:
    async with WHOLE_WIRES[0].open() as (server, model):
        with pytest.raises(ModelTooLong):
            await structured(model, Brief, [HumanMessage("x" * 101)], max_prompt_characters=100)
        assert server.requests == []
