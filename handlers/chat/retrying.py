"""“Try again” below an answer that a model's provider failed: the same kept request, once a press."""

from __future__ import annotations

from bot.bootstrap import AdMind
from bot.errors import NotFound
from bot.words import told
from handlers.chat.visiting import Visitor


async def again(admind: AdMind, visitor: Visitor, request: str, tries: str) -> str:
    """What to say to who pressed. `tries`: how often it had been tried when the button was made. Raises Conflict."""
    try:
        tried = await admind.desk.retry(
            visitor.workspace, visitor.member.id, request, tries=int(tries) if tries.isdecimal() else None
        )
    except NotFound:
        return told("Only who asked for this can have it tried again.")
    return told("Trying it again…") if tried else told("This is being tried again already.")
