"""Who asks for a draft, and what for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BadInput
from storage.drafts import Brief

UNTOUCHED = "The draft is as it was."


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, from where, and how to tell them how it goes."""

    workspace: str
    brand: str
    member: str
    conversation: str
    surface: str
    language: str
    zone: str
    tainted: bool = False
    by_agent: bool = True  # the model worded the change; then what is approved stands until a person accepts
    decides: bool = True  # a client's own wording counts as their approval; never where a program may only propose
    report: Callable[[str], Awaitable[None]] | None = None

    async def tell(self, progress: str) -> None:
        if self.report is not None:
            await self.report(progress)


@dataclass(frozen=True, slots=True)
class Idea:
    """One post idea as understood: `when` is the person's phrase, `accounts` names as the person said them."""

    brief: Brief
    accounts: tuple[str, ...] = ()
    when: str = ""
    variants: int = 1
    angle: str = ""
    draft: str = ""  # the id that it gets; the same again makes no second one
    due: datetime | None = None  # instead of `when`, where the instant is known
    text: str = ""  # a person's own, which goes out as it is: nobody writes
    shown_at: datetime | None = None  # when people are shown it, unless at once
    slot: str = ""  # the place in the plan that it fills
    why: str = ""  # why the plan chose it, in English


class Quoting(BadInput):
    """A question that may quote a page: for the person's eyes, never for a model that has tools."""
