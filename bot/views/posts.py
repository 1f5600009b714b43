"""Posts in their public shape: what happened to them, and how they did."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from bot.cards import Words
from bot.views.base import View
from storage.clicks import Counted
from storage.posts import Post, PostState


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
