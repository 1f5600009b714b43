"""What a draft claims, and what its checks found."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.cards import Words
from bot.views.base import View
from storage.claims import Claim
from storage.drafts import Finding


class FindingView(View):
    severity: str
    rule: str
    reason: str
    fix: str
    account: str | None
    span: tuple[int, int] | None
    claim: str | None = Field(None, description="id of the claim that it is about; evidence can be given for it")


class SupportView(View):
    """What a claim rests on."""

    where: str = Field(description="brief, fact (of the brand), campaign, source (a page) or person")
    sentence: str = Field(description="what says it, word for word; of a person their words or their reason")
    url: str | None
    read_at: datetime | None
    digest: str = Field(description="sha256 of the whole text in which it stands")
    by: str | None = Field(description="who supplied it")
    worked: str | None = Field(description="how the claim follows from the sentence by one step: 2 × €40 = €80")
    taken_on: bool = Field(description="an owner answers for it without evidence")


class ClaimView(View):
    """One claim of one account's version. `span` counts characters of its text, the first comment below it."""

    id: str
    kind: str
    text: str
    account: str
    span: tuple[int, int]
    support: SupportView | None = Field(description="null: nothing says it")


def finding_view(finding: Finding) -> FindingView:
    return FindingView(
        severity=finding.severity,
        rule=finding.rule,
        reason=finding.reason,
        fix=finding.fix,
        account=finding.account or None,
        span=finding.span,
        claim=finding.claim or None,
    )


def claim_view(claim: Claim, words: Words) -> ClaimView:
    support = claim.support
    return ClaimView(
        id=claim.id,
        kind=claim.kind,
        text=claim.text,
        account=claim.account,
        span=claim.span,
        support=SupportView(
            where=support.where,
            sentence=support.sentence,
            url=support.url or None,
            read_at=support.read_at,
            digest=support.digest,
            by=(words.member(support.by) or None) if support.by else None,
            worked=support.worked or None,
            taken_on=support.taken_on,
        )
        if support
        else None,
    )
