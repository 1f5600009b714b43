"""How an arc changes when people say so: another launch, another pace, days and accounts left out, an order. Pure.

What has gone by stays as it was. Of what a week has too many, proof goes before teasers and follow-ups; the reveal and
the launch stay. A post that a person put somewhere moves only with the launch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from bot.errors import BadInput
from bot.planning.arc import LONG, Around, add, closed, open_day, with_arc
from bot.words import told
from storage.campaigns import LAUNCH, ArcPost, Campaign, KeyMessage, Milestone, Stage

KEPT: Final = "The campaign is as it was."
_FIRST_TO_GO: Final[tuple[Stage, ...]] = ("proof", "teaser", "followup")

What = Literal[
    "launch", "pace", "holidays", "weekday", "before", "after", "drop account", "add account", "drop stage", "goal",
    "budget", "utm", "link", "message", "milestone", "paid",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One change as it was said; which fields count depends on `what`."""

    what: What
    text: str = ""
    evidence: str = ""
    day: date | None = None
    at: datetime | None = None
    number: int = 0
    stage: Stage | None = None
    accounts: tuple[str, ...] = ()


def reshaped(campaign: Campaign, wishes: Iterable[Wish], around: Around) -> Campaign:
    """With all of these changes, in their order. Raises BadInput where one cannot be."""
    for wish in wishes:
        campaign = _with(campaign, wish, around)
    return campaign


def _with(campaign: Campaign, wish: Wish, around: Around) -> Campaign:
    match wish.what:
        case "launch" if wish.at is not None:
            return shifted(campaign, wish.at, around)
        case "pace":
            return paced(campaign, wish.number, around)
        case "holidays":
            return settled(campaign.changed(free_of=wish.text), around)
        case "weekday":
            days = tuple(sorted({*campaign.off_days, wish.number}))
            return settled(campaign.changed(off_days=days), around)
        case "before" | "after" if wish.stage is not None and wish.day is not None:
            return ordered(campaign, wish.stage, wish.day, around, after=wish.what == "after")
        case "drop account":
            return without_accounts(campaign, wish.accounts, around)
        case "add account":
            return with_accounts(campaign, wish.accounts, around)
        case "drop stage":
            if wish.stage == "launch":
                raise BadInput(told("A campaign without its launch has nothing to lead to."), kept=KEPT)
            return with_arc(
                campaign, [each for each in campaign.arc if each.stage != wish.stage or _past(each, around)]
            )
        case "goal" | "utm" | "link" | "budget":
            return campaign.changed(**{wish.what: wish.text})
        case "message":
            others = tuple(each for each in campaign.messages if each.text != wish.text)
            return campaign.changed(messages=(*others, KeyMessage(text=wish.text, evidence=wish.evidence)))
        case "milestone" if wish.at is not None:
            return campaign.changed(milestones=with_milestone(campaign, wish.text, wish.at))
        case "paid":
            return campaign.changed(paid_partnership=True, partner=wish.text or campaign.partner)
    raise BadInput(told("I did not understand what to change."), kept=KEPT)


def shifted(campaign: Campaign, to: datetime, around: Around) -> Campaign:
    """The launch at another time, and all that leads to it and follows it, by as many days. What would fall into the
    past is left out.
    """
    old = campaign.launch
    by = to.date() - old.day
    if to <= around.now:
        raise BadInput(told("The launch cannot lie in the past."), kept=KEPT)
    if datetime.combine(old.day, datetime.max.time()) < around.now:
        raise BadInput(told("It was launched already."), kept=KEPT)
    begun = campaign.first <= around.now.date()
    first = campaign.first if begun else max(campaign.first + by, around.now.date() + timedelta(days=1))
    first = min(first, to.date())
    moved = campaign.changed(first=first, last=campaign.last + by, milestones=with_milestone(campaign, LAUNCH, to))
    posts = list[ArcPost]()
    for post in campaign.arc:
        if _past(post, around):
            posts.append(post)
            continue
        at = post.at + by
        if post.stage == "launch":
            at = to if post.at.time() == (old.at or post.at.time()) else at
        if at > around.now:
            posts.append(post.model_copy(update={"at": at}))
    return settled(with_arc(moved, posts), around)


def settled(campaign: Campaign, around: Around) -> Campaign:
    """Posts on days that are left free by now go to the nearest open day on their side of the launch: between the posts
    that they stand between, where there is one.
    """
    launch, posts = campaign.launch.day, list[ArcPost]()
    first = max(campaign.first, around.now.date() + timedelta(days=1))
    held = {each.at.date() for each in campaign.arc if _stays(each, campaign, around)}
    for place, post in enumerate(campaign.arc):
        if _stays(post, campaign, around):
            posts.append(post)
            continue
        bounds = (launch + timedelta(days=1), campaign.last) if post.stage == "followup" else (first, launch - _DAY)
        taken = held | {each.at.date() for each in posts if each.form != "article"}
        after = posts[-1].at.date() if posts else bounds[0]
        before = campaign.arc[place + 1].at.date() if place + 1 < len(campaign.arc) else bounds[1]
        between = (max(bounds[0], after), min(bounds[1], before))
        on = post.at.date()
        day = open_day(on, campaign, around, taken, *between) or open_day(on, campaign, around, taken, *bounds)
        if day is not None:
            posts.append(_on(post, day))
    return with_arc(campaign, posts)


