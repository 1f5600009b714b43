"""A typed answer from a model: messages in, a record of the wanted schema out, or an error for the person.

The provider's own JSON schema mode is used where the model's profile says it has one; elsewhere a forced tool call,
which every chat model knows. What comes back is hostile data all the same: it is validated here, repaired or asked for
once more when it does not fit, and never returned half.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableSequence
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ValidationError

from bot.llm.budget import Meter, Payer, Spending, TokenBudget, estimate_tokens, paid
from bot.llm.chat_models import choice_of
from bot.llm.errors import ModelMuddled, ModelTooLong
from bot.llm.failures import Failure, read_answer
from bot.llm.json_repair import repair_object
from bot.llm.raw_calls import hearing
from bot.llm.retry import RetryPolicy, Unusable, call_models

MAX_PROMPT_CHARACTERS: Final = 400_000
_MAX_COMPLAINTS: Final = 8

SchemaT = TypeVar("SchemaT", bound=BaseModel)


async def structured(
    model: BaseChatModel,
    schema: type[SchemaT],
    messages: Sequence[BaseMessage],
    *,
    fallback: BaseChatModel | None = None,
    budget: TokenBudget | None = None,
    payer: Payer | None = None,
    meter: Meter | None = None,
    retry: RetryPolicy | None = None,
    max_prompt_characters: int = MAX_PROMPT_CHARACTERS,
) -> SchemaT:
    """An instance of `schema` that the model filled in. Reserved and settled on `payer`'s `budget` when both are given;
    what it took is added to `meter`.

    Raises ModelTooLong (before any call when the messages exceed `max_prompt_characters`), ModelRefused, ModelMuddled,
    ModelUnavailable, ModelMisconfigured, OverBudget; never a provider's own exception.
    """
    if sum(len(message.text) for message in messages) > max_prompt_characters:
        raise ModelTooLong("This text is too long for the language model.")
    models = [model, *([fallback] if fallback is not None else [])]
    async with paid(budget, payer, estimate_tokens(messages, tools=1), meter) as spending:

        async def call(model: BaseChatModel) -> SchemaT:
            return await _filled_in(model, schema, messages, spending)

        def on_failure(model: BaseChatModel, failure: Failure, wait_seconds: float | None) -> None:
            if failure.spent:
                spending.lost(model)

        return await call_models(models, call, retry or RetryPolicy(), on_failure=on_failure)


async def _filled_in(
    model: BaseChatModel, schema: type[SchemaT], messages: Sequence[BaseMessage], spending: Spending
) -> SchemaT:
    """One call, and one more with the complaints when its answer does not fit. Raises Unusable."""
    raw, found = await _ask(model, schema, messages, spending)
    if isinstance(found, schema):
        return found
    again = [*messages, AIMessage(content=_written(raw)[:4000] or "(nothing)"), HumanMessage(content=str(found))]
    _, found = await _ask(model, schema, again, spending)
    if isinstance(found, schema):
        return found
    raise Unusable(Failure(ModelMuddled(), elsewhere=True))


async def _ask(
    model: BaseChatModel, schema: type[SchemaT], messages: Sequence[BaseMessage], spending: Spending
) -> tuple[AIMessage, SchemaT | str]:
    """The raw answer with what it holds, or with what to tell the model about it. Raises Unusable.

    Naming its callbacks (none) keeps this call's tokens out of the stream of the turn that it may be part of.
    """
    with hearing() as heard:
        answer = await _unread(_asking(model, schema)).ainvoke(list(messages), config={"callbacks": []})
    raw = cast("AIMessage", answer["raw"])
    spending.answered(raw, model)
    failure = read_answer(raw, choice_of(model))
    if failure is not None and not isinstance(failure.error, ModelMuddled):
        raise Unusable(Failure(failure.error, failure.again, failure.elsewhere))
    raw = heard.truthful(raw)
    return raw, _read(raw, schema)


def _unread(asking: Runnable[Any, Any]) -> Runnable[Any, Any]:
    """Without LangChain's own reading of the answer, which nobody looks at and which goes through six threads."""
    return asking.first if isinstance(asking, RunnableSequence) else asking


def _asking(model: BaseChatModel, schema: type[BaseModel]) -> Runnable[Any, Any]:
    """The schema goes out as a plain dict where the provider checks it: given the class, OpenAI's client validates the
    answer itself and throws away what it can't read, its cost included. `strict` is OpenAI's word for "enforce it".
    """
    choice = choice_of(model)
    is_openai = choice is not None and choice.provider == "openai"
    if (model.profile or {}).get("structured_output"):
        extra: dict[str, Any] = {"strict": True} if is_openai else {}
        wanted = _without_defaults(schema.model_json_schema())
        return model.with_structured_output(wanted, method="json_schema", include_raw=True, **extra)
    if is_openai:  # a server of one's own that speaks OpenAI's protocol: tool calls are the older, safer part of it
        return model.with_structured_output(_as_tool(schema), method="function_calling", include_raw=True)
    return model.with_structured_output(_as_tool(schema), include_raw=True)


@cache
def _as_tool(schema: type[BaseModel]) -> dict[str, Any]:
    """Worked out once: given the class, LangChain does so twice in every call."""
    return convert_to_openai_tool(schema)


def _without_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """Strict mode wants every field filled in and refuses schemas that name defaults."""
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            found[key] = {name: _without_defaults(part) for name, part in value.items()}
        elif isinstance(value, dict):
            found[key] = _without_defaults(value)
        elif isinstance(value, list):
            found[key] = [_without_defaults(part) if isinstance(part, dict) else part for part in value]
        elif key != "default":
            found[key] = value
    found.pop("default", None)
    return found


def _read(raw: AIMessage, schema: type[SchemaT]) -> SchemaT | str:
    """What the answer holds, or what to tell the model about it."""
    mended = repair_object(_written(raw))
    if mended is None:
        return "That was not one complete JSON object of the asked form. Answer again with exactly that."
    try:
        return schema.model_validate(mended)
    except ValidationError as error:
        return _complaints(error)


def _written(raw: AIMessage) -> str:
    """The JSON text that the model wrote, wherever it put it."""
    for call in raw.tool_calls:
        return json.dumps(call["args"], ensure_ascii=False, default=str)
    for invalid in raw.invalid_tool_calls:
        return invalid.get("args") or ""
    return raw.text


def _complaints(error: ValidationError) -> str:
    """Where it did not fit and why, without the values: the model has them."""
    lines = [
        f"- {'.'.join(str(part) for part in problem['loc']) or 'the whole'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)[:_MAX_COMPLAINTS]
    ]
    return "That did not fit the asked form:\n" + "\n".join(lines) + "\nAnswer again, complete and corrected."
