"""Tokens that Slack lets expire are exchanged for fresh ones in time, once, and kept."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import AdMind
from bot.errors import AdMindError
from handlers.slack.calling import Json, SlackRefused, asked

log = logging.getLogger(__name__)
AHEAD: Final = timedelta(hours=2)
CLOSE_SECONDS: Final = 5.0


class Renewing:
    """`client` bears no token: Slack is asked with the app's own secret."""

    def __init__(self, admind: AdMind) -> None:
        self._admind = admind
        self._running: set[asyncio.Task[Json | None]] = set()

    def due(self, document: Json) -> datetime | None:
        """From when on an installation's token is to be exchanged; None for one that does not expire."""
        ends = document.get("bot_token_expires_at")
        if not ends or not document.get("bot_refresh_token") or self._admind.settings.slack_client_secret is None:
            return None
        return datetime.fromtimestamp(float(ends), UTC) - AHEAD

    async def renewed(self, team: str, document: Json, client: AsyncWebClient) -> Json | None:
        """The installation with a token that is good for a while; None when it was removed meanwhile.

        One that cannot be renewed just now is used for as long as it is good. Then raises SlackRefused, SlackUnknown,
        and AdMindError with `retry_after_seconds` while another process does it.
        """
        due, now = self.due(document), self._admind.clock.now()
        if due is None or now < due:
            return document
        # An exchange that has begun must end, whoever gave up waiting: its refresh token is good only once.
        task = asyncio.create_task(self._exchanged(team, document, client), name="slack-renewing")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except AdMindError as error:
            if now >= due + AHEAD:
                raise
            log.warning("token not renewed yet team=%s why=%s", team, error.what)
            return document

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(set(self._running), timeout=CLOSE_SECONDS)

    async def _exchanged(self, team: str, document: Json, client: AsyncWebClient) -> Json | None:
        settings = self._admind.settings
        secret = settings.slack_client_secret

        async def exchange() -> dict[str, Any]:
            answer = await asked(
                client.oauth_v2_access(
                    client_id=settings.slack_client_id,
                    client_secret=secret.get_secret_value() if secret else "",
                    grant_type="refresh_token",
                    refresh_token=str(document["bot_refresh_token"]),
                )
            )
            ends = self._admind.clock.now() + timedelta(seconds=float(answer["expires_in"]))
            return {
                "bot_token": str(answer["access_token"]),
                "bot_refresh_token": str(answer["refresh_token"]),
                "bot_token_expires_at": round(ends.timestamp()),
            }

        try:
            return await self._admind.installations.renew("slack", team, document, exchange)
        except SlackRefused as error:
            log.warning("token not renewed team=%s why=%s", team, error.code)
            raise
