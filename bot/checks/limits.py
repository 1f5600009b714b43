"""Will the channel take it? The adapter's own measure and rules, as findings."""

from __future__ import annotations

from bot.checks.base import CheckedVersion, Subject
from storage.drafts import Brief, Finding


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
        if subject.brief.first_comment and each.capabilities.comments == "none":
            found.append(_left_out(each, subject.brief))
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


def _left_out(each: CheckedVersion, brief: Brief) -> Finding:
    """A first comment was wished for where there are none."""
    linked = bool(brief.link) and brief.link in brief.first_comment
    return Finding(
        severity="warn",
        rule="no_first_comment",
        reason=f"{each.capabilities.title} has no first comments, so the link stands in the text."
        if linked
        else f"{each.capabilities.title} has no first comments, so what was wished for one is left out.",
        fix="Look whether that is right, or put its words into the text.",
        account=each.account.id,
    )
