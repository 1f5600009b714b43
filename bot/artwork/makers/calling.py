"""One request to an image provider: through the safe dialler, within a time, and again only where that is safe.

A picture costs money once the provider begins, so a request is repeated only when it was certainly not taken: nothing
was sent, or the provider said "too many" (429) or "not now" (503). What broke half-way is not asked for twice.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from bot.artwork.makers.base import MakingFailed, NotCharged
from bot.fetch import FetchRefused, NotSent

TRIES = 3
PATIENCE_SECONDS = 20
MOST_BYTES = 30_000_000
AGAIN = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks one provider; `who` is its name for people. `client` is a safe one with a time for the whole exchange."""

    who: str
    client: httpx2.AsyncClient
    headers: Mapping[str, str]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def ask(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """A whole answer below 400, or one of 400, 403 and 422, which each provider words in its own way.

        Raises MakingFailed for all else, NotCharged where nothing can have been made.
        """
        headers = {**self.headers, **options.pop("headers", {})}
        for attempt in range(1, TRIES + 1):
            try:
                response = await self.client.request(
                    method, url, headers=headers, extensions={"max_bytes": MOST_BYTES}, **options
                )
            except NotSent as error:
                if attempt < TRIES and error.retry_after_seconds:
                    await self.pause(attempt)
                    continue
                raise NotCharged(
                    f"{self.who} could not be reached.",
                    do_next="Check the address in the settings and ADMIND_ALLOW_HOSTS, or try again later.",
                ) from error
            except FetchRefused as error:
                raise MakingFailed(f"{self.who} answered with more than a picture can have.") from error
            except httpx2.TimeoutException as error:
                raise MakingFailed(
                    f"{self.who} took too long for the picture.",
                    do_next="Try again later; it may have made the picture all the same.",
                ) from error
            except httpx2.TransportError as error:
                raise MakingFailed(
                    f"{self.who} broke off its answer.", do_next="Try again; it may have made the picture all the same."
                ) from error
            if response.status_code in AGAIN and attempt < TRIES:
                wait = self._wait(response.headers.get("retry-after"), attempt)
                if wait is not None:
                    await self.pause(wait)
                    continue
            return self._judged(response)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, header: str | None, attempt: int) -> float | None:
        """Seconds before the next attempt; None when that is longer than a person would wait."""
        if header is None:
            return float(attempt)
        try:
            seconds = float(header)
        except ValueError:
            try:
                at = parsedate_to_datetime(header)
            except (TypeError, ValueError):
                return float(attempt)
            at = at.replace(tzinfo=at.tzinfo or UTC)
            seconds = (at - self.now()).total_seconds()
        if not math.isfinite(seconds):
            return float(attempt)
        return max(0.0, seconds) if seconds <= PATIENCE_SECONDS else None

    def _judged(self, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if status < 300 or status in (400, 403, 422):
            return response
        if status == 401:
            raise NotCharged(
                f"{self.who} does not accept our key.", do_next="An owner can set a valid one; see the settings."
            )
        if status == 402:
            raise NotCharged(f"{self.who} has no credit left.", do_next="Top it up, then ask for the picture again.")
        if status == 404:
            raise NotCharged(
                f"{self.who} has no such model or address.", do_next="Check ADMIND_IMAGE_MODEL and ADMIND_IMAGE_URL."
            )
        if status == 429:
            raise NotCharged(f"{self.who} takes no more requests for now.", do_next="Try again in some minutes.")
        if status == 503:
            raise NotCharged(f"{self.who} is overloaded.", do_next="Try again in some minutes.")
        raise MakingFailed(
            f"{self.who} failed while it made the picture.",
            do_next="Try again later; planned posts go out all the same.",
        )

    def wrong(self, response: httpx2.Response) -> NotCharged:
        """For an answer of 400, 403 or 422 that is not about the picture's content."""
        if response.status_code == 403:
            return NotCharged(
                f"{self.who} does not let our key use this model.",
                do_next="Check the key's permissions and ADMIND_IMAGE_MODEL.",
            )
        return NotCharged(
            f"{self.who} does not understand the request for a picture.",
            do_next="Check that ADMIND_IMAGE_MODEL names a model that makes pictures.",
        )
