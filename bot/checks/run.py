"""All checks on one draft. A check that breaks is said, never silent."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.checks.alt import alt
from bot.checks.base import Check, Subject, merged
from bot.checks.bias import bias
from bot.checks.brand import brand
from bot.checks.claims import claims
from bot.checks.clashes import clashes
from bot.checks.days import days
from bot.checks.disclosure import disclosure
from bot.checks.duplicates import duplicates
from bot.checks.language import language
from bot.checks.limits import limits
from bot.checks.links import links
from bot.checks.pages import pages
from bot.checks.placeholders import placeholders
from bot.checks.privacy import privacy
from bot.checks.rights import rights
from bot.checks.tracking import tracking
from bot.words import noted
from storage.drafts import Finding

log = logging.getLogger(__name__)

CHECKS: Mapping[str, tuple[str, Check]] = {
    "limits": (noted("What the channel takes"), limits),
    "placeholders": (noted("Placeholders"), placeholders),
    "links": (noted("Links"), links),
    "tracking": (noted("Where links lead"), tracking),
    "pages": (noted("Pages that were named"), pages),
    "claims": (noted("Figures and claims"), claims),
    "privacy": (noted("Personal data"), privacy),
    "bias": (noted("What it says of people"), bias),
    "brand": (noted("The brand's own rules"), brand),
    "language": (noted("The language it is written in"), language),
    "days": (noted("Days that move along"), days),
    "disclosure": (noted("What it says of itself"), disclosure),
    "rights": (noted("The rights to its pictures"), rights),
    "alt": (noted("The picture's description"), alt),
    "duplicates": (noted("Repetition"), duplicates),
    "clashes": (noted("Other posts and days without any"), clashes),
}
_RANK = {"block": 0, "warn": 1, "note": 2}


async def run_checks(subject: Subject, checks: Mapping[str, tuple[str, Check]] = CHECKS) -> tuple[Finding, ...]:
    """Every finding, blocks first; those that all accounts share are told once."""
    found: list[Finding] = []
    for name, (part, check) in checks.items():
        try:
            found += merged(await check(subject), len(subject.versions))
        except Exception:
            log.exception("check_failed name=%s", name)
            found.append(
                Finding(
                    severity="warn",
                    rule=f"unchecked_{name}",
                    reason=f"{part} could not be checked.",
                    fix="Look at it yourself before you approve.",
                )
            )
    return tuple(sorted(found, key=lambda finding: _RANK[finding.severity]))
