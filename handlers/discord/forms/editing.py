"""Edit text, word for word. What has more fields than a window is edited account by account."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import discord

from bot.chat import Button
from bot.views import DraftView, VersionView
from bot.words import told
from handlers.chat.editing import TEXT, Edited, TextField, changed, changed_comments, fields_of
from handlers.discord.fields import Option, Sent, ticked, window, written
from handlers.discord.limits import FIELDS, INPUT, words

FORM, ONE = "edit", "one"  # edit:<draft>:<digest> is a window; one:<draft>:<account> opens it for one account
MOST_TEXTS = FIELDS - 1  # below them stands whether it is approved


def edit_form(
    draft: DraftView, *, accounts: Collection[str] = (), typed: Mapping[str, str] | None = None
) -> discord.ui.Modal | None:
    """Fields for these accounts, or for all of them; None where there are more than a window holds.

    `typed` is what stands in them already.
    """
    fields = _fields(draft, accounts)
    if not 1 <= len(fields) <= MOST_TEXTS:
        return None
    given = typed or {}
    parts = [
        written(each.name, each.label, given.get(each.name, each.text), hint=each.hint, optional=each.optional)
        for each in fields
    ]
    approve = ticked("approve", told("Afterwards"), [Option(told("Approve it with these words"), "approve")])
    return window(f"{FORM}:{draft.id}:{draft.digest}", told("Edit text"), [*parts, approve])


def choices(draft: DraftView) -> tuple[tuple[Button, ...], tuple[str, ...]]:
    """What opens the window for one account each; and the names of those whose text is longer than a window."""
    fits = [each for each in draft.versions if _fits(each)]
    buttons = tuple(Button(label=each.account_name[:75], action=f"{ONE}:{draft.id}:{each.account}") for each in fits)
    return buttons, tuple(each.account_name for each in draft.versions if not _fits(each))


def read_edit(sent: Sent, draft: DraftView) -> Edited:
    """Raises FieldErrors for an account whose text is gone."""
    given = [(name, part) for name, part in sent.texts.items() if name.startswith(TEXT)]
    return Edited(changed(given, draft), "approve" in sent.values("approve"), changed_comments(given, draft))


def edited_accounts(sent: Sent) -> tuple[str, ...]:
    """The accounts that the window had fields for."""
    return tuple(dict.fromkeys(name.split(":")[1] for name in sent.texts if name.startswith(TEXT)))


def _fields(draft: DraftView, accounts: Collection[str]) -> list[TextField]:
    shown = [each for each in draft.versions if not accounts or each.account in accounts]
    alone = len(shown) == 1
    return [field for version in shown for field in fields_of(version, words, INPUT, alone=alone)]


def _fits(version: VersionView) -> bool:
    return len(fields_of(version, words, INPUT)) <= MOST_TEXTS
