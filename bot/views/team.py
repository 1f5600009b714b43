"""Brands, their accounts and members, and what these are told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pydantic import Field

from bot.chat import Card
from bot.views.base import View
from storage.accounts import Account
from storage.profile import Profile
from storage.team import Brand, Fact, Member


class PauseView(View):
    scope: str
    reason: str
    since: datetime
    until: datetime | None


class RulesView(View):
    approvals: int
    client_approvals: int
    self_approval: str


class AccountView(View):
    id: str
    brand: str
    channel: str
    name: str
    handle: str | None
    server: str | None
    health: str
    reason: str | None
    closed: bool
    language: str = Field("", description="Of its posts; empty: the brief's.")
    region: str = Field("", description="Country that it speaks to; empty: everybody.")
    face: str | None = Field(None, description="SHA-256 of its profile's picture when it was connected")
    rules: RulesView | None = Field(description="Who must say yes, where that is more than the brand asks.")


class MemberView(View):
    id: str
    name: str
    roles: dict[str, list[str]]
    zone: str | None
    away_until: datetime | None
    delegate: str | None


class BrandView(View):
    id: str
    name: str
    voice: str
    language: str
    palette: list[str]
    facts: list[Fact]
    avoid_words: list[str]
    profile: Profile = Field(description="Its manner, audiences, preferred words, small print and hashtags.")
    approvals: int
    client_approvals: int
    self_approval: str
    ai_pictures: str = Field(description="Whether pictures that an image model made are labelled.")
    ai_text: str = Field(description="Whether words that a language model wrote are labelled.")
    missing_ad: str = Field(description="What an ad that does not say so is: in the way, or warned of.")
    digest: bool = Field(True, description="Whether a summary of the week comes each Monday.")


class NoticeView(View):
    id: str
    room: str
    at: datetime
    card: Card


def account_view(account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        brand=account.brand,
        channel=account.channel,
        name=account.name,
        handle=account.handle or None,
        server=account.server or None,
        health=account.health.state,
        reason=account.health.reason or None,
        closed=account.closed_at is not None,
        language=account.language,
        region=account.region,
        face=account.face or None,
        rules=RulesView(
            approvals=account.policy.approvals,
            client_approvals=account.policy.client_approvals,
            self_approval=account.policy.self_approval,
        )
        if account.policy
        else None,
    )


def member_view(member: Member, brands: Collection[str]) -> MemberView:
    """With the roles in these brands alone: the reader's."""
    return MemberView(
        id=member.id,
        name=member.name,
        roles={brand: sorted(role.value for role in roles) for brand, roles in member.roles.items() if brand in brands},
        zone=member.zone or None,
        away_until=member.away.until if member.away else None,
        delegate=member.away.delegate or None if member.away else None,
    )


def brand_view(brand: Brand) -> BrandView:
    return BrandView(
        id=brand.id,
        name=brand.name,
        voice=brand.voice,
        language=brand.language,
        palette=list(brand.palette),
        facts=list(brand.facts),
        avoid_words=list(brand.avoid_words),
        profile=brand.profile,
        approvals=brand.policy.approvals,
        client_approvals=brand.policy.client_approvals,
        self_approval=brand.policy.self_approval,
        ai_pictures=brand.labels.ai_pictures,
        ai_text=brand.labels.ai_text,
        missing_ad=brand.labels.missing_ad,
        digest=brand.digest,
    )
