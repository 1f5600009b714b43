"""`/admind link`: one person under two names. Open to strangers too, who may be somebody elsewhere."""

from __future__ import annotations

from bot.chat import Identified
from bot.words import read_in
from bot.workflow.kinship import Side
from bot.workflow.names import place_of
from handlers.chat import linking
from handlers.slack.slack import Slack


async def link(slack: Slack, team: str, user: str, given: str) -> str:
    """Begin a link, look at one that somebody began, or say yes to it. Raises BadInput, NotAllowed, Conflict."""
    home = await slack.teams.home(team)
    member = await slack.admind.homes.member(Identified(platform="slack", team=team, user=user))
    if member is not None:
        read_in(member.language)
    name = member.name if member is not None else await slack.people.name(team, user)
    side = Side(
        member=member.id if member is not None else "",
        name=name,
        place=place_of("slack", home.name),
        platform="slack",
        team=team,
        user=user,
    )
    said, joined = await linking.link(slack.admind, home, side, given)
    if joined:
        for each in await slack.admind.homes.of(home.workspace):
            slack.people.forget(each.team)
    return said
