"""Details: everything of a draft in full, in pages; after the last one, what was read can be approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.views import DraftView
from bot.words import told
from handlers.chat.details import Part, parts_of
from handlers.slack import kit
from handlers.slack.forms import Carried
from handlers.slack.limits import SECTION, Json, characters, checked_view, pieces

CALLBACK, APPROVE = "details", "read_approve"
PAGE_BLOCKS, PAGE_CHARACTERS = 60, 30_000


def details_modal(
    draft: DraftView, carried: Carried, *, zone: str, files: dict[str, str] | None = None, page: int = 0,
    approving: bool = False,
) -> Json:  # fmt: skip
    """One page. With `approving`, the last one ends in a button that approves the digest that it carries."""
    pages = pages_of(draft, zone=zone, files=files)
    page = max(0, min(page, len(pages) - 1))
    blocks = list(pages[page])
    if len(pages) > 1:
        blocks.append(kit.context(told("Page {page} of {count}", page=page + 1, count=len(pages))))
        blocks.append(kit.actions(_turning(draft, page, len(pages), approving)))
    last = page == len(pages) - 1
    if approving and carried.brand:
        blocks.append(kit.actions(_instead(draft, carried)))
    return checked_view(
        kit.modal(
            APPROVE if approving else CALLBACK,
            told("Read and approve") if approving else told("Details"),
            blocks,
            carried=carried.dump(),
            submit=told("Approve") if approving and last else "",
            close=told("Close"),
        )
    )


def pages_of(draft: DraftView, *, zone: str, files: dict[str, str] | None = None) -> tuple[tuple[Json, ...], ...]:
    """All blocks, in pages that Slack takes. No text is shortened."""
    pages, current, taken = list[tuple[Json, ...]](), list[Json](), 0
    for block in _drawn(parts_of(draft, zone), files or {}):
        size = characters([block])
        if current and (len(current) == PAGE_BLOCKS or taken + size > PAGE_CHARACTERS):
            pages.append(tuple(current))
            current, taken = [], 0
        current.append(block)
        taken += size
    return (*pages, tuple(current))


def _instead(draft: DraftView, carried: Carried) -> list[Json]:
    """What else can be done with one of several that are looked through."""
    tail = f"{draft.id}:{carried.digest}"
    return [
        kit.button(told("Ask for changes"), f"changes:{tail}"),
        kit.button(told("Reject"), f"reject:{tail}"),
        kit.button(told("Later"), f"next:{carried.brand}:{draft.id}"),
    ]


def _turning(draft: DraftView, page: int, count: int, approving: bool) -> list[Json]:
    mode = "read" if approving else "details"
    where = {told("Back"): page - 1, told("Next"): page + 1}
    return [
        kit.button(label, f"page:{draft.id}:{mode}:{to}", "primary" if to > page else "plain")
        for label, to in where.items()
        if 0 <= to < count
    ]


def _drawn(parts: Iterable[Part], files: dict[str, str]) -> Iterator[Json]:
    for part in parts:
        if part.kind == "heading":
            yield kit.heading(part.words, part.rest)
        elif part.kind == "words":
            yield from _paragraphs(part.words)
        elif part.medium is not None and part.medium.sha256 in files:
            yield kit.picture(files[part.medium.sha256], part.medium.alt)
        else:
            yield kit.context(part.words)


def _paragraphs(text: str) -> Iterator[Json]:
    """The whole text. A part of nothing but white space cannot be drawn alone."""
    for part in pieces(text, SECTION):
        if part.strip():
            yield kit.section(part)
