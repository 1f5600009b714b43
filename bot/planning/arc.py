"""The arc of a campaign: teaser, reveal, proof, launch, follow-up, each post with its day, accounts and reason. Pure.

Two posts a week lead to the launch; articles stand at the reveal and at the launch. Weekends, holidays and days that
the brand keeps free stay empty, but for the launch itself, whose day people named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.planning.holidays import holidays_of
from bot.words import noted
from storage.campaigns import MOST_POSTS, ArcPost, Campaign, Stage
from storage.record import new_id

LONG: Final = frozenset({"wordpress", "ghost", "devto", "email"})  # channels of articles
APART: Final = 3.5  # days between two posts that lead to the launch
AFTER: Final = (3, 7)  # days from the launch to its follow-ups
LEAST_BEFORE: Final = 3  # days before the launch from which something is revealed
HOURS: Final[Mapping[Stage, time]] = {
    "teaser": time(10), "reveal": time(9), "proof": time(10), "launch": time(9), "followup": time(10),
}  # fmt: skip
FORMS: Final[Mapping[Stage, str]] = {
    "teaser": "teaser", "reveal": "reveal", "proof": "proof", "launch": "launch", "followup": "follow-up",
}  # fmt: skip
GOALS: Final[Mapping[Stage, str]] = {
    "teaser": "announce", "reveal": "announce", "proof": "inform", "launch": "announce", "followup": "remind",
}  # fmt: skip
_TOPICS: Final[Mapping[str, Mapping[Stage, Sequence[str]]]] = {
    "en": {
        "teaser": ("{it} is coming", "A first look at {it}", "Soon: {it}"),
        "reveal": ("This is {it}",),
        "proof": ("What speaks for {it}", "{it} up close", "Why {it}"),
        "launch": ("{it} is here",),
        "followup": ("{it}: how to get it", "{it}: what you ask us"),
    },
    "de": {
        "teaser": ("{it} kommt", "Ein erster Blick auf {it}", "Bald: {it}"),
        "reveal": ("Das ist {it}",),
        "proof": ("Was für {it} spricht", "{it} von nahem", "Warum {it}"),
        "launch": ("{it} ist da",),
        "followup": ("{it}: so kommst du dazu", "{it}: was ihr uns fragt"),
    },
}


@dataclass(frozen=True, slots=True)
class Around:
    """What an arc has to fit into: the brand's clock (naive), its accounts' channels, its days, its language."""

    now: datetime
    channels: Mapping[str, str]
    kept_free: Callable[[date], str]
    language: str = "en"


def propose(campaign: Campaign, around: Around) -> Campaign:
    """The campaign with an arc made by rule."""
    launch, today = campaign.launch, around.now.date()
    accounts = campaign.accounts or tuple(around.channels)
    articles = tuple(each for each in accounts if around.channels.get(each, "") in LONG)
    social = tuple(each for each in accounts if each not in articles) or articles
    begins = max(campaign.first, today + timedelta(days=1))
    before = (launch.day - begins).days
    reveal = begins + timedelta(days=before // 3) if before >= LEAST_BEFORE else launch.day
    posts, days = list[ArcPost](), set[date]()
    number, revealed = 0, False
    while (wanted := begins + timedelta(days=round(number * APART))) < launch.day:
        number += 1
        day = open_day(wanted, campaign, around, days, begins, launch.day - timedelta(days=1))
        if day is None:
            continue
        days.add(day)
        stage: Stage = "teaser" if day < reveal else "proof" if revealed else "reveal"
        revealed = revealed or stage == "reveal"
        posts.append(new_post(campaign, around, stage, day, social, posts))
        if stage == "reveal" and articles and social != articles:
            posts.append(new_post(campaign, around, stage, day, articles, posts, form="article"))
    posts.append(new_post(campaign, around, "launch", launch.day, social, posts))
    if articles and social != articles:
        posts.append(new_post(campaign, around, "launch", launch.day, articles, posts, form="article"))
    days.add(launch.day)
    for after in AFTER:
        wanted = launch.day + timedelta(days=after)
        follows = open_day(wanted, campaign, around, days, launch.day + timedelta(days=1), campaign.last)
        if wanted <= campaign.last and follows is not None:
            days.add(follows)
            posts.append(new_post(campaign, around, "followup", follows, social, posts))
    now = around.now
    return with_arc(campaign, [each for each in posts if each.at > now])


def with_arc(campaign: Campaign, posts: Sequence[ArcPost]) -> Campaign:
    """By time, and no more than an arc holds."""
    return campaign.changed(arc=tuple(sorted(posts, key=lambda each: (each.at, each.id))[:MOST_POSTS]))


def add(campaign: Campaign, around: Around, stage: Stage, day: date, *, why: str = "") -> ArcPost:
    """One post more, like those of its stage."""
    like = next((each for each in campaign.arc if each.stage == stage and each.form != "article"), None)
    accounts = like.accounts if like else campaign.accounts or tuple(around.channels)
    return new_post(campaign, around, stage, day, accounts, campaign.arc, why=why)


def open_day(
    wanted: date, campaign: Campaign, around: Around, taken: Collection[date], first: date, last: date
) -> date | None:
    """The nearest day to it on which the campaign may post: later ones first; None where there is none."""
    steps = [0, *range(1, (last - wanted).days + 1), *range(-1, (first - wanted).days - 1, -1)]
    for step in steps:
        day = wanted + timedelta(days=step)
        if first <= day <= last and day not in taken and not closed(day, campaign, around):
            return day
    return None


def closed(day: date, campaign: Campaign, around: Around) -> bool:
    """Whether the campaign leaves this day free: a weekend, a holiday, a day that people or the plan keep."""
    if day.weekday() >= 5 or day.weekday() in campaign.off_days or around.kept_free(day):
        return True
    return day in holidays_of(campaign.free_of, "", day.year, around.language)


def topic_of(campaign: Campaign, language: str, stage: Stage, message: str, number: int) -> str:
    """What the post of a stage is about, in the brand's language and the team's own words; `number` from 0."""
    if message:
        return f"{campaign.name}: {message}"[:300]
    texts = _TOPICS["de" if language.startswith("de") else "en"][stage]
    return texts[number % len(texts)].format(it=campaign.name)[:300]


def new_post(
    campaign: Campaign,
    around: Around,
    stage: Stage,
    day: date,
    accounts: tuple[str, ...],
    before: Sequence[ArcPost],
    *,
    form: str = "",
    why: str = "",
) -> ArcPost:
    """One of a stage on a day, after those that are there: about the next key message, or the stage's next topic."""
    same = sum(each.stage == stage and each.form != "article" for each in before)
    messages = [each.text for each in campaign.messages]
    message = ""
    if messages and stage != "teaser":
        carried = sum(bool(each.message) and each.form != "article" for each in before)
        message = messages[0 if stage in ("reveal", "launch") else carried % len(messages)]
    at = campaign.launch.at if stage == "launch" and campaign.launch.at is not None else HOURS[stage]
    return ArcPost(
        id=new_id("so"),
        stage=stage,
        at=datetime.combine(day, at),
        accounts=accounts,
        form=form or FORMS[stage],
        topic=topic_of(campaign, around.language, stage, message, same),
        message=message,
        why=why or _WHY[stage],
    )


_WHY: Final[Mapping[Stage, str]] = {
    "teaser": noted("A teaser makes people curious before they know what it is."),
    "reveal": noted("The reveal says what it is, a third of the way to the launch."),
    "proof": noted("Proof says why, between the reveal and the launch."),
    "launch": noted("It is the day of the launch."),
    "followup": noted("A follow-up reaches those who missed the launch."),
}
