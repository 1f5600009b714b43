"""Records as cards: what people read in every chat, in one order, in their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import Button, Card, CardPicture, CardSection
from bot.when import say
from storage.accounts import Account
from storage.drafts import Draft, DraftStatus, Finding, Version
from storage.posts import Post, PostState
from storage.team import Brand

EXCERPT = 280  # characters of a version's text on a card before "See more"


@dataclass(frozen=True, slots=True)
class Words:
    """What a card needs besides the record: names instead of ids, and the reader's zone."""

    brand: Brand
    zone: str
    accounts: Mapping[str, Account]
    members: Mapping[str, str] = field(default_factory=dict)  # id → name
    language: str = "en"

    def account(self, account: str) -> str:
        return self.accounts[account].name if account in self.accounts else "an account that was removed"

    def member(self, member: str) -> str:
        return self.members.get(member, "somebody who left")

    def time(self, instant: datetime) -> str:
        return say(instant, self.zone, self.language)


def draft_card(draft: Draft, words: Words, *, missing: str, posts: Sequence[Post] = ()) -> Card:
    """A draft as it waits for a decision, or as it was decided. `missing` says what it waits for."""
    picture = next((medium for version in draft.versions for medium in version.media), None)
    return Card(
        title=f"{words.brand.name} · {draft.title}",
        when=words.time(draft.due) if draft.due else "as soon as it is approved",
        status=_status(draft, words, missing, posts),
        picture=CardPicture(sha256=picture.sha256, mime=picture.mime, alt=picture.alt) if picture else None,
        sections=tuple(_section(version, words) for version in draft.versions),
        notes=tuple(_note(finding, words) for finding in draft.findings),
        buttons=_buttons(draft, words),
        footer=_footer(draft, words),
        draft=draft.id,
        digest=draft.digest,
    )


def replaced_card(draft: Draft, words: Words) -> Card:
    """What is left of an old revision's card."""
    return Card(title=f"{words.brand.name} · {draft.title}", status="Replaced ↓", draft=draft.id)


def post_card(post: Post, words: Words, siblings: Sequence[Post] = ()) -> Card:
    """What became of a post: the receipt, the failure, or the question."""
    account, at = words.account(post.account), words.time(post.due)
    headline = {
        PostState.published: f"✅ Posted: {account}",
        PostState.failed: f"❌ Not posted: {account}, {at}",
        PostState.unknown: f"❓ We can't tell: {account}, {at}",
        PostState.missed: f"⏰ Missed: {account}, {at}",
        PostState.paused: f"⏸ Paused: {account}, {at}",
        PostState.cancelled: f"Cancelled: {account}, {at}",
        PostState.scheduled: f"{'⏳ Late, still trying' if post.failure else 'Scheduled'}: {account}, {at}",
        PostState.sending: f"On its way: {account}, {at}",
    }[post.state]
    notes = [post.failure.sentence] if post.failure and post.state is not PostState.published else []
    if post.receipt and post.receipt.compared == "differs":
        notes.append("What stands there differs from what was approved. Please look.")
    live = [s for s in siblings if s.id != post.id and s.state is PostState.published and s.receipt]
    if live and post.state is not PostState.published:
        notes.append(f"{', '.join(words.account(s.account) for s in live)} went out.")
    if post.state is PostState.unknown:
        notes.append("Please look there. Nothing resends by itself.")
    return Card(
        title=headline,
        when=words.time(post.receipt.at) if post.receipt else at,
        status=post.receipt.url if post.receipt else "",
        sections=(CardSection(heading=post.title, text=""),),
        notes=tuple(notes),
        buttons=_post_buttons(post),
        draft=post.draft,
        digest=post.digest,
    )


def _status(draft: Draft, words: Words, missing: str, posts: Sequence[Post]) -> str:
    if draft.status is DraftStatus.waiting and draft.decide_by:
        return f"{missing.rstrip('.')} · decide by {words.time(draft.decide_by)}"
    if draft.status is DraftStatus.approved:
        out = [post for post in posts if post.state is PostState.published]
        by = sorted({words.member(m) for post in posts for m in post.approved_by})
        approved = f"Approved by {' and '.join(by)}" if by else "Approved"
        return f"{approved} · {len(out)} of {len(posts)} posted" if out else approved
    if draft.status is DraftStatus.late:
        return "The time has passed without an approval. It needs a new time."
    if draft.status is DraftStatus.replaced:
        return "Replaced by a newer draft."
    return missing


def _footer(draft: Draft, words: Words) -> str:
    times = draft.revision - 1
    changed = f" · changed {times} times" if times > 1 else " · changed once" if times else ""
    return f"Asked by {words.member(draft.requested_by)}{changed}"


def _section(version: Version, words: Words) -> CardSection:
    meter = f"{version.length}/{version.limit}" if version.limit else ""
    meter = " · ".join(part for part in (meter, version.price) if part)
    shown = version.text if len(version.text) <= EXCERPT else version.text[:EXCERPT].rsplit(" ", 1)[0] + "…"
    return CardSection(heading=words.account(version.account), meter=meter, text=shown, account=version.account)


def _note(finding: Finding, words: Words) -> str:
    sign = {"block": "⛔", "warn": "⚠", "note": "·"}[finding.severity]
    where = f"{words.account(finding.account)}: " if finding.account and len(words.accounts) > 1 else ""
    return " ".join(part for part in (sign, where + finding.reason, finding.fix) if part)


def _buttons(draft: Draft, words: Words) -> tuple[Button, ...]:
    open_statuses = (DraftStatus.waiting, DraftStatus.changes, DraftStatus.held)
    tail = f"{draft.id}:{draft.digest}"
    if draft.status is DraftStatus.late:
        return (Button(label="Reschedule", action=f"move:{tail}", style="primary"),)
    if draft.status not in open_statuses:
        return (Button(label="Details", action=f"details:{draft.id}", more=True),)
    count = len(draft.versions)
    main = [
        Button(label=f"Approve all {count}" if count > 1 else "Approve", action=f"approve:{tail}", style="primary"),
        Button(label="Edit text", action=f"edit:{tail}"),
    ]
    more = [("Ask for changes", "changes"), ("Reschedule", "move"), ("Hold", "hold"), ("Reject", "reject")]
    if count > 1:
        more.insert(0, ("Approve some", "some"))
    rest = [Button(label=label, action=f"{action}:{tail}", more=True) for label, action in more]
    rest.append(Button(label="Details", action=f"details:{draft.id}", more=True))
    stop = Button(label=f"Stop {words.brand.name}"[:75], action=f"stop:{words.brand.id}", style="danger", more=True)
    return (*main, *rest, stop)


def _post_buttons(post: Post) -> tuple[Button, ...]:
    labels = {
        PostState.unknown: (("It is live", "live"), ("Not there, send again", "send")),
        PostState.missed: (("Send now", "send"), ("Drop", "cancel")),
        PostState.paused: (("Send now", "send"), ("Drop", "cancel")),
        PostState.failed: (("Try again", "send"), ("Drop", "cancel")),
    }.get(post.state, ())
    return tuple(
        Button(label=label, action=f"{action}:{post.id}", style="plain" if index else "primary")
        for index, (label, action) in enumerate(labels)
    )
