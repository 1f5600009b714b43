"""Each provider, through LangChain's real client and a real socket, under the turn policy."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from bot.errors import AdMindError
from bot.llm.chat_models import ModelChoice, build_model, close_model
from bot.llm.errors import (
    ModelMisconfigured,
    ModelMuddled,
    ModelRefused,
    ModelTooLong,
    ModelUnavailable,
)
from tests.bot.llm.agents import CountingBudget, Turn, Waits, build_agent, run
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.google_server import GoogleServer
from tests.fakes.model_server import Call, Cut, Drop, Fail, Garbage, Hang, Reply, Say
from tests.fakes.ollama_server import OllamaServer
from tests.fakes.openai_server import OpenAIServer

DRAFT = Call("draft", {"topic": "bikes", "accounts": ["a_1", "a_2"]})
HALF_A_LIST = '{"topic": "bikes", "accounts": ["a_1", "a_2",]'
LOST_TEXT = '{"accounts": ["a_1"], "topic": "20% off all bi'
every_wire = pytest.mark.parametrize("wire", WIRES, ids=str)


def wires_of(*servers: type, stream: bool | None = None) -> pytest.MarkDecorator:
    chosen = [wire for wire in WIRES if wire.server in servers and stream in (None, wire.stream)]
    return pytest.mark.parametrize("wire", chosen, ids=str)


@every_wire
async def test_a_plain_answer_arrives_whole_and_its_tokens_are_counted(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say("Good morning, here is the plan."))
        budget = CountingBudget()
        messages = await run(build_agent(model, budget=budget), Turn(), stream=wire.stream)
        assert messages[-1].text == "Good morning, here is the plan."
        assert budget.settled == [18]
        assert len(server.requests) == 1


@every_wire
async def test_a_tool_call_runs_and_its_result_goes_back(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say("Let me see.", calls=(DRAFT,)), Say("Done: d_1."))
        turn = Turn()
        messages = await run(build_agent(model), turn, stream=wire.stream)
        assert turn.ran == [("draft", {"topic": "bikes", "accounts": ["a_1", "a_2"]})]
        assert messages[-1].text == "Done: d_1."
        assert "draft d_1 about bikes" in str(server.requests[1].body)


@every_wire
async def test_two_calls_in_one_answer_both_run(wire: Wire) -> None:
    async with wire.open() as (server, model):
        calls = (Call("look_up", {"day": "2026-12-01"}, "c1"), Call("look_up", {"day": "2026-12-02"}, "c2"))
        server.script(Say(calls=calls), Say("Both are free."))
        turn = Turn()
        await run(build_agent(model), turn, stream=wire.stream)
        assert sorted(args["day"] for _, args in turn.ran) == ["2026-12-01", "2026-12-02"]


@every_wire
async def test_a_busy_provider_is_asked_exactly_once_more(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(429, retry_after="3"), Say("Here I am."))
        waits = Waits()
        messages = await run(build_agent(model, waits=waits), Turn(), stream=wire.stream)
        assert messages[-1].text == "Here I am."
        assert len(server.requests) == 2
        assert len(waits.seconds) == 1
        if wire.server is not OllamaServer:  # its client keeps no headers
            assert waits.seconds == [3]


@every_wire
async def test_what_a_busy_provider_refused_costs_nothing(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(429), Fail(429))
        budget = CountingBudget()
        with pytest.raises(ModelUnavailable, match="busy"):
            await run(build_agent(model, budget=budget), Turn(), stream=wire.stream)
        assert budget.settled == [0]


@every_wire
async def test_a_broken_provider_gives_way_to_the_fallback(wire: Wire) -> None:
    async with wire.open() as (server, model), OpenAIServer() as other:
        server.script(Fail(500), Fail(500))
        other.script(Say("From the other one."))
        fallback = build_model(ModelChoice.parse("openai:gpt-4o-mini"), other.keys())
        messages = await run(build_agent(model, fallback=fallback), Turn(), stream=wire.stream)
        assert messages[-1].text == "From the other one."
        await close_model(fallback)
        assert (len(server.requests), len(other.requests)) == (2, 1)


@every_wire
async def test_a_provider_that_does_not_answer_in_time_is_unavailable(wire: Wire) -> None:
    async with wire.open(timeout_seconds=0.15) as (server, model):
        server.script(Hang(), Hang())
        budget = CountingBudget()
        with pytest.raises(ModelUnavailable, match="in time"):
            await run(build_agent(model, budget=budget), Turn(), stream=wire.stream)
        assert len(server.requests) == 2
        assert budget.settled[0] >= 2 * budget.reserved[0]  # it may have worked both times


@every_wire
@pytest.mark.parametrize(
    "broken",
    [
        Drop(),
        Cut(Say("This is the first half of it", output_tokens=5), events=3),
        Cut(Say("This is the first half of it", output_tokens=5), events=3, clean=True),
        Cut(Say("This is the first half of it", output_tokens=5), events=3, then_error=True, clean=True),
        Garbage(),
    ],
    ids=["dropped", "broken", "truncated", "error-event", "garbage"],
)
async def test_half_an_answer_is_never_taken_for_a_whole_one(wire: Wire, broken: Reply) -> None:
    async with wire.open() as (server, model):
        server.script(broken, Say("Whole."))
        messages = await run(build_agent(model), Turn(), stream=wire.stream)
        assert [message.text for message in messages if isinstance(message, AIMessage)] == ["Whole."]
        assert len(server.requests) == 2


@every_wire
@pytest.mark.parametrize(
    "filtered", [Say(finish="filter"), Say(refusal="I can't help with that.")], ids=["filter", "refusal"]
)
async def test_a_refusal_is_said_as_one(wire: Wire, filtered: Say) -> None:
    if wire.server is OllamaServer:
        pytest.skip("Ollama has no filter")
    if filtered.refusal and wire.stream and wire.setting == "openai:gpt-5.5":
        pytest.skip("LangChain drops the refusal of a streamed chat completion: it arrives as an empty answer")
    async with wire.open() as (server, model):
        server.script(filtered)
        with pytest.raises(ModelRefused) as raised:
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert "other words" in raised.value.sentence()
        assert len(server.requests) == 1


@wires_of(OpenAIServer)
async def test_a_prompt_that_the_filter_stopped_is_a_refusal(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(400, "filter"))
        with pytest.raises(ModelRefused):
            await run(build_agent(model), Turn(), stream=wire.stream)


@every_wire
async def test_a_conversation_too_long_for_the_model_says_so(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(400, "overflow"))
        with pytest.raises(ModelTooLong) as raised:
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert "new thread" in raised.value.sentence()
        assert len(server.requests) == 1


@wires_of(OpenAIServer, AnthropicServer, GoogleServer)
async def test_a_refused_key_is_named_and_never_shown(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(400 if wire.server is GoogleServer else 401, "key"))
        name, secret = next((name, value) for name, value in server.keys().items() if name.endswith("_KEY"))
        with pytest.raises(ModelMisconfigured) as raised:
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert name in raised.value.sentence()
        assert not any(part in raised.value.sentence() for part in (secret, secret[:8], "7890", "127.0.0.1"))
        assert len(server.requests) == 1


@every_wire
async def test_an_unknown_model_is_named_with_its_setting(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(404))
        with pytest.raises(ModelMisconfigured) as raised:
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert wire.setting.partition(":")[2] in raised.value.sentence()
        assert "ADMIND_MODEL" in raised.value.sentence()


@wires_of(OpenAIServer, AnthropicServer)
async def test_no_credit_is_not_retried(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(429 if wire.server is OpenAIServer else 400, "quota"))
        with pytest.raises(ModelUnavailable, match="no credit"):
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert len(server.requests) == 1


@wires_of(OpenAIServer)
async def test_arguments_with_a_slip_are_mended_without_another_call(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say(calls=(Call("draft", HALF_A_LIST),)), Say("Done."))
        turn = Turn()
        messages = await run(build_agent(model), turn, stream=wire.stream)
        assert turn.ran == [("draft", {"topic": "bikes", "accounts": ["a_1", "a_2"]})]
        assert messages[-1].text == "Done."
        assert len(server.requests) == 2


@wires_of(AnthropicServer, stream=True)
async def test_streamed_arguments_of_anthropic_with_a_slip_are_mended(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say("Hm.", calls=(Call("draft", HALF_A_LIST),)), Say("Done."))
        turn = Turn()
        await run(build_agent(model), turn, stream=True)
        assert turn.ran == [("draft", {"topic": "bikes", "accounts": ["a_1", "a_2"]})]
        sent = [block for message in server.requests[1].body["messages"] for block in message["content"]]
        inputs = [block["input"] for block in sent if isinstance(block, dict) and block.get("type") == "tool_use"]
        assert inputs == [{"topic": "bikes", "accounts": ["a_1", "a_2"]}]


@wires_of(OpenAIServer)
async def test_arguments_that_lost_text_are_asked_for_again_and_never_guessed(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say(calls=(Call("draft", LOST_TEXT),)), Say(calls=(DRAFT,)), Say("Done."))
        turn = Turn()
        messages = await run(build_agent(model), turn, stream=wire.stream)
        assert turn.ran == [("draft", {"topic": "bikes", "accounts": ["a_1", "a_2"]})]
        assert "valid JSON" in str(server.requests[1].body)
        assert not any(message.invalid_tool_calls for message in messages if isinstance(message, AIMessage))


@wires_of(OpenAIServer)
async def test_arguments_cut_for_their_length_are_not_mended(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say(calls=(Call("draft", HALF_A_LIST),), finish="length"), Say(calls=(DRAFT,)), Say("Done."))
        await run(build_agent(model), Turn(), stream=wire.stream)
        assert "write less" in str(server.requests[1].body)


@wires_of(OpenAIServer)
async def test_a_model_that_stays_muddled_is_given_up(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(*[Say(calls=(Call("draft", LOST_TEXT),))] * 2)
        turn = Turn()
        with pytest.raises(ModelMuddled):
            await run(build_agent(model), turn, stream=wire.stream)
        assert turn.ran == []
        assert len(server.requests) == 2


@wires_of(OllamaServer)
async def test_unreadable_arguments_from_ollama_are_asked_for_again(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say(calls=(Call("draft", LOST_TEXT),)), Say(calls=(DRAFT,)), Say("Done."))
        turn = Turn()
        messages = await run(build_agent(model), turn, stream=wire.stream)
        assert [args["topic"] for _, args in turn.ran] == ["bikes"]
        assert isinstance(messages[-2], ToolMessage)


@every_wire
async def test_an_empty_answer_is_asked_for_again(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say(""), Say("Sorry: here."))
        messages = await run(build_agent(model), Turn(), stream=wire.stream)
        assert messages[-1].text == "Sorry: here."


@every_wire
async def test_a_person_reads_only_sentences_when_everything_fails(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(503), Fail(503))
        with pytest.raises(AdMindError) as raised:
            await run(build_agent(model), Turn(), stream=wire.stream)
        assert "503" not in raised.value.sentence()
        assert "Nothing was published" in raised.value.sentence()
