"""Which claims of the copy rest on nothing that was said in the brief, the brand's facts or a page that was read?

Prices, guarantees, and what is said of health and the law are in the way until somebody supplies evidence or an owner
takes them on with a reason; all else is warned of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from bot.checks.base import Subject
from bot.checks.ledger import Found, ledger
from storage.claims import ClaimKind
from storage.drafts import Finding

RULES: Final[Mapping[ClaimKind, str]] = {
    **dict.fromkeys(("percent", "date", "time", "year", "ordinal", "number"), "figure"),
    **dict.fromkeys(("superlative", "green", "urgency"), "claim"),
    "money": "price", "price": "price", "guarantee": "guarantee", "health": "health", "legal": "legal",
    "quotation": "quotation",
}  # fmt: skip
BLOCKS: Final = frozenset({"price", "guarantee", "health", "legal"})
_FIGURES: Final = frozenset({"percent", "money", "date", "time", "year", "ordinal", "number"})


async def claims(subject: Subject) -> tuple[Finding, ...]:
    """A finding with its span for each claim that rests on nothing, also in what was edited by hand."""
    by_hand = {each.account.id for each in subject.versions if each.version.edited_by}
    return tuple(
        _finding(found, by_hand=found.claim.account in by_hand)
        for found in ledger(subject)
        if found.claim.support is None and found.claim.kind in RULES
    )


def _finding(found: Found, *, by_hand: bool) -> Finding:
    claim, rule = found.claim, RULES[found.claim.kind]
    severity: Literal["block", "warn"] = "block" if rule in BLOCKS else "warn"
    said = _cut(claim.text) if claim.kind not in _FIGURES else claim.text
    if claim.kind == "quotation":
        quoted = _shortened(claim.text)
        reason = f"These words in quotes stand in no source: {quoted}."
        fix = "Say who said them and where, or do not quote."
    elif found.elsewhere:
        reason = f"“{said}” is in the brief, but about something else."
        fix = "Correct it, or add its source to the brief."
    elif claim.kind in _FIGURES:
        reason = f"“{said}” is not in the brief."
        fix = "Confirm where it comes from." if by_hand else "Correct it, or add its source to the brief."
    else:
        reason, fix = f"“{said}” has no source.", "Say what proves it, or tone it down."
    if severity == "block":
        fix = "Give evidence for it, take it out, or have an owner take it on with a reason."
    return Finding(
        severity=severity, rule=rule, reason=reason, fix=fix, account=claim.account, span=claim.span, claim=claim.id
    )


def _cut(text: str) -> str:
    said = " ".join(text.split())
    return said[0].upper() + said[1:]


def _shortened(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 90 else f"{said[:89]}…"
