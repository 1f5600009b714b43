"""The decisions that take more than a press: with a reason, for some accounts, or twice."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.views import DraftView, PostView
from bot.when import say
from bot.words import reader, told
from handlers.chat.wrong import FieldErrors
from handlers.discord.fields import Option, Part, Sent, picked, text, window, written
from handlers.discord.limits import OPTIONS

CHANGES, REJECT, SOME, TAKE_DOWN, HELD = "changes", "reject", "some", "takedown", "held"
MOST_REASON = 2000  # what a decision keeps


def changes_form(draft: DraftView, reason: str = "") -> discord.ui.Modal:
    asked = written(
        "reason",
        told("What should be different?"),
        reason,
        example=told("Shorter, and without the exclamation mark"),
        hint=told("AdMind writes it anew and asks again. To write it yourself, use “Edit text”."),
        most=MOST_REASON,
    )
    return window(f"{CHANGES}:{draft.id}:{draft.digest}", told("Ask for changes"), [text(draft.title), asked])


def reject_form(draft: DraftView, reason: str = "") -> discord.ui.Modal:
    hint = told("Whoever asked for it reads this.")
    asked = written("reason", told("Why not?"), reason, hint=hint, most=MOST_REASON, optional=True)
    return window(f"{REJECT}:{draft.id}:{draft.digest}", told("Reject"), [text(draft.title), asked])


def read_reason(sent: Sent, *, needed: bool) -> str:
    """Raises FieldErrors when there must be one."""
    reason = sent.line("reason")
    if needed and not reason:
        raise FieldErrors({"reason": told("Say what should be different.")})
    return reason


def some_form(draft: DraftView) -> discord.ui.Modal:
    """The accounts that still wait; their texts stand in “Read all”."""
    waiting = [version for version in draft.versions if not version.approved]
    done = [version.account_name for version in draft.versions if version.approved]
    offered = [Option(each.account_name, each.account, each.text.partition("\n")[0]) for each in waiting]
    parts: list[Part] = [text(draft.title), *_lists("some", told("Accounts"), offered)]
    if done:
        parts.append(text(told("Approved already: {accounts}", accounts=", ".join(done))))
    return window(f"{SOME}:{draft.id}:{draft.digest}", told("Approve some"), parts)


def read_some(sent: Sent) -> tuple[str, ...]:
    """Account ids. Raises FieldErrors when none is chosen."""
    chosen = sent.values("some:")
    if not chosen:
        raise FieldErrors({"some:0": told("Choose at least one account.")})
    return chosen


def take_down_form(posts: Sequence[PostView], named: str) -> discord.ui.Modal:
    """The second tap. What the first one must not do by mistake; of several posts each can be left standing."""
    offered = [Option(each.account_name, each.id, each.receipt.url if each.receipt else "") for each in posts]
    warning = told("It is deleted there. People who saw it may have copies; it does not come back by itself.")
    parts: list[Part] = [text(posts[0].title), *_lists("down", told("Where"), offered, all_chosen=True), text(warning)]
    return window(f"{TAKE_DOWN}:{named}", told("Take it down?"), parts)


def read_take_down(sent: Sent) -> tuple[str, ...]:
    """Post ids. Raises FieldErrors when none is chosen."""
    chosen = sent.values("down:")
    if not chosen:
        raise FieldErrors({"down:0": told("Choose at least one account.")})
    return chosen


def held_form(posts: Sequence[PostView], brand: str, zone: str) -> discord.ui.Modal:
    """One list of what was kept back; what is not chosen goes on to wait."""
    offered = [Option(each.title, each.id, f"{each.account_name} · {say(each.due, zone, reader())}") for each in posts]
    lists = _lists("held", told("Which go out now?"), offered, more=told("More posts"))
    rest = text(told("What you leave out goes on waiting, each at its own message."))
    return window(f"{HELD}:{brand}", told("Kept back"), [*lists, rest])


def read_held(sent: Sent) -> tuple[str, ...]:
    """Post ids. Raises FieldErrors when none is chosen."""
    chosen = sent.values("held:")
    if not chosen:
        raise FieldErrors({"held:0": told("Choose at least one post.")})
    return chosen


def _lists(name: str, label: str, offered: Sequence[Option], *, all_chosen: bool = False, more: str = "") -> list[Part]:
    """Up to three lists of 25."""
    made: list[Part] = []
    for start in range(0, min(len(offered), 3 * OPTIONS), OPTIONS):
        some = offered[start : start + OPTIONS]
        chosen = [each.value for each in some] if all_chosen else ()
        made.append(picked(f"{name}:{start}", (more or told("More accounts")) if start else label, some, chosen))
    return made
