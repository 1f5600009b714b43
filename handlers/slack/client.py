"""Slack's client: sends each call once, waits a moment when asked to, and says when its token is at an end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers.slack.calling import ENDED, EXPIRED, word_of
from handlers.slack.calling import retry_after_seconds as asked_to_wait

# People wait three seconds at most; what must wait longer is done again later by whoever wanted it.
MOST_WAIT_SECONDS: Final = 2.0

Ended = Callable[[str], Awaitable[str]]  # Slack's word → another token to try once more with, or ""


class ShortWaits(AsyncRetryHandler):
    """Once more after a rate limit that is over soon."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = response is not None and response.status_code == 429
        return limited and response is not None and asked_to_wait(response.headers) <= MOST_WAIT_SECONDS

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        state.next_attempt_requested = True
        await asyncio.sleep(asked_to_wait(response.headers) if response is not None else MOST_WAIT_SECONDS)
        state.increment_current_attempt()


class TeamClient(AsyncWebClient):
    """One workspace's client. Calls that Slack refuses for their token have done nothing, so they may be made again."""

    ended: Ended | None = None

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        try:
            return await super().api_call(api_method, **given)
        except SlackApiError as error:
            code = word_of(error)
            fresh = await self.ended(code) if self.ended is not None and code in ENDED | EXPIRED else ""
            if not fresh:
                raise
        self.token = fresh
        return await super().api_call(api_method, **given)
