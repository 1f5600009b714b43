"""Records as cards: what people read in every chat, in one order, in their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.chat import Button, Card, CardPicture, CardSection
from bot.naming import Words, disclosed
from bot.post_cards import POSTED, post_card, post_line
from bot.words import words
from storage.drafts import OPEN, Draft, DraftStatus, Finding, Version
from storage.posts import Post, PostState
from storage.sealed import Medium

__all__ = ["Words", "client_card", "draft_card", "post_card", "replaced_card"]
EXCERPT = 280  # characters of a version's text on a card before "See more"
OPTION = 140  # characters of another wording
IDEA = 100  # characters of the idea behind one


def draft_card(
    draft: Draft, names: Words, *, missing: str, posts: Sequence[Post] = (), safe: datetime | None = None
) -> Card:
    """A draft as it waits for a decision, or as it was decided. `missing` says what it waits for, `safe` until when
    somebody who decides is surely at work.
    """
    picture = next((medium for version in draft.versions for medium in version.media), None)
    open_still = draft.status in OPEN
    return Card(
        title=f"{names.brand.name} · {draft.title}",
        when=names.time(draft.due) if draft.due else names.t("as soon as it is approved"),
        at=draft.due,
        status=_status(draft, names, missing, posts, safe),
        picture=_picture(picture) if picture else None,
        sections=tuple(_section(version, names, picture, draft.brief.partner) for version in draft.versions),
        options=_options(draft, names) if open_still else (),
        idea=_idea(draft.idea, names) if open_still and draft.variants else "",
        notes=(
            *(line for post in posts if (line := post_line(post, names))),
            *(_note(finding, names) for finding in draft.findings if open_still),
            *([names.t("Why this: {reason}", reason=names.said(draft.why))] if draft.why and open_still else ()),
        ),
        buttons=_buttons(draft, names, posts),
        footer=_footer(draft, names),
        draft=draft.id,
        digest=draft.digest,
    )


def replaced_card(draft: Draft, names: Words) -> Card:
    """What is left of an old revision's card."""
    return Card(title=f"{names.brand.name} · {draft.title}", status=names.t("Replaced ↓"), draft=draft.id, over=True)


def client_card(card: Card, names: Words, *, internal: bool) -> Card:
    """A draft's card as the client sees it: what would go out and the decision, not what the team says among itself.

    `card` is drawn with words for clients, in which nobody of the team is named. While the team works on it again, only
    that.
    """
    if not internal:
        return Card(title=card.title, status=names.t("The team is working on it again."), draft=card.draft)
    decides = tuple(
        button.model_copy(update={"more": False})
        for button in card.buttons
        if button.action.partition(":")[0] in ("approve", "edit", "changes", "reject")
    )
    notes = tuple(note for note in card.notes if note.startswith(POSTED))
    return card.model_copy(update={"buttons": decides, "notes": notes, "options": (), "footer": ""})


def _status(draft: Draft, names: Words, missing: str, posts: Sequence[Post], safe: datetime | None) -> str:
    if draft.status is DraftStatus.waiting and draft.decide_by:
        until = names.t("decide by {when}", when=names.time(draft.decide_by))
        if safe is not None and safe < draft.decide_by:
            until += ", " + names.t("surely by {when}, within working hours", when=names.time(safe))
        return f"{missing.rstrip('.')} · {until}"
    if draft.status is DraftStatus.approved:
        out = [p for p in posts if p.receipt and not p.receipt.taken_down_at]
        approved = _approved(names, {names.member(m) for post in posts for m in post.approved_by})
        done = names.t("{out} of {all} posted", out=len(out), all=len(posts)) if out else ""
        return " · ".join(part for part in (approved, done) if part)
    if draft.status is DraftStatus.late:
        return names.t("The time has passed without an approval. It needs a new time.")
    if draft.status is DraftStatus.replaced:
        return names.t("Replaced by a newer draft.")
    return missing


def _approved(names: Words, by: set[str]) -> str:
    """By whom it was approved; "" among them is the team, whom a client reads of as one."""
    named = words(names.language).series(sorted(by - {""}))
    if "" in by:
        return names.t("Approved by the team and {names}", names=named) if named else names.t("Approved by the team")
    return names.t("Approved by {names}", names=named) if named else names.t("Approved")


