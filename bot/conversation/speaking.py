"""What a command is, and what it may reach while it is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.chat import Button, ShownCalendar
from bot.conversation.turn import Turn
from bot.workflow.decisions import Decided
from bot.workflow.proving import Settling
from bot.workflow.stopping import Stopping
from storage.team import Member


class Absences(Protocol):
    """`bot.workflow.office.Office`, as far as being away goes."""

    async def set_away(
        self, workspace: str, by: str, member_id: str, until: datetime | None, delegate: str
    ) -> Member: ...


class Settles(Protocol):
    """`bot.workflow.proving.Proving`."""

    async def supply(self, who: Settling, *, text: str = "", link: str = "") -> Decided: ...

    async def take_on(self, who: Settling, reason: str) -> Decided: ...


@dataclass(frozen=True, slots=True)
class Speaking:
    """What a command may reach: the turn it is said in, who says it, what stops posts, who is away, and what settles
    claims.
    """

    turn: Turn
    member: Member
    stopping: Stopping
    absences: Absences
    proving: Settles


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and what can be pressed below it where a surface has buttons: the words do without them."""

    text: str
    buttons: tuple[Button, ...] = ()
    calendar: ShownCalendar | None = None


Run = Callable[[Speaking, str], Awaitable[str | Said]]


@dataclass(frozen=True, slots=True)
class Command:
    """`words` are its names; `argument` is how help writes what follows, and the expression that it must match."""

    words: tuple[str, ...]
    help: str
    run: Run
    argument: str = ""
    matches: str = ""
