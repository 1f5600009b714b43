"""A deterministic chat model. It goes by the names of the tools and schemas that it is given, never by prompt text.

With AdMind's own tools it understands a message (`understanding`) and tells what came of it (`replies`); for the
copywriter's schemas it writes (`writing`); any other tool gets arguments taken from the words (`generic`), so that it
keeps the promises of a LangChain chat model whatever it is bound to.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput, ModelProfile
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from bot.llm.around import Around, read_blocks
from bot.llm.offline.generic import arguments, wants
from bot.llm.offline.replies import Told, speak
from bot.llm.offline.understanding import TOOLS, Say, understand

NAME: Final = "offline"


class OfflineModel(BaseChatModel):
    """Answers at once, without a network; the same messages and tools always give the same answer, ids included."""

    model_name: str = NAME
    stop: list[str] | None = None

    @property
    def _llm_type(self) -> str:
        return NAME

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def _resolve_model_profile(self) -> ModelProfile:
        return ModelProfile(
            max_input_tokens=200_000,
            max_output_tokens=20_000,
            tool_calling=True,
            structured_output=False,
            text_inputs=True,
            text_outputs=True,
        )

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=schemas, tool_choice=_choice(tool_choice), **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, stop, kwargs))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, stop, kwargs))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(self._answer(messages, stop, kwargs)):
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(self._answer(messages, stop, kwargs)):
            if run_manager is not None:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _answer(self, messages: Sequence[BaseMessage], stop: list[str] | None, options: dict[str, Any]) -> AIMessage:
        schemas = {tool["function"]["name"]: tool["function"] for tool in options.get("tools") or ()}
        calls, text = _decide(messages, schemas, options.get("tool_choice"))
        for mark in stop or self.stop or ():
            text = text.split(mark, 1)[0] if mark else text
        seed = sha256(repr([_plain(m) for m in messages]).encode("utf-8", "replace")).hexdigest()
        return AIMessage(
            content=text,
            id=f"offline-{seed[:16]}",
            tool_calls=[
                ToolCall(name=name, args=args, id=f"call_{seed[:12]}_{number}", type="tool_call")
                for number, (name, args) in enumerate(calls)
            ],
            response_metadata={
                "model_name": self.model_name,
                "model_provider": NAME,
                "finish_reason": "tool_calls" if calls else "stop",
            },
            usage_metadata=_usage(messages, text, calls),
        )


Decision = tuple[list[tuple[str, dict[str, Any]]], str]


def _decide(messages: Sequence[BaseMessage], schemas: dict[str, Any], choice: str | None) -> Decision:
    """The tool calls to make, or the words to say."""
    words, around = _last_words(messages)
    if choice in _WRITERS or (len(schemas) == 1 and next(iter(schemas)) in _WRITERS):
        name = choice if choice in _WRITERS else next(iter(schemas))
        return [(name, _write(name, messages))], ""
    results = _results(messages)
    if schemas.keys() & TOOLS:
        if results:
            return [], speak(
                [_told(result) for result in results], around, words, first=_is_first(messages) and not around.met
            )
        answer = understand(words, around.model_copy(update={"focus": around.focus or _focus(messages, around)}))
        if isinstance(answer, Say):
            return [], answer.text
        if answer.name in schemas:
            return [(answer.name, dict(answer.args))], ""
    if choice not in (None, "auto", "none", "any"):
        return [(str(choice), arguments(schemas.get(str(choice), {}), words))], ""
    if choice != "none" and not results:
        named = wants(list(schemas), words, forced=choice == "any")
        if named:
            return [(name, arguments(schemas[name], words)) for name in named], ""
    return [], _plain_reply(words, results)


def _write(name: str, messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """Copy from the JSON document in the last human message that holds one; what comes after it is a complaint."""
    from bot.llm.offline import writing  # noqa: PLC0415 - loads its word lists at first use

    for message in reversed(messages):
        document = _document(message.text) if isinstance(message, HumanMessage) else None
        if document is not None:
            return dict(_WRITERS[name](writing)(document))
    return dict(_WRITERS[name](writing)({}))


def _document(words: str) -> dict[str, Any] | None:
    try:
        document = json.loads(words[words.index("{") : words.rindex("}") + 1])
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


_WRITERS: Final[dict[str, Callable[[Any], Callable[[dict[str, Any]], dict[str, Any]]]]] = {
    "PostPlan": lambda writing: writing.plan_post,
    "AccountCopy": lambda writing: writing.write_text,
    "Slides": lambda writing: writing.write_slides,
    "CopyReview": lambda writing: writing.review_copy,
    "RevisedCopy": lambda writing: writing.revise_copy,
    "PageFacts": lambda writing: writing.read_page,
    "SiteProfile": lambda writing: writing.read_site,
}


def _choice(choice: str | dict[str, Any] | bool | None) -> str | None:
    """One word for all the ways in which LangChain lets a caller say it."""
    if isinstance(choice, dict):
        return str(choice.get("function", choice).get("name", "any"))
    if isinstance(choice, bool):
        return "any" if choice else None
    return {"required": "any"}.get(choice, choice) if choice else None


def _last_words(messages: Sequence[BaseMessage]) -> tuple[str, Around]:
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return read_blocks(message.content)
    return "", Around()


def _results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """The tool results since the person last spoke."""
    found: list[ToolMessage] = []
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, ToolMessage):
            found.append(message)
    return found[::-1]


def _told(message: ToolMessage) -> Told:
    try:
        document = json.loads(message.text)
    except (ValueError, RecursionError):
        document = None
    return Told(message.text, document if isinstance(document, dict) else None)


_DRAFT_ID: Final = re.compile(r"\bd_[a-z0-9]{1,20}\b")


def _focus(messages: Sequence[BaseMessage], around: Around) -> str:
    """The draft that the latest tool result of an earlier turn was about, when it was one."""
    known = {draft.id for draft in around.drafts}
    for message in reversed(messages[:-1]):
        if isinstance(message, ToolMessage):
            named = {name for name in _DRAFT_ID.findall(message.text[:20_000]) if name in known}
            if named:
                return named.pop() if len(named) == 1 else ""
    return ""


def _is_first(messages: Sequence[BaseMessage]) -> bool:
    """Whether nothing was said to this person yet in what is remembered of the conversation."""
    return not any(isinstance(message, AIMessage) and message.text for message in messages)


def _plain_reply(words: str, results: Sequence[ToolMessage]) -> str:
    if results:
        return "Here is what came back: " + "; ".join(result.text[:2000] for result in results)
    short = " ".join(words.split())[:200]
    return f"I read: {short}" if short else "I am here."


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The answer in pieces of a few words, the calls and the numbers in the last."""
    pieces = re.findall(r"\s*\S+\s*", message.text) if not message.tool_calls else []
    for piece in pieces:
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece, id=message.id))
    calls = [
        {"name": call["name"], "args": json.dumps(call["args"]), "id": call["id"], "index": number}
        for number, call in enumerate(message.tool_calls)
    ]
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            id=message.id,
            tool_call_chunks=[{**call, "type": "tool_call_chunk"} for call in calls],
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
            chunk_position="last",
        )
    )


def _plain(message: BaseMessage) -> tuple[str, str, str]:
    return message.type, str(message.content), str(getattr(message, "tool_calls", ""))


def _usage(messages: Sequence[BaseMessage], text: str, calls: Sequence[tuple[str, dict[str, Any]]]) -> UsageMetadata:
    """Counted as four bytes a token: nobody is charged for it, but budgets and traces stay alive."""
    read = 1 + sum(len(str(message.content)) for message in messages) // 4
    wrote = 1 + (len(text) + sum(len(str(args)) for _, args in calls)) // 4
    return UsageMetadata(input_tokens=read, output_tokens=wrote, total_tokens=read + wrote)
