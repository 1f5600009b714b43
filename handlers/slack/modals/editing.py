"""Edit text, word for word."""

from __future__ import annotations

from collections.abc import Collection

from bot.views import DraftView, VersionView
from bot.words import reader, told, words
from handlers.chat.editing import TEXT, Edited, changed, changed_comments, fields_of
from handlers.slack import kit
from handlers.slack.forms import Carried, blocks_of, chosen, written
from handlers.slack.limits import INPUT, Json, checked_view, ruler

CALLBACK = "edit"
MOST_FIELDS = 40


def edit_modal(draft: DraftView, carried: Carried, *, accounts: Collection[str] = ()) -> Json:
    """Fields for these accounts, or for all of them. What has no place is named."""
    blocks, left = list[Json](), list[str]()
    for version in draft.versions:
        if accounts and version.account not in accounts:
            continue
        fields = _fields(version, alone=len(accounts or draft.versions) == 1)
        if len(blocks) + len(fields) > MOST_FIELDS:
            left.append(version.account_name)
            continue
        blocks += fields
    if left:
        blocks.insert(0, kit.section(told("No room here for {accounts}.", accounts=words(reader()).series(left))))
    approve = kit.chooser("checkboxes", [kit.option(told("Approve it with these words"), "approve")])
    blocks.append(kit.field("approve", told("Afterwards"), approve, optional=True))
    blocks.append(kit.context(told("Your words stay as you write them; the checks run again.")))
    return checked_view(
        kit.modal(
            CALLBACK,
            told("Edit text"),
            blocks,
            carried=carried.dump(),
            submit=told("Save"),
            close=told("Cancel"),
        )
    )


def read_edit(view: Json, draft: DraftView) -> Edited:
    """Raises FieldErrors for an account whose text is gone."""
    given = [(block, written(view, block)) for block in blocks_of(view, TEXT)]
    return Edited(changed(given, draft), "approve" in chosen(view, "approve"), changed_comments(given, draft))


def _fields(version: VersionView, *, alone: bool) -> list[Json]:
    return [
        kit.field(each.name, each.label, kit.words_input(each.text), hint=each.hint, optional=each.optional)
        for each in fields_of(version, ruler, INPUT, alone=alone)
    ]
