"""One worker's hold on one post, and what can be said about it without sending anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.base import AttemptKey, Capabilities, Channel, ChannelRefused, Comments, Receipt
from bot.clock import Clock
from storage.accounts import Account
from storage.pauses import Pauses
from storage.posts import Attempt, Failure, Post, PostReceipt
from storage.sealed import SealedPayload
from storage.sending import Claim
from storage.team import Brand

LATE_WINDOW = timedelta(minutes=15)  # how late a post that nobody tried to send may still go out by itself


@dataclass(slots=True)
class Run:
    """One worker's hold on one post."""

    post: Post
    claim: Claim
    account: Account
    channel: Channel
    payload: SealedPayload
    pauses: Pauses
    brand: Brand | None = None  # as it stood when the pauses were read, for its embargoes and days without posts
    attempt: Attempt | None = None
    may_be_out: bool = False  # a check let an irreversible call through
    deadline_at: float = field(default=0.0)  # monotonic seconds

    @property
    def text(self) -> str:
        return self.payload.words

    @property
    def capabilities(self) -> Capabilities:
        return self.channel.capabilities_for(self.account)

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """The attempts so far at what is to be sent now: the post, or its first comment once the post is out."""
        return step_attempts(self.post)

    @property
    def key(self) -> AttemptKey:
        attempts = self.tries or ((self.attempt,) if self.attempt else ())
        current = self.attempt or attempts[-1]
        return AttemptKey(self.post.id, step_key(self.post), attempts[0].at, current.deadline)

    @property
    def comments(self) -> Comments:
        """The channel as one that comments. Raises ChannelRefused when it does so no more."""
        if not isinstance(self.channel, Comments):
            raise ChannelRefused(f"{self.capabilities.title} has no first comments.", code="no_comments")
        return self.channel

    def owes_comment(self, receipt: PostReceipt) -> bool:
        """Whether a first comment is still to be written below the post of this receipt."""
        return bool(self.payload.first_comment) and self.capabilities.comments == "after" and not receipt.comment


def offset_ms(clock: Clock) -> int:
    """How far the clock was moved on purpose, so that scripts move the server's time as far."""
    return round(clock.offset().total_seconds() * 1000)


def channel_key(post: Post) -> str:
    """The channel-side idempotency key: equal for every attempt at this post, another for every other post."""
    return hashlib.sha256(f"admind-key-v1\0{post.workspace}\0{post.id}\0{post.digest}".encode()).hexdigest()[:32]


def comment_key(post: Post) -> str:
    """The same for its first comment, which is sent by attempts of its own."""
    return hashlib.sha256(f"admind-comment-v1\0{post.workspace}\0{post.id}\0{post.digest}".encode()).hexdigest()[:32]


def step_key(post: Post) -> str:
    """The key of what comes next."""
    return channel_key(post) if post.receipt is None else comment_key(post)


def step_attempts(post: Post) -> tuple[Attempt, ...]:
    """Those at what comes next. An attempt's key tells what it was at."""
    key = comment_key(post)
    return tuple(attempt for attempt in post.attempts if (attempt.key == key) == (post.receipt is not None))


def sent_receipt(post: Post) -> Receipt:
    """What the channel calls the post that is out. Raises ValueError when it is not."""
    receipt = kept_receipt(post)
    return Receipt(receipt.remote_id, receipt.url, receipt.at)


def kept_receipt(post: Post) -> PostReceipt:
    """Of the post that is out. Raises ValueError when it is not."""
    if post.receipt is None:
        raise ValueError("the post is not out")
    return post.receipt


def mismatch(run: Run) -> Failure | None:
    """Why what lies ready is not what was approved, or not for this account."""
    payload, account = run.payload, run.account
    if payload.digest != run.post.digest:
        return Failure(code="changed", sentence="What lies ready differs from what was approved. It was not sent.")
    same = (payload.account, payload.remote_id, payload.server, payload.destination)
    if same != (account.id, account.remote_id, account.server, account.destination):
        return Failure(code="other_account", sentence="The account now leads somewhere else than when it was approved.")
    return None


def not_connected() -> Failure:
    return Failure(code="no_account", sentence="The account it was meant for is no longer connected.")


def not_usable(account: Account) -> Failure:
    return Failure(code="account", sentence=f"{account.name} cannot be used now. {account.health.reason}")


def doubt(why: str = "") -> Failure:
    return Failure(
        code="unknown",
        sentence=why or "The connection broke after sending, so we can't tell whether it went out.",
        fixes=("live", "send"),
    )


def nowhere(account: str) -> str:
    """Of what a channel took and does not show."""
    return f"{account} said yes, but the post does not stand there."


def answer_of(claimed: PostReceipt) -> Receipt:
    """What the channel answered, once more."""
    return Receipt(claimed.remote_id, claimed.url, claimed.at, answer={"note": claimed.note} if claimed.note else {})
