"""Editorial plans: what a brand wants to be known for and when it speaks, and the slots that come of it.

HASH `plan:<brand>` (`ver`, `doc`) is a brand's whole plan; it lives as long as the brand. A slot is one place in it:
HASH `slot:<id>` (`ver`, `doc`), ZSETs `slots:all` and `slots:of:<brand>` by when it is due. Slots are written down when
the horizon reaches them; those further ahead follow from the plan. Due entries: `plan:<brand>` looks ahead,
`slot:<id>` fills one and sees how it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import AfterValidator, Field, model_validator

from storage.commit import Change
from storage.record import Frozen, Migration, Record
from storage.redis import Database
from storage.stores import Family, Kept

HORIZON_DAYS = 7
MOST_RECURRENCES, MOST_SINGLE = 200, 1000
MOST_BETWEEN = 20_000


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("is said on the brand's own clock, without a zone")
    return moment


def _clock(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError("is said on the brand's own clock, in hours and minutes")
    return at


Name = Annotated[str, Field(min_length=1, max_length=60)]
LocalTime = Annotated[time, AfterValidator(_clock)]
LocalMoment = Annotated[datetime, AfterValidator(_local)]
Fill = Literal["ideas", "queue", "evergreen"]


class Pause(Frozen):
    """Days in which nothing is planned; without a last one until somebody ends it."""

    first: date
    last: date | None = None
    why: str = Field("", max_length=120)

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


class Moved(Frozen):
    """One occurrence that stands at another time; its slot keeps its name."""

    day: date = Field(description="of the occurrence, as the rule has it")
    to: LocalMoment


class Purpose(Frozen):
    """What a slot is for, whichever way it came into the plan."""

    accounts: tuple[str, ...] = Field(min_length=1, max_length=60, description="account ids")
    pillar: str = Field("", max_length=60, description="empty: the least served one")
    form: str = Field("", max_length=60, description="what kind of post, e.g. customer story, tip")
    audience: str = Field("", max_length=60, description="empty: the least served one")
    fill: Fill = Field(
        "ideas",
        description="ideas: drafted from the plan; queue: takes what people put there; evergreen: brings posts back",
    )
    topic: str = Field("", max_length=300, description="what it is about, where that is known")
    facts: tuple[Annotated[str, Field(min_length=1, max_length=400)], ...] = Field(
        (), max_length=20, description="what its post may say, in the team's own words"
    )
    link: str = Field("", max_length=2000)
    campaign: str = Field("", description="campaign id")
    added_by: str = Field(description="member id, in whose name drafts are asked for")
    added_at: datetime


def purpose_of(source: Purpose) -> Purpose:
    """What a recurrence or a single slot is for, without when it comes."""
    return Purpose.model_validate({name: getattr(source, name) for name in Purpose.model_fields})


class Recurrence(Purpose):
    """A slot that comes again. Between two times of day, where `until` is set; `excepted` are its EXDATEs."""

    id: str
    rule: str = Field(min_length=6, max_length=300, description="RRULE of RFC 5545, by days")
    first: date = Field(description="from which day on the rule counts")
    at: LocalTime
    until: LocalTime | None = Field(None, description="the latest time of a span")
    excepted: tuple[date, ...] = Field((), max_length=400)
    moved: tuple[Moved, ...] = Field((), max_length=200)
    pauses: tuple[Pause, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _in_order(self) -> Recurrence:
        if self.until is not None and self.until <= self.at:
            raise ValueError("a span ends after it begins")
        return self


class Single(Purpose):
    """A slot that comes once, such as those of a campaign's arc."""

    id: str
    at: LocalMoment


class Pillar(Frozen):
    """A theme that the brand wants to be known for; its points are what posts may say, in the team's own words."""

    name: Name
    about: str = Field("", max_length=500)
    points: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field((), max_length=100)
    share: int | None = Field(None, ge=0, le=100, description="percent of posts that are meant to be on it")


class Form(Frozen):
    """A kind of post, and how large a part of them it is meant to be."""

    name: Name
    share: int | None = Field(None, ge=0, le=100, description="percent")


class Occasion(Frozen):
    """A date that matters to the brand; without a year each year."""

    name: Name
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    year: int | None = Field(None, ge=2000, le=2200)
    about: str = Field("", max_length=300, description="what a post may say then")
    pillar: str = Field("", max_length=60)


class Evergreen(Frozen):
    """A post that may come back in fresh words, this many days after it was last out."""

    draft: str
    after_days: int = Field(90, ge=7, le=1000)
    added_by: str = Field(description="member id")


class Holidays(Frozen):
    """Public holidays of a country, on which the plan leaves its slots empty."""

    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    region: str = Field("", max_length=10, description="subdivision as ISO 3166-2 has it, without the country")
    kept: tuple[date, ...] = Field((), max_length=100, description="holidays on which it posts all the same")


