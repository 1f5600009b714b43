"""One client a Slack workspace, with the token that is good there now."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import AdMind
from bot.chat import Home, Identified
from bot.errors import AdMindError
from bot.words import told
from handlers.slack.calling import Json, SlackRefused, asked, refusal

log = logging.getLogger(__name__)
FRESH_SECONDS = 60.0  # a token is looked up again after that: another process may have renewed or removed it
ROTATE_MINUTES = 120
CALL_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Team:
    """`bot` is AdMind's own user there."""

    id: str
    token: str
    bot: str
    bot_id: str
    looked_at: float
    client: AsyncWebClient


class Teams:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self._settings = admind.settings
        self._session: aiohttp.ClientSession | None = None
        self._teams: dict[str, Team] = {}
        self._own = ""  # the team of the token in the settings
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._teams.clear()

    def web(self, token: str = "") -> AsyncWebClient:
        """Sends each call once: after a broken connection only we know how to look first. Rate limits are kept to."""
        return AsyncWebClient(
            token or None,
            base_url=self._settings.slack_api_url,
            timeout=CALL_SECONDS,
            session=self.session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
        )

    @property
    def session(self) -> aiohttp.ClientSession:
        """What everything to Slack goes through."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        return self._session

    async def client(self, team: str) -> AsyncWebClient:
        """Raises SlackRefused where AdMind has no token that works."""
        return (await self.team(team)).client

    async def team(self, team: str) -> Team:
        """As `client`, with who AdMind is there."""
        known = self._teams.get(team)
        if known is not None and time.monotonic() - known.looked_at < FRESH_SECONDS:
            return known
        async with self._renewing:
            known = self._teams.get(team)
            if known is None or time.monotonic() - known.looked_at >= FRESH_SECONDS:
                known = self._teams[team] = await self._looked_up(team, known)
        return known

    def forget(self, team: str) -> None:
        self._teams.pop(team, None)
        if self._own == team:
            self._own = ""

    async def own(self) -> Team | None:
        """The team of the token in the settings; None without one. Raises SlackRefused, SlackUnknown."""
        if self._own and self._own in self._teams:
            return self._teams[self._own]
        token = self._settings.slack_bot_token
        if token is None:
            return None
        found = await self._met(token.get_secret_value(), "")
        self._own, self._teams[found.id] = found.id, found
        return found

    async def authorize(self, name: str) -> AuthorizeResult | None:
        """For bolt: whose token an event of this team is answered with; None where AdMind is not installed."""
        try:
            team = await self.team(name)
        except AdMindError as error:
            if error.retry_after_seconds is not None:
                raise
            log.warning("Slack: nothing is answered team=%s why=%s", name, error.what)
            return None
        return AuthorizeResult(
            enterprise_id=None, team_id=team.id, bot_user_id=team.bot, bot_id=team.bot_id, bot_token=team.token
        )

    async def home(self, team: str) -> Home:
        """The home that a team is, made when its token stands in the settings. Raises SlackRefused."""
        home = await self.admind.homes.home("slack", team)
        if home is None and (own := await self.own()) is not None and own.id == team:
            home = await self.settle(own)
        if home is None:
            raise _not_installed()
        return home

    async def settle(self, own: Team) -> Home:
        """The home of the token in the settings. Whom ADMIND_OWNERS names first counts as who installed it."""
        info = await asked(own.client.team_info())
        named = [each.removeprefix("slack:") for each in self._settings.owners if each.startswith("slack:")]
        here = [user.rpartition("/")[2] for user in named if user.partition("/")[0] in (own.id, user)]
        installer = Identified(platform="slack", team=own.id, user=here[0] if here else own.bot)
        name, zone = await self._named(own, here[0]) if here else ("", "")
        return await self.admind.homes.install("slack", own.id, str(info["team"]["name"]), installer, name, zone)

    async def _named(self, own: Team, user: str) -> tuple[str, str]:
        """Name and zone of somebody there; empty where no such person is."""
        try:
            found = (await asked(own.client.users_info(user=user)))["user"]
        except SlackRefused:
            return "", ""
        profile = found.get("profile") or {}
        return str(profile.get("display_name") or profile.get("real_name") or ""), str(found.get("tz") or "")

    async def _looked_up(self, team: str, known: Team | None) -> Team:
        document = await self.admind.installations.find("slack", team)
        if document is not None:
            token = await self._rotated(team, document)
        else:
            own = await self.own()
            if own is None or own.id != team:
                raise _not_installed()
            return replace(own, looked_at=time.monotonic())
        if known is not None and known.token == token:
            return replace(known, looked_at=time.monotonic())
        return await self._met(token, str(document.get("bot_id") or ""))

    async def _met(self, token: str, bot_id: str) -> Team:
        client = self.web(token)
        found = await asked(client.auth_test())
        return Team(
            id=str(found["team_id"]),
            token=token,
            bot=str(found["user_id"]),
            bot_id=str(found.get("bot_id") or bot_id),
            looked_at=time.monotonic(),
            client=client,
        )

    async def _rotated(self, team: str, document: dict[str, Any]) -> str:
        """The token, renewed and kept when it ends within two hours."""
        secret = self._settings.slack_client_secret
        if not document.get("bot_refresh_token") or secret is None:
            return str(document["bot_token"])
        rotator = AsyncTokenRotator(
            client_id=self._settings.slack_client_id, client_secret=secret.get_secret_value(), client=self.web()
        )
        of_bot: Json = {name: document.get(name) for name in _OF_BOT}
        bot = Bot(**of_bot)
        try:
            renewed = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=ROTATE_MINUTES)
        except SlackApiError as error:
            raise refusal(error) from error
        if renewed is None:
            return str(document["bot_token"])
        news = {name: getattr(renewed, name) for name in _OF_TOKEN}
        await self.admind.installations.save("slack", team, "", document | news)
        return str(renewed.bot_token)


_OF_TOKEN = ("bot_token", "bot_refresh_token", "bot_token_expires_at")
_OF_BOT = (*_OF_TOKEN, "app_id", "team_id", "bot_id", "bot_user_id", "bot_scopes", "installed_at")


def _not_installed() -> SlackRefused:
    return SlackRefused(
        "not_installed",
        told("AdMind is not installed in this Slack workspace."),
        do_next=told("Install it first; then try again."),
    )
