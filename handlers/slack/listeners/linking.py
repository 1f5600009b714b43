"""`/admind link`: one person under two names. Open to strangers too, who may be somebody elsewhere."""

from __future__ import annotations

from bot.chat import Identified
from bot.words import read_in, told
from bot.workflow.kinship import Side
from bot.workflow.names import place_of
from handlers.slack.slack import Slack

YES = frozenset({"yes", "ja"})


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
    kinship, (code, _, word) = slack.admind.kinship, given.strip().partition(" ")
    if not code:
        made = await kinship.offer(home.workspace, side)
        return told(
            "Are you here under another name too? There, within ten minutes, say: /admind link {code}\n"
            "Give this code to nobody else: whoever uses it says that they are you.",
            code=made,
        )
    if word.strip().casefold() in YES:
        done = await kinship.agree(home.workspace, code, side)
        for each in await slack.admind.homes.of(home.workspace):
            slack.people.forget(each.team)
        return done
    offer = await kinship.look(home.workspace, code, side)
    return told(
        "This would make you one person with {name} ({place}): one vote for both, and the rights of both. If that is "
        "you, say: /admind link {code} yes\nIf it is not, do nothing.",
        name=offer.other.name,
        place=offer.other.place,
        code=code,
    )
