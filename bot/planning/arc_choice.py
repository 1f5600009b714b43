"""An arc that a language model chose, as far as it keeps the rules: hostile data, checked post by post. Pure.

It chooses days, hours, accounts, and which key message or day that matters each post speaks of. What a post is about is
put together here, in the team's own words: a model words no topic, so none of its inventions can become a fact. What
breaks a rule is left out; where too little is left, the arc made by rule stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

from bot.planning.arc import HOURS, LEAST_BEFORE, LONG, Around, closed, new_post, with_arc
from storage.campaigns import LAUNCH, ArcPost, Campaign, Milestone, Stage

MOST_A_WEEK: Final = 4
MOST_TIMES: Final = 2  # as many posts as by rule
EARLIEST: Final = time(7)
LATEST: Final = time(20)
LONGEST_WHY: Final = 200
# A reason is read by people on cards: no figure that nobody gave, no address, no mark-up, one line.
_NO_REASON: Final = re.compile(r"\d|https?:|www\.|[@<>`#*_\[\]{}|\\]|\n")


class ChosenPost(BaseModel):
    """One post of the arc, by its place in it."""

    stage: Literal["teaser", "reveal", "proof", "launch", "followup"]
    day: str = Field(description="one of open_days, such as 2027-03-02; the launch its own day")
    at: str = Field("", description="time of day, such as 09:30; empty: the usual one")
    accounts: list[str] = Field(default_factory=list, description="ids; empty: all of them")
    message: int = Field(0, description="number of the key message that it carries; 0: none")
    milestone: str = Field("", description="name of the day that it points to; empty: none")
    why: str = Field("", description="why it stands there, in one sentence without figures")


class ChosenArc(BaseModel):
    """The posts that lead to the launch and follow it, by day."""

    posts: list[ChosenPost] = Field(default_factory=list, max_length=120)


def composed(campaign: Campaign, around: Around, chosen: Sequence[ChosenPost]) -> Campaign | None:
    """The campaign with this arc; None where too little of it keeps the rules. `campaign` has its arc made by rule."""
    by_rule = [each for each in campaign.arc if each.form != "article"]
    launch = next((each for each in by_rule if each.stage == LAUNCH), None)
    if launch is None:
        return None
    bare = campaign.changed(arc=())
    reveal = _reveal(bare, around, chosen)
    if reveal is None and any(each.stage == "reveal" for each in by_rule):
        return None
    posts, days = [launch], {launch.at.date()}
    weeks = Counter([launch.at.isocalendar()[:2]])
    for each in sorted(chosen, key=lambda each: each.day):
        day = _day(each.day)
        if day is None or day in days or not _stands(each.stage, day, reveal, bare, around):
            continue
        week = day.isocalendar()[:2]
        if weeks[week] >= MOST_A_WEEK or len(posts) >= MOST_TIMES * len(by_rule):
            continue
        days.add(day)
        weeks[week] += 1
        posts.append(_post(each, day, bare, around, launch.accounts, posts))
    if len(posts) * 2 < len(by_rule):
        return None
    return with_arc(campaign, [*posts, *_articles(campaign, posts)])


def _reveal(campaign: Campaign, around: Around, chosen: Sequence[ChosenPost]) -> date | None:
    """The first day on which it says what it is."""
    days = [day for each in chosen if each.stage == "reveal" and (day := _day(each.day)) is not None]
    first = min((day for day in days if _open(day, campaign, around) and day < campaign.launch.day), default=None)
    enough = first is not None and (campaign.launch.day - around.now.date()).days > LEAST_BEFORE
    return first if enough else None


def _stands(stage: Stage, day: date, reveal: date | None, campaign: Campaign, around: Around) -> bool:
    """Whether a post of that stage may stand there."""
    if not _open(day, campaign, around):
        return False
    launch = campaign.launch.day
    match stage:
        case "teaser":
            return day < (reveal or launch)
        case "reveal":
            return day == reveal
        case "proof":
            return reveal is not None and reveal < day < launch
        case "followup":
            return launch < day <= campaign.last
    return False  # the launch is there already


def _open(day: date, campaign: Campaign, around: Around) -> bool:
    first = max(campaign.first, around.now.date() + timedelta(days=1))
    return first <= day <= campaign.last and not closed(day, campaign, around)


def _post(
    chosen: ChosenPost, day: date, campaign: Campaign, around: Around, social: Sequence[str], before: Sequence[ArcPost]
) -> ArcPost:
    accounts = tuple(each for each in social if each in chosen.accounts) or tuple(social)
    made = new_post(campaign, around, chosen.stage, day, accounts, before)
    number = chosen.message if chosen.stage != "teaser" else 0  # a teaser gives nothing away
    milestone = next((each for each in campaign.milestones if each.name == chosen.milestone), None)
    given: dict[str, object] = {"at": datetime.combine(day, _time(chosen.at) or HOURS[chosen.stage])}
    if 1 <= number <= len(campaign.messages):
        text = campaign.messages[number - 1].text
        given |= {"message": text, "topic": f"{campaign.name}: {text}"[:300]}
    elif milestone is not None and _points(milestone, day):
        given |= {"message": "", "topic": f"{campaign.name}: {milestone.name}"[:300]}
    why = " ".join(chosen.why.split())
    if why and len(why) <= LONGEST_WHY and not _NO_REASON.search(chosen.why):
        given["why"] = why
    return made.model_copy(update=given)


def _points(milestone: Milestone, day: date) -> bool:
    """A post points to what is still to come, and not to the launch: that is what the whole arc does."""
    return milestone.name != LAUNCH and day <= milestone.day


def _articles(campaign: Campaign, posts: Sequence[ArcPost]) -> list[ArcPost]:
    """Those that the rules have, on the days of the stages that they belong to."""
    days = {each.stage: each.at.date() for each in reversed(posts)}
    return [
        each.model_copy(update={"at": datetime.combine(days[each.stage], each.at.time())})
        for each in campaign.arc
        if each.form == "article" and each.stage in days
    ]


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _time(said: str) -> time | None:
    try:
        found = time.fromisoformat(said)
    except ValueError:
        return None
    plain = found.tzinfo is None and not found.second and not found.microsecond
    return found if plain and EARLIEST <= found <= LATEST else None


def social_of(campaign: Campaign, around: Around) -> tuple[str, ...]:
    """Accounts that a model may choose among: those that carry no articles, or all where all do."""
    accounts = campaign.accounts or tuple(around.channels)
    return tuple(each for each in accounts if around.channels.get(each, "") not in LONG) or accounts
