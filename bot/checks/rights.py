"""May each picture still be used on the day on which the post goes out?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.checks.base import CheckedVersion, Subject
from storage.drafts import Finding


async def rights(subject: Subject) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for each in subject.versions:
        day = _leaves(each, subject).date()
        for medium in each.version.media:
            for item in subject.pictures.get(medium.sha256, ()):
                if item.lapsed(day) and item.rights_until is not None:
                    name = f"“{item.name}”" if item.name else "a picture"
                    reason = f"The rights to {name} end on {item.rights_until.isoformat()}, before this goes out."
                    found.append(
                        Finding(
                            severity="block",
                            rule="rights",
                            reason=reason,
                            fix="Choose another picture or an earlier day. If its rights were extended, say so in the "
                            "library, then change the draft.",
                            account=each.account.id,
                        )
                    )
    return tuple(dict.fromkeys(found))


def _leaves(version: CheckedVersion, subject: Subject) -> datetime:
    """When it goes out, in the brand's zone; without a time as soon as it is approved, so at the earliest now."""
    due = version.payload.not_before
    at = datetime.fromisoformat(due) if due else subject.now
    return max(at, subject.now).astimezone(ZoneInfo(subject.brand.zone or "UTC"))
