"""“Approve and send” and “Don't send” below a report that waits for the team."""

from __future__ import annotations

from typing import Final

from bot.bootstrap import AdMind
from bot.errors import BadInput
from bot.words import told
from handlers.chat.visiting import Visitor

VERBS: Final = frozenset({"sendreport", "dropreport"})


async def press(admind: AdMind, visitor: Visitor, verb: str, ids: list[str]) -> str:
    """What to say to who pressed; `ids`: brand, month, beginning of the digest. Raises AdMindError."""
    if len(ids) != 3:
        raise BadInput(told("I don't know this button any more."), do_next=told("Use a newer message of mine."))
    brand, month, digest = ids
    said = await admind.client_reports.decide(
        visitor.workspace,
        visitor.member.id,
        brand,
        month,
        digest,
        yes=verb == "sendreport",
        surface=visitor.surface,
    )
    return told(said)
