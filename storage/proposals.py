"""What a homepage and past posts propose for a brand: kept for two weeks, and none of it holds before a person says so.

`proposal:<brand>` is a HASH (`ver`, `doc`): one a brand, the latest. It expires by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from pydantic import Field

from storage.commit import Change
from storage.profile import Audience, Sample, Word
from storage.record import Frozen, Record
from storage.redis import Database
from storage.retention import LIVES
from storage.stores import Family
from storage.team import Fact

MOST_PAGES: Final = 8
MOST_LOGOS: Final = 4


class SitePage(Frozen):
    """A page that was opened; `problem` says why it was not read."""

    address: str
    read_at: datetime
    title: str = ""
    body_sha256: str = ""
    problem: str = ""


class LogoCandidate(Frozen):
    """A picture of the site, cleaned, in the blob store; it is in no library yet."""

    sha256: str
    mime: str
    width: int
    height: int
    address: str = Field(description="where it was found")


class Swatch(Frozen):
    """A colour, and how well the better of white and black letters reads on it (WCAG 2 contrast, 1..21)."""

    colour: str
    letters: str = Field(description="#rrggbb of those letters")
    contrast: float


class Proposal(Record):
    """Empty parts are not proposed. Facts are sentences of a page, letter for letter."""

    SCHEMA: ClassVar[int] = 1

    workspace: str
    brand: str
    by: str = Field(description="member id of who asked")
    url: str = Field(description="as it was typed")
    pages: tuple[SitePage, ...] = ()
    posts_read: int = Field(0, description="how many past posts were looked at")
    name: str = ""
    language: str = ""
    voice: str = ""
    adjectives: tuple[Word, ...] = ()
    audiences: tuple[Audience, ...] = ()
    facts: tuple[Fact, ...] = ()
    palette: tuple[Swatch, ...] = ()
    logos: tuple[LogoCandidate, ...] = ()
    font: str = ""
    hashtags: tuple[Word, ...] = Field((), description="without #")
    samples: tuple[Sample, ...] = ()
    prompts: tuple[str, ...] = Field((), description="stamps of what the reading model was told")
    model: str = ""
    made_at: datetime
    expires_at: datetime


class ProposalStore(Family[Proposal]):
    """By the brand's id; no index."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "proposal", Proposal, "proposal")

    def keep(self, change: Change, proposal: Proposal, *, ver: int | None) -> Change:
        """Into the change: it takes the place of an earlier one, and goes by itself when its time is over."""
        key = self.key(change.workspace, proposal.brand)
        change.put(key, proposal, ver=ver)
        return change.do("PEXPIRE", key, str(LIVES["proposals"].seconds * 1000))

    def drop(self, change: Change, brand: str, *, ver: int) -> Change:
        """Into the change: it was taken or thrown away."""
        key = self.key(change.workspace, brand)
        return change.expect(key, ver).do("DEL", key)
