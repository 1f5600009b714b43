"""Do "tomorrow" and "next Tuesday" still mean the same day when the post is read?

Copy is written on one day and read on another: a day that is named from the day of writing moves along with the post.
"Today" is left out: whoever schedules a post writes it for the day on which it appears.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import regex

from bot.checks.base import CheckedVersion, Subject
from bot.when import Resolved, resolve, say_day
from storage.drafts import Finding

_DAYS = (
    r"mon|tues|wednes|thurs|fri|satur|sun",
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag",
)
_DATED = r"(?!\s*,?\s*(?:the\s+|den\s+|dem\s+)?\d{1,2}(?:st|nd|rd|th|\.|\s+\p{L}))"  # "on Tuesday, 3 March" says it all
_NAMED = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])(?:tomorrow|(?:(?:this|next|coming|on)\s+)+(?:{_DAYS[0]})day\b{_DATED}|"
    rf"(?-i:morgen)(?!\s*[!.]?\s*zusammen)|(?:(?:diese[nr]?|nächste[nr]?|kommende[nr]?|am)\s+)+(?:{_DAYS[1]})\b{_DATED})"
    r"(?![\p{L}\p{N}])",
    regex.IGNORECASE,
)


async def days(subject: Subject) -> tuple[Finding, ...]:
    """A warning for each day that will be taken for another one than at the time of writing."""
    zone = subject.brand.zone or "UTC"
    return tuple(finding for each in subject.versions for finding in _moved(each, subject, zone))


def _moved(each: CheckedVersion, subject: Subject, zone: str) -> list[Finding]:
    if each.payload.not_before is None:
        return []
    due, found = datetime.fromisoformat(each.payload.not_before), []
    for match in _NAMED.finditer(each.text):
        written, read = (_day(match[0], at, zone) for at in (subject.now, due))
        if written is None or read is None or written == read:
            continue
        said, language = match[0], each.account.language or subject.brief.language
        now_means, once_meant = say_day(read, language), say_day(written, language)
        found.append(
            Finding(
                severity="warn",
                rule="day",
                reason=f"When this is read, “{said}” means {now_means}, not {once_meant}.",
                fix="Write the date, or check that this is meant.",
                account=each.account.id,
                span=match.span(),
            )
        )
    return found


def _day(phrase: str, at: datetime, zone: str) -> date | None:
    """The one day that is meant by somebody who says so at this time; None when it is not clear."""
    meant = resolve(f"{phrase} 12:00", now=at, zone=zone)
    return (
        meant.instants[0].astimezone(ZoneInfo(zone)).date()
        if isinstance(meant, Resolved) and len(meant.instants) == 1
        else None
    )
