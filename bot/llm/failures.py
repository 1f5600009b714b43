"""What a provider's exception or an unusable answer means: try again, use the other model, or tell the person.

The facts used are LangChain's `ModelError` family where an integration raises it, else HTTP status codes and the kind
of transport error (Ollama's client raises its own; streams break with the HTTP library's). Texts of exceptions are
never shown: they hold addresses, and sometimes parts of keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
    OutputParserException,
)
from langchain_core.messages import AIMessage
from pydantic import ValidationError

from bot.errors import AdMindError
from bot.llm.chat_models import KEY_SETTINGS, ModelChoice
from bot.llm.errors import (
    ModelMisconfigured,
    ModelMuddled,
    ModelRefused,
    ModelScrambled,
    ModelTooLong,
    ModelUnavailable,
)
from bot.words import noted

_TRANSPORT_LIBRARIES: Final = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "aiohttp", "anyio", "ssl"})
_FILTER_CODES: Final = frozenset({"content_filter", "content_policy_violation", "invalid_prompt", "moderation_blocked"})
_FILTER_REASONS: Final = frozenset(
    # OpenAI, Azure; Anthropic; Google: https://ai.google.dev/api/generate-content#FinishReason
    {"content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety"}
)
_LENGTH_REASONS: Final = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"})
_TOO_LONG: Final = re.compile(
    r"context_length_exceeded|context window|context length|maximum context|prompt is too long|"
    r"exceeds? the (?:maximum|available) (?:number of tokens|context)|input is too long",
    re.I,
)
_NO_CREDIT: Final = re.compile(r"insufficient_quota|credit balance is too low|billing_hard_limit", re.I)


@dataclass(frozen=True)
class Failure:
    """`error` is what the person reads when nothing helps. `again`: the same request may succeed. `elsewhere`: the
    other model may answer. `spent`: the provider may have worked, and charged, before it failed.
    """

    error: AdMindError
    again: bool = False
    elsewhere: bool = False
    spent: bool = False

    @property
    def retry_after_seconds(self) -> float | None:
        return self.error.retry_after_seconds


def read_failure(raised: Exception, choice: ModelChoice | None, now: datetime) -> Failure | None:
    """What an exception from a model call means; None when it is not the provider's doing (a bug of ours)."""
    if isinstance(raised, ModelScrambled):
        return Failure(raised, again=True, elsewhere=True, spent=True)
    if isinstance(raised, AdMindError):
        return Failure(raised, elsewhere=isinstance(raised, ModelUnavailable))
    status, text = _status(raised), _text(raised)
    if isinstance(raised, ContextOverflowError) or _is_overflow(raised, status, text):
        return Failure(ModelTooLong())
    if _code(raised) in _FILTER_CODES or _is_kind(raised, "ContentFilterFinishReasonError", "OpenAIRefusalError"):
        return Failure(ModelRefused())
    if _is_kind(raised, "LengthFinishReasonError"):
        return Failure(_answer_too_long(), spent=True)
    if _code(raised) == "insufficient_quota" or _NO_CREDIT.search(text):
        return Failure(_no_credit(choice), elsewhere=True)
    if isinstance(raised, (ModelAuthenticationError, ModelPermissionDeniedError)) or _is_key_refused(status, text):
        return Failure(_key_refused(choice))
    if isinstance(raised, ModelNotFoundError) or status == 404:
        return Failure(_not_found(choice))
    wait = retry_after(raised, now)
    if isinstance(raised, ModelRateLimitError) or status == 429:
        return Failure(
            _unavailable("The language model is busy and asked us to wait.", wait), again=True, elsewhere=True
        )
    if isinstance(raised, ModelAPIError) or (status is not None and status >= 500) or status == 408:
        return Failure(_unavailable("The language model has a problem of its own.", wait), again=True, elsewhere=True)
    if _is_timeout(raised):
        return Failure(
            _unavailable("The language model did not answer in time.", wait), again=True, elsewhere=True, spent=True
        )
    if isinstance(raised, ModelConnectionError) or _is_transport(raised):
        return Failure(
            _unavailable("The language model could not be reached.", wait), again=True, elsewhere=True, spent=True
        )
    if isinstance(raised, OutputParserException) or _is_clients_validation(raised):
        return Failure(ModelMuddled(), again=True, elsewhere=True, spent=True)
    if isinstance(raised, json.JSONDecodeError):
        return Failure(
            _unavailable("The language model answered with something unreadable.", None), again=True, elsewhere=True
        )
    if _is_stream_error(raised):
        return Failure(
            _unavailable("The language model broke off its answer.", wait), again=True, elsewhere=True, spent=True
        )
    if isinstance(raised, ModelInvalidRequestError) or (status is not None and 400 <= status < 500):
        return Failure(_request_refused(choice))
    if isinstance(raised, ModelError):
        return Failure(_unavailable("The language model failed.", wait), again=raised.is_retryable, elsewhere=True)
    return None


