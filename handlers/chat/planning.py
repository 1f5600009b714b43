"""Buttons of the plan: "Yes, plan it" below what was read back, and "Fill" below what says that slots are empty."""

from __future__ import annotations

from typing import Final

from bot.bootstrap import AdMind
from handlers.chat.visiting import Visitor

VERBS: Final = frozenset({"plan", "fill"})


async def press(admind: AdMind, visitor: Visitor, verb: str, name: str) -> str:
    """What to say to who pressed. `name` is the request that was read back, or the brand whose slots are to be filled.

    Raises NotFound, NotAllowed.
    """
    if verb == "plan":
        return await admind.slotting.confirm(visitor.workspace, visitor.member.id, name)
    return await admind.slotting.fill(visitor.workspace, visitor.member.id, name)
