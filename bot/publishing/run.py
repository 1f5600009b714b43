"""One worker's hold on one post, and what can be said about it without sending anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.base import AttemptKey, Capabilities, Channel, Receipt
from bot.clock import Clock
from storage.accounts import Account
from storage.pauses import Pauses
from storage.posts import Attempt, Failure, Post, PostReceipt
from storage.sealed import SealedPayload
from storage.sending import Claim

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
    attempt: Attempt | None = None
    may_be_out: bool = False  # a check let an irreversible call through
    deadline_at: float = field(default=0.0)  # monotonic seconds

    @property
    def text(self) -> str:
        return "\n".join([self.payload.title, *(part.text for part in self.payload.parts)])

    @property
    def capabilities(self) -> Capabilities:
        return self.channel.capabilities_for(self.account)

    @property
    def key(self) -> AttemptKey:
        attempts = self.post.attempts or ((self.attempt,) if self.attempt else ())
        current = self.attempt or attempts[-1]
        return AttemptKey(self.post.id, channel_key(self.post), attempts[0].at, current.deadline)


def offset_ms(clock: Clock) -> int:
    """How far the clock was moved on purpose, so that scripts move the server's time as far."""
    return round(clock.offset().total_seconds() * 1000)


def channel_key(post: Post) -> str:
    """The channel-side idempotency key: equal for every attempt at this post, another for every other post."""
    return hashlib.sha256(f"admind-key-v1\0{post.workspace}\0{post.id}\0{post.digest}".encode()).hexdigest()[:32]


def mismatch(run: Run) -> Failure | None:
    """Why what lies ready is not what was approved, or not for this account."""
    payload, account = run.payload, run.account
    if payload.digest != run.post.digest:
        return Failure(code="changed", sentence="What lies ready differs from what was approved. It was not sent.")
    same = (payload.account, payload.remote_id, payload.server, payload.destination)
    if same != (account.id, account.remote_id, account.server, account.destination):
        return Failure(code="other_account", sentence="The account now leads somewhere else than when it was approved.")
    return None


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
