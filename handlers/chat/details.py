"""Everything of a draft in full, in the order in which it is read; each chat draws the parts in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.insights.costs import what_it_took
from bot.naming import disclosed
from bot.views import DraftView, FindingView, MediumView, VersionView
from bot.when import say
from bot.words import reader, retold, told, words
from handlers.chat.claiming import lines_of

Kind = Literal["heading", "words", "small", "picture"]


@dataclass(frozen=True, slots=True)
class Part:
    """`rest` is what is measured, beside a heading. A picture's words stand for it where it cannot be shown."""

    kind: Kind
    words: str
    rest: str = ""
    medium: MediumView | None = None


def parts_of(draft: DraftView, zone: str) -> Iterator[Part]:
    when = say(draft.due, zone, reader()) if draft.due else told("as soon as it is approved")
    yield Part("heading", draft.title, when)
    for finding in (each for each in draft.findings if not each.account):
        yield Part("words", _finding(finding))
    for version in draft.versions:
        yield from _version(version, draft.findings, draft.partner or "")
    if draft.request:  # clients see what they themselves asked for
        yield Part("heading", told("Asked for"))
        yield Part("words", draft.request)
    if draft.requested_by:  # nobody of the team is named to them
        yield Part("small", told("Asked by {name}", name=draft.requested_by))
    yield from _claims(draft, zone)
    if draft.made_with.usage:
        models, took = ", ".join(draft.made_with.usage.models), what_it_took(draft.made_with.usage)
        yield Part("small", told("Language model {models}: {took}", models=models, took=took))
    yield from _sources(draft, zone)
    yield from _history(draft, zone)


def _version(version: VersionView, findings: Sequence[FindingView], partner: str) -> Iterator[Part]:
    meter = f"{version.length}/{version.limit}" if version.limit else ""
    yield Part("heading", version.account_name, " · ".join(part for part in (meter, version.price) if part))
    yield Part("words", version.text)
    if version.first_comment:
        yield Part("small", told("First comment:"))
        yield Part("words", version.first_comment)
    for medium in version.media:
        size = told("A picture, {width} × {height}", width=medium.width, height=medium.height)
        yield Part("picture", size, medium=medium)
        if medium.alt.strip():
            yield Part("words", told("Alt: {text}", text=medium.alt))
    for link in version.links:
        yield Part("small", told("{link} leads to {destination}", link=link.shown, destination=link.destination))
    if said := disclosed(version.disclosure, partner, words(reader())):
        yield Part("small", told("It says of itself: {what}", what=" · ".join(said)))
    if version.by_model:
        yield Part("small", told("A model wrote about {percent} % of the words.", percent=version.by_model))
    for finding in findings:
        if finding.account == version.account:
            yield Part("words", _finding(finding))
    yield Part("small", version.missing or told("Approved"))


def _finding(finding: FindingView) -> str:
    sign = {"block": "⛔", "warn": "⚠"}.get(finding.severity, "·")
    return " ".join(part for part in (sign, retold(finding.reason), retold(finding.fix)) if part)


def _claims(draft: DraftView, zone: str) -> Iterator[Part]:
    """Each with what says it."""
    if lines := lines_of(draft, zone):
        yield Part("heading", told("What it claims, and who says so"))
        yield Part("words", "\n".join(f"• {line}" for line in lines))


def _sources(draft: DraftView, zone: str) -> Iterator[Part]:
    """Each page with its title and address, and when it was read."""
    if draft.sources:
        yield Part("heading", told("Sources"))
    for source in draft.sources:
        when = say(source.read_at, zone, reader())
        if source.problem:
            line = told("Not read: {address}, {when}.", address=source.url, when=when)
            yield Part("words", f"{line} {retold(source.problem)}")
            continue
        title, address = source.title or source.url, source.address or source.url
        yield Part(
            "words", told("Source: {title} ({address}), read at {when}", title=title, address=address, when=when)
        )
        yield Part("words", "\n".join(f"• {fact}" for fact in source.facts))


def _history(draft: DraftView, zone: str) -> Iterator[Part]:
    if draft.decisions:
        yield Part("heading", told("Decisions"))
    for decision in draft.decisions:
        verdict = {
            "approve": told("approved"),
            "reject": told("rejected"),
            "changes": told("asked for changes"),
            "hold": told("put on hold"),
        }.get(decision.verdict, decision.verdict)
        gone = told("taken back") if decision.withdrawn_at else ""
        facts = (say(decision.at, zone, reader()), decision.member, verdict, gone)
        yield Part("small", " · ".join(part for part in facts if part))
        yield Part("words", decision.reason or "")
    if draft.history:
        yield Part("heading", told("Earlier wordings"))
    for mark in draft.history:
        yield Part("small", f"{mark.number} · {say(mark.at, zone, reader())} · {mark.by} · {retold(mark.why)}")
