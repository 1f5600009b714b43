"""Records in their public shape: what REST answers, `--json` prints and the studio draws. Names here are a contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.cards import Words
from bot.chat import Card
from storage.accounts import Account
from storage.claims import Claim
from storage.clicks import Counted
from storage.drafts import Draft, Finding, Version
from storage.posts import Post, PostState
from storage.profile import Profile
from storage.team import Brand, Fact, Member
from storage.usage import Usage

T = TypeVar("T")


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ListView(View, Generic[T]):
    """Part of a list; `next` is the cursor of the next part, or null at the end."""

    items: list[T]
    next: str | None = None


class MediumView(View):
    sha256: str
    mime: str
    bytes: int
    width: int
    height: int
    alt: str
    source: str = Field("card", description="card, upload, or generated: an image model made it")
    url: str


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


class UsageView(View):
    """What language models took, by the providers' own numbers."""

    calls: int
    tokens_in: int = Field(description="with the cached ones")
    tokens_cached: int
    tokens_out: int
    estimated: int = Field(description="tokens of calls for which the provider named no number")
    tokens: int = Field(description="all of them together")
    cost: str = Field(description="US dollars, of those with a known price; empty: none is known")
    unpriced: int = Field(description="tokens without a known price")
    models: list[str]


class CostView(View):
    """What one model took for one brand."""

    brand: str
    model: str
    usage: UsageView


class CostsView(View):
    """Of both days and all between them, in UTC."""

    first: date
    last: date
    items: list[CostView]
    total: UsageView


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


class ReceiptView(View):
    remote_id: str
    url: str
    at: datetime
    compared: str | None
    differs: list[str] = Field(default_factory=list, description="what does: text, pictures, alt texts")
    note: str | None = Field(None, description="in which part it is not out as asked, in a sentence")
    confirmed_by: str | None
    by_hand_since: datetime | None = Field(None, description="since when people must take it down by hand")
    by_hand_why: str | None = Field(None, description="closed, cannot, refused or unnamed: why its channel did not")
    taken_down_at: datetime | None
    taken_down_by: str | None = Field(None, description="who says that they took it down by hand")


class AttemptView(View):
    id: str
    number: int
    at: datetime
    outcome: str | None


class NumbersView(View):
    at: datetime = Field(description="when they were read")
    counts: dict[str, int] = Field(description="what the channel told, by its name; what it did not tell is missing")


class ClicksView(View):
    """Who followed the post's short links, counted side by side."""

    valid: int = Field(description="taken for clicks of people")
    all: int = Field(description="everything that came")
    bots: int = Field(description="of these, programs that say that they are")
    orders: int = Field(0, description="told of by the shop, signed")
    amounts: dict[str, str] = Field(default_factory=dict, description="what they were worth, by currency")
    pixel_orders: int = Field(0, description="told of by a pixel, which nobody vouches for")
    pixel_amounts: dict[str, str] = Field(default_factory=dict)
    other: int = Field(
        description="of these, what no person did or meant: previews, prefetches, bursts, the first seconds"
    )


class ChangedSourceView(View):
    """What a post rests on, and what stands there now; the words are the page's."""

    claim: str
    said: str
    url: str
    read_at: datetime
    old: str
    new: str | None = Field(description="null: nothing like it stands there any more")


class PostView(View):
    id: str
    brand: str
    draft: str
    account: str
    account_name: str
    channel: str
    title: str
    status: str
    due: datetime
    digest: str
    approved_by: list[str] = Field(description="names; to a client only clients are named")
    attempts: list[AttemptView]
    receipt: ReceiptView | None
    problem: str | None
    fixes: list[str]
    commenting: bool = Field(False, description="whether it is out, and only its first comment is not or may not be")
    by_hand: bool = Field(False, description="whether somebody must still take it down by hand, at `look_at`")
    look_at: str | None = Field(None, description="where it stands, or else where people look at its account")
    numbers: NumbersView | None = Field(None, description="how it did, as its channel told it last")
    changed_sources: list[ChangedSourceView] = Field(
        default_factory=list, description="what pages that it rests on said, and what they say now"
    )
    clicks: ClicksView | None = Field(None, description="null: it has no short link")
    numbers_come: bool = Field(False, description="whether its channel is still asked how it does")


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


def usage_view(usage: Usage) -> UsageView:
    return UsageView(**usage.model_dump(exclude={"models"}), tokens=usage.tokens, models=list(usage.models))


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


def clicks_view(clicks: Counted) -> ClicksView:
    ordered = clicks.ordered
    return ClicksView(
        valid=clicks.valid,
        all=clicks.all,
        bots=clicks.declared,
        other=clicks.other,
        orders=ordered.signed,
        amounts={each: _amount(total) for each, total in ordered.amounts.items()},
        pixel_orders=ordered.pixel,
        pixel_amounts={each: _amount(total) for each, total in ordered.pixel_amounts.items()},
    )


def _amount(thousandths: int) -> str:
    """As programs read it: 49.90."""
    value = Decimal(thousandths) / 1000
    return f"{value:.2f}" if thousandths % 10 == 0 else f"{value:.3f}"


def post_view(post: Post, words: Words, *, numbers_come: bool = False, clicks: Counted | None = None) -> PostView:
    receipt, numbers = post.receipt, post.numbers
    return PostView(
        id=post.id,
        brand=post.brand,
        draft=post.draft,
        account=post.account,
        account_name=words.account(post.account),
        channel=post.channel,
        title=post.title,
        status=post.state.value,
        due=post.due,
        digest=post.digest,
        approved_by=[name for member in post.approved_by if (name := words.member(member))],
        attempts=[
            AttemptView(id=each.id, number=each.number, at=each.at, outcome=each.outcome or None)
            for each in post.attempts
        ],
        receipt=ReceiptView(
            remote_id=receipt.remote_id,
            url=receipt.url,
            at=receipt.at,
            compared=receipt.compared or None,
            confirmed_by=(words.member(receipt.by) or None) if receipt.by else None,
            differs=list(receipt.differs),
            note=receipt.note or None,
            by_hand_since=receipt.by_hand_since,
            by_hand_why=receipt.by_hand_why or None,
            taken_down_at=receipt.taken_down_at,
            taken_down_by=(words.member(receipt.taken_down_by) or None) if receipt.taken_down_by else None,
        )
        if receipt
        else None,
        problem=post.failure.sentence if post.failure else None,
        fixes=list(post.failure.fixes) if post.failure else [],
        commenting=post.commenting,
        by_hand=post.by_hand,
        look_at=words.address(post) or None,
        changed_sources=[
            ChangedSourceView(
                claim=each.claim, said=each.said, url=each.url, read_at=each.read_at, old=each.old, new=each.new or None
            )
            for each in (post.reread.changed if post.reread and post.state is PostState.paused else ())
        ],
        numbers=NumbersView(at=numbers.at, counts=dict(numbers.counts)) if numbers else None,
        clicks=clicks_view(clicks) if clicks else None,
        numbers_come=numbers_come,
    )


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
