"""A brand's experiments: variants of posts or of slots, and each draw of one, with how likely each variant was.

HASH `experiments:<brand>` (`ver`, `doc`) holds all of them; it lives as long as the brand. What became of the posts is
not in here: it is counted from the posts' own numbers and clicks whenever somebody looks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from storage.commit import Change
from storage.record import Frozen, Record
from storage.redis import Database
from storage.stores import Family

MOST_KEPT: Final = 40  # experiments of a brand
MOST_DRAWN: Final = 400  # draws of one; more decide nothing that these do not
Over = Literal["posts", "slots"]


class Arm(Frozen):
    """One variant. Of posts `line` says what a draft of it is like; of slots the name is the form of its posts."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    line: str = Field("", max_length=300)


class Drawn(Frozen):
    """One draw, written down before the draft that it is for had it, and so before anybody could approve it."""

    of: str = Field(description="id of the slot, or of the draft")
    draft: str = Field("", description="id of the draft, where it is known by then")
    arm: str
    chances: dict[str, float] = Field(description="variant → the probability with which it could be drawn")
    seed: int
    at: datetime
    by: str = Field("", description="member id; empty: the plan filled a slot")
    applied: bool = Field(True, description="whether the draft came to have it; what has not counts for nothing")


class Experiment(Frozen):
    id: str
    name: Annotated[str, Field(min_length=1, max_length=120)]
    over: Over
    accounts: tuple[str, ...] = Field((), max_length=60, description="account ids; empty: all of the brand's")
    arms: tuple[Arm, ...] = Field(min_length=2, max_length=6)
    threshold_percent: float = Field(5, ge=5, le=10, description="of the usual rate; it stops below that loss")
    drawn: tuple[Drawn, ...] = Field((), max_length=MOST_DRAWN)
    started_by: str = Field(description="member id")
    started_at: datetime
    ended_at: datetime | None = None
    ended_by: str = Field("", description="member id; empty: it was decided")
    best: str = Field("", description="the variant that was the best when it ended; empty: not enough data, or stopped")
    rule: str = Field("", description="id of the rule that was proposed from it")

    @property
    def running(self) -> bool:
        return self.ended_at is None

    def arm(self, name: str) -> Arm | None:
        return next((each for each in self.arms if each.name.casefold() == name.casefold()), None)


class Experiments(Record):
    """All of a brand's, the newest last."""

    SCHEMA: ClassVar[int] = 1

    workspace: str
    brand: str
    items: tuple[Experiment, ...] = Field((), max_length=MOST_KEPT)

    def find(self, name: str) -> Experiment | None:
        return next((each for each in self.items if each.id == name), None)

    def with_item(self, item: Experiment) -> Experiments:
        return self.changed(items=tuple(item if each.id == item.id else each for each in self.items))


class ExperimentStore(Family[Experiments]):
    """By the brand's id; no index."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "experiments", Experiments, "experiment")

    def keep(self, change: Change, found: Experiments, *, ver: int | None) -> Change:
        return change.put(self.key(change.workspace, found.brand), found, ver=ver)