def _footer(draft: Draft, names: Words) -> str:
    times = draft.revision - 1
    changed = words(names.language).many("changed once", "changed {count} times", times) if times else ""
    asked = names.t("Asked by {name}", name=names.member(draft.requested_by))
    return " · ".join(part for part in (asked, changed) if part)


def _section(version: Version, names: Words, shown_already: Medium | None, partner: str) -> CardSection:
    meter = f"{version.length}/{version.limit}" if version.limit else ""
    document = names.t("as a document of {count} pages", count=version.pages) if version.pages else ""
    said = disclosed(version.disclosure, partner, words(names.language))
    meter = " · ".join(part for part in (meter, version.price, document, *said) if part)
    shown = shortened(version.text, EXCERPT)
    below = f"\n\n💬 {names.t('First comment:')}\n{version.first_comment}" if version.first_comment else ""
    others = [medium for medium in version.media if _look(medium) != (shown_already and _look(shown_already))]
    return CardSection(
        heading=names.account(version.account),
        meter=meter,
        text=shown + below,
        account=version.account,
        full=version.text + below if shown != version.text else "",
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


def _options(draft: Draft, names: Words) -> tuple[str, ...]:
    """Other wordings, each by the beginning of what it says for the first account: they are read to be compared."""
    first = draft.versions[0].account
    texts = (
        " ".join((each.texts.get(first) or next(iter(each.texts.values()), "")).split()) for each in draft.variants
    )
    ideas = (_idea(each.idea, names) for each in draft.variants)
    return tuple(
        f"{shortened(text, OPTION)} ({idea})" if idea else shortened(text, OPTION)
        for text, idea in zip(texts, ideas, strict=True)
    )


def _idea(idea: str, names: Words) -> str:
    return names.t("Idea: {idea}", idea=shortened(idea.rstrip("."), IDEA)) if idea else ""


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"


def _decided_buttons(draft: Draft, names: Words, posts: Sequence[Post]) -> tuple[Button, ...]:
    """What can still be done about a draft that nobody needs to decide on."""
    tail = f"{draft.id}:{draft.digest}"
    more: list[tuple[str, str]] = []
    if any(post.receipt and not post.receipt.taken_down_at for post in posts):
        more.append((names.t("Take down"), f"takedown:{draft.id}"))
    undo: tuple[Button, ...] = ()
    if posts and all(post.state is PostState.scheduled and not post.receipt for post in posts):
        more += [(names.t("Reschedule"), f"move:{tail}"), (names.t("Edit text"), f"edit:{tail}")]
        if draft.due is None:  # it goes out within the minute: nobody shall look for the way back in a menu
            undo = (Button(label=names.t("Undo"), action=f"hold:{tail}"),)
        else:
            more.append((names.t("Hold"), f"hold:{tail}"))
        more.append((names.t("Reject"), f"reject:{tail}"))
    more.append((names.t("Details"), f"details:{draft.id}"))
    return (*undo, *(Button(label=label, action=action, more=True) for label, action in more))


def _buttons(draft: Draft, names: Words, posts: Sequence[Post]) -> tuple[Button, ...]:
    tail = f"{draft.id}:{draft.digest}"
    if draft.status is DraftStatus.late:
        return (
            Button(label=names.t("Reschedule"), action=f"move:{tail}", style="primary"),
            Button(label=names.t("Edit text"), action=f"edit:{tail}"),
            Button(label=names.t("Reject"), action=f"reject:{tail}", more=True),
            Button(label=names.t("Details"), action=f"details:{draft.id}", more=True),
        )
    if draft.status not in OPEN:
        return _decided_buttons(draft, names, posts)
    count = len(draft.versions)
    approve = names.t("Approve all {count}", count=count) if count > 1 else names.t("Approve")
    main = [
        Button(label=approve, action=f"approve:{tail}", style="primary"),
        Button(label=names.t("Edit text"), action=f"edit:{tail}"),
    ]
    if any(finding.claim for finding in draft.findings):
        main.append(Button(label=names.t("Give evidence"), action=f"prove:{tail}"))
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
