"""Emoji on AdMind's messages, and their removal."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from slack_bolt.async_app import AsyncApp

from bot.chat import Identified
from bot.errors import AdMindError
from bot.words import told
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Metadata, Reacted
from handlers.slack.calling import Json, asked
from handlers.slack.listeners.events import team_of
from handlers.slack.render import CARD_EVENT
from handlers.slack.slack import Slack


def register(app: AsyncApp, slack: Slack) -> None:
    async def reacted(event: Json, body: Json) -> None:
        await react(slack, team_of(body), event)

    app.event("reaction_added")(reacted)
    app.event("reaction_removed")(reacted)


async def react(slack: Slack, team: str, event: Json) -> None:
    """Take it as the decision that it is. Raises what makes Slack send it again."""
    item, user = event.get("item") or {}, str(event.get("user") or "")
    own = (await slack.teams.team(team)).bot
    if item.get("type") != "message" or event.get("item_user") != own or user == own or not sign_of(event["reaction"]):
        return
    channel, message = str(item["channel"]), str(item["ts"])
    who = Identified(platform="slack", team=team, user=user)
    with contextlib.suppress(AdMindError):  # who it is by what Slack says now; of a stranger the review speaks
        await slack.people.visitor(team, user, channel=channel, deciding=True)
    answer = await slack.admind.reactions.react(
        Reacted(
            platform="slack",
            team=team,
            channel=channel,
            message=message,
            name=str(event["reaction"]),
            added=event["type"] == "reaction_added",
            who=who,
            at=datetime.fromtimestamp(float(event["event_ts"]), UTC),
            metadata=await _says(slack, team, channel, message),
        )
    )
    private = answer.private
    if answer.asks_why:
        private = told("What should be different? Say it in the thread of this card, or press “Ask for changes”.")
    if private:
        slack.after(slack.telling.privately(team, channel, user, private))


async def _says(slack: Slack, team: str, channel: str, message: str) -> Metadata | None:
    """What the message says of itself, needed only where a crash kept us from noting where it stands."""
    if await slack.admind.places.find("slack", team, channel, message) is not None:
        return None
    client = await slack.teams.client(team)
    try:
        found = await asked(
            client.conversations_history(
                channel=channel, latest=message, oldest=message, inclusive=True, limit=1, include_all_metadata=True
            )
        )
    except AdMindError:
        return None
    for each in found["messages"]:
        metadata = each.get("metadata") or {}
        said = metadata.get("event_payload") or {}
        if each.get("ts") == message and metadata.get("event_type") == CARD_EVENT and said.get("draft"):
            return Metadata(draft=said["draft"], digest=said.get("digest", ""), whole=bool(said.get("whole")))
    return None
