"""One person under two names: a code from one place, said in the other. Open to strangers too."""

from __future__ import annotations

from bot.bootstrap import AdMind
from bot.chat import Home
from bot.words import told
from bot.workflow.kinship import Side

YES = frozenset({"yes", "ja"})


async def link(admind: AdMind, home: Home, side: Side, given: str) -> tuple[str, bool]:
    """Begin a link, look at one that somebody began, or say yes to it; what to say, and whether two became one.

    Raises BadInput, NotAllowed, Conflict.
    """
    kinship, (code, _, word) = admind.kinship, given.strip().partition(" ")
    if not code:
        made = await kinship.offer(home.workspace, side)
        said = told(
            "Are you here under another name too? There, within ten minutes, say: /admind link {code}\n"
            "Give this code to nobody else: whoever uses it says that they are you.",
            code=made,
        )
        return said, False
    if word.strip().casefold() in YES:
        return await kinship.agree(home.workspace, code, side), True
    offer = await kinship.look(home.workspace, code, side)
    said = told(
        "This would make you one person with {name} ({place}): one vote for both, and the rights of both. If that is "
        "you, say: /admind link {code} yes\nIf it is not, do nothing.",
        name=offer.other.name,
        place=offer.other.place,
        code=code,
    )
    return said, False
