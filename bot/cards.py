"""Records as cards: what people read in every chat, in one order, in their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import Button, Card, CardPicture, CardSection
from bot.when import say
from bot.words import words
from storage.accounts import Account
from storage.drafts import Draft, DraftStatus, Finding, Version
from storage.posts import Post, PostState
from storage.sealed import Medium
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
        return self.accounts[account].name if account in self.accounts else self.t("an account that was removed")

    def member(self, member: str) -> str:
        return self.members.get(member) or self.t("somebody who left")

    def t(self, english: str, /, **values: object) -> str:
        return words(self.language).text(english, **values)

    def said(self, english: str) -> str:
        return words(self.language).said(english)

    def time(self, instant: datetime) -> str:
        return say(instant, self.zone, self.language)


def draft_card(draft: Draft, names: Words, *, missing: str, posts: Sequence[Post] = ()) -> Card:
    """A draft as it waits for a decision, or as it was decided. `missing` says what it waits for."""
    picture = next((medium for version in draft.versions for medium in version.media), None)
    out = [post for post in posts if post.state is PostState.published and post.receipt]
    receipts = [f"✅ {names.account(post.account)}: {post.receipt.url}" for post in out if post.receipt]
    return Card(
        title=f"{names.brand.name} · {draft.title}",
        when=names.time(draft.due) if draft.due else names.t("as soon as it is approved"),
        at=draft.due,
        status=_status(draft, names, missing, posts),
        picture=_picture(picture) if picture else None,
        sections=tuple(_section(version, names, picture) for version in draft.versions),
        notes=(*receipts, *(_note(finding, names) for finding in draft.findings)),
        buttons=_buttons(draft, names),
        footer=_footer(draft, names),
        draft=draft.id,
        digest=draft.digest,
    )


def replaced_card(draft: Draft, names: Words) -> Card:
    """What is left of an old revision's card."""
    return Card(title=f"{names.brand.name} · {draft.title}", status=names.t("Replaced ↓"), draft=draft.id, over=True)


def client_card(card: Card, names: Words, *, internal: bool) -> Card:
    """A draft's card as the client sees it: what would go out and the decision, not what the team says among itself.

    While the team works on it again, only that.
    """
    if not internal:
        return Card(title=card.title, status=names.t("The team is working on it again."), draft=card.draft)
    decides = tuple(
        button.model_copy(update={"more": False})
        for button in card.buttons
        if button.action.partition(":")[0] in ("approve", "changes", "reject")
    )
    notes = tuple(note for note in card.notes if note.startswith("✅"))
    return card.model_copy(update={"buttons": decides, "notes": notes, "footer": ""})


def post_card(post: Post, names: Words, siblings: Sequence[Post] = ()) -> Card:
    """What became of a post: the receipt, the failure, or the question."""
    account, at = names.account(post.account), names.time(post.due)
    headline = {
        PostState.published: names.t("✅ Posted: {account}", account=account),
        PostState.failed: names.t("❌ Not posted: {account}, {when}", account=account, when=at),
        PostState.unknown: names.t("❓ We can't tell: {account}, {when}", account=account, when=at),
        PostState.missed: names.t("⏰ Missed: {account}, {when}", account=account, when=at),
        PostState.paused: names.t("⏸ Paused: {account}, {when}", account=account, when=at),
        PostState.cancelled: names.t("Cancelled: {account}, {when}", account=account, when=at),
        PostState.scheduled: names.t("⏳ Late, still trying: {account}, {when}", account=account, when=at)
        if post.failure
        else names.t("Scheduled: {account}, {when}", account=account, when=at),
        PostState.sending: names.t("On its way: {account}, {when}", account=account, when=at),
    }[post.state]
    failed = post.failure is not None and post.state is not PostState.published
    notes = [names.said(post.failure.sentence)] if post.failure and failed else []
    if post.receipt and post.receipt.compared == "differs":
        notes.append(names.t("What stands there differs from what was approved. Please look."))
    live = [s for s in siblings if s.id != post.id and s.state is PostState.published and s.receipt]
    if live and post.state is not PostState.published:
        others = ", ".join(names.account(other.account) for other in live)
        notes.append(names.t("{accounts} went out.", accounts=others))
    if post.state is PostState.unknown:
        notes.append(names.t("Please look there. Nothing resends by itself."))
    return Card(
        title=headline,
        when=names.time(post.receipt.at) if post.receipt else at,
        at=post.receipt.at if post.receipt else post.due,
        status=post.receipt.url if post.receipt else "",
        sections=(CardSection(heading=post.title, text=""),),
        notes=tuple(notes),
        buttons=_post_buttons(post, names),
        draft=post.draft,
        digest=post.digest,
    )


