"""Shortcuts: a new post from anywhere, or from a message."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.errors import AdMindError
from bot.words import read_in
from handlers.slack.calling import Json
from handlers.slack.listeners import opening
from handlers.slack.reading import plain_words
from handlers.slack.slack import Slack
from handlers.slack.surface import SHORTCUTS


def register(app: AsyncApp, slack: Slack) -> None:
    async def used(ack: Any, body: Json) -> None:
        await use(slack, body)
        await ack()

    for name in SHORTCUTS:
        app.shortcut(name)(used)


async def use(slack: Slack, body: Json) -> None:
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    channel = str((body.get("channel") or {}).get("id") or "")
    try:
        visitor = await slack.people.visitor(team, user, channel=channel)
        read_in(visitor.member.language)
        own = (await slack.teams.team(team)).bot
        topic = plain_words(str((body.get("message") or {}).get("text") or ""), own)
        await opening.new_post(slack, visitor, str(body["trigger_id"]), room=channel, topic=topic)
    except AdMindError as error:
        slack.after(slack.telling.kindly(team, channel, user, error))
