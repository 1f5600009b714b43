"""The decisions that take more than a press: with a reason, for some accounts, or twice."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Button
from bot.views import DraftView, PostView
from bot.when import say
from bot.words import reader, told
from handlers.chat.wrong import FieldErrors
from handlers.slack import kit
from handlers.slack.forms import Carried, blocks_of, chosen, written
from handlers.slack.limits import BOXES, Json, checked_view

CHANGES, REJECT, SOME, TAKE_DOWN, HELD, MORE = "changes", "reject", "some", "take_down", "held", "more"
MOST_BLOCKS = 10  # with boxes
MOST_REASON = 2000  # what a decision keeps


def changes_modal(draft: DraftView, carried: Carried) -> Json:
    asked = kit.field(
        "reason",
        told("What should be different?"),
        kit.words_input(placeholder=told("Shorter, and without the exclamation mark")) | {"max_length": MOST_REASON},
        hint=told("AdMind writes it anew and asks again. To write it yourself, use “Edit text”."),
    )
    return _modal(CHANGES, told("Ask for changes"), [kit.section(draft.title), asked], carried, told("Ask"))


def reject_modal(draft: DraftView, carried: Carried) -> Json:
    asked = kit.field(
        "reason",
        told("Why not?"),
        kit.words_input() | {"max_length": MOST_REASON},
        hint=told("Whoever asked for it reads this."),
        optional=True,
    )
    return _modal(REJECT, told("Reject"), [kit.section(draft.title), asked], carried, told("Reject"))


def read_reason(view: Json, *, needed: bool) -> str:
    """Raises FieldErrors when there must be one."""
    reason = written(view, "reason").strip()
    if needed and not reason:
        raise FieldErrors({"reason": told("Say what should be different.")})
    return reason


def some_modal(draft: DraftView, carried: Carried) -> Json:
    """Boxes for the accounts that still wait; their texts stand in Details."""
    waiting = [version for version in draft.versions if not version.approved]
    done = [version.account_name for version in draft.versions if version.approved]
    blocks = [kit.section(draft.title)]
    for start in range(0, len(waiting), BOXES):
        offered = [
            kit.option(version.account_name, version.account, version.text.partition("\n")[0])
            for version in waiting[start : start + BOXES]
        ]
        label = told("Accounts") if not start else told("More accounts")
        blocks.append(kit.field(f"some:{start}", label, kit.chooser("checkboxes", offered), optional=True))
    if done:
        blocks.append(kit.context(told("Approved already: {accounts}", accounts=", ".join(done))))
    return _modal(SOME, told("Approve some"), blocks, carried, told("Approve") if waiting else "")


def read_some(view: Json) -> tuple[str, ...]:
    """Account ids. Raises FieldErrors when none is ticked."""
    blocks = blocks_of(view, "some:")
    ticked = tuple(account for block in blocks for account in chosen(view, block))
    if not ticked:
        raise FieldErrors({blocks[0] if blocks else "some:0": told("Tick at least one account.")})
    return ticked


def take_down_modal(posts: Sequence[PostView], carried: Carried) -> Json:
    """The second tap. What the first one must not do by mistake; of several posts each can be left standing."""
    blocks = [kit.section(posts[0].title)]
    if len(posts) == 1:
        address = posts[0].receipt.url if posts[0].receipt else ""
        blocks += [kit.heading(posts[0].account_name), *([kit.link(address)] if address else [])]
    for start in range(0, len(posts) if len(posts) > 1 else 0, BOXES):
        some = posts[start : start + BOXES]
        boxes = kit.chooser("checkboxes", [kit.option(p.account_name, p.id) for p in some], [p.id for p in some])
        label = told("Where") if not start else told("More accounts")
        blocks.append(kit.field(f"down:{start}", label, boxes, optional=True))
    blocks.append(
        kit.section(told("It is deleted there. People who saw it may have copies; it does not come back by itself."))
    )
    return _modal(TAKE_DOWN, told("Take it down?"), blocks, carried, told("Take it down"))


def read_take_down(view: Json, carried: Carried) -> tuple[str, ...]:
    """Post ids. Raises FieldErrors when none is ticked."""
    blocks = blocks_of(view, "down:")
    ticked = tuple(post for block in blocks for post in chosen(view, block)) if blocks else (carried.post,)
    if not ticked:
        raise FieldErrors({blocks[0]: told("Tick at least one account.")})
    return ticked


def held_modal(posts: Sequence[PostView], carried: Carried, zone: str) -> Json:
    """One list of what was kept back, each with a tick; what is not ticked goes on to wait."""
    shown, blocks = posts[: MOST_BLOCKS * BOXES], list[Json]()
    for start in range(0, len(shown), BOXES):
        offered = [
            kit.option(each.title, each.id, f"{each.account_name} · {say(each.due, zone, reader())}")
            for each in shown[start : start + BOXES]
        ]
        label = told("Which go out now?") if not start else told("More posts")
        blocks.append(kit.field(f"held:{start}", label, kit.chooser("checkboxes", offered), optional=True))
    blocks.append(kit.context(told("What you leave out goes on waiting, each at its own message.")))
    return _modal(HELD, told("Kept back"), blocks, carried, told("Send these now"))


def read_held(view: Json) -> tuple[str, ...]:
    """Post ids. Raises FieldErrors when none is ticked."""
    blocks = blocks_of(view, "held:")
    ticked = tuple(post for block in blocks for post in chosen(view, block))
    if not ticked:
        raise FieldErrors({blocks[0]: told("Tick at least one post.")})
    return ticked


def more_modal(title: str, buttons: Sequence[Button], carried: Carried) -> Json:
    """Everything that a card's menu has no place for."""
    blocks = [kit.section(title)]
    for start in range(0, len(buttons), 5):
        row = [kit.button(each.label, each.action, each.style) for each in buttons[start : start + 5]]
        blocks.append(kit.actions(row))
    return _modal(MORE, told("More"), blocks, carried, "")


def _modal(callback: str, title: str, blocks: Sequence[Json], carried: Carried, submit: str) -> Json:
    close = told("Cancel") if submit else told("Close")
    return checked_view(kit.modal(callback, title, blocks, carried=carried.dump(), submit=submit, close=close))
