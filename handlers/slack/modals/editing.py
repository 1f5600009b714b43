"""Edit text, word for word: one field an account, longer texts in several.

The white space between two parts is remembered in the field's id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.views import DraftView, VersionView
from bot.words import reader, told, words
from handlers.chat.parting import JOINTS, parts_of
from handlers.slack import kit
from handlers.slack.forms import Carried, FieldErrors, blocks_of, chosen, written
from handlers.slack.limits import INPUT, Json, checked_view, ruler

CALLBACK = "edit"
MOST_FIELDS = 40


@dataclass(frozen=True, slots=True)
class Edited:
    """The texts that were changed, by account, and whether whoever changed them approves the result."""

    texts: dict[str, str]
    approve: bool


def edit_modal(draft: DraftView, carried: Carried, *, accounts: Collection[str] = ()) -> Json:
    """Fields for these accounts, or for all of them. What has no place is named."""
    blocks, left = list[Json](), list[str]()
    for version in draft.versions:
        if accounts and version.account not in accounts:
            continue
        fields = _fields(version)
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
    given: dict[str, str] = {}
    first: dict[str, str] = {}
    for block in blocks_of(view, "text:"):
        _, account, _, joint = block.split(":")
        part = written(view, block)
        before = given.get(account, "")
        given[account] = before + (JOINTS.get(joint, "") if before and part else "") + part
        first.setdefault(account, block)
    empty = {first[account]: told("A post needs a text.") for account, text in given.items() if not text.strip()}
    if empty:
        raise FieldErrors(empty)
    was = {version.account: version.text for version in draft.versions}
    changed = {account: text for account, text in given.items() if account in was and text != was[account]}
    return Edited(changed, "approve" in chosen(view, "approve"))


def _fields(version: VersionView) -> list[Json]:
    parts = parts_of(version.text, ruler, INPUT)
    made = []
    for index, (joint, part) in enumerate(parts):
        label = version.account_name
        if len(parts) > 1:
            label = told("{account}, part {number} of {count}", account=label, number=index + 1, count=len(parts))
        made.append(
            kit.field(
                f"text:{version.account}:{index}:{joint}",
                label,
                kit.words_input(part),
                hint=_hint(version, index, joint),
                optional=len(parts) > 1,
            )
        )
    return made


def _hint(version: VersionView, index: int, joint: str) -> str:
    if index:
        return {
            "p": told("An empty line stands between this part and the one before."),
            "l": told("This part begins on a new line."),
            "s": told("A space stands between this part and the one before."),
            "n": told("This part follows the one before without a space."),
        }[joint]
    if version.limit is None:
        return ""
    return told("Now {used} of {limit} {unit}.", used=version.length, limit=version.limit, unit=told(version.unit))
