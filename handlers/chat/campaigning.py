"""The button below a campaign's timeline: "Yes, start it"."""

from __future__ import annotations

from typing import Final

from bot.bootstrap import AdMind
from bot.workflow.requests import Asker
from handlers.chat.visiting import Visitor

VERBS: Final = frozenset({"launch"})


async def press(admind: AdMind, visitor: Visitor, name: str, surface: str) -> str:
    """What to say to who pressed; `name` is the campaign's id. Raises NotFound, NotAllowed."""
    member = visitor.member
    campaign = await admind.campaigns.get(visitor.workspace, member.id, name)
    zone = await admind.standing.zone(visitor.workspace, campaign.brand)
    asker = Asker(
        workspace=visitor.workspace,
        brand=campaign.brand,
        member=member.id,
        conversation="",
        surface=surface,
        language=member.language,
        zone=member.zone or zone.key,
        by_agent=False,
    )
    return await admind.campaigning.start(asker, name)
