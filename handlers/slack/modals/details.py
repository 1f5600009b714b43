"""Details: everything of a draft in full, in pages; after the last one, what was read can be approved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.views import DraftView, FindingView, VersionView
from bot.when import say
from bot.words import reader, retold, told
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
    for block in _all(draft, zone, files or {}):
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


def _all(draft: DraftView, zone: str, files: dict[str, str]) -> Iterator[Json]:
    when = say(draft.due, zone, reader()) if draft.due else told("as soon as it is approved")
    yield kit.heading(draft.title, when)
    for finding in (each for each in draft.findings if not each.account):
        yield kit.section(_finding(finding))
    for version in draft.versions:
        yield from _version(version, draft.findings, files)
    yield kit.heading(told("Asked for"))
    yield from _paragraphs(draft.request)
    yield kit.context(told("Asked by {name}", name=draft.requested_by))
    yield from _sources(draft, zone)
    yield from _history(draft, zone)


def _version(version: VersionView, findings: Sequence[FindingView], files: dict[str, str]) -> Iterator[Json]:
    meter = f"{version.length}/{version.limit}" if version.limit else ""
    yield kit.heading(version.account_name, " · ".join(part for part in (meter, version.price) if part))
    yield from _paragraphs(version.text)
    for medium in version.media:
        if medium.sha256 in files:
            yield kit.picture(files[medium.sha256], medium.alt)
        else:
            yield kit.context(told("A picture, {width} × {height}", width=medium.width, height=medium.height))
        if medium.alt.strip():
            yield from _paragraphs(told("Alt: {text}", text=medium.alt))
    for finding in findings:
        if finding.account == version.account:
            yield kit.section(_finding(finding))
    yield kit.context(version.missing or told("Approved"))


def _finding(finding: FindingView) -> str:
    sign = {"block": "⛔", "warn": "⚠"}.get(finding.severity, "·")
    return " ".join(part for part in (sign, retold(finding.reason), retold(finding.fix)) if part)


def _sources(draft: DraftView, zone: str) -> Iterator[Json]:
    """Each page with its title and address, and when it was read."""
    if draft.sources:
        yield kit.heading(told("Sources"))
    for source in draft.sources:
        when = say(source.read_at, zone, reader())
        if source.problem:
            line = told("Not read: {address}, {when}.", address=source.url, when=when)
            yield from _paragraphs(f"{line} {retold(source.problem)}")
            continue
        title, address = source.title or source.url, source.address or source.url
        yield from _paragraphs(
            told("Source: {title} ({address}), read at {when}", title=title, address=address, when=when)
        )
        yield from _paragraphs("\n".join(f"• {fact}" for fact in source.facts))


def _history(draft: DraftView, zone: str) -> Iterator[Json]:
    if draft.decisions:
        yield kit.heading(told("Decisions"))
    for decision in draft.decisions:
        verdict = {
            "approve": told("approved"),
            "reject": told("rejected"),
            "changes": told("asked for changes"),
            "hold": told("put on hold"),
        }.get(decision.verdict, decision.verdict)
        gone = told("taken back") if decision.withdrawn_at else ""
        facts = (say(decision.at, zone, reader()), decision.member, verdict, gone)
        yield kit.context(" · ".join(part for part in facts if part))
        yield from _paragraphs(decision.reason or "")
    if draft.history:
        yield kit.heading(told("Earlier wordings"))
    for mark in draft.history:
        yield kit.context(f"{mark.number} · {say(mark.at, zone, reader())} · {mark.by} · {retold(mark.why)}")


def _paragraphs(text: str) -> Iterator[Json]:
    """The whole text. A part of nothing but white space cannot be drawn alone."""
    for part in pieces(text, SECTION):
        if part.strip():
            yield kit.section(part)
