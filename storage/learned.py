"""What people's own edits have in common: rules that were proposed from them, each with its evidence and what was said.

`learned:<brand>` is a HASH (`ver`, `doc`) with all of a brand's rules; it lives as long as the brand. It quotes drafts:
who forgets a draft takes its quotations out.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal

from pydantic import Field

from storage.commit import Change
from storage.record import Frozen, Record
from storage.redis import Database
from storage.stores import Family

Kind = Literal[
    "no_exclamation", "no_emoji", "emoji", "no_hashtags", "most_hashtags", "never_hashtag", "always_hashtag", "prefer",
    "avoid", "no_greeting", "no_closing", "short_sentences", "opening", "no_question", "formal", "informal",
    "link_in_comment", "no_capitals", "tested",
]  # fmt: skip
State = Literal["proposed", "accepted", "declined"]

MOST_EVIDENCE: Final = 8
MOST_QUOTED: Final = 280


class Evidence(Frozen):
    """One edit by hand that says so: a few words before and after, as they stood."""

    draft: str
    title: str
    account: str
    revision: int = Field(description="that the edit replaced")
    by: str = Field(description="member id")
    at: datetime
    before: str = Field(max_length=MOST_QUOTED)
    after: str = Field(max_length=MOST_QUOTED)


class Rule(Frozen):
    """`what` and `instead` are its words: a word and what replaced it, a hashtag, a number, lines that it shows.

    Of one that an experiment found (`tested`), `what` is the variant and `instead` the experiment's name; `edits` are
    its clicks, `chances` its impressions, `drafts` its posts, and its evidence are posts with both.
    """

    id: str
    kind: Kind
    what: str = ""
    instead: str = ""
    line: str = Field("", max_length=300, description="what stands in the profile once accepted, where that is a line")
    edits: int = Field(ge=0, description="by hand that did it")
    chances: int = Field(ge=0, description="by hand that could have done it")
    drafts: int = Field(ge=0)
    evidence: tuple[Evidence, ...] = Field((), max_length=MOST_EVIDENCE)
    state: State = "proposed"
    found_at: datetime
    decided_by: str = Field("", description="member id")
    decided_at: datetime | None = None
    told_in: str = Field("", description="Monday of the weekly summary that first spoke of it, YYYY-MM-DD")

    @property
    def names(self) -> tuple[str, str]:
        """What makes it the same rule when it is found again."""
        counted = self.kind in ("most_hashtags", "short_sentences", "opening")
        return self.kind, "" if counted else f"{self.what}\n{self.instead}".casefold()


class Learned(Record):
    """All rules of a brand, the newest last."""

    SCHEMA: ClassVar[int] = 1

    workspace: str
    brand: str
    rules: tuple[Rule, ...] = ()

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def with_rule(self, rule: Rule) -> Learned:
        return self.changed(rules=tuple(rule if each.id == rule.id else each for each in self.rules))

    def without_draft(self, draft: str) -> Learned:
        """Without what it quotes of this draft. What was accepted stays: it is the team's own by then."""
        kept = [
            rule.model_copy(update={"evidence": tuple(each for each in rule.evidence if each.draft != draft)})
            for rule in self.rules
        ]
        quotes = {"prefer", "avoid", "opening"}  # of an undecided one, the rule itself may be a quotation
        return self.changed(
            rules=tuple(rule for rule in kept if rule.evidence or rule.state != "proposed" or rule.kind not in quotes)
        )


class LearnedStore(Family[Learned]):
    """By the brand's id; no index."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "learned", Learned, "learned rule")

    def keep(self, change: Change, learned: Learned, *, ver: int | None) -> Change:
        return change.put(self.key(change.workspace, learned.brand), learned, ver=ver)
