"""Will the channel take it? The adapter's own measure and rules, as findings."""

from __future__ import annotations

from bot.checks.base import Subject
from storage.drafts import Finding


async def limits(subject: Subject) -> tuple[Finding, ...]:
    """Block findings for what the channel would refuse; a note when a text comes close to the limit unseen."""
    found: list[Finding] = []
    for each in subject.versions:
        found += [
            Finding(
                severity="block", rule=problem.rule, reason=problem.reason, fix=problem.fix, account=each.account.id
            )
            for problem in each.problems
        ]
        rules = {problem.rule for problem in each.problems}
        if each.measured.over and "too_long" not in rules:
            name, measured = each.capabilities.title, each.measured
            found.append(
                Finding(
                    severity="block",
                    rule="too_long",
                    reason=f"{name} takes at most {measured.limit} {measured.unit}; this has {measured.used}.",
                    fix=f"Shorten it by {measured.over}.",
                    account=each.account.id,
                )
            )
    return tuple(found)
