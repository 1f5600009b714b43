"""What a doctor asks of Slack: tokens that work, every permission, and review rooms that AdMind is in."""

from __future__ import annotations

from typing import Final

from bot.chat import Member
from bot.errors import AdMindError
from bot.workflow.examine import Symptom
from handlers.slack.calling import SlackRefused, asked
from handlers.slack.surface import SCOPES
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
        if not found:
            found.append(Symptom(WHAT, "note", "no Slack workspace yet", "Install AdMind in one: docs/slack.md"))
        if member.workspace == self._admind.workspace.id:
            found.append(await self._door())
        return found

    async def _home(self, team: str, name: str, member: Member) -> list[Symptom]:
        what = f"{WHAT} {name}"
        try:
            client = await self._teams.client(team)
            answer = await client.auth_test()
            granted = str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or "")
        except AdMindError as error:
            return [Symptom(what, "bad", error.what, error.do_next)]
        except Exception as error:
            return [Symptom(what, "bad", f"does not answer: {type(error).__name__}", "Look at its token and network.")]
        lacking = sorted(set(SCOPES) - {each.strip() for each in granted.split(",")})
        found = [Symptom(what, "ok", f"@{answer['user']} works")]
        if lacking:
            do = "Add them under OAuth & Permissions, and install the app again."
            found.append(Symptom(f"{what} permissions", "bad", f"lacks {', '.join(lacking)}", do))
        return [*found, *await self._rooms(team, what, member)]

    async def _rooms(self, team: str, what: str, member: Member) -> list[Symptom]:
        found = list[Symptom]()
        brands = (await self._admind.looking.brands(member.workspace, member.id)).items
        client = await self._teams.client(team)
        for brand in brands:
            rooms = await self._admind.homes.rooms(member.workspace, brand.id, "slack", team)
            review = next((each for each in rooms if each.kind == "review"), None)
            row = f"{what} review room of {brand.name}"
            if review is None:
                found.append(Symptom(row, "note", "none yet", "An owner chooses one: /admind settings"))
                continue
            try:
                shown = (await asked(client.conversations_info(channel=review.channel)))["channel"]
            except SlackRefused as error:
                found.append(Symptom(row, "bad", error.what, error.do_next))
                continue
            if shown.get("is_archived"):
                found.append(Symptom(row, "bad", "is archived", "Choose another one: /admind settings"))
            elif not shown.get("is_member"):
                found.append(Symptom(row, "bad", "AdMind is not in it", "Write /invite @AdMind there."))
            else:
                found.append(Symptom(row, "ok", f"#{shown.get('name', review.channel)}"))
        return found

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
