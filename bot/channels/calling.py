"""Calls that publish nothing: whatever goes wrong with one, nothing stands there because of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from httpx2 import Response

from bot.channels.answers import KEPT
from bot.channels.handed import HandedDiffers
from bot.errors import OutcomeUnknown, ProvenNotSent
from bot.fetch import NotSent


async def harmless(call: Callable[[], Awaitable[Response]], name: str, judged: Callable[[Response], None]) -> Response:
    """A good answer. Raises ChannelRefused for a clear no as `judged` finds it, ProvenNotSent for the rest."""
    try:
        answer = await call()
    except NotSent as error:
        raise ProvenNotSent(
            f"{name} could not be reached. " + error.what, kept=KEPT, retry_after_seconds=error.retry_after_seconds
        ) from error
    except HandedDiffers:
        raise
    except Exception as error:
        raise ProvenNotSent(f"{name} did not answer properly.", kept=KEPT) from error
    try:
        judged(answer)
    except OutcomeUnknown as error:  # it asked for nothing that could be published
        raise ProvenNotSent(f"{name} answered HTTP {answer.status_code}.", kept=KEPT) from error
    return answer
