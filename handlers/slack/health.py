"""What a doctor asks of Slack: tokens that work and stay good, every permission, and rooms that AdMind is in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat import Member
from bot.errors import AdMindError
from bot.workflow.symptoms import Symptom
from handlers.slack.calling import asked
from handlers.slack.surface import INSTALL, SCOPES
from handlers.slack.teams import Teams

WHAT: Final = "Slack"


class Health:
    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self._admind = teams.admind

    async def look(self, member: Member) -> list[Symptom]:
        """Every home of the member's workspace in Slack, and the way by which Slack reaches AdMind."""
        found = list[Symptom]()
        for home in await self._admind.homes.of(member.workspace):
            if home.platform == "slack":
                found += await self._home(home.team, home.name, member)
        if not found and member.workspace == self._admind.workspace.id:
            found += await self._own(member)
        if not found:
            found.append(Symptom(WHAT, "note", "no Slack workspace yet", "Install AdMind in one: docs/slack.md"))
        if member.workspace == self._admind.workspace.id:
            found.append(await self._door())
        return found

    async def _own(self, member: Member) -> list[Symptom]:
        """The token in the settings, whose home is not there: not yet, or not any more."""
        try:
            team = await self._teams.own()
        except AdMindError as error:
            do = "Put a fresh bot token into ADMIND_SLACK_BOT_TOKEN, and start AdMind again."
            return [Symptom(WHAT, "bad", error.what, do)]
        return await self._home(team.id, "", member) if team else []

    async def _home(self, team: str, name: str, member: Member) -> list[Symptom]:
        what = f"{WHAT} {name}".rstrip()
        granted = ""

        async def test() -> AsyncSlackResponse:
            nonlocal granted
            answer = await (await self._teams.client(team)).auth_test()
            granted = next((str(value) for key, value in answer.headers.items() if key.lower() == "x-oauth-scopes"), "")
            return answer

        try:
            answer = await asked(test())
        except AdMindError as error:
            return [Symptom(what, "bad", error.what, error.do_next)]
        lacking = sorted(set(SCOPES) - {each.strip() for each in granted.split(",")})
        found = [Symptom(what, "ok", f"@{answer['user']} works")]
        if lacking:
            do = "Add them under OAuth & Permissions, and install the app again."
            found.append(Symptom(f"{what} permissions", "bad", f"lacks {', '.join(lacking)}", do))
        return [*found, *await self._renewal(team, what), *await self._rooms(team, what, member)]

    async def _renewal(self, team: str, what: str) -> list[Symptom]:
        """Of a token that ends: nothing while it is renewed in time."""
        document = await self._admind.installations.find("slack", team) or {}
        if not document.get("bot_token_expires_at"):
            return []
        row, due = f"{what} token", self._teams.renewal(document)
        ends = datetime.fromtimestamp(float(document["bot_token_expires_at"]), UTC).strftime("%Y-%m-%d %H:%M UTC")
        if due is None:
            do = "Set ADMIND_SLACK_CLIENT_ID and ADMIND_SLACK_CLIENT_SECRET, and start AdMind again."
            return [Symptom(row, "bad", f"ends at {ends} and cannot be renewed", do)]
        if due < self._admind.clock.now():
            return [Symptom(row, "bad", f"was not renewed and ends at {ends}", f"Install again: {INSTALL}")]
        return []

    async def _rooms(self, team: str, what: str, member: Member) -> list[Symptom]:
        found = list[Symptom]()
        brands = (await self._admind.looking.brands(member.workspace, member.id)).items
        client = await self._teams.client(team)
        for brand in brands:
            rooms = await self._admind.homes.rooms(member.workspace, brand.id, "slack", team)
            row = f"{what} review room of {brand.name}"
            if not any(each.kind == "review" for each in rooms):
                found.append(Symptom(row, "note", "none yet", "An owner chooses one: /admind settings"))
            for room in rooms:
                if room.kind != "work":
                    row = f"{what} {room.kind} room of {brand.name}"
                    found.append(await self._room(client, room.channel, row))
        return found

    async def _room(self, client: AsyncWebClient, channel: str, row: str) -> Symptom:
        try:
            shown = (await asked(client.conversations_info(channel=channel)))["channel"]
        except AdMindError as error:
            return Symptom(row, "bad", error.what, error.do_next)
        name = f"#{shown.get('name', channel)}"
        if shown.get("is_archived"):
            return Symptom(row, "bad", f"{name} is archived", "Choose another one: /admind settings")
        if not shown.get("is_member"):
            return Symptom(row, "bad", f"AdMind is not in {name}", "Write /invite @AdMind there.")
        return Symptom(row, "ok", name)

    async def _door(self) -> Symptom:
        """How Slack reaches us."""
        settings, row = self._admind.settings, f"{WHAT} reaches AdMind"
        token = settings.slack_app_token
        if token is None:
            if settings.slack_signing_secret is None:
                return Symptom(row, "bad", "by no way", "Set ADMIND_SLACK_APP_TOKEN, or ADMIND_SLACK_SIGNING_SECRET.")
            return Symptom(row, "ok", f"by HTTP at {settings.base_url.rstrip('/')}/slack/events")
        try:
            await asked(self._teams.web().apps_connections_open(app_token=token.get_secret_value()))
        except AdMindError as error:
            do = "Look at ADMIND_SLACK_APP_TOKEN: it needs the permission connections:write."
            return Symptom(row, "bad", error.what, do)
        return Symptom(row, "ok", "by a socket that AdMind opens")
