"""One call of a tool: who calls, in which brand, and what the tools need again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.bootstrap import AdMind
from bot.errors import BadInput
from bot.views import DraftView
from bot.workflow.requests import Asker
from handlers.web.auth import Caller
from handlers.web.mcp.shapes import MOST_DAYS

SURFACE: Final = "mcp"
MOST_PAGES: Final = 10
PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Call:
    """`brand` is the one that is meant; it is among the caller's."""

    admind: AdMind
    caller: Caller
    brand: str

    @classmethod
    async def of(cls, admind: AdMind, caller: Caller, brand: str = "") -> Call:
        """Raises NotFound for a brand that the caller has nothing to do with."""
        chosen = brand or caller.brand
        await caller.looking.brand(caller.workspace, caller.member, chosen)
        return cls(admind, replace(caller, surface=SURFACE), chosen)

    @property
    def who(self) -> tuple[str, str]:
        return self.caller.workspace, self.caller.member

    async def asker(self) -> Asker:
        """Whatever it changes is a proposal: what is approved stands, and nothing counts as a decision."""
        home = await self.admind.looking.home(self.caller.workspace)
        return Asker(
            workspace=self.caller.workspace,
            brand=self.brand,
            member=self.caller.member,
            conversation="",
            surface=SURFACE,
            language=home.language,
            zone=home.zone,
            by_agent=True,
            decides=False,
        )

    async def zone(self) -> ZoneInfo:
        return await self.admind.looking.zone(self.caller.workspace)

    async def open_drafts(self) -> list[DraftView]:
        """Those of the brand that wait for people, newest first; at most 2,000."""
        found: list[DraftView] = []
        after = ""
        for _ in range(MOST_PAGES):
            page = await self.caller.looking.drafts(
                *self.who, status="open", after=after, limit=PAGE, brands=frozenset({self.brand})
            )
            found += page.items
            after = page.next or ""
            if not after:
                break
        return found


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days in the team's zone; `end` is the midnight after the last."""

    first: date
    last: date
    start: datetime
    end: datetime


def span(first: date | None, last: date | None, *, today: date, usual: tuple[int, int], zone: ZoneInfo) -> Span:
    """`usual` are the days, counted from today, where none are named; one that is named alone begins or ends as many.

    Raises BadInput.
    """
    long = timedelta(days=usual[1] - usual[0])
    if first is None and last is None:
        first, last = today + timedelta(days=usual[0]), today + timedelta(days=usual[1])
    try:
        begin = first or (last or today) - long
        until = last or begin + long
        if not timedelta(0) <= until - begin < timedelta(days=MOST_DAYS):
            raise BadInput("These days are in the wrong order, or too many.", do_next=f"Name at most {MOST_DAYS} days.")
        start = datetime.combine(begin, time.min, zone)
        end = datetime.combine(until + timedelta(days=1), time.min, zone)
        start.timestamp(), end.timestamp()
    except (OverflowError, ValueError) as error:
        raise BadInput("These days are out of every calendar.", do_next="Name days of our time.") from error
    return Span(begin, until, start, end)
