"""Hears a model's tool calls as they were written, because LangChain mends streamed ones by guessing.

While a stream is put together, arguments that end in the middle are closed wherever they broke off: `{"text": "20% off
all bi` becomes a tool call with half a sentence, and nothing on the message tells. So the raw text of every streamed
call is kept beside it, and a call whose text is not valid JSON is turned back into what it is: an invalid one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall, ToolCall, ToolCallChunk
from langchain_core.messages.tool import invalid_tool_call
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk


class RawCalls:
    """The raw text of one answer's streamed tool calls; nothing when the answer was not streamed."""

    def __init__(self) -> None:
        self._by_index: dict[int | str, dict[str, str]] = {}

    def add(self, part: ToolCallChunk) -> None:
        index = part.get("index")
        key: int | str = index if index is not None else part.get("id") or len(self._by_index)
        known = self._by_index.setdefault(key, {"id": "", "args": ""})
        known["id"] = known["id"] or part.get("id") or ""
        known["args"] += part.get("args") or ""

    def truthful(self, message: AIMessage) -> AIMessage:
        """The message with every call that was guessed from broken text among the invalid ones."""
        if not self._by_index or not message.tool_calls:
            return message
        texts = {call["id"]: call["args"] for call in self._by_index.values()}
        calls: list[ToolCall] = []
        guessed: list[InvalidToolCall] = []
        for call in message.tool_calls:
            text = texts.get(call["id"] or "")
            if text is None or _is_object(text):
                calls.append(call)
            else:
                guessed.append(invalid_tool_call(name=call["name"], args=text, id=call["id"], error="broken JSON"))
        if not guessed:
            return message
        invalid = [*message.invalid_tool_calls, *guessed]
        return message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": invalid})


_heard: ContextVar[RawCalls | None] = ContextVar("admind_raw_calls", default=None)


@contextmanager
def hearing() -> Iterator[RawCalls]:
    """What models with a `Listener` stream in this block, and in tasks that it starts; for one answer."""
    heard = RawCalls()
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


class Listener(AsyncCallbackHandler):
    """Every model that `build_model` makes has one among its callbacks: it serves all calls at once."""

    ignore_chain = ignore_agent = ignore_retriever = ignore_chat_model = True

    async def on_llm_new_token(
        self,
        token: str | list[str | dict[str, Any]],
        *,
        chunk: GenerationChunk | ChatGenerationChunk | None = None,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        heard = _heard.get()
        message = chunk.message if isinstance(chunk, ChatGenerationChunk) else None
        if heard is not None and isinstance(message, AIMessageChunk):
            for part in message.tool_call_chunks:
                heard.add(part)


def _is_object(text: str) -> bool:
    """No arguments at all are an empty object, by every provider's habit."""
    if not text.strip():
        return True
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
