"""What a check is asked about, and what it answers.

Each check is one question asked of every draft, in a file of its own. It reads what is in the subject and nothing
else: no network, no clock, no model, so that the same draft always gets the same findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.channels.base import Capabilities, Measure, Problem
from storage.accounts import Account
from storage.claims import Evidence
from storage.drafts import Brief, Finding, Version
from storage.media import MediaItem
from storage.sealed import SealedPayload
from storage.sources import Source
from storage.team import Brand


@dataclass(frozen=True, slots=True)
class CheckedVersion:
    """One account's version in its final form, with what its channel says of it."""

    version: Version
    account: Account
    capabilities: Capabilities
    payload: SealedPayload
    measured: Measure
    problems: tuple[Problem, ...] = ()
    drawn: tuple[str, ...] = ()  # what stands on the pages of its carousel

    @property
    def text(self) -> str:
        """The text, below it the first comment, then what is drawn: spans of the text stay what they are."""
        return "\n\n".join(part for part in (self.version.text, self.version.first_comment, *self.drawn) if part)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another post of the brand, or a draft with a time, near one that is checked."""

    account: str
    title: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found where a link of the copy leads: an answer's status (0: none came), and at which address."""

    url: str
    status: int = 0
    found: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page with the text that was taken from it."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A draft as the checks see it. `recent` is account id and text of what the brand drafted lately, newest first.

    `pictures`: by the hash of its final bytes, what the library knows of a picture and of the one it was made from.
    `page_texts` is what stands on the pages that were read: a figure may have its source there, an address never.
    `near` are other posts around the same time, `looked` the links that were opened beforehand, `untracked` by account
    those that would be counted, had no person worded them.
    """

    versions: tuple[CheckedVersion, ...]
    brief: Brief
    brand: Brand
    recent: tuple[tuple[str, str], ...]
    now: datetime
    pages: tuple[Source, ...] = ()
    page_texts: tuple[str, ...] = ()
    near: tuple[Neighbour, ...] = ()
    looked: tuple[Looked, ...] = ()
    untracked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    pictures: Mapping[str, tuple[MediaItem, ...]] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every text in which a claim or an address may have its source: the brief, and the brand's facts."""
        return (*self.said, *self.known)

    @property
    def said(self) -> tuple[str, ...]:
        """What the person who asked said."""
        brief = self.brief
        texts = (
            brief.request, brief.topic, brief.offer, brief.deadline, brief.link, brief.call_to_action, brief.verbatim,
            brief.audience, brief.partner, brief.first_comment, *brief.facts, *brief.links, *brief.hashtags,
        )  # fmt: skip
        return tuple(text for text in texts if text)

    @property
    def known(self) -> tuple[str, ...]:
        """What the brand says of itself: its name, its facts with their evidence, its small print."""
        facts = (f"{fact.text} {fact.evidence}" for fact in self.brand.facts)
        small_print = (rule.text for rule in self.brand.profile.disclaimers)
        return tuple(text for text in (self.brand.name, *facts, *small_print) if text)


class Check(Protocol):
    """Findings in order of the text; `span` counts characters of the version's text."""

    async def __call__(self, subject: Subject) -> tuple[Finding, ...]: ...


def spoken(brief: Brief, account: Account) -> Brief:
    """The brief in the language of an account that has its own."""
    return brief.model_copy(update={"language": account.language}) if account.language else brief


def merged(findings: tuple[Finding, ...], accounts: int) -> tuple[Finding, ...]:
    """Findings that every account shares become one that concerns the whole draft; spans stay with single accounts."""
    if accounts < 2:
        return findings
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.reason, finding.fix), []).append(finding)
    result: list[Finding] = []
    for group in groups.values():
        if len({finding.account for finding in group}) == accounts:
            result.append(group[0].model_copy(update={"account": "", "span": None}))
        else:
            result.extend(group)
    return tuple(result)