def read_answer(message: AIMessage, choice: ModelChoice | None) -> Failure | None:
    """What is wrong with an answer that arrived; None when it can be used."""
    reason = stop_reason(message)
    if reason in _FILTER_REASONS or _says_refusal(message):
        return Failure(ModelRefused(), spent=True)
    if message.tool_calls or message.invalid_tool_calls:
        return None
    empty = not message.text.strip()
    if empty and reason in _LENGTH_REASONS:
        return Failure(_answer_too_long(), spent=True)
    if _was_cut(message, choice, reason):
        return Failure(
            _unavailable("The language model broke off its answer.", None), again=True, elsewhere=True, spent=True
        )
    if empty:
        return Failure(ModelMuddled(), again=True, spent=True)
    return None


def stop_reason(message: AIMessage) -> str:
    """Why the model stopped, in lower case, whatever the provider calls the field; "" when it did not say."""
    facts = message.response_metadata
    feedback = facts.get("prompt_feedback")
    if isinstance(feedback, dict) and feedback.get("block_reason"):
        return "safety"
    incomplete = facts.get("incomplete_details")
    if isinstance(incomplete, dict) and incomplete.get("reason"):
        return str(incomplete["reason"]).lower()
    for name in ("finish_reason", "stop_reason", "done_reason", "status"):
        if facts.get(name):
            return str(facts[name]).lower()
    return ""


def was_cut_for_length(message: AIMessage) -> bool:
    return stop_reason(message) in _LENGTH_REASONS


def retry_after(raised: BaseException, now: datetime) -> float | None:
    """The seconds that the provider asked us to wait: `Retry-After` as seconds or date, or `retry-after-ms`, or
    Google's RetryInfo in the body. At most a day; None when it named none.
    """
    for error in _causes(raised):
        headers = getattr(getattr(error, "response", None), "headers", None)
        if headers is not None:
            seconds = _milliseconds(headers.get("retry-after-ms")) or parse_retry_after(headers.get("retry-after"), now)
            if seconds is not None:
                return seconds
        delay = re.search(r"retryDelay['\"]?\s*[:=]\s*['\"]?(\d+(?:\.\d+)?)s", str(error))
        if delay:
            return min(float(delay[1]), 86_400)
    return None


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """RFC 9110 §10.2.3: delay-seconds or an HTTP date. None when there is none or it makes no sense."""
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value):
        return min(float(value), 86_400)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0), 86_400)


def _milliseconds(value: str | None) -> float | None:
    return float(value) / 1000 if value and re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value) else None


