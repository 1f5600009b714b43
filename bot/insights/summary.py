"""What a report says, as typed figures: every number in a picture, a table or a sentence is one of these."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Why = Literal["unread", "unpaid", "paused", "never", "broken"]
Kind = Literal["day", "week", "month", "span"]
MATTERS: Final = ("clicks", "engagements", "reach", "views", "rate", "followers", "posts")
CLEARLY: Final = 0.05  # of what is in the middle


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Usual(Part):
    """The account's own range over comparable spans before: a quarter lay below `low`, a quarter above `high`."""

    low: float
    middle: float
    high: float
    spans: int = Field(description="how many spans it rests on")


class Figure(Part):
    """One number. What is not known is None, never zero."""

    metric: str = Field(description="reach, views, engagements, clicks, rate (engagements by reach), posts, followers")
    value: float | None = None
    before: float | None = Field(None, description="the same of the span before, as it was known when it was as old")
    usual: Usual | None = Field(None, description="None: not enough data")
    days: tuple[float | None, ...] = Field((), description="what each day brought")
    days_before: tuple[float | None, ...] = ()

    @property
    def change(self) -> float | None:
        """As a share of what it was before: 0.12 is 12 % more."""
        if self.value is None or not self.before:
            return None
        return (self.value - self.before) / self.before

    @property
    def moved(self) -> Literal["up", "down", ""]:
        """Whether it lies clearly outside its usual range: half of all spans lie a little outside by themselves."""
        if self.value is None or self.usual is None:
            return ""
        room = max((self.usual.high - self.usual.low) / 2, abs(self.usual.middle) * CLEARLY)
        return "up" if self.value > self.usual.high + room else "down" if self.value < self.usual.low - room else ""

    @property
    def how_far(self) -> float:
        """How far outside its range, as a share of the middle."""
        if not self.moved or self.value is None or self.usual is None:
            return 0.0
        edge = self.usual.high if self.moved == "up" else self.usual.low
        return abs(self.value - edge) / max(1.0, self.usual.middle)


class Looks(Part):
    """Side by side: all looks at our links, those of programs that say so, and what is taken for clicks by people."""

    all: int
    bots: int
    valid: int


class Missing(Part):
    """An account whose numbers are not all there, and why: never counted as zero."""

    account: str
    name: str
    why: Why
    since: datetime | None = None


class AccountLine(Part):
    account: str
    name: str
    channel: str
    posts: int = Field(description="how many went out in the span")
    figures: tuple[Figure, ...] = ()
    looks: Looks | None = Field(None, description="null: none of its posts has a link of ours")

    def figure(self, metric: str) -> Figure | None:
        return next((each for each in self.figures if each.metric == metric), None)


class PostLine(Part):
    """A post that went out in the span, and what it brought in it."""

    post: str
    title: str
    account: str
    name: str
    out_at: datetime
    url: str
    values: dict[str, float | None]
    looks: Looks | None = Field(None, description="null: it has no link of ours")
    read_at: datetime | None = Field(None, description="when its channel was asked last")


class Summary(Part):
    workspace: str
    brand: str
    brand_name: str
    about: str = Field("", description="the campaign or account that it is about alone, in the person's words")
    kind: Kind
    start: datetime
    end: datetime
    zone: str
    made_at: datetime
    counts: dict[str, int] = Field(default_factory=dict, description="live, failed, unknown, missed, paused, down")
    lapsed: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    posts: tuple[PostLine, ...] = ()
    ranked_by: str = Field("", description="the metric that best and worst go by")
    best: PostLine | None = None
    worst: PostLine | None = None
    missing: tuple[Missing, ...] = ()
    looks: Looks | None = Field(None, description="null: nobody counts clicks on links")
    bots: int = Field(0, description="looks by known bots, which are in no figure")
    reading_cost: str = Field("", description="US dollars that reading numbers took this month (UTC); empty: none")
    own_clicks: bool = Field(False, description="clicks are those on AdMind's own links, not what channels told")

    def figure(self, metric: str) -> Figure | None:
        return next((each for each in self.figures if each.metric == metric), None)

    @property
    def main(self) -> Figure | None:
        """What the line through the days shows."""
        order = ("engagements", "clicks", "views", "reach")
        known = [figure for name in order if (figure := self.figure(name)) is not None and figure.value is not None]
        return next((each for each in known if any(each.days)), known[0] if known else None)

    @property
    def moves(self) -> tuple[tuple[str, Figure], ...]:
        """Figures outside their usual range with their account's name.

        First those of all accounts together (""), what matters most before; then each account's, widest first. What
        one account alone tells is that account's.
        """
        told = {each.metric: [line for line in self.accounts if line.figure(each.metric)] for each in self.figures}
        whole = [
            each for each in self.figures if each.moved and (each.metric == "clicks" or len(told[each.metric]) != 1)
        ]
        found = [("", each) for each in whole]
        found += [(line.name, each) for line in self.accounts for each in line.figures if each.moved]
        return tuple(sorted(found, key=_place))


def _place(moved: tuple[str, Figure]) -> tuple[bool, int, float]:
    name, figure = moved
    return bool(name), MATTERS.index(figure.metric) if not name else 0, -figure.how_far