def paced(campaign: Campaign, by: int, around: Around) -> Campaign:
    """So many posts a week more, or fewer where `by` is negative."""
    weeks: defaultdict[tuple[int, int], list[ArcPost]] = defaultdict(list)
    for post in campaign.arc:
        if not _past(post, around) and post.form != "article":
            year, week, _ = post.at.isocalendar()
            weeks[year, week].append(post)
    if by < 0:
        gone = {each.id for posts in weeks.values() for each in _least(posts)[:-by]}
        return with_arc(campaign, [each for each in campaign.arc if each.id not in gone])
    added, today = campaign, around.now.date()
    for posts in weeks.values():
        monday = posts[0].at.date() - timedelta(days=posts[0].at.weekday())
        for _ in range(by):
            taken = {each.at.date() for each in added.arc}
            stage: Stage = "followup" if monday > campaign.launch.day else "proof"
            last = campaign.last if stage == "followup" else campaign.launch.day - _DAY
            dates = [monday + timedelta(days=ahead) for ahead in range(5)]
            days = [day for day in dates if today < day <= last and day >= campaign.first and day not in taken]
            days = [day for day in days if not closed(day, campaign, around)]
            if days:
                best = max(days, key=lambda day: min((abs((day - other).days) for other in taken), default=0))
                added = with_arc(added, [*added.arc, add(added, around, stage, best)])
    return added


def ordered(campaign: Campaign, stage: Stage, day: date, around: Around, *, after: bool) -> Campaign:
    """The posts of a stage before that day, or after it."""
    first = max(campaign.first, around.now.date() + timedelta(days=1))
    low, high = (day + _DAY, campaign.last) if after else (first, day - _DAY)
    if stage == "launch":
        raise BadInput(told("The launch moves by its own day: say “move the launch to …”."), kept=KEPT)
    posts = list[ArcPost]()
    for post in campaign.arc:
        on = post.at.date()
        if post.stage != stage or _past(post, around) or low <= on <= high:
            posts.append(post)
            continue
        taken = {each.at.date() for each in (*campaign.arc, *posts) if each.id != post.id and each.form != "article"}
        wanted = open_day(low if after else high, campaign, around, taken, low, high)
        if wanted is None:
            raise BadInput(told("There is no free day for that."), kept=KEPT)
        posts.append(_on(post, wanted))
    return with_arc(campaign, posts)


def without_accounts(campaign: Campaign, accounts: tuple[str, ...], around: Around) -> Campaign:
    """These accounts post nothing of it any more. Raises BadInput when none is left."""
    left = tuple(each for each in campaign.accounts or tuple(around.channels) if each not in accounts)
    if not left:
        raise BadInput(told("Then no account is left."), kept=KEPT)
    posts = list[ArcPost]()
    for post in campaign.arc:
        still = tuple(each for each in post.accounts if each not in accounts)
        if still or _past(post, around):
            posts.append(post if _past(post, around) else post.model_copy(update={"accounts": still}))
    return with_arc(campaign.changed(accounts=left), posts)


def with_accounts(campaign: Campaign, accounts: tuple[str, ...], around: Around) -> Campaign:
    """These accounts post it too: articles where articles stand, all else elsewhere."""
    every = (*(campaign.accounts or ()), *(each for each in accounts if each not in campaign.accounts))
    posts = list[ArcPost]()
    for post in campaign.arc:
        article = post.form == "article"
        more = [
            each
            for each in accounts
            if each not in post.accounts and (around.channels.get(each, "") in LONG) == article
        ]
        past = _past(post, around)
        posts.append(post if past or not more else post.model_copy(update={"accounts": (*post.accounts, *more)}))
    return with_arc(campaign.changed(accounts=every if campaign.accounts else ()), posts)


_DAY: Final = timedelta(days=1)


def with_milestone(campaign: Campaign, name: str, at: datetime) -> tuple[Milestone, ...]:
    """Its days that the arc is built around, with this one in place of the one of the same name."""
    milestone = Milestone(name=name, day=at.date(), at=at.time().replace(second=0, microsecond=0))
    others = [each for each in campaign.milestones if each.name.casefold() != name.casefold()]
    return tuple(sorted((*others, milestone), key=lambda each: (each.day, each.name)))


def _least(posts: list[ArcPost]) -> list[ArcPost]:
    """Those that may go, the first to go first."""
    free = [each for each in posts if each.stage in _FIRST_TO_GO and not each.fixed]
    return sorted(free, key=lambda each: (_FIRST_TO_GO.index(each.stage), -each.at.timestamp()))


def _past(post: ArcPost, around: Around) -> bool:
    return post.at <= around.now


def _stays(post: ArcPost, campaign: Campaign, around: Around) -> bool:
    """Whether no free day moves it: it has gone by, is the launch, or a person put it there."""
    return _past(post, around) or post.stage == "launch" or post.fixed or not closed(post.at.date(), campaign, around)


def _on(post: ArcPost, day: date) -> ArcPost:
    return post.model_copy(update={"at": datetime.combine(day, post.at.time())})
