"""Shortcuts: a new post from anywhere, or from a message."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.errors import AdMindError
from bot.words import read_in
from bot.workflow.documents import is_document
from handlers.chat.along import Along
from handlers.slack.calling import Json
from handlers.slack.limits import INPUT, cut
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
        message = body.get("message") or {}
        along = along_of(message, own, theirs=str(message.get("user") or "") != user)
        await opening.new_post(slack, visitor, str(body["trigger_id"]), room=channel, along=along)
    except AdMindError as error:
        slack.after(slack.telling.kindly(team, channel, user, error))


def along_of(message: Json, own: str, *, theirs: bool) -> Along:
    """What comes along of the message: words, pictures, text files and PDFs, names of other files."""
    text, others = plain_words(str(message.get("text") or ""), own), list[str]()
    pictures, documents = dict[str, str](), dict[str, str]()
    for file in message.get("files") or ():
        name = str(file.get("title") or file.get("name") or file["id"])
        if str(file.get("mimetype") or "image/").startswith("image/"):  # of other organisations' files Slack says less
            pictures[str(file["id"])] = name
        elif is_document(str(file.get("name") or name), str(file["mimetype"])):
            documents[str(file["id"])] = name
        else:
            others.append(name)
    return Along(
        text=text,
        shown=cut(text, INPUT).text,
        theirs=theirs,
        pictures=pictures,
        documents=documents,
        others=tuple(others),
    )
