"""Does a post still say what it must say of itself, where its channel has no label for that?"""

from __future__ import annotations

from bot.checks.base import Subject, spoken
from bot.checks.labels import mark, shows
from storage.drafts import Finding


async def disclosure(subject: Subject) -> tuple[Finding, ...]:
    """An ad that does not say so at its beginning is in the way, or to be warned of, as the brand's policy says; what a
    model made and does not say so is warned of. One that calls itself an ad without being declared one is noted.
    """
    found: list[Finding] = []
    for each in subject.versions:
        can, text, account = each.capabilities, each.text, each.account.id
        said = each.payload.disclosure
        ad, ai = (shows(text, flag, headed=can.headed) for flag in ("paid_partnership", "ai_generated"))
        if "paid_partnership" in said and "paid_partnership" not in can.flags and ad != "yes":
            line = mark(("paid_partnership",), spoken(subject.brief, each.account))
            found.append(
                Finding(
                    severity=subject.brand.labels.missing_ad,
                    rule="ad_not_marked",
                    reason="This is a paid partnership, and the text does not say so."
                    if ad == "no"
                    else "This is a paid partnership, and the text says so only where readers may never get to.",
                    fix=f"Put “{line}” at the beginning.",
                    account=account,
                )
            )
        if "ai_generated" in said and "ai_generated" not in can.flags and ai == "no":
            line = mark(("ai_generated",), spoken(subject.brief, each.account))
            found.append(
                Finding(
                    severity="warn",
                    rule="ai_not_marked",
                    reason="A model made this or its picture, and the text does not say so.",
                    fix=f"Put “{line}” at the beginning.",
                    account=account,
                )
            )
        if ad != "no" and "paid_partnership" not in said:
            found.append(
                Finding(
                    severity="note",
                    rule="ad_not_declared",
                    reason="The text calls itself an ad, and no paid partnership is declared.",
                    fix="Declare it in the editor if it is one.",
                    account=account,
                )
            )
    return tuple(found)
