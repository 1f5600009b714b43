"""One client a Slack workspace, with the token that is good there now."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import AdMind
from bot.chat import Home, Identified
from bot.errors import AdMindError
from bot.words import told
from handlers.slack.calling import ENDED, EXPIRED, Json, SlackRefused, asked
from handlers.slack.client import ShortWaits, TeamClient
from handlers.slack.renewing import Renewing

log = logging.getLogger(__name__)
FRESH_SECONDS = 60.0  # a token is looked up again after that: another process may have renewed or removed it
CALL_SECONDS = 20


@dataclass(frozen=True)
class Team:
    """`bot` is AdMind's own user there; `until` says when its token is to be renewed."""

    id: str
    token: str
    bot: str
    bot_id: str
    looked_at: float
    client: AsyncWebClient

    @cached_property
    def authorized(self) -> AuthorizeResult:
        """The same for bolt."""
        return AuthorizeResult(
            enterprise_id=None, team_id=self.id, bot_user_id=self.bot, bot_id=self.bot_id, bot_token=self.token
        )

    until: datetime | None = None


class Teams:
    def __init__(self, admind: AdMind) -> None:
        self.admind = admind
        self._settings = admind.settings
        self._session: aiohttp.ClientSession | None = None
        self._teams: dict[str, Team] = {}
        self._own = ""  # the team of the token in the settings
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._renewing = Renewing(admind)

    async def close(self) -> None:
        await self._renewing.close()
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._teams.clear()

    def web(self, token: str = "") -> TeamClient:
        """Sends each call once: after a broken connection only we know how to look first."""
        return TeamClient(
            token or None,
            base_url=self._settings.slack_api_url,
            timeout=CALL_SECONDS,
            session=self.session,
            retry_handlers=[ShortWaits(max_retry_count=1)],
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
        known = self._fresh(team)
        if known is not None:
            return known
        try:
            async with self._looking[team]:
                known = self._fresh(team)
                if known is None:
                    known = self._teams[team] = await self._looked_up(team, self._teams.get(team))
        except SlackRefused as error:
            if error.code in ENDED:
                await self.gone(team)
            raise
        return known

    def _fresh(self, team: str) -> Team | None:
        known = self._teams.get(team)
        if known is None or time.monotonic() - known.looked_at >= FRESH_SECONDS:
            return None
        return known if known.until is None or self.admind.clock.now() < known.until else None

    async def gone(self, team: str) -> bool:
        """After a token was refused for ever: the home is removed if the one that stands now is, too."""
        self.forget(team)
        document = await self.admind.installations.find("slack", team)
        own = self._settings.slack_bot_token
        token = str(document["bot_token"]) if document else own.get_secret_value() if own else ""
        try:
            await asked(self.web(token).auth_test())
        except SlackRefused as error:
            if error.code in ENDED:
                log.warning("Slack: the token is at an end team=%s why=%s", team, error.code)
                await self.admind.homes.remove("slack", team)
                return True
        except AdMindError as error:
            log.info("not known whether the token is at an end team=%s why=%s", team, error.what)
        return False

    def renewal(self, document: Json) -> datetime | None:
        """From when on the token of this installation is to be renewed; None where it does not end or cannot be."""
        return self._renewing.due(document)

    async def _ended(self, team: str, used: str, code: str) -> str:
        """Another token to try once more with; "" when there is none."""
        if code not in EXPIRED and await self.gone(team):
            return ""
        self.forget(team)
        try:
            fresh = (await self.team(team)).token
        except AdMindError:
            return ""
        return fresh if fresh != used else ""

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
        return team.authorized

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
        first = self.first_owner(own)
        installer = Identified(platform="slack", team=own.id, user=first or own.bot)
        name, zone = await self._named(own, first) if first else ("", "")
        return await self.admind.homes.install("slack", own.id, str(info["team"]["name"]), installer, name, zone)

    def first_owner(self, own: Team) -> str:
        """Whom ADMIND_OWNERS names first of this team; "" without one. Slack does not say who pasted a token."""
        named = [each.removeprefix("slack:") for each in self._settings.owners if each.startswith("slack:")]
        return next((user.rpartition("/")[2] for user in named if user.partition("/")[0] in (own.id, user)), "")

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
            document = await self._renewing.renewed(team, document, self.web())
        if document is None:
            own = await self.own()
            if own is None or own.id != team:
                raise _not_installed()
            return replace(own, looked_at=time.monotonic())
        token, until = str(document["bot_token"]), self._renewing.due(document)
        if until is not None and until <= self.admind.clock.now():
            until = None  # it could not be renewed just now; not every call is to try
        if known is not None and known.token == token:
            return replace(known, looked_at=time.monotonic(), until=until)
        return replace(await self._met(token, str(document.get("bot_id") or "")), until=until)

    async def _met(self, token: str, bot_id: str) -> Team:
        found = await asked(self.web(token).auth_test())
        client, team = self.web(token), str(found["team_id"])
        client.ended = lambda code: self._ended(team, token, code)
        return Team(
            id=team,
            token=token,
            bot=str(found["user_id"]),
            bot_id=str(found.get("bot_id") or bot_id),
            looked_at=time.monotonic(),
            client=client,
        )


def _not_installed() -> SlackRefused:
    return SlackRefused(
        "not_installed",
        told("AdMind is not installed in this Slack workspace."),
        do_next=told("Install it first; then try again."),
    )
