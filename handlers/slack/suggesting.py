"""What AdMind suggests to somebody who opens the room of the two: things to ask that fit their brand as it is now."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from bot.chat import Role
from bot.errors import AdMindError, NotAllowed
from bot.words import read_in, told
from handlers.chat.visiting import Visitor
from handlers.slack.calling import Json, asked
from handlers.slack.limits import cut
from handlers.slack.slack import Slack
from handlers.slack.surface import manifest

log = logging.getLogger(__name__)
MOST: Final = 4  # Slack takes no more
TITLE, FACT = 60, 200
AHEAD: Final = timedelta(days=7)


async def suggest(slack: Slack, team: str, user: str, channel: str) -> None:
    """Set them. A thread must not be named: in the agent view Slack then shows nothing, without a word."""
    try:
        visitor = await slack.people.visitor(team, user)
        read_in(visitor.member.language)
        prompts = await fitting(slack, visitor)
    except NotAllowed:
        prompts = manifest()["features"]["agent_view"]["suggested_prompts"]
    try:
        client = await slack.teams.client(team)
        await asked(client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts))
    except AdMindError as error:
        log.info("nothing suggested team=%s why=%s", team, error.what)


async def fitting(slack: Slack, visitor: Visitor) -> list[Json]:
    """At most four, the most useful first."""
    looking, workspace, member = slack.admind.looking, visitor.workspace, visitor.member
    mine = await looking.home_brand(workspace, member.id) or ""
    brand = next((each for each in (await looking.brands(workspace, member.id)).items if each.id == mine), None)
    only, now = frozenset({mine}), slack.admind.clock.now()
    found: list[Json] = []
    if member.may(mine, Role.approver, Role.owner) or member.may(mine, Role.client):
        waiting = len((await looking.drafts(workspace, member.id, status="waiting", brands=only, limit=50)).items)
        if waiting:
            found.append(_prompt(told("What waits ({count})", count=waiting), told("drafts")))
    if brand is not None and not member.may(mine, Role.client):
        found += _posts(brand.name, [fact.text for fact in brand.facts])
    if await looking.posts_between(workspace, member.id, now, now + AHEAD, only):
        found.append(_prompt(told("What goes out this week"), told("calendar this week")))
    return [*found[: MOST - 1], _prompt(told("What can you do?"), told("help"))]


def _posts(brand: str, facts: list[str]) -> list[Json]:
    sale = told("Announce our spring sale tomorrow at 9am, with an image")
    found = [_prompt(told("A new post for {brand}", brand=brand), sale)]
    if facts:
        found.append(
            _prompt(
                told("A post about what we know"),
                told("Draft a post about this: {fact}", fact=cut(facts[-1], FACT).text),
            )
        )
    return found


def _prompt(title: str, words: str) -> Json:
    return {"title": cut(title, TITLE).text, "message": words}
