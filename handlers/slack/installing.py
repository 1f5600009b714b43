"""Installing AdMind into Slack workspaces from a browser: Slack's OAuth, kept in AdMind's own encrypted storage."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.bootstrap import AdMind
from bot.chat import Identified
from bot.words import reading
from handlers.slack.calling import Json, asked
from handlers.slack.slack import Slack
from handlers.slack.surface import INSTALL, RETURN, SCOPES
from handlers.slack.telling import greeting

log = logging.getLogger(__name__)
SECONDS = 600  # as long as a state is good


class Store(AsyncInstallationStore):
    """bolt's store on `admind.installations`. A team's tokens are the bot's: AdMind never acts as a person."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._installations = slack.admind.installations

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep it, and let the team be a home. Who installs is greeted with what to try."""
        team = installation.team_id or ""
        document = {name: _plain(value) for name, value in installation.to_dict().items() if value is not None}
        document.pop("user_token", None)
        await self._installations.save("slack", team, "", document)
        self._slack.teams.forget(team)
        await welcome(self._slack, team, installation.team_name or "", installation.user_id)

    async def async_save_bot(self, bot: Bot) -> None:
        kept = await self._installations.find("slack", bot.team_id or "") or {}
        news = {name: _plain(value) for name, value in bot.to_dict().items() if value is not None}
        await self._installations.save("slack", bot.team_id or "", "", kept | news)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self.async_find_installation(enterprise_id=enterprise_id, team_id=team_id)
        return found.to_bot() if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The team's, whoever asks."""
        document = await self._installations.find("slack", team_id or "")
        given: Json = {name: value for name, value in (document or {}).items() if name in _FIELDS}
        return Installation(**given) if given else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._installations.delete("slack", team_id or "")

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        await self._installations.delete("slack", team_id or "", user_id or "")


class States(AsyncOAuthStateStore):
    def __init__(self, admind: AdMind) -> None:
        self._installations = admind.installations

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return await self._installations.issue_state("slack")

    async def async_consume(self, state: str) -> bool:
        return await self._installations.consume_state("slack", state)


def flow(slack: Slack) -> AsyncOAuthFlow | None:
    """What /slack/install and /slack/oauth_redirect do; None without a client's secret."""
    settings = slack.admind.settings
    secret = settings.slack_client_secret
    if not settings.slack_client_id or secret is None:
        return None
    api = settings.slack_api_url.rstrip("/")
    made = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=secret.get_secret_value(),
        scopes=sorted(SCOPES),
        redirect_uri=settings.public_url.rstrip("/") + RETURN,
        install_path=INSTALL,
        redirect_uri_path=RETURN,
        installation_store=Store(slack),
        state_store=States(slack.admind),
        state_expiration_seconds=SECONDS,
        authorization_url=None if "slack.com" in api else f"{api.removesuffix('/api')}/oauth/v2/authorize",
    )
    return AsyncOAuthFlow(settings=made, client=slack.teams.web())


async def welcome(slack: Slack, team: str, name: str, user: str | None) -> None:
    """The team becomes a home with its installer, who hears what to try first."""
    client = await slack.teams.client(team)
    info = (await asked(client.users_info(user=user, include_locale=True)))["user"] if user else {}
    profile = info.get("profile") or {}
    installer = Identified(platform="slack", team=team, user=user or (await slack.teams.team(team)).bot)
    shown = str(profile.get("display_name") or profile.get("real_name") or info.get("name") or "")
    await slack.admind.homes.install("slack", team, name, installer, shown, str(info.get("tz") or ""))
    await slack.mended(team)
    if user:
        slack.after(greet(slack, team, user, str(info.get("locale") or "").partition("-")[0]))


async def greet(slack: Slack, team: str, user: str, language: str) -> None:
    with reading(language):
        await slack.telling.soon(team, "", user, greeting())


_FIELDS = (
    *("app_id", "enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name", "bot_token", "bot_id"),
    *("bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at", "user_id", "is_enterprise_install"),
    *("token_type", "installed_at"),
)


def _plain(value: object) -> object:
    if isinstance(value, datetime):  # when it was installed, and when its token ends
        return value.timestamp()
    return value if isinstance(value, str | int | float | bool | list) else str(value)
