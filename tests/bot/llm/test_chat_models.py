from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import langsmith
import pytest
from langsmith.utils import tracing_is_enabled

from bot.llm.chat_models import PROVIDERS, ModelChoice, build_model, choice_of, close_model
from bot.llm.errors import ModelMisconfigured
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.model_server import Fail, Say

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "provider", "name"),
    [
        ("openai:gpt-5.5", "openai", "gpt-5.5"),
        (" Anthropic : claude-sonnet-5 ", "anthropic", "claude-sonnet-5"),
        ("ollama:llama3.1:8b", "ollama", "llama3.1:8b"),
        ("google-genai:gemini-3.5-flash", "google_genai", "gemini-3.5-flash"),
        ("offline", "offline", "offline"),
    ],
)
def test_a_choice_is_read_and_written_back(text: str, provider: str, name: str) -> None:
    choice = ModelChoice.parse(text)
    assert (choice.provider, choice.name) == (provider, name)
    assert ModelChoice.parse(str(choice)) == choice


@pytest.mark.parametrize("text", ["", "gpt-5.5", "openai", "openai:", "mistral:large", "offline:x", "openai:a b", ":x"])
def test_a_wrong_choice_names_the_setting_and_the_fix(text: str) -> None:
    with pytest.raises(ModelMisconfigured) as raised:
        ModelChoice.parse(text, setting="ADMIND_FALLBACK_MODEL")
    assert "ADMIND_FALLBACK_MODEL" in raised.value.what
    assert all(provider in raised.value.do_next for provider in PROVIDERS)


@pytest.mark.parametrize("text", ["openai:gpt-5.5", "anthropic:claude-sonnet-5", "google_genai:gemini-3.5-flash"])
def test_a_missing_key_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, "in-the-environment-and-not-to-be-used")
    with pytest.raises(ModelMisconfigured, match="_API_KEY is not set"):
        build_model(ModelChoice.parse(text), {})


async def test_a_server_of_ones_own_needs_no_key() -> None:
    model = build_model(ModelChoice.parse("openai:local"), {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    assert choice_of(model) == ModelChoice("openai", "local")
    await close_model(model)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.stream], ids=str)
async def test_a_client_alone_never_retries(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Fail(500), Say("too late"))
        with pytest.raises(Exception):  # noqa: B017 - each provider's own
            await model.ainvoke("hello")
        assert len(server.requests) == 1


@pytest.mark.parametrize("wire", WIRES, ids=str)
async def test_an_answer_is_capped_and_its_usage_is_known(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.script(Say("hello", input_tokens=30, output_tokens=12))
        if wire.stream:
            parts = [part async for part in model.astream("hello")]
            used = sum(part.usage_metadata["total_tokens"] for part in parts if part.usage_metadata)
        else:
            answer = await model.ainvoke("hello")
            assert answer.usage_metadata is not None
            used = answer.usage_metadata["total_tokens"]
        assert used == 42
        assert "8192" in str(server.requests[0].body)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.stream], ids=str)
async def test_temperature_is_sent_only_where_the_model_takes_one(wire: Wire) -> None:
    async with wire.open() as (server, _):
        model = build_model(ModelChoice.parse(wire.setting), server.keys(), temperature=0.25)
        server.script(Say("hello"))
        await model.ainvoke("hello")
        takes = (model.profile or {}).get("temperature", True)
        assert ("0.25" in str(server.requests[0].body)) is bool(takes)
        await close_model(model)


def test_conversations_are_traced_only_when_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    choice, keys = ModelChoice.parse("ollama:llama3.1"), {"OLLAMA_HOST": "127.0.0.1:9"}
    try:
        build_model(choice, keys)
        assert tracing_is_enabled() is False
        build_model(choice, {**keys, "LANGSMITH_TRACING": "true"})
        assert tracing_is_enabled() is True
    finally:
        langsmith.configure(enabled=False)


def test_the_side_that_chats_can_import_this_without_langchain() -> None:
    program = (
        "import sys, bot.llm.chat_models, bot.llm.errors, bot.llm.budget, bot.llm.json_repair\n"
        "print([name for name in sys.modules if name.split('.')[0] in "
        "{'langchain', 'langchain_core', 'langgraph', 'langsmith', 'openai', 'anthropic', 'ollama', 'google'}])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
