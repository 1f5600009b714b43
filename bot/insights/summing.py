"""From counted posts to a summary: totals, the span before, the usual range, best and worst, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from bot.insights.clicked import Clicked
from bot.insights.gained import (
    METRICS,
    WHOLE,
    Span,
    by_day,
    forget_curves,
    gained,
    last_read,
    silent,
    touches,
    unread_since,
)
from bot.insights.summary import AccountLine, Figure, Kind, Missing, PostLine, Summary, Usual, Why
from storage.counted import Counted

LEAST: Final = 4  # comparable spans, below which no range is told
MOST: Final = 8
OF_RATE: Final = ("engagements", "reach")
RELIABLE: Final = 0.2  # of an average day's reach: a rate of fewer people says nothing
RANKS: Final = ("clicks", "engagements", "reach", "views")


@dataclass(frozen=True, slots=True)
class Range:
    """The days a report is about, on the brand's own clock."""

    kind: Kind
    first: date
    days: int
    zone: str

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        return datetime.combine(self.first + timedelta(days=self.days), time(), ZoneInfo(self.zone))

    @property
    def earlier(self) -> Range:
        """The one before: of a month the month before, of other spans the same number of days."""
        if self.kind == "month":
            first = (self.first - timedelta(days=1)).replace(day=1)
            return Range("month", first, (self.first - first).days, self.zone)
        return Range(self.kind, self.first - timedelta(days=self.days), self.days, self.zone)

    @property
    def edges(self) -> list[datetime]:
        """The beginnings of its days, and the end."""
        zone = ZoneInfo(self.zone)
        return [datetime.combine(self.first + timedelta(days=day), time(), zone) for day in range(self.days + 1)]


