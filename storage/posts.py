"""Posts: one approved version each, on its way out. The record; its state machine's scripts are in `sending`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from storage.claims import Reread
from storage.record import Frozen, Migration, Record


class PostState(StrEnum):
    scheduled = "scheduled"
    sending = "sending"
    published = "published"
    failed = "failed"
    unknown = "unknown"
    missed = "missed"
    cancelled = "cancelled"
    paused = "paused"


# The status table stands on the record, so that no writer can skip a step.
NEXT: dict[PostState, frozenset[PostState]] = {
    PostState.scheduled: frozenset(
        {
            PostState.sending,
            PostState.failed,
            PostState.missed,
            PostState.cancelled,
            PostState.paused,
            PostState.unknown,
            PostState.published,  # without the first comment that was still to come
        }
    ),
    PostState.sending: frozenset(
        {
            PostState.published,
            PostState.failed,
            PostState.unknown,
            PostState.scheduled,
            PostState.paused,
            PostState.cancelled,
        }
    ),
    PostState.unknown: frozenset({PostState.published, PostState.scheduled, PostState.cancelled, PostState.failed}),
    PostState.missed: frozenset({PostState.scheduled, PostState.published, PostState.cancelled}),
    PostState.paused: frozenset({PostState.scheduled, PostState.cancelled, PostState.published}),
    PostState.failed: frozenset({PostState.scheduled, PostState.cancelled, PostState.published}),
    PostState.published: frozenset(),
    PostState.cancelled: frozenset(),
}
ASKS = frozenset(
    {PostState.unknown, PostState.missed, PostState.paused, PostState.failed}
)  # a person decides what next

HELD_BY_ACCOUNT = frozenset({"account", "unauthorized"})  # failures after which a reconnected account lets it go
OVER = frozenset({PostState.published, PostState.cancelled})  # nothing more is to come
DOUBTFUL = frozenset({"", "unknown"})  # outcomes of attempts after which something may stand on the channel


class Attempt(Frozen):
    """One try to send, recorded before it starts."""

    id: str
    number: int
    key: str = Field(description="the channel-side idempotency key, equal for every attempt at this post")
    at: datetime
    deadline: datetime
    worker: str
    outcome: str = Field(
        "",
        description="empty while it runs or nobody knows; published, refused, not sent, unknown, absent (looked for)",
    )


class PostReceipt(Frozen):
    """What the channel answered, and what stood there when it was read back."""

    remote_id: str
    url: str
    at: datetime
    compared: str = Field("", description="same, differs, or empty where the channel cannot be read")
    differs: tuple[str, ...] = Field((), description="what does: text, pictures, alt texts, first comment")
    comment: str = Field("", description="id of its first comment, where that is a thing of its own there")
    note: str = Field("", description="in which part it is not out as asked, in a sentence for the person")
    by: str = Field("", description="member who said that it is live, when a person had to look")
    by_hand_since: datetime | None = Field(None, description="since when people must take it down: its channel did not")
    by_hand_why: Literal["", "closed", "cannot", "refused", "unnamed"] = ""
    taken_down_at: datetime | None = None
    taken_down_by: str = Field("", description="member who says that they took it down by hand")
    take_down_asked: str = Field(
        "", description="member whom AdMind owes to take it down, until it did or told why not"
    )


class Numbers(Frozen):
    """How a post did, as its channel told it: what it did not tell is missing, not zero."""

    at: datetime = Field(description="when they were read")
    counts: Mapping[str, int] = Field(description="what the adapter calls each → how many, none below zero")


class Failure(Frozen):
    """Why it is not out, in a sentence for the person, and what can be done."""

    code: str
    sentence: str
    fixes: tuple[str, ...] = ()


class Post(Record):
    """One approved version of a draft.

    `reread`, `rules`, `state`, `due` and what follows change; the rest was fixed at approval.
    """

    SCHEMA: ClassVar[int] = 5
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {
        1: lambda old: old,  # 2 knows what the draft is called
        2: lambda old: old,  # 3 knows what reading its sources again came to
        3: lambda old: old,  # 4 knows which embargoes and days without posts somebody took on
        4: lambda old: old,  # 5 knows the pillar, the kind of post and the audience of its brief
    }

    id: str
    workspace: str
    brand: str
    account: str
    channel: str
    draft: str
    revision: int
    digest: str
    payload: str = Field(description="sha256 of the sealed payload in the blob store")
    title: str
    called: str = Field("", description="a name for it in the person's own words, where the title holds a page's")
    requested_by: str
    approved_by: tuple[str, ...]
    campaign: str = ""
    pillar: str = Field("", description="this, `form` and `audience` as its brief had them")
    form: str = ""
    audience: str = ""
    created_at: datetime
    reread: Reread | None = Field(None, description="what reading its sources again came to, where that is to be told")
    rules: tuple[str, ...] = Field((), description="embargoes and days without posts that an owner took on for it")
    state: PostState = PostState.scheduled
    ver: int = 1
    due: datetime
    attempts: tuple[Attempt, ...] = ()
    receipt: PostReceipt | None = None
    claimed: PostReceipt | None = Field(
        None, description="of an unknown post: what its channel answered, when nothing stood there under that id"
    )
    failure: Failure | None = None
    lookups: int = Field(0, description="looks in a row that could not tell, or found nothing, while unknown")
    look_at: datetime | None = Field(None, description="when an unknown post may be looked for again")
    numbers: Numbers | None = Field(None, description="the newest; `storage.numbers` alone writes them")
    series: str = Field("", description="all of them over time, packed (`storage.series`); written with the newest")

    @property
    def rests_since(self) -> datetime:
        """Since when nothing has happened to it, as far as the record tells."""
        receipt = self.receipt
        later = [receipt.at, receipt.taken_down_at] if receipt else []
        return max([self.due, *(at for at in later if at), *(attempt.at for attempt in self.attempts)])

    @property
    def commenting(self) -> bool:
        """Whether it is out, and only its first comment is still to come or in doubt."""
        return self.receipt is not None and self.state not in OVER

    @property
    def by_hand(self) -> bool:
        """Whether it is to be taken down by hand, and nobody has said yet that it was."""
        receipt = self.receipt
        return receipt is not None and receipt.by_hand_since is not None and receipt.taken_down_at is None

    @property
    def asks(self) -> bool:
        """Whether it waits for a person's word."""
        return self.state in ASKS or self.by_hand

    @property
    def doubtful(self) -> bool:
        """Whether an earlier attempt may have brought it out, as far as anybody knows."""
        return any(attempt.outcome in DOUBTFUL for attempt in self.attempts)
