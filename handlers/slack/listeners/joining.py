"""Joining another Slack workspace, which a person's own word must be behind."""

from __future__ import annotations

from bot.errors import BadInput
from bot.words import told
from handlers.chat.visiting import Visitor
from handlers.slack.slack import Slack


async def code(slack: Slack, visitor: Visitor) -> str:
    """Raises NotAllowed."""
    made = await slack.admind.homes.join_code(visitor.workspace, visitor.member)
    return told(
        "In the other Slack workspace or Discord server, an owner says within ten minutes: /admind join {code}",
        code=made,
    )


async def join(slack: Slack, visitor: Visitor, given: str) -> str:
    """Raises BadInput, NotAllowed."""
    if not given.strip():
        raise BadInput(told("Which code? Write /admind join and the code."), kept=told("Nothing changed."))
    await slack.admind.homes.join("slack", visitor.who.team, given.strip(), visitor.who)
    slack.teams.forget(visitor.who.team)
    slack.people.forget(visitor.who.team)
    return told("Done: this Slack workspace works with the other one now.")