@dataclass(frozen=True, slots=True)
class Known:
    """Of one account: its name, and why its channel is not asked, if so; `since` when."""

    account: str
    name: str
    channel: str
    not_asked: Why | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What a summary is made of. `posts` reach back far enough for the usual range (`reaches_back`)."""

    workspace: str
    brand: str
    brand_name: str
    now: datetime
    posts: Sequence[Counted]
    accounts: Sequence[Known]
    about: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()
    clicks: Clicked | None = None
    followers: Mapping[str, Callable[[datetime], float | None]] = field(default_factory=dict)
    compared: bool = True


def comparable(span: Range) -> list[Range]:
    """The spans before it, the latest first."""
    found, earlier = list[Range](), span.earlier
    for _ in range(MOST):
        found.append(earlier)
        earlier = earlier.earlier
    return found


def reaches_back(span: Range) -> datetime:
    """Posts that went out before that bring nothing to any of its comparable spans."""
    return comparable(span)[-1].start - WHOLE - timedelta(days=1)


def summed(given: Material, span: Range) -> Summary:
    """Blocking: some milliseconds for a hundred posts. Posts of another brand count for nothing."""
    try:
        return _summed(given, span)
    finally:
        forget_curves()


def _summed(given: Material, span: Range) -> Summary:
    posts = [post for post in given.posts if post.brand == given.brand]
    by_account = {each.account: [post for post in posts if post.account == each.account] for each in given.accounts}
    ahead = min(span.end - given.now, span.end - span.start)
    this = _span(span, given.now, ahead)
    before = [_span(each, given.now, ahead) for each in comparable(span)] if given.compared else []
    asked = {each.account for each in given.accounts if each.not_asked != "never"}
    cuts = {name: cut for name, cut in _cuts(by_account, this, given.now).items() if name in asked}
    counting = _Counting(by_account, given.clicks, given.followers, cuts, asked)
    lines = [_line(each, counting, this, before) for each in given.accounts]
    out = [post for post in posts if post.out_at is not None and span.start <= post.out_at < span.end]
    rows = tuple(_row(post, given, this) for post in out)
    ranked_by = next((name for name in RANKS if any(row.values.get(name) for row in rows)), "")
    ranked = sorted(
        (row for row in rows if row.values.get(ranked_by) is not None), key=lambda row: -(row.values[ranked_by] or 0)
    )
    looks = given.clicks.looks([post.id for post in posts], this) if given.clicks else None
    return Summary(
        workspace=given.workspace,
        brand=given.brand,
        brand_name=given.brand_name,
        about=given.about,
        kind=span.kind,
        start=span.start,
        end=span.end,
        zone=span.zone,
        made_at=given.now,
        counts=dict(given.counts),
        lapsed=given.lapsed,
        figures=_figures(given, counting, span, this, before),
        accounts=tuple(line for line in lines if line.posts or line.figures),
        posts=rows,
        ranked_by=ranked_by,
        best=ranked[0] if ranked and ranked[0].values[ranked_by] else None,
        worst=ranked[-1] if len(ranked) >= 3 else None,
        missing=_missing(given, by_account, this),
        looks=looks,
        bots=looks.bots if looks else 0,
        own_clicks=given.clicks is not None,
    )


def usual(values: Sequence[float | None]) -> Usual | None:
    """The quartiles of what is known; None where that is too little."""
    known = [value for value in values if value is not None]
    if len(known) < LEAST:
        return None
    low, middle, high = quantiles(known, n=4, method="inclusive")
    return Usual(low=low, middle=middle, high=high, spans=len(known))


class _Counting:
    """What accounts brought in spans, by metric."""

    def __init__(
        self,
        by_account: Mapping[str, Sequence[Counted]],
        clicks: Clicked | None,
        followers: Mapping[str, Callable[[datetime], float | None]],
        cuts: Mapping[str, timedelta],
        asked: Set[str],
    ) -> None:
        self.by_account = by_account
        self.clicks = clicks
        self._followers = followers
        self._cuts = cuts
        self._asked = asked
        self._found = dict[tuple[str, str, Span], float | None]()
        self._silent = dict[tuple[str, Span], bool]()
        self._within = dict[tuple[str, Span], list[Counted]]()

    def of(self, account: str, metric: str, span: Span) -> float | None:
        """None where nobody told; also of a span before the account's first post."""
        name = (account, metric, span)
        if name not in self._found:
            self._found[name] = self._of(account, metric, span)
        return self._found[name]

    def _of(self, account: str, metric: str, span: Span) -> float | None:
        posts = self.by_account[account]
        if metric == "posts":
            return self._posts(posts, span)
        if metric == "followers":
            return self._followers[account](span.end) if account in self._followers else None
        if not _begun(posts, span):
            return None
        if metric == "clicks" and self.clicks is not None:
            linked = [post for post in posts if self.clicks.counts(post.id)]
            # Before its first link nobody could click, and hours end: that is no zero.
            if not (_begun(linked, span) and self.clicks.kept(span.start)):
                return None
            return float(sum(self.clicks.valid(post.id, span.start, span.end) for post in linked))
        span = self._cut(account, span)
        if self.silent(account, span):
            return None
        told = [value for post in self.within(account, span) if (value := gained(post, metric, span)) is not None]
        return sum(told) if told else None

    def silent(self, account: str, span: Span) -> bool:
        """Whether readings were to come and none came; of one that is never asked, none is to come."""
        if (account, span) not in self._silent:
            self._silent[account, span] = account in self._asked and silent(self.within(account, span), span)
        return self._silent[account, span]

    def within(self, account: str, span: Span) -> list[Counted]:
        """The posts that may have brought something in the span."""
        if (account, span) not in self._within:
            self._within[account, span] = [post for post in self.by_account[account] if touches(post, span)]
        return self._within[account, span]

    def _cut(self, account: str, span: Span) -> Span:
        """An account whose numbers stopped in the middle is compared with as much of the spans before."""
        if account not in self._cuts:
            return span
        end = min(span.end, span.start + self._cuts[account])
        return Span(span.start, end, min(span.known, end))

    def total(self, accounts: Sequence[str], metric: str, span: Span) -> float | None:
        """Of these together; None where one that told before, or since, was silent then. Followers are no gain of the
        span: without those of one account, which may have begun to tell later, there is nothing to compare with.
        """
        told = [self.of(account, metric, span) for account in accounts]
        if metric == "followers" and None in told:
            return None
        lost = [
            account
            for account, value in zip(accounts, told, strict=True)
            if value is None and metric in METRICS and self.silent(account, span)
        ]
        known = [value for value in told if value is not None]
        return sum(known) if known and not (lost and not (metric == "clicks" and self.clicks)) else None

    def days(self, accounts: Sequence[str], metric: str, edges: Sequence[datetime], known: datetime) -> list[float]:
        posts = [post for account in accounts for post in self.by_account[account]]
        if metric == "clicks" and self.clicks is not None:
            return [float(sum(self.clicks.valid(post.id, a, b) for post in posts)) for a, b in pairwise(edges)]
        return by_day(posts, metric, edges, known)

    def newest(self, accounts: Sequence[str]) -> datetime | None:
        return last_read(post for account in accounts for post in self.by_account[account])

    @staticmethod
    def _posts(posts: Sequence[Counted], span: Span) -> float | None:
        if not _begun(posts, span):
            return None
        return float(sum(post.out_at is not None and span.start <= post.out_at < span.end for post in posts))


def _cuts(by_account: Mapping[str, Sequence[Counted]], this: Span, now: datetime) -> dict[str, timedelta]:
    """How far into the span numbers came, of the accounts of which they stopped there."""
    found = dict[str, timedelta]()
    for account, posts in by_account.items():
        newest = last_read(posts)
        if newest is not None and this.start < newest < this.end and unread_since(posts, now) is not None:
            found[account] = newest - this.start
    return found


def _begun(posts: Sequence[Counted], span: Span) -> bool:
    """Whether the account's first post was out before the span ended."""
    return any(post.out_at is not None and post.out_at < span.end for post in posts)


def _span(span: Range, now: datetime, ahead: timedelta) -> Span:
    """`ahead`: how much of the span in question is still to come (its own end alone is in the future), or, below zero,
    for how long it has been over. One that is compared with it is cut and judged alike.
    """
    end = span.end - max(timedelta(), ahead)
    return Span(span.start, end, min(now, end - min(timedelta(), ahead)))


