"""Records in their public shape: what REST answers, `--json` prints and the studio draws. Names here are a contract."""

from __future__ import annotations

from bot.views.base import ListView, View
from bot.views.claims import ClaimView, FindingView, SupportView, claim_view, finding_view
from bot.views.drafts import (
    DecisionView,
    DraftView,
    LinkView,
    MadeWithView,
    MediumView,
    RevisionView,
    SourceView,
    VersionView,
    draft_view,
)
from bot.views.posts import (
    AttemptView,
    ChangedSourceView,
    ClicksView,
    NumbersView,
    PostView,
    ReceiptView,
    clicks_view,
    post_view,
)
from bot.views.team import (
    AccountView,
    BrandView,
    MemberView,
    NoticeView,
    PauseView,
    RulesView,
    account_view,
    brand_view,
    member_view,
)
from bot.views.usage import CostsView, CostView, UsageView, usage_view

__all__ = [
    "AccountView",
    "AttemptView",
    "BrandView",
    "ChangedSourceView",
    "ClaimView",
    "ClicksView",
    "CostView",
    "CostsView",
    "DecisionView",
    "DraftView",
    "FindingView",
    "LinkView",
    "ListView",
    "MadeWithView",
    "MediumView",
    "MemberView",
    "NoticeView",
    "NumbersView",
    "PauseView",
    "PostView",
    "ReceiptView",
    "RevisionView",
    "RulesView",
    "SourceView",
    "SupportView",
    "UsageView",
    "VersionView",
    "View",
    "account_view",
    "brand_view",
    "claim_view",
    "clicks_view",
    "draft_view",
    "finding_view",
    "member_view",
    "post_view",
    "usage_view",
]
