"""May it go out at that time: no other post too close on the account, no embargo, no day that is kept free?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.checks.base import CheckedVersion, Subject
from bot.checks.times import covers, named_at, names
from bot.when import say, say_day
from storage.drafts import Finding
from storage.profile import Blackout, Embargo


async def clashes(subject: Subject) -> tuple[Finding, ...]:
    """Embargoes are in the way, days as the brand set them; another post close by is warned of.

    A post without a time goes out when it is approved, which is as good as now.
    """
    return tuple(finding for each in subject.versions for finding in _found(each, subject))


def _found(each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    timing = subject.brand.profile.timing
    named = each.payload.not_before
    due = max(subject.now, datetime.fromisoformat(named)) if named else subject.now
    local = due.astimezone(ZoneInfo(subject.brand.zone or "UTC"))
    for embargo in timing.embargoes:
        if local.replace(tzinfo=None) < embargo.until:
            yield from _too_early(embargo, each, subject)
    for blackout in timing.blackouts:
        if covers(blackout, local):
            yield _kept_free(blackout, local, each, subject)
    if named and timing.gap_minutes:
        yield from _close(due, each, subject)


def _too_early(embargo: Embargo, each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    zone = subject.brand.zone or "UTC"
    until = say(embargo.until.replace(tzinfo=ZoneInfo(zone)), zone, subject.brand.language, now=subject.now)
    about = embargo.about
    alts = " ".join(medium.alt for medium in each.version.media)
    span = named_at(each.text, about)
    if span is None and not names(alts, about):
        return
    yield Finding(
        severity="block",
        rule="embargo",
        reason=f"Nothing about “{about}” goes out before {until}.",
        fix="Move the post behind that time, or take the word out.",
        account=each.account.id,
        span=span,
    )


def _kept_free(blackout: Blackout, local: datetime, each: CheckedVersion, subject: Subject) -> Finding:
    day, why = say_day(local.date(), subject.brand.language), blackout.why
    reason = f"On {day} nothing goes out: {why}." if why else f"On {day} nothing goes out."
    return Finding(
        severity="block" if blackout.blocks else "warn",
        rule="blackout",
        reason=reason,
        fix="Choose another day.",
        account=each.account.id,
    )


def _close(due: datetime, each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    gap = timedelta(minutes=subject.brand.profile.timing.gap_minutes)
    mine = [other for other in subject.near if other.account == each.account.id and abs(other.due - due) < gap]
    if not mine:
        return
    nearest = min(mine, key=lambda other: abs(other.due - due))
    title, account = nearest.title, each.account.name
    at = say(nearest.due, subject.brand.zone or "UTC", subject.brand.language, now=subject.now)
    minutes = subject.brand.profile.timing.gap_minutes
    yield Finding(
        severity="warn",
        rule="too_close",
        reason=f"“{title}” goes out on {account} at {at}, closer than {minutes} minutes.",
        fix="Move one of the two, or leave it if both belong together.",
        account=each.account.id,
    )
