"""Emoji on AdMind's messages, and their removal."""

from __future__ import annotations

from datetime import UTC, datetime

from slack_bolt.async_app import AsyncApp

from bot.chat import Identified
from bot.words import told
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Reacted
from handlers.slack.calling import Json, SlackRefused
from handlers.slack.cards import unnoted
from handlers.slack.listeners.events import team_of
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
    try:
        await slack.people.look_again(who, channel=channel)  # of a stranger the review speaks
    except SlackRefused as error:
        if error.retry_after_seconds is not None:
            raise
        slack.after(slack.telling.kindly(team, channel, user, error))
        return
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
            metadata=await unnoted(slack, team, channel, message),
        )
    )
    private = answer.private
    if answer.asks_why:
        private = told("What should be different? Say it in the thread of this card, or press “Ask for changes”.")
    if private:
        slack.after(slack.telling.soon(team, channel, user, private))
