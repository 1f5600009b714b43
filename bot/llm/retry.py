"""One request to a model, tried again and then elsewhere, as the provider's answers allow.

This is the only layer that retries: the clients are built without (see `chat_models`). A provider's wait is honoured
when a person can be kept waiting that long, else the fallback is asked at once, else the person is told when to return.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bot.llm.chat_models import choice_of
from bot.llm.failures import Failure, read_failure

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)
T = TypeVar("T")


class Unusable(Exception):
    """Raised by a `call` whose answer arrived but is a failure; carries what it means."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(type(failure.error).__name__)
        self.failure = failure


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class RetryPolicy:
    """`tries` calls for each model; waits double from `first_wait_seconds`, with jitter, and never exceed
    `patience_seconds`. `sleep` and `now` are injected by tests.
    """

    tries: int = 2
    first_wait_seconds: float = 0.5
    patience_seconds: float = 20
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = _now
    random: random.Random = field(default_factory=random.Random)

    def wait_seconds(self, attempt: int, failure: Failure) -> float | None:
        """How long to wait before another try of the same model; None when that is longer than a person would."""
        asked = failure.retry_after_seconds
        if asked is not None:
            return asked if asked <= self.patience_seconds else None
        wait = self.first_wait_seconds * 2.0**attempt * self.random.uniform(0.75, 1.25)
        return min(wait, self.patience_seconds)


async def call_models(
    models: Sequence[BaseChatModel],
    call: Callable[[BaseChatModel], Awaitable[T]],
    policy: RetryPolicy,
    *,
    on_failure: Callable[[BaseChatModel, Failure, float | None], None] = lambda model, failure, wait_seconds: None,
) -> T:
    """`call(model)` for the first of `models` that answers.

    `on_failure` hears which model failed how, and of the seconds until the same is tried again (None: it is not).
    Raises the AdMindError of the last failure; what is no model's failure (a bug, a cancellation) passes unchanged.
    """
    failure: Failure | None = None
    for model in models:
        for attempt in range(policy.tries):
            answer = await _try(model, call, policy)
            if not isinstance(answer, Failure):
                return answer[0]
            failure = answer
            last = not failure.again or attempt + 1 == policy.tries
            wait = None if last else policy.wait_seconds(attempt, failure)
            on_failure(model, failure, wait)
            if wait is None:
                break
            await policy.sleep(wait)
        if failure is not None and not failure.elsewhere:
            break
    if failure is None:
        raise ValueError("no model to call")
    raise failure.error


async def _try(
    model: BaseChatModel, call: Callable[[BaseChatModel], Awaitable[T]], policy: RetryPolicy
) -> tuple[T] | Failure:
    """One call: its answer in a tuple, or what its failure means."""
    try:
        return (await call(model),)
    except Exception as raised:
        choice = choice_of(model)
        failure = raised.failure if isinstance(raised, Unusable) else read_failure(raised, choice, policy.now())
        if failure is None:
            raise
        # The kind of error only: its text may hold an address, a part of a key, or what the person wrote.
        log.warning(
            "model call failed model=%s kind=%s means=%s", choice, type(raised).__name__, type(failure.error).__name__
        )
        return failure