class Plan(Record):
    """All of a brand's plan."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows how much advice keeps open

    workspace: str
    brand: str
    recurrences: tuple[Recurrence, ...] = Field((), max_length=MOST_RECURRENCES)
    singles: tuple[Single, ...] = Field((), max_length=MOST_SINGLE)
    pillars: tuple[Pillar, ...] = Field((), max_length=20)
    forms: tuple[Form, ...] = Field((), max_length=20)
    occasions: tuple[Occasion, ...] = Field((), max_length=200)
    evergreens: tuple[Evergreen, ...] = Field((), max_length=500)
    holidays: Holidays = Holidays()
    pauses: tuple[Pause, ...] = Field((), max_length=50)
    horizon_days: int = Field(HORIZON_DAYS, ge=1, le=28, description="how far ahead slots are kept drafted")
    apart_days: int = Field(30, ge=0, le=400, description="before a topic comes again")
    open_percent: int = Field(
        30, ge=0, le=100, description="of advice for what is served less than wanted, whatever does well"
    )
    updated_at: datetime

    def recurrence(self, name: str) -> Recurrence | None:
        return next((each for each in self.recurrences if each.id == name), None)

    def single(self, name: str) -> Single | None:
        return next((each for each in self.singles if each.id == name), None)

    def pillar(self, name: str) -> Pillar | None:
        wanted = name.casefold()
        return next((each for each in self.pillars if each.name.casefold() == wanted), None)


class Chosen(Frozen):
    """What a slot's post is to be about, worked out when the horizon reached it."""

    topic: str
    why: str = Field("", description="why that, in a sentence")
    pillar: str = ""
    form: str = ""
    audience: str = ""
    goal: str = "inform"
    facts: tuple[str, ...] = ()
    link: str = ""
    again: str = Field("", description="the evergreen draft that comes back in fresh words")


class SlotState(StrEnum):
    empty = "empty"
    drafting = "drafting"
    drafted = "drafted"
    approved = "approved"
    expired = "expired"  # its time came, and what stood in it was not approved
    skipped = "skipped"  # a day that is kept free, a pause, or a person's wish; `problem` says which


OVER = frozenset({SlotState.approved, SlotState.expired, SlotState.skipped})


class Slot(Record):
    """One place in the plan, as it was when the horizon reached it."""

    SCHEMA: ClassVar[int] = 1

    id: str = Field(description="<recurrence>-<YYYYMMDD of the day by the rule>, or the id of a single one")
    workspace: str
    brand: str
    source: str = Field(description="id of the recurrence, or of the single one")
    day: date = Field(description="as the rule has it")
    due: datetime
    purpose: Purpose
    state: SlotState = SlotState.empty
    draft: str = ""
    draft_at: datetime = Field(description="when it is filled, early enough for whoever approves")
    chosen: Chosen | None = None
    fills: int = Field(0, description="how often it was filled anew")
    tries: int = 0
    problem: str = Field("", description="why it is empty, in a sentence")
    told: bool = Field(False, description="whether people know that it stays empty")
    created_at: datetime
    updated_at: datetime

    @property
    def open(self) -> bool:
        return self.state not in OVER


class PlanStore(Family[Plan]):
    """By the brand's id; no index."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "plan", Plan, "plan")

    def keep(self, change: Change, plan: Plan, *, ver: int | None) -> Change:
        return change.put(self.key(change.workspace, plan.brand), plan, ver=ver)


class SlotStore(Family[Slot]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "slot", Slot, "slot")

    def _load(self, fields: Mapping[str, str]) -> Slot:
        return _as_before(fields["doc"])

    def save(self, change: Change, slot: Slot, *, ver: int | None) -> Change:
        """Into the change: the slot, by when it is due."""
        at = slot.due.timestamp()
        return self.put(change, slot, slot.id, ver=ver, at=at, **{f"of:{slot.brand}": at})

    async def kept(self, workspace: str, brand: str, start: datetime, end: datetime) -> dict[str, Kept[Slot]]:
        """Those of a brand that are due from `start` until before `end`, by their ids and in their order."""
        index, most = self.index_key(workspace, f"of:{brand}"), f"({end.timestamp()!r}"
        client = cast(Any, self._database.client)
        ids = await client.zrange(index, start.timestamp(), most, byscore=True, offset=0, num=MOST_BETWEEN)
        pipe = client.pipeline(transaction=False)
        for each in ids:
            pipe.hmget(self.key(workspace, each), "ver", "doc")
        found = zip(ids, await pipe.execute() if ids else [], strict=True)
        return {each: Kept(_as_before(doc), int(ver)) for each, (ver, doc) in found if doc}

    async def between(self, workspace: str, brand: str, start: datetime, end: datetime) -> tuple[Slot, ...]:
        """The same without what writing them takes."""
        return tuple(each.record for each in (await self.kept(workspace, brand, start, end)).values())


@lru_cache(maxsize=4096)
def _as_before(document: str) -> Slot:
    """A plan and a calendar look at the same slots again and again, and few of them have changed: see `stores`."""
    return Slot.load(document)


def slot_id(source: str, day: date) -> str:
    """The name of a recurrence's slot, whoever works it out and however often."""
    return f"{source}-{day:%Y%m%d}"
