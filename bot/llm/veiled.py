"""Keeps personal data from the provider: every model that `build_model` makes sends tokens and gives back values.

It sits below all that calls a model, at the four methods through which LangChain reaches a provider, so no path can
forget it: the agent's turns, the copywriter, the reader of pages, repairs, the fallback, the offline model too. What
goes up again is restored before anybody sees it: words, tool arguments (also broken ones), structured answers, pieces
of a stream. A token that stands for nothing makes the answer unusable; nobody is ever shown one.

What is found is said in `bot.privacy.finding`. Names and postal addresses go out as they are.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

import regex
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCallChunk,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from bot.llm.errors import ModelScrambled
from bot.privacy import Stray, Veil
from bot.privacy.veil import NAMES

NOTE: Final = (
    "\n\nPersonal data is kept from you: a word such as {token} stands for it. Where it belongs into what you write, "
    "copy that word letter by letter. Never change, translate, shorten or make up such a word."
)
_READ: Final = frozenset({"text", "tool_use", "tool_result", "input_json_delta", "tool_call", "function_call"})
_OPEN: Final = regex.compile(
    rf"(?i)(?:{NAMES})[\s\\_*\u00ad\u200b\u2011-]{{0,2}}(?:X[\s\\_*\u00ad\u200b\u2011-]{{0,2}})?$"
)
_BREAK: Final = regex.compile(r"[\s\"]")

ModelT = TypeVar("ModelT", bound=BaseChatModel)


class Veiled(BaseChatModel):
    """Put before a provider's class."""

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        provider: Any = super()
        veil, sent = _veiled(messages)
        return _unveiled(provider._generate(sent, stop, run_manager, **kwargs), veil)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        provider: Any = super()
        veil, sent = _veiled(messages)
        return _unveiled(await provider._agenerate(sent, stop, run_manager, **kwargs), veil)

    # Who listens to a stream gets the restored pieces: the provider is not told of them.
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        provider: Any = super()
        veil, sent = _veiled(messages)
        pieces = _Pieces(veil)
        for chunk in provider._stream(sent, stop, None, **kwargs):
            for ready in pieces.take(chunk):
                if run_manager is not None:
                    run_manager.on_llm_new_token(ready.text, chunk=ready)
                yield ready
        for ready in pieces.rest():
            if run_manager is not None:
                run_manager.on_llm_new_token(ready.text, chunk=ready)
            yield ready

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        provider: Any = super()
        veil, sent = _veiled(messages)
        pieces = _Pieces(veil)
        async for chunk in provider._astream(sent, stop, None, **kwargs):
            for ready in pieces.take(chunk):
                if run_manager is not None:
                    await run_manager.on_llm_new_token(ready.text, chunk=ready)
                yield ready
        for ready in pieces.rest():
            if run_manager is not None:
                await run_manager.on_llm_new_token(ready.text, chunk=ready)
            yield ready


@cache
def veiled(provider: type[ModelT]) -> type[ModelT]:
    """The provider's class with a veil before it, under its own name: LangChain reads names."""
    return cast("type[ModelT]", type(provider.__name__, (Veiled, provider), {"__module__": __name__}))


def _veiled(messages: Sequence[BaseMessage]) -> tuple[Veil, list[BaseMessage]]:
    """The messages as they go out; a conversation is known by its first message, and our own prompts stay."""
    veil = Veil(next((message.text for message in messages if isinstance(message, HumanMessage)), ""))
    sent = [each if isinstance(each, SystemMessage) else _hidden(each, veil) for each in messages]
    if veil.values:
        note = NOTE.replace("{token}", next(iter(veil.values)))
        first = sent[0]
        if isinstance(first, SystemMessage) and isinstance(first.content, str):
            sent[0] = first.model_copy(update={"content": f"{first.content}{note}".strip()})
        else:
            sent.insert(0, SystemMessage(note.strip()))
    return veil, sent


def _hidden(message: BaseMessage, veil: Veil) -> BaseMessage:
    changes: dict[str, Any] = {}
    content = message.content
    hidden: Any = veil.veil(content) if isinstance(content, str) else [_block(each, veil) for each in content]
    if hidden != content:
        changes["content"] = hidden
    if isinstance(message, AIMessage):
        for name in ("tool_calls", "invalid_tool_calls"):
            calls = [{**call, "args": veil.veil_any(call["args"])} for call in getattr(message, name)]
            if calls != getattr(message, name):
                changes[name] = calls
        extra = veil.veil_all(message.additional_kwargs)
        if extra != message.additional_kwargs:
            changes["additional_kwargs"] = extra
    return message.model_copy(update=changes) if changes else message


def _block(block: str | dict[Any, Any], veil: Veil) -> str | dict[Any, Any]:
    """A block of words or of a tool's arguments. Others, such as signed thoughts, must go back as they came."""
    if isinstance(block, str):
        return veil.veil(block)
    if block.get("type") not in _READ:
        return block
    return {
        key: value if key in ("type", "id", "name", "index") else veil.veil_any(value) for key, value in block.items()
    }


