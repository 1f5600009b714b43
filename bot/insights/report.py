"""What a span of time brought, counted from records alone. Numbers of views or clicks are in no record yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from bot.words import Phrasebook
from storage.drafts import DraftStatus
from storage.posts import Post, PostState

COUNTED: Final = {
    PostState.published: "live",
    PostState.failed: "failed",
    PostState.unknown: "unknown",
    PostState.missed: "missed",
    PostState.paused: "paused",
}
AHEAD: Final = frozenset({PostState.scheduled, PostState.sending})


class Drafted(Protocol):
    """A draft, as a record or in its public shape."""

    @property
    def title(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def due(self) -> datetime | None: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Report:
    """`counts` by live, failed, unknown, missed, paused and taken down (which is live, too, once); `accounts` the same
    by account id; `lapsed` are titles of drafts whose time came before an approval.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()
    next: Post | None = None

    @property
    def anything(self) -> bool:
        return any(self.counts.values()) or bool(self.lapsed)


def look_back(
    posts: Iterable[Post], drafts: Iterable[Drafted], *, start: datetime, end: datetime, ahead: Iterable[Post] = ()
) -> Report:
    """`posts` and `drafts` of one brand; what lies outside the span counts for nothing. `ahead` is yet to go out."""
    counts: Counter[str] = Counter()
    accounts: dict[str, Counter[str]] = {}
    for post in posts:
        if start <= post.due < end and post.state in COUNTED:
            names = ["live" if post.receipt else COUNTED[post.state]]
            if post.receipt is not None and post.receipt.taken_down_at is not None:
                names.append("down")
            counts.update(names)
            accounts.setdefault(post.account, Counter()).update(names)
    late = [draft for draft in drafts if draft.status == DraftStatus.late and draft.due is not None]
    lapsed = [draft for draft in late if draft.due is not None and start <= draft.due < end]
    coming = sorted((post for post in ahead if post.state in AHEAD), key=lambda post: post.due)
    return Report(counts, accounts, tuple(draft.title for draft in lapsed), coming[0] if coming else None)


def oldest(drafts: Sequence[Drafted]) -> Drafted | None:
    """The draft that has waited longest."""
    return min(drafts, key=lambda draft: draft.created_at, default=None)


def counted(book: Phrasebook, counts: Mapping[str, int], lapsed: int = 0) -> str:
    """`18 live · 1 of them taken down · 1 failed · 2 lapsed unapproved`; what is none is left out, "" when all is."""
    live, down = counts.get("live", 0), counts.get("down", 0)
    parts = (
        book.many("{count} live", "{count} live", live),
        book.many("{count} of them taken down", "{count} of them taken down", down),
        book.many("{count} failed", "{count} failed", counts.get("failed", 0)),
        book.many("{count} nobody can tell", "{count} nobody can tell", counts.get("unknown", 0)),
        book.many("{count} missed", "{count} missed", counts.get("missed", 0)),
        book.many("{count} paused", "{count} paused", counts.get("paused", 0)),
        book.many("{count} lapsed unapproved", "{count} lapsed unapproved", lapsed),
    )
    numbers = [live, down, *(counts.get(name, 0) for name in ("failed", "unknown", "missed", "paused")), lapsed]
    return " · ".join(part for part, number in zip(parts, numbers, strict=True) if number)