def _figures(
    given: Material, counting: _Counting, span: Range, this: Span, before: Sequence[Span]
) -> tuple[Figure, ...]:
    found, everybody = list[Figure](), [each.account for each in given.accounts]
    for metric in (*METRICS, "followers", "posts"):
        who = [name for name in everybody if counting.of(name, metric, this) is not None]
        value = counting.total(who, metric, this)
        if value is None:
            continue
        earlier = [counting.total(who, metric, each) for each in before]
        days: tuple[float | None, ...] = ()
        days_before: tuple[float | None, ...] = ()
        if metric in METRICS:
            days, days_before = _days(counting, who, metric, span, this, before, given.now)
        found.append(
            Figure(
                metric=metric,
                value=round(value),
                before=_rounded(earlier[0]) if earlier else None,
                usual=usual(earlier),
                days=days,
                days_before=days_before,
            )
        )
    rate = _rate(counting, everybody, span, this, before, given.now)
    return (*found, rate) if rate is not None else tuple(found)


def _days(
    counting: _Counting,
    who: Sequence[str],
    metric: str,
    span: Range,
    this: Span,
    before: Sequence[Span],
    now: datetime,
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """Of each day that is over and read; of a single one, what there is. The span before is cut alike."""
    edges, newest = span.edges, counting.newest(who) or now
    until = now if metric == "clicks" and counting.clicks is not None else newest
    told = counting.days(who, metric, edges, this.known)
    over = [end <= until for end in edges[1:]]
    if not any(value for whole, value in zip(over, told, strict=True) if whole):  # all came on the day that is not over
        over = [edge < until for edge in edges[:-1]]
    days = tuple(value if whole else None for whole, value in zip(over, told, strict=True))
    if not before or counting.total(who, metric, before[0]) is None:
        return days, ()
    earlier = span.earlier.edges
    were = counting.days(who, metric, earlier, before[0].known)
    return days, tuple(v if end <= before[0].end else None for end, v in zip(earlier[1:], were, strict=True))


def _rate(
    counting: _Counting, accounts: Sequence[str], span: Range, this: Span, before: Sequence[Span], now: datetime
) -> Figure | None:
    """Engagements by people reached, in thousandths, of those accounts that tell both."""
    above, below = OF_RATE
    who = [each for each in accounts if counting.of(each, above, this) is not None and counting.of(each, below, this)]
    (most, one), (least, other) = (
        (counting.total(who, metric, this), _days(counting, who, metric, span, this, (), now)[0]) for metric in OF_RATE
    )
    if most is None or not least:
        return None
    enough = RELIABLE * least / max(1, len(span.edges) - 1)
    days = tuple(
        1000 * a / b if a is not None and b is not None and b >= enough else None
        for a, b in zip(one, other, strict=True)
    )
    earlier = [counting.total(who, metric, before[0]) for metric in OF_RATE] if before else [None, None]
    was = 1000 * earlier[0] / earlier[1] if earlier[0] is not None and earlier[1] else None
    return Figure(metric="rate", value=1000 * most / least, before=was, days=days)


def _line(known: Known, counting: _Counting, this: Span, before: Sequence[Span]) -> AccountLine:
    figures = list[Figure]()
    for metric in (*METRICS, "followers"):
        if (value := counting.of(known.account, metric, this)) is None:
            continue
        earlier = [counting.of(known.account, metric, each) for each in before]
        figures.append(
            Figure(
                metric=metric,
                value=round(value),
                before=_rounded(earlier[0]) if earlier else None,
                usual=usual(earlier),
            )
        )
    posts = counting.of(known.account, "posts", this) or 0
    mine = [post.id for post in counting.by_account[known.account]]
    return AccountLine(
        account=known.account,
        name=known.name,
        channel=known.channel,
        posts=int(posts),
        figures=tuple(figures),
        looks=counting.clicks.looks(mine, this) if counting.clicks else None,
    )


def _row(post: Counted, given: Material, this: Span) -> PostLine:
    values = {metric: _rounded(gained(post, metric, this)) for metric in METRICS}
    looks = given.clicks.looks([post.id], this) if given.clicks is not None else None
    if given.clicks is not None:
        values["clicks"] = None if looks is None else float(looks.valid)
    return PostLine(
        post=post.id,
        title=post.title,
        account=post.account,
        name=next((each.name for each in given.accounts if each.account == post.account), post.channel),
        out_at=post.out_at or post.due,
        url=post.url,
        values={name: value for name, value in values.items() if value is not None},
        looks=looks,
        read_at=post.readings[-1].at if post.readings else None,
    )


def _missing(given: Material, by_account: Mapping[str, Sequence[Counted]], this: Span) -> tuple[Missing, ...]:
    found = list[Missing]()
    for each in given.accounts:
        posts = by_account[each.account]
        if not _begun(posts, this):
            continue
        if each.not_asked is not None:
            found.append(Missing(account=each.account, name=each.name, why=each.not_asked, since=each.since))
        elif (since := unread_since(posts, given.now)) is not None and since < this.end:
            found.append(Missing(account=each.account, name=each.name, why="unread", since=since))
    return tuple(found)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(round(value))
