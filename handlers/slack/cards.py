"""What a message of AdMind's says of itself, where nobody has noted yet what stands there."""

from __future__ import annotations

from bot.errors import AdMindError
from bot.workflow.reactions import Metadata
from handlers.slack.calling import asked
from handlers.slack.render import CARD_EVENT
from handlers.slack.slack import Slack


async def unnoted(slack: Slack, team: str, channel: str, message: str) -> Metadata | None:
    """As `says`; None also for a message that is noted."""
    if await slack.admind.places.find("slack", team, channel, message) is not None:
        return None
    return await says(slack, team, channel, message)


async def says(slack: Slack, team: str, channel: str, message: str) -> Metadata | None:
    """The draft that a message shows by its own word: it was posted a moment ago, or a crash kept us from noting it.

    None for a message that is no card of ours.
    """
    found = await slack.teams.team(team)
    try:
        answer = await asked(
            found.client.conversations_history(
                channel=channel, latest=message, oldest=message, inclusive=True, limit=1, include_all_metadata=True
            )
        )
    except AdMindError:
        return None
    for each in answer["messages"]:
        metadata = each.get("metadata") or {}
        said = metadata.get("event_payload") or {}
        ours = each.get("ts") == message and each.get("user") == found.bot
        if ours and metadata.get("event_type") == CARD_EVENT and said.get("draft"):
            return Metadata(draft=said["draft"], digest=said.get("digest", ""), whole=bool(said.get("whole")))
    return None