def _unveiled(result: ChatResult, veil: Veil) -> ChatResult:
    try:
        generations = [
            ChatGeneration(message=_shown(each.message, veil), generation_info=each.generation_info)
            for each in result.generations
        ]
    except Stray:
        raise ModelScrambled from None
    return ChatResult(generations=generations, llm_output=result.llm_output)


def _shown(message: BaseMessage, veil: Veil) -> BaseMessage:
    changes: dict[str, Any] = {}
    content = message.content
    shown: Any = veil.unveil(content) if isinstance(content, str) else [_shown_block(each, veil) for each in content]
    if shown != content:
        changes["content"] = shown
    if isinstance(message, AIMessage):
        for name in ("tool_calls", "invalid_tool_calls"):
            calls = [{**call, "args": veil.unveil_all(call["args"])} for call in getattr(message, name)]
            if calls != getattr(message, name):
                changes[name] = calls
        extra = veil.unveil_all(message.additional_kwargs)
        if extra != message.additional_kwargs:
            changes["additional_kwargs"] = extra
    return message.model_copy(update=changes) if changes else message


def _shown_block(block: str | dict[Any, Any], veil: Veil) -> Any:
    if isinstance(block, str) or block.get("type") in _READ:
        return veil.unveil_all(block)
    return block


class _Pieces:
    """Restores a stream. A token may come in parts, so the last words wait until more follows."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self._waiting: dict[tuple[str, Any], str] = {}
        self._last: ChatGenerationChunk | None = None

    def take(self, chunk: ChatGenerationChunk) -> Iterator[ChatGenerationChunk]:
        """What can be passed on; the newest piece is kept back, as the rest goes out with it."""
        message = cast("AIMessageChunk", chunk.message)
        content: Any = message.content
        if isinstance(content, str):
            content = self._more(("text", None), content)
        else:
            content = [self._block(each) for each in content]
        calls = [self._call(each) for each in message.tool_call_chunks]
        ready, self._last = self._last, _again(chunk, content, calls)
        if ready is not None:
            yield ready

    def rest(self) -> Iterator[ChatGenerationChunk]:
        """The newest piece with all that waited. Raises ModelScrambled."""
        if self._last is None:
            return
        message = cast("AIMessageChunk", self._last.message)
        content: Any = message.content
        calls = list(message.tool_call_chunks)
        for (kind, index), text in self._waiting.items():
            said = self._restored(text)
            if not said:
                continue
            if kind == "args":
                calls.append(ToolCallChunk(name=None, args=said, id=None, index=index, type="tool_call_chunk"))
            elif index is None and isinstance(content, str):
                content += said
            else:
                block = {"type": "text" if kind == "text" else "input_json_delta", kind: said, "index": index}
                content = [*([content] if isinstance(content, str) and content else content), block]
        yield _again(self._last, content, calls)

    def _call(self, part: ToolCallChunk) -> ToolCallChunk:
        args, index = part.get("args"), part.get("index")
        if not args:
            return part
        # Without an index a call comes whole; Google counts all of them as the first, each whole with an id of its own.
        whole = index is None or (part.get("id") and _is_whole(args))
        told = self._restored(args) if whole else self._more(("args", index), args)
        return cast("ToolCallChunk", {**part, "args": told})

    def _block(self, block: str | dict[Any, Any]) -> str | dict[Any, Any]:
        if isinstance(block, str):
            return self._more(("text", None), block)
        if block.get("type") not in _READ:
            return block
        told = {
            key: self._more((key, block.get("index")), block[key])
            for key in ("text", "partial_json")
            if isinstance(block.get(key), str)
        }
        return {**block, **told}

    def _more(self, key: tuple[str, Any], text: str) -> str:
        """What is surely whole of what has come so far."""
        text = self._waiting.get(key, "") + text
        breaks = [match.start() for match in _BREAK.finditer(text)]
        cut = breaks[-1] if breaks else 0
        while cut and _OPEN.search(text[:cut]):  # a word that may go on behind a blank
            cut = next((at for at in reversed(breaks) if at < cut), 0)
        self._waiting[key] = text[cut:]
        return self._restored(text[:cut])

    def _restored(self, text: str) -> str:
        try:
            return self._veil.unveil(text)
        except Stray:
            raise ModelScrambled from None


def _is_whole(args: str) -> bool:
    try:
        return isinstance(json.loads(args), dict)
    except (ValueError, RecursionError):
        return False


def _again(chunk: ChatGenerationChunk, content: Any, calls: list[ToolCallChunk]) -> ChatGenerationChunk:
    message = cast("AIMessageChunk", chunk.message)
    if content == message.content and calls == message.tool_call_chunks:
        return chunk
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=content,
            id=message.id,
            name=message.name,
            tool_call_chunks=calls,
            additional_kwargs=message.additional_kwargs,
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
            chunk_position=message.chunk_position,
        ),
        generation_info=chunk.generation_info,
    )
