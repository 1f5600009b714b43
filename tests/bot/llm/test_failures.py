from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from bot.errors import NotFound
from bot.llm.chat_models import ModelChoice
from bot.llm.errors import ModelRefused, ModelTooLong, ModelUnavailable
from bot.llm.failures import parse_retry_after, read_answer, read_failure, stop_reason
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.google_server import GoogleServer
from tests.fakes.model_server import Fail
from tests.fakes.ollama_server import OllamaServer

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
OPENAI = ModelChoice("openai", "gpt-5.5")


@given(st.integers(0, 80_000))
def test_retry_after_means_the_same_as_seconds_and_as_a_date(seconds: int) -> None:
    assert parse_retry_after(str(seconds), NOW) == seconds
    assert parse_retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


@given(st.text(max_size=30))
def test_no_retry_after_can_break_or_stall_a_turn(value: str) -> None:
    found = parse_retry_after(value, NOW)
    assert found is None or 0 <= found <= 86_400


@pytest.mark.parametrize("value", ["-1", "soon", "", None, "1e9", "99999999999999", "Mon, 99 Nov 2026 00:00:00 GMT"])
def test_a_senseless_retry_after_is_none(value: str | None) -> None:
    assert parse_retry_after(value, NOW) is None


def test_a_date_in_the_past_means_now() -> None:
    assert parse_retry_after("Mon, 30 Nov 2020 12:00:00 GMT", NOW) == 0


@pytest.mark.parametrize("wire", [w for w in WIRES if w.server is not OllamaServer and not w.stream], ids=str)
async def test_a_date_in_the_header_is_honoured_on_every_wire(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(429, retry_after=format_datetime(NOW + timedelta(seconds=90), usegmt=True)))
        with pytest.raises(Exception) as raised:
            await model.ainvoke("hello")
        failure = read_failure(raised.value, OPENAI, NOW)
        assert failure is not None
        assert failure.retry_after_seconds == 90
        assert "2 minutes" in failure.error.sentence()


async def test_googles_delay_in_the_body_is_honoured() -> None:
    wire = next(wire for wire in WIRES if wire.server is GoogleServer)
    async with wire.open() as (server, model):
        server.script(Fail(429, "delay"))
        with pytest.raises(Exception) as raised:
            await model.ainvoke("hello")
        failure = read_failure(raised.value, OPENAI, NOW)
        assert failure is not None
        assert failure.retry_after_seconds == 3


@pytest.mark.parametrize("bug", [KeyError("x"), TypeError("x"), AttributeError("x"), ValueError("x")])
def test_a_bug_of_ours_is_not_blamed_on_the_provider(bug: Exception) -> None:
    assert read_failure(bug, OPENAI, NOW) is None


def test_an_error_of_ours_passes_as_it_is() -> None:
    error = NotFound("No such draft.")
    failure = read_failure(error, OPENAI, NOW)
    assert failure is not None
    assert failure.error is error
    assert not failure.again


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"finish_reason": "content_filter"}, ModelRefused),
        ({"stop_reason": "refusal"}, ModelRefused),
        ({"finish_reason": "PROHIBITED_CONTENT"}, ModelRefused),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, ModelRefused),
        ({"prompt_feedback": {"block_reason": 4}}, ModelRefused),
        ({"stop_reason": "max_tokens"}, ModelTooLong),
        ({}, ModelUnavailable),
    ],
)
def test_an_empty_answer_is_read_by_its_reason(facts: dict[str, Any], expected: type[Exception]) -> None:
    failure = read_answer(AIMessage("", response_metadata=facts), OPENAI)
    assert failure is not None
    assert isinstance(failure.error, expected)


def test_a_good_answer_has_no_failure() -> None:
    message = AIMessage("Fine.", response_metadata={"finish_reason": "stop"})
    assert stop_reason(message) == "stop"
    assert read_answer(message, OPENAI) is None
