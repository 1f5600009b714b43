"""Which report is meant: of which brand, campaign or account, and of which days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.periods import Period, read_period
from bot.conversation.speaking import Reporting
from bot.errors import BadInput
from bot.insights.summary import Kind, Summary
from bot.insights.summing import Range
from storage.team import Member

PERIOD: Final = (
    r"today|tomorrow|yesterday|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"januar|februar|märz|mai|juni|juli|oktober|dezember|"
    r"(?:(?:this|next|last) )?(?:week|month|weekend)|(?:next|last) \d{1,3} days|heute|morgen|"
    r"gestern|(?:diese|nächste|letzte)[nrs]? (?:woche|monat)"
)
_OF: Final = r"campaign|kampagne|account|konto|brand|marke"
WHAT: Final = rf"(?:{PERIOD})|(?:(?:{_OF}) [^\n]{{1,100}}?)"
_READ: Final = re.compile(rf"(?:(?P<of>{_OF})\s+(?P<name>.+?))?(?:(?:^|\s+)(?P<period>{PERIOD}))?", re.I)
_KINDS: Final = {"kampagne": "campaign", "konto": "account", "marke": "brand"}


@dataclass(frozen=True, slots=True)
class Meant:
    """`of`: campaign, account, brand, or empty for the whole brand of who asks; `period` as it was said."""

    of: str = ""
    name: str = ""
    period: str = ""


def read_meant(argument: str) -> Meant:
    """Raises BadInput for what is none of these."""
    found = _READ.fullmatch(" ".join(argument.split()).strip())
    if found is None:
        raise BadInput(
            "I could not tell which report you mean.",
            do_next="Say for example: report last week, report November, report campaign NAME, report account NAME.",
        )
    of = (found["of"] or "").casefold()
    return Meant(_KINDS.get(of, of), (found["name"] or "").strip(" \"'“”„"), found["period"] or "")


def range_of(period: Period, zone: str) -> Range:
    """The same days, and whether they are a whole month or week."""
    first = period.start.astimezone(ZoneInfo(zone)).date()
    last = (period.end - timedelta(hours=1)).astimezone(ZoneInfo(zone)).date()
    days, kind = (last - first).days + 1, "span"
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and days <= 31:
        kind = "month"
    elif days == 7 and first.weekday() == 0:
        kind = "week"
    elif days == 1:
        kind = "day"
    found: dict[str, Kind] = {"span": "span", "month": "month", "week": "week", "day": "day"}
    return Range(found[kind], first, days, zone)


async def summary_of(
    reports: Reporting, member: Member, brand: str, said: str, *, now: datetime, zone: str, language: str
) -> Summary:
    """What these words ask for, of one brand. Raises BadInput, and NotFound as `Reporting.asked_by`."""
    meant = read_meant(said)
    if meant.of == "brand":
        raise BadInput("Choose the brand itself, and then the days, a campaign or an account.")
    await reports.asked_by(member, brand)
    return await summed_up(reports, member.workspace, brand, meant, now=now, zone=zone, language=language)


async def summed_up(
    reports: Reporting, workspace: str, brand: str, meant: Meant, *, now: datetime, zone: str, language: str
) -> Summary:
    """What is meant, of one brand, for who may see it. Raises BadInput, NotFound."""
    days = range_of(read_period(meant.period, now, zone, language, past=True), zone)
    if meant.of == "account":
        account = await reports.account(workspace, brand, meant.name)
        return await reports.summary(workspace, brand, days, account=account)
    if meant.of == "campaign":
        whole = days if meant.period else await reports.campaign(workspace, brand, meant.name)
        return await reports.summary(workspace, brand, whole, campaign=meant.name)
    return await reports.summary(workspace, brand, days)
