"""Review N: what waits for one person, one at a time; deciding or putting off brings the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.bootstrap import AdMind
from bot.errors import NotFound
from bot.views import DraftView
from bot.words import reader, told, words
from handlers.chat.visiting import Visitor


@dataclass(frozen=True, slots=True)
class Next:
    """The draft to look at; without one, how many that were put off still wait. `first`: none came before it."""

    draft: DraftView | None
    left: int = 0
    first: bool = False

    @property
    def sentence(self) -> str:
        """How things stand when there is no next one."""
        if not self.left:
            return told("Nothing waits for your decision.") if self.first else told("Nothing more waits for you.")
        return words(reader()).many(
            "That was the last one. {count} that you put off still waits.",
            "That was the last one. {count} that you put off still wait.",
            self.left,
        )

    @property
    def again(self) -> str:
        """The label of what begins anew with those."""
        return words(reader()).many("Review {count}", "Review {count}", self.left)


async def following(admind: AdMind, visitor: Visitor, brand: str, after: str = "") -> Next:
    """What waits first, or first after that draft."""
    waiting = await admind.looking.waits_for(visitor.workspace, visitor.member.id, brand)
    passed = await _place(admind, visitor, after) if after else None
    ahead = [each for each in waiting if passed is None or _key(each) > passed]
    return Next(ahead[0]) if ahead else Next(None, len(waiting), first=not after)


async def _place(admind: AdMind, visitor: Visitor, draft: str) -> tuple[datetime, datetime, str] | None:
    try:
        return _key(await admind.looking.draft(visitor.workspace, visitor.member.id, draft))
    except NotFound:
        return None


def _key(draft: DraftView) -> tuple[datetime, datetime, str]:
    return (draft.due or datetime.max.replace(tzinfo=UTC), draft.created_at, draft.id)
