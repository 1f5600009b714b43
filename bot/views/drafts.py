"""Drafts in their public shape, with their versions, decisions and revisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from bot.cards import Words
from bot.views.base import View
from bot.views.claims import ClaimView, FindingView, claim_view, finding_view
from bot.views.usage import UsageView, usage_view
from storage.drafts import Draft, Version


class MediumView(View):
    sha256: str
    mime: str
    bytes: int
    width: int
    height: int
    alt: str
    source: str = Field("card", description="card, upload, or generated: an image model made it")
    url: str


class LinkView(View):
    shown: str
    destination: str


class VersionView(View):
    account: str
    account_name: str
    channel: str
    text: str
    digest: str
    length: int
    limit: int | None
    unit: str
    price: str | None
    disclosure: list[str] = Field(
        default_factory=list, description="what it must say of itself: ai_generated, paid_partnership"
    )
    by_model: int | None = Field(
        None, description="percent of its words that a language model wrote; null: not recorded"
    )
    first_comment: str | None = Field(None, description="what goes out in the first comment below it")
    comments: str = Field("none", description="how its channel has first comments: none, after, reply")
    media: list[MediumView]
    links: list[LinkView] = Field(default_factory=list, description="short links in it, and where each leads")
    approved: bool
    missing: str | None = Field(description="what it still waits for, in a sentence")
    post: str | None


class DecisionView(View):
    id: str
    member: str
    verdict: str
    digest: str
    surface: str
    reason: str | None
    at: datetime
    withdrawn_at: datetime | None


class RevisionView(View):
    number: int
    by: str
    at: datetime
    why: str
    digest: str


class MadeWithView(View):
    model: str
    prompts: list[str]
    card_layout: str | None
    usage: UsageView | None = Field(None, description="for it and all its revisions; none for clients")


class SourceView(View):
    """A page that the person named; `problem` says why it was not read."""

    url: str
    address: str | None = Field(description="where it was found after redirects")
    title: str | None
    read_at: datetime
    body_sha256: str | None
    facts: list[str]
    problem: str | None


class DraftView(View):
    id: str
    brand: str
    title: str
    called: str | None = Field(description="a name in the person's own words, where the title holds a page's")
    status: str
    digest: str
    revision: int
    due: datetime | None
    zone: str
    decide_by: datetime | None
    safe_by: datetime | None = Field(None, description="until when whoever must approve it is surely at work")
    requested_by: str = Field(description="empty for a client, unless a client asked for it")
    request: str
    paid_partnership: bool = Field(description="declared by a person")
    partner: str | None
    ai_picture: bool = Field(description="a person says that a model made its picture")
    versions: list[VersionView]
    options: list[dict[str, str]] = Field(description="alternative wordings, text by account id")
    ideas: list[str] = Field(
        default_factory=list, description="from which side the present wording and each of the others is told"
    )
    findings: list[FindingView]
    claims: list[ClaimView] = Field(default_factory=list, description="what it claims, and what that rests on")
    sources: list[SourceView]
    decisions: list[DecisionView]
    history: list[RevisionView]
    posts: list[str]
    made_with: MadeWithView
    replaces: str | None
    replaced_by: str | None
    slot: str | None = Field(None, description="the place in the editorial plan that it fills")
    why: str | None = Field(None, description="why the plan chose it")
    pillar: str | None = None
    form: str | None = Field(None, description="what kind of post the plan wants there")
    created_at: datetime
    updated_at: datetime


def draft_view(
    draft: Draft,
    words: Words,
    *,
    missing: Mapping[str, str],
    media_url: str,
    safe_by: datetime | None = None,
) -> DraftView:
    """`missing` says per account id what its version still waits for; no entry: it is approved."""
    return DraftView(
        id=draft.id,
        brand=draft.brand,
        title=draft.title,
        called=draft.called or None,
        status=draft.status.value,
        digest=draft.digest,
        revision=draft.revision,
        due=draft.due,
        zone=draft.zone,
        decide_by=draft.decide_by,
        safe_by=safe_by,
        requested_by=words.member(draft.requested_by),
        request=draft.brief.request,
        paid_partnership=draft.brief.paid_partnership,
        partner=draft.brief.partner or None,
        ai_picture=draft.brief.ai_picture,
        versions=[_version(version, words, missing, media_url) for version in draft.versions],
        options=[variant.texts for variant in draft.variants],
        ideas=[draft.idea, *(variant.idea for variant in draft.variants)] if draft.variants else [],
        findings=[finding_view(finding) for finding in draft.findings],
        claims=[claim_view(each, words) for each in draft.claims],
        sources=[
            SourceView(
                url=each.url,
                address=each.address or None,
                title=each.title or None,
                read_at=each.read_at,
                body_sha256=each.body_sha256 or None,
                facts=list(each.facts),
                problem=each.problem or None,
            )
            for each in draft.sources
        ],
        decisions=[
            DecisionView(
                id=each.id,
                member=words.member(each.member),
                verdict=each.verdict.value,
                digest=each.digest,
                surface=each.surface,
                reason=each.reason or None,
                at=each.at,
                withdrawn_at=each.withdrawn_at,
            )
            for each in draft.decisions
        ],
        history=[
            RevisionView(number=mark.number, by=words.member(mark.by), at=mark.at, why=mark.why, digest=mark.digest)
            for mark in draft.history
        ],
        posts=[version.post for version in draft.versions if version.post],
        made_with=MadeWithView(
            model=draft.made_with.model,
            prompts=list(draft.made_with.prompts),
            card_layout=draft.made_with.card_layout or None,
            usage=usage_view(draft.made_with.usage) if draft.made_with.usage.calls else None,
        ),
        replaces=draft.replaces or None,
        replaced_by=draft.replaced_by or None,
        slot=draft.slot or None,
        why=draft.why or None,
        pillar=draft.brief.pillar or None,
        form=draft.brief.form or None,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )


def _version(version: Version, words: Words, missing: Mapping[str, str], media_url: str) -> VersionView:
    return VersionView(
        account=version.account,
        account_name=words.account(version.account),
        channel=version.channel,
        text=version.text,
        digest=version.digest,
        length=version.length,
        limit=version.limit,
        unit=version.unit,
        price=version.price or None,
        disclosure=list(version.disclosure),
        by_model=version.by_model,
        first_comment=version.first_comment or None,
        comments=version.comments,
        media=[
            MediumView(
                sha256=medium.sha256,
                mime=medium.mime,
                bytes=medium.size,
                width=medium.width,
                height=medium.height,
                alt=medium.alt,
                source=medium.source,
                url=f"{media_url}/{medium.sha256}",
            )
            for medium in version.media
        ],
        links=[LinkView(shown=each.shown, destination=each.destination) for each in version.links],
        approved=version.account not in missing,
        missing=missing.get(version.account),
        post=version.post or None,
    )
