"""What is wrong with where a campaign's posts stand, and what to do: days kept free, clashes, stages out of order.

Said in the reader's language, as soon as something is changed. Nothing of it stops anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.planning.content_calendar import CLASH, NOT_OUT, ContentCalendar
from bot.planning.holidays import holidays_of
from bot.planning.horizon import kept_free
from bot.planning.standing import Standing
from bot.when import on_the_clock
from bot.words import reader, told, words
from storage.campaigns import ArcPost, Campaign, CampaignStatus
from storage.redis import Database
from storage.stores import TeamStore

_DAY: Final = timedelta(days=1)
GONE: Final = frozenset({"skipped", "expired"})  # slots in which nothing will stand
Kind = Literal["free", "clash", "order"]


@dataclass(frozen=True, slots=True)
class Notice:
    """`post` is the id of the campaign's post that it is about."""

    post: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """Something else at a time on some accounts."""

    at: datetime
    title: str
    accounts: frozenset[str]


class CampaignNotices:
    def __init__(self, database: Database, standing: Standing, calendar: ContentCalendar, clock: Clock) -> None:
        self._team = TeamStore(database)
        self._standing = standing
        self._calendar = calendar
        self._clock = clock

    async def days(self, campaign: Campaign) -> Callable[[date], str]:
        """Why a day is to stay free, by the plan, the brand or the campaign; "" where something may stand."""
        plan = await self._standing.plan(campaign.workspace, campaign.brand)
        brand = (await self._team.brands.get(campaign.workspace, campaign.brand)).record

        return lambda day: kept_free(plan, brand, day) or _wished(campaign, brand.language, day)

    async def of(self, campaign: Campaign) -> tuple[Notice, ...]:
        """By the time of the posts. Of a campaign that is over, none."""
        if campaign.status not in (CampaignStatus.proposed, CampaignStatus.running) or not campaign.arc:
            return ()
        zone = await self._standing.zone(campaign.workspace, campaign.brand)
        kept, others = await self.days(campaign), await self._others(campaign, zone)
        wall = self._clock.now().astimezone(zone).replace(tzinfo=None)
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, campaign.workspace)}
        found = list[Notice]()
        for post in campaign.arc:
            if post.at <= wall:
                continue
            if why := kept(post.at.date()):
                found.append(Notice(post.id, "free", told("{why} Give this post another day.", why=why)))
            near = [*_own([each for each in campaign.arc if each.id != post.id], zone), *others]
            found += [Notice(post.id, "clash", text) for text in _clashes(post, near, zone, names)]
            if text := _out_of_order(campaign, post):
                found.append(Notice(post.id, "order", text))
        return tuple(found)

    async def _others(self, campaign: Campaign, zone: ZoneInfo) -> list[Other]:
        """What else stands on the brand's calendar in these days: drafts, posts, and slots that will be drafted."""
        of = (campaign.workspace, campaign.brand)
        start = datetime.combine(campaign.arc[0].at.date() - _DAY, time(), zone)
        end = datetime.combine(campaign.arc[-1].at.date() + 2 * _DAY, time(), zone)
        slots = await self._standing.between(*of, start, end)
        mine = {each.id for each in campaign.arc}
        drafts = {each.draft for each in slots if each.id in mine}
        return [
            *(
                Other(each.at, each.title, frozenset(each.accounts))
                for each in await self._calendar.between(*of, start, end)
                if each.kind != "slot" and each.state not in NOT_OUT and each.draft not in drafts
            ),
            *(
                Other(each.due, each.topic or each.form or each.pillar, frozenset(each.accounts))
                for each in slots
                if each.id not in mine and not each.draft and each.state not in GONE
            ),
        ]


def _wished(campaign: Campaign, language: str, day: date) -> str:
    """Why the campaign itself leaves that day free."""
    if name := holidays_of(campaign.free_of, "", day.year, language).get(day, ""):
        return told("The campaign leaves holidays free: {name}.", name=name)
    return told("The campaign leaves this weekday free.") if day.weekday() in campaign.off_days else ""


def _own(posts: Iterable[ArcPost], zone: ZoneInfo) -> Iterator[Other]:
    for each in posts:
        yield Other(on_the_clock(each.at, zone)[0], each.topic, frozenset(each.accounts))


def _clashes(post: ArcPost, others: Iterable[Other], zone: ZoneInfo, names: dict[str, str]) -> Iterator[str]:
    at = on_the_clock(post.at, zone)[0]
    for other in others:
        both = other.accounts & set(post.accounts)
        if both and abs(other.at - at) < CLASH:
            yield told(
                "“{other}” goes to {account} at {time}: give one of them another time.",
                other=(other.title or told("An empty slot"))[:80],
                account=", ".join(sorted(names.get(each, each) for each in both)),
                time=f"{other.at.astimezone(zone):%H:%M}",
            )


def _out_of_order(campaign: Campaign, post: ArcPost) -> str:
    """A teaser that gives nothing away any more, or a follow-up to what has not been launched."""
    launch = [each.at for each in campaign.arc if each.stage == "launch"]
    first = min([each.at for each in campaign.arc if each.stage in ("reveal", "launch")], default=None)
    if post.stage == "teaser" and first is not None and post.at > first:
        return told("This teaser comes after what it hints at was shown, on {day}.", day=_say(first))
    if post.stage == "followup" and launch and post.at < min(launch):
        return told("This follow-up comes before the launch, on {day}.", day=_say(min(launch)))
    return ""


def _say(at: datetime) -> str:
    return words(reader()).day(at.date())