def _status(draft: Draft, names: Words, missing: str, posts: Sequence[Post]) -> str:
    if draft.status is DraftStatus.waiting and draft.decide_by:
        until = names.t("decide by {when}", when=names.time(draft.decide_by))
        return f"{missing.rstrip('.')} · {until}"
    if draft.status is DraftStatus.approved:
        out = [post for post in posts if post.state is PostState.published]
        by = sorted({names.member(m) for post in posts for m in post.approved_by})
        approved = names.t("Approved by {names}", names=words(names.language).series(by)) if by else names.t("Approved")
        done = names.t("{out} of {all} posted", out=len(out), all=len(posts)) if out else ""
        return " · ".join(part for part in (approved, done) if part)
    if draft.status is DraftStatus.late:
        return names.t("The time has passed without an approval. It needs a new time.")
    if draft.status is DraftStatus.replaced:
        return names.t("Replaced by a newer draft.")
    return missing


def _footer(draft: Draft, names: Words) -> str:
    times = draft.revision - 1
    changed = words(names.language).many("changed {count} time", "changed {count} times", times) if times else ""
    asked = names.t("Asked by {name}", name=names.member(draft.requested_by))
    return " · ".join(part for part in (asked, changed) if part)


def _section(version: Version, names: Words, shown_already: Medium | None) -> CardSection:
    meter = f"{version.length}/{version.limit}" if version.limit else ""
    meter = " · ".join(part for part in (meter, version.price) if part)
    shown = version.text if len(version.text) <= EXCERPT else version.text[:EXCERPT].rsplit(" ", 1)[0] + "…"
    others = [medium for medium in version.media if _look(medium) != (shown_already and _look(shown_already))]
    return CardSection(
        heading=names.account(version.account),
        meter=meter,
        text=shown,
        account=version.account,
        full=version.text if shown != version.text else "",
        pictures=tuple(_picture(medium) for medium in others),
    )


def _picture(medium: Medium) -> CardPicture:
    return CardPicture(sha256=medium.sha256, mime=medium.mime, alt=medium.alt)


def _look(medium: Medium) -> tuple[str, str]:
    return medium.sha256, medium.alt


def _note(finding: Finding, names: Words) -> str:
    sign = {"block": "⛔", "warn": "⚠", "note": "·"}[finding.severity]
    where = f"{names.account(finding.account)}: " if finding.account and len(names.accounts) > 1 else ""
    return " ".join(part for part in (sign, where + names.said(finding.reason), names.said(finding.fix)) if part)


def _buttons(draft: Draft, names: Words) -> tuple[Button, ...]:
    open_statuses = (DraftStatus.waiting, DraftStatus.changes, DraftStatus.held)
    tail = f"{draft.id}:{draft.digest}"
    if draft.status is DraftStatus.late:
        return (Button(label=names.t("Reschedule"), action=f"move:{tail}", style="primary"),)
    if draft.status not in open_statuses:
        return (Button(label=names.t("Details"), action=f"details:{draft.id}", more=True),)
    count = len(draft.versions)
    approve = names.t("Approve all {count}", count=count) if count > 1 else names.t("Approve")
    main = [
        Button(label=approve, action=f"approve:{tail}", style="primary"),
        Button(label=names.t("Edit text"), action=f"edit:{tail}"),
    ]
    more = [
        (names.t("Ask for changes"), "changes"),
        (names.t("Reschedule"), "move"),
        (names.t("Hold"), "hold"),
        (names.t("Reject"), "reject"),
    ]
    if count > 1:
        more.insert(0, (names.t("Approve some"), "some"))
    rest = [Button(label=label, action=f"{action}:{tail}", more=True) for label, action in more]
    rest.append(Button(label=names.t("Details"), action=f"details:{draft.id}", more=True))
    stop = Button(
        label=names.t("Stop {brand}", brand=names.brand.name)[:75],
        action=f"stop:{names.brand.id}",
        style="danger",
        more=True,
    )
    return (*main, *rest, stop)


def _post_buttons(post: Post, names: Words) -> tuple[Button, ...]:
    labels = {
        PostState.unknown: ((names.t("It is live"), "live"), (names.t("Not there, send again"), "send")),
        PostState.missed: ((names.t("Send now"), "send"), (names.t("Drop"), "cancel")),
        PostState.paused: ((names.t("Send now"), "send"), (names.t("Drop"), "cancel")),
        PostState.failed: ((names.t("Try again"), "send"), (names.t("Drop"), "cancel")),
    }.get(post.state, ())
    return tuple(
        Button(label=label, action=f"{action}:{post.id}", style="plain" if index else "primary")
        for index, (label, action) in enumerate(labels)
    )
