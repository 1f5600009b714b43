"""Which report is meant: of which brand, campaign or account, and of which days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.periods import Period
from bot.errors import BadInput
from bot.insights.summary import Kind
from bot.insights.summing import Range

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
