"""The wires that every promise about providers is tested on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from bot.llm.chat_models import ModelChoice, build_model, close_model
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.google_server import GoogleServer
from tests.fakes.model_server import ModelServer
from tests.fakes.ollama_server import OllamaServer
from tests.fakes.openai_server import OpenAIServer


@dataclass(frozen=True)
class Wire:
    """A provider's protocol, and whether answers are streamed."""

    server: type[ModelServer]
    setting: str
    stream: bool

    def __str__(self) -> str:
        return f"{self.setting.replace(':', '-')}-{'stream' if self.stream else 'whole'}"

    @asynccontextmanager
    async def open(self, timeout_seconds: float = 5) -> AsyncIterator[tuple[ModelServer, BaseChatModel]]:
        async with self.server() as server:
            model = build_model(ModelChoice.parse(self.setting), server.keys(), timeout_seconds=timeout_seconds)
            try:
                yield server, model
            finally:
                await close_model(model)


_SETTINGS: tuple[tuple[type[ModelServer], str], ...] = (
    (OpenAIServer, "openai:gpt-5.5"),
    (OpenAIServer, "openai:gpt-5.6-sol"),  # speaks the Responses API
    (AnthropicServer, "anthropic:claude-sonnet-5"),
    (OllamaServer, "ollama:llama3.1"),
    (GoogleServer, "google_genai:gemini-3.5-flash"),
)
WIRES = [Wire(server, setting, stream) for server, setting in _SETTINGS for stream in (False, True)]
