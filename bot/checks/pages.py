"""Was every page that the person named read, is it where they said, and is it new to the brand's readers?"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.checks.base import Subject
from bot.when import say_day
from storage.drafts import Finding
from storage.sources import Source, host_of


async def pages(subject: Subject) -> tuple[Finding, ...]:
    return tuple(finding for page in subject.pages for finding in _about(page, subject))


def _about(page: Source, subject: Subject) -> Iterator[Finding]:
    host = host_of(page.url)[:80]
    if page.problem:
        unread = f"I could not read the page on {host}."
        if page.file:
            name = page.file[:80]
            unread = f"I could not read the file {name}."
        yield Finding(
            severity="warn",
            rule="page_unread",
            reason=f"{unread} {page.problem}",
            fix="The text is from your words alone.",
        )
    if page.leads_elsewhere:
        found = page.host[:80]
        yield Finding(
            severity="warn",
            rule="page_elsewhere",
            reason=f"The link to {host} leads on to {found}.",
            fix="Check that this is where your readers should go.",
        )
    if page.told_at is not None:
        day = say_day(page.told_at.astimezone(ZoneInfo(subject.brand.zone or "UTC")).date(), subject.brief.language)
        yield Finding(
            severity="warn",
            rule="page_again",
            reason=f"This page was posted about before, on {day}.",
            fix="Check that it should be told again.",
        )
