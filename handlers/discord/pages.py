"""“Read all”: everything of a draft in full, a private page at a time; after the last one it can be approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import discord

from bot.chat import Button
from bot.views import DraftView, MediumView
from bot.words import told
from handlers.chat import details
from handlers.chat.parting import parts_of
from handlers.discord.buttons import rows
from handlers.discord.limits import ALT, ATTACHMENTS, CHARACTERS, checked, plain, plainly, weight

Mode = Literal["details", "read", "review"]
PAGE: Final = CHARACTERS - 300  # what stands below the last text is in it too
PIECE: Final = 3400  # of one text; the rest follows on the next page
MOST_PARTS: Final = 28
Part = discord.ui.Item[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """`files` maps names of attachments to pictures' sha256."""

    view: discord.ui.LayoutView
    files: Mapping[str, str]


@dataclass(slots=True)
class _Sheet:
    parts: list[Part] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    taken: int = 0


def page_of(
    draft: DraftView, *, zone: str, mode: Mode = "details", number: int = 0, there: frozenset[str] = frozenset()
) -> Page:
    """One page. In `read` and `review` its last one ends in a button that approves exactly this digest.

    `there` are the pictures (sha256) that can be attached; each page has its own.
    """
    sheets = _sheets(draft, zone, there)
    number = max(0, min(number, len(sheets) - 1))
    sheet = sheets[number]
    view = discord.ui.LayoutView(timeout=None)
    for part in sheet.parts:
        view.add_item(part)
    if len(sheets) > 1:
        count = told("Page {page} of {count}", page=number + 1, count=len(sheets))
        view.add_item(discord.ui.TextDisplay(f"-# {count}"))
    for row in rows(_buttons(draft, mode, number, len(sheets)), name=draft.id):
        view.add_item(row)
    if mode == "review":
        for row in rows(_instead(draft), name=draft.brand):
            view.add_item(row)
    return Page(checked(view), sheet.files)


def _buttons(draft: DraftView, mode: Mode, number: int, count: int) -> list[Button]:
    def turn(label: str, to: int) -> Button:
        style: Literal["primary", "plain"] = "primary" if to > number else "plain"
        return Button(label=label, action=f"page:{draft.id}:{mode}:{to}:{draft.digest}", style=style)

    made = [turn(told("Back"), number - 1)] if number else []
    if number + 1 < count:
        return [*made, turn(told("Next"), number + 1)]
    if mode != "details":
        verb = "agree" if mode == "read" else "agree_next"
        made.append(Button(label=told("Approve"), action=f"{verb}:{draft.id}:{draft.digest}", style="primary"))
    return made


def _instead(draft: DraftView) -> list[Button]:
    """What else can be done with one of several that are looked through."""
    tail = f"{draft.id}:{draft.digest}"
    return [
        Button(label=told("Ask for changes"), action=f"changes:{tail}"),
        Button(label=told("Reject"), action=f"reject:{tail}"),
        Button(label=told("Later"), action=f"next:{draft.brand}:{draft.id}"),
    ]


def _sheets(draft: DraftView, zone: str, there: frozenset[str]) -> list[_Sheet]:
    """All of it, in pages that Discord takes. No text is shortened."""
    sheets = [_Sheet()]
    for part, medium in _drawn(draft, zone, there):
        size = weight(part.content) if isinstance(part, discord.ui.TextDisplay) else 0
        sheet = sheets[-1]
        full = len(sheet.parts) == MOST_PARTS or sheet.taken + size > PAGE or len(sheet.files) == ATTACHMENTS
        if sheet.parts and full:
            sheet = _Sheet()
            sheets.append(sheet)
        sheet.parts.append(part)
        sheet.taken += size
        if medium is not None:
            sheet.files[_name(medium)] = medium.sha256
    return sheets


def _drawn(draft: DraftView, zone: str, there: frozenset[str]) -> Iterator[tuple[Part, MediumView | None]]:
    for part in details.parts_of(draft, zone):
        if part.medium is not None and part.medium.sha256 in there:
            alt = plainly.cut(part.medium.alt, ALT).text.strip() or None
            item = discord.MediaGalleryItem(f"attachment://{_name(part.medium)}", description=alt)
            yield discord.ui.MediaGallery(item), part.medium
            continue
        for said in _said(part):
            yield discord.ui.TextDisplay(said), None


def _said(part: details.Part) -> Iterator[str]:
    for _, piece in parts_of(part.words, plainly, PIECE):
        if not piece.strip():
            continue
        match part.kind:
            case "heading":
                yield f"**{plain(' '.join(piece.split()))}**" + (f"   {plain(part.rest)}" if part.rest else "")
            case "words":
                yield plain(piece)
            case _:
                yield f"-# {plain(' '.join(piece.split()))}"


def _name(medium: MediumView) -> str:
    return f"{medium.sha256[:16]}.{medium.mime.rpartition('/')[2]}"
