"""Texts word for word in fields of a form: a field an account, longer texts in several.

The white space between two parts is remembered in the field's id, `text:<account>:<index>:<joint>`. A first comment has
a field of its own, whose joint is `COMMENT`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.views import DraftView, VersionView
from bot.words import told
from handlers.chat.cutting import Ruler
from handlers.chat.parting import JOINTS, parts_of
from handlers.chat.wrong import FieldErrors

COMMENT: Final = "c"
TEXT: Final = "text:"  # before the account in a field's id


@dataclass(frozen=True, slots=True)
class Edited:
    """The texts that were changed, by account, and whether whoever changed them approves the result."""

    texts: dict[str, str]
    approve: bool
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextField:
    """One part of an account's text; `optional` where the account has others."""

    name: str
    label: str
    text: str
    hint: str
    optional: bool


def fields_of(version: VersionView, ruler: Ruler, most: int, *, alone: bool = False) -> list[TextField]:
    """The whole text, in parts of at most `most` by the chat's own way of counting, and the first comment.

    Where there is none yet, it has a field when the form is for this account `alone`.
    """
    parts = parts_of(version.text, ruler, most)
    made = list[TextField]()
    for index, (joint, part) in enumerate(parts):
        label = version.account_name
        if len(parts) > 1:
            label = told("{account}, part {number} of {count}", account=label, number=index + 1, count=len(parts))
        name = f"{TEXT}{version.account}:{index}:{joint}"
        made.append(TextField(name, label, part, _hint(version, index, joint), len(parts) > 1))
    comment = version.first_comment or ""
    if (comment or (alone and version.comments != "none")) and len(parts_of(comment, ruler, most)) < 2:
        label = told("{account}, first comment", account=version.account_name)
        hint = told("It is written below the post. Empty: none.")
        made.append(TextField(f"{TEXT}{version.account}:{len(parts)}:{COMMENT}", label, comment, hint, True))
    return made


def changed_comments(given: Iterable[tuple[str, str]], draft: DraftView) -> dict[str, str]:
    """The first comments that are others than the draft's, by account."""
    was = {version.account: version.first_comment or "" for version in draft.versions}
    written = {name.split(":")[1]: part.strip() for name, part in given if name.endswith(f":{COMMENT}")}
    return {account: text for account, text in written.items() if account in was and text != was[account]}


def changed(given: Iterable[tuple[str, str]], draft: DraftView) -> dict[str, str]:
    """The texts that are others than the draft's, by account; `given` are the fields' names and what stands in them.

    Raises FieldErrors for an account whose text is gone.
    """
    texts, first = dict[str, str](), dict[str, str]()
    for name, part in given:
        _, account, _, joint = name.split(":")
        if joint == COMMENT:
            continue
        before = texts.get(account, "")
        texts[account] = before + (JOINTS.get(joint, "") if before and part else "") + part
        first.setdefault(account, name)
    empty = {first[account]: told("A post needs a text.") for account, text in texts.items() if not text.strip()}
    if empty:
        raise FieldErrors(empty)
    was = {version.account: version.text for version in draft.versions}
    return {account: text for account, text in texts.items() if account in was and text != was[account]}


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