def _causes(raised: BaseException) -> Iterator[BaseException]:
    error: BaseException | None = raised
    for _ in range(6):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _status(raised: BaseException) -> int | None:
    for error in _causes(raised):
        for name in ("status_code", "code"):
            value = getattr(error, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
                return value
    return None


def _code(raised: BaseException) -> str:
    for error in _causes(raised):
        value = getattr(error, "code", None)
        if isinstance(value, str):
            return value
    return ""


def _text(raised: BaseException) -> str:
    """The words of the error and its causes, to look for codes in. Never shown or logged."""
    return " ".join(str(error)[:2000] for error in _causes(raised))


def _is_overflow(raised: BaseException, status: int | None, text: str) -> bool:
    if _code(raised) == "context_length_exceeded":
        return True
    return status in {400, 413, 422, 500, None} and _TOO_LONG.search(text) is not None


def _is_key_refused(status: int | None, text: str) -> bool:
    return status in {401, 403} or "API_KEY_INVALID" in text  # Google answers 400 to a wrong key


def _is_timeout(raised: BaseException) -> bool:
    return any(
        isinstance(error, (ModelTimeoutError, TimeoutError))
        or (_is_transport_class(type(error)) and "Timeout" in type(error).__name__)
        for error in _causes(raised)
    )


def _is_transport(raised: BaseException) -> bool:
    return any(
        isinstance(error, (ConnectionError, EOFError)) or _is_transport_class(type(error)) for error in _causes(raised)
    )


def _is_transport_class(kind: type[BaseException]) -> bool:
    """By name: which HTTP library a provider's client uses changes between its releases, and is none of our imports.
    A status is an answer, not a broken transport, whatever the library derives it from.
    """
    bases = [base for base in kind.__mro__ if base.__module__.partition(".")[0] in _TRANSPORT_LIBRARIES]
    return bool(bases) and not any(base.__name__ == "HTTPStatusError" for base in bases)


def _is_clients_validation(raised: BaseException) -> bool:
    """Ollama's client checks an answer's shape itself: a tool call with unreadable arguments ends there."""
    return isinstance(raised, ValidationError) and raised.title in {"ChatResponse", "GenerateResponse"}


def _is_stream_error(raised: BaseException) -> bool:
    """An error event inside a stream has no HTTP status of its own (or 200): the SDK's base class is all there is.
    Ollama's client says -1; LangChain says ValueError when a stream held nothing at all.
    """
    nothing = isinstance(raised, ValueError) and "No generation" in str(raised)
    return nothing or _is_kind(raised, "APIError", "APIStatusError", "ResponseError", "UnknownApiResponseError")


def _says_refusal(message: AIMessage) -> bool:
    if message.additional_kwargs.get("refusal"):
        return True
    blocks = message.content if isinstance(message.content, list) else []
    return any(isinstance(block, dict) and block.get("type") == "refusal" for block in blocks)


def _was_cut(message: AIMessage, choice: ModelChoice | None, reason: str) -> bool:
    """A stream that ends early looks like a finished answer, but names no reason to stop. Only the providers that
    always name one are judged by it.
    """
    provider = choice.provider if choice else message.response_metadata.get("model_provider")
    return not reason and provider in {"openai", "anthropic", "google_genai", "ollama"}


def _is_kind(raised: BaseException, *names: str) -> bool:
    """By name, so that no provider's package is imported for it."""
    return any(base.__name__ in names for base in type(raised).__mro__)


def _answer_too_long() -> ModelTooLong:
    return ModelTooLong("The language model's answer did not fit its limit.")


def _unavailable(what: str, wait: float | None) -> ModelUnavailable:
    return ModelUnavailable(what, retry_after_seconds=wait)


def _named(choice: ModelChoice | None) -> str:
    return choice.provider if choice else noted("the model's provider")


def _key_refused(choice: ModelChoice | None) -> ModelMisconfigured:
    key = (choice and KEY_SETTINGS.get(choice.provider)) or noted("its key")
    return ModelMisconfigured(
        f"The language model can't be used: {_named(choice)} refused {key}.",
        kept="Commands work without it.",
        do_next=f"Whoever runs AdMind should check {key} (expired, revoked, or for another project?) and restart.",
    )


def _no_credit(choice: ModelChoice | None) -> ModelUnavailable:
    return ModelUnavailable(
        f"The account at {_named(choice)} has no credit left.",
        do_next="Whoever runs AdMind should add credit there or choose another ADMIND_MODEL; commands work meanwhile.",
    )


def _not_found(choice: ModelChoice | None) -> ModelMisconfigured:
    name = f"“{choice.name}”" if choice else "the model"
    return ModelMisconfigured(
        f"The language model can't be used: {_named(choice)} has no model {name} for this account.",
        kept="Commands work without it.",
        do_next="Whoever runs AdMind should check ADMIND_MODEL and ADMIND_FALLBACK_MODEL.",
    )


def _request_refused(choice: ModelChoice | None) -> ModelMisconfigured:
    return ModelMisconfigured(
        f"The language model can't be used: {_named(choice)} did not accept AdMind's request.",
        kept="Commands work without it.",
        do_next="Whoever runs AdMind should check that ADMIND_MODEL names a chat model that can call tools.",
    )
