"""What a command is, and what it may reach while it is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.chat import Button, CardPicture
from bot.conversation.turn import Turn
from bot.errors import BadInput
from bot.insights.summary import Summary
from bot.insights.summing import Range
from bot.words import told
from bot.workflow.calendar_showing import CalendarShowing
from bot.workflow.decisions import Decided
from bot.workflow.proving import Settling
from bot.workflow.requests import Asker
from bot.workflow.stopping import Stopping
from storage.accounts import Account
from storage.team import Member

MCP: Final = frozenset({"mcp"})


class Absences(Protocol):
    """`bot.workflow.office.Office`, as far as being away goes."""

    async def set_away(
        self, workspace: str, by: str, member_id: str, until: datetime | None, delegate: str
    ) -> Member: ...


class Settles(Protocol):
    """`bot.workflow.proving.Proving`."""

    async def supply(self, who: Settling, *, text: str = "", link: str = "") -> Decided: ...

    async def take_on(self, who: Settling, reason: str) -> Decided: ...


class Reporting(Protocol):
    """`bot.workflow.reports.Reports`, as far as a command goes."""

    async def asked_by(self, member: Member, brand: str) -> None: ...

    async def campaign(self, workspace: str, brand: str, name: str) -> Range: ...

    async def account(self, workspace: str, brand: str, name: str) -> Account: ...

    async def summary(
        self, workspace: str, brand: str, span: Range, *, campaign: str = "", account: Account | None = None
    ) -> Summary: ...

    async def kept_picture(self, summary: Summary, language: str) -> CardPicture | None: ...


class Planning(Protocol):
    """`bot.conversation.slotting.Slotting`."""

    async def read_back(self, asker: Asker, text: str, request: str) -> Said: ...

    async def reads(self, asker: Asker, text: str) -> bool: ...

    async def confirm(self, workspace: str, member: str, request_id: str) -> str: ...

    async def confirm_last(self, asker: Asker) -> str: ...

    async def standing(self, asker: Asker, start: datetime, end: datetime) -> Said: ...

    async def fill(self, workspace: str, member: str, brand: str) -> str: ...

    async def pause(self, asker: Asker, argument: str) -> str: ...

    async def go_on(self, asker: Asker) -> str: ...


class Teaches(Protocol):
    """`bot.conversation.learned.Learned`."""

    async def next(self, asker: Asker) -> str: ...

    async def best_time(self, asker: Asker, name: str) -> str: ...

    async def experiments(self, asker: Asker) -> str: ...


class Leading(Protocol):
    """`bot.conversation.linked.Linked`."""

    async def list(self, asker: Asker) -> str: ...

    async def qr(self, asker: Asker, said: str) -> Said: ...


@dataclass(frozen=True, slots=True)
class Speaking:
    """What a command may reach: the turn it is said in, who says it, what stops posts, who is away, what settles
    claims, what reports, and what draws the calendar.
    """

    turn: Turn
    member: Member
    stopping: Stopping
    absences: Absences
    proving: Settles
    reports: Reporting
    calendar: CalendarShowing
    slotting: Planning | None = None
    learned: Teaches | None = None
    request: str = ""  # the id of the request that it is
    links: Leading | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; what can be pressed below it where a surface has buttons, and a picture: the words do without them."""

    text: str
    buttons: tuple[Button, ...] = ()
    picture: CardPicture | None = None


Run = Callable[[Speaking, str], Awaitable[str | Said]]


def only_persons(asker: Asker, kept: str, programs: frozenset[str] = MCP) -> None:
    """Raises BadInput where one of these programs speaks. Over MCP saying yes, stopping and going on are for people;
    over REST a token that proposes may change the plan, and only one that decides starts a campaign.
    """
    if asker.surface in programs:
        raise BadInput(
            told("That is a person's word, so a program can't say it here."),
            kept=kept,
            do_next=told("A person says it in their chat, in the studio or at the terminal."),
        )


@dataclass(frozen=True, slots=True)
class Command:
    """`words` are its names; `argument` is how help writes what follows, and the expression that it must match."""

    words: tuple[str, ...]
    help: str
    run: Run
    argument: str = ""
    matches: str = ""
