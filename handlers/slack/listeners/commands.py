"""`/admind`: some words open a window or are for one person's eyes; everything else is a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.errors import AdMindError
from bot.words import read_in, told
from handlers.chat import houses
from handlers.chat.settings import brand_named
from handlers.chat.visiting import Visitor
from handlers.slack.calling import Json
from handlers.slack.listeners import joining, linking, opening
from handlers.slack.places import Asking
from handlers.slack.reading import plain_words
from handlers.slack.slack import Slack
from handlers.slack.surface import COMMANDS

BY_RIGHT = frozenset({"settings", "studio", "resume", "code", "join"})  # only for who may, at this moment


def register(app: AsyncApp, slack: Slack) -> None:
    app.use(_Commanded(slack))


class _Commanded(AsyncMiddleware):
    """Commands come in bursts: here they are answered before bolt compares them with every listener."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        if req.body.get("command") not in COMMANDS:
            return await next()
        try:
            words = await obey(self._slack, req.body)
        except AdMindError as error:
            words = error.sentence()
        return BoltResponse(status=200, body={"text": words} if words else "")


async def obey(slack: Slack, command: Json) -> str:
    """What is said at once, to who commanded alone; "" when a window opens."""
    team, user, channel = (str(command[name]) for name in ("team_id", "user_id", "channel_id"))
    said = plain_words(str(command.get("text") or "")) or "help"
    word, _, rest = said.partition(" ")
    if word.casefold() == "link":
        return await linking.link(slack, team, user, rest)
    visitor = await slack.people.visitor(team, user, channel=channel, deciding=word.casefold() in BY_RIGHT)
    read_in(visitor.member.language)
    trigger = str(command["trigger_id"])
    match word.casefold():
        case "draft" if not rest.strip():
            await opening.new_post(slack, visitor, trigger, room=channel)
            return ""
        case "settings":
            brand = await brand_named(slack.admind, visitor, rest) if rest.strip() else ""
            await opening.settings(slack, visitor, trigger, room=channel, brand=brand)
            return ""
        case "studio":
            return await houses.studio(slack.admind, visitor)
        case "resume":
            return await houses.resume(slack.admind, visitor, rest, channel)
        case "code":
            return await joining.code(slack, visitor)
        case "join":
            return await joining.join(slack, visitor, rest)
    return await requested(slack, visitor, command, said)


async def requested(slack: Slack, visitor: Visitor, command: Json, said: str) -> str:
    team, channel = visitor.who.team, str(command["channel_id"])
    asking = Asking(
        way="private",
        team=team,
        channel=channel,
        user=visitor.who.user,
        response_url=str(command.get("response_url") or ""),
    )
    brand = await slack.brand_of(team, channel)
    await slack.answering.take(visitor, said, asking, key=str(command["trigger_id"]), brand=brand)
    return told("On it…")
