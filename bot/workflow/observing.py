"""Posts of a brand with their numbers, clicks and drafts, read once: what experiments, times and advice start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.insights.gained import METRICS
from bot.insights.observed import Observation
from storage import clicks
from storage.counted import Counted, counted_between
from storage.drafts import Draft
from storage.links import LinkStore
from storage.redis import Database
from storage.series import Reading
from storage.stores import DraftStore, TeamStore

SETTLED: Final = timedelta(days=1)  # before that a post's numbers say when it was read, rather than what it is
LATE: Final = timedelta(days=2)  # a post may go out that long after it was due
MOST: Final = 3000  # posts, the latest
SEEN: Final = ("views", "reach")


class Observing:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._links = LinkStore(database)
        self._clicks = clicks.ClickStore(database)
        self._team = TeamStore(database)

    async def zone(self, workspace: str, brand: str) -> str:
        found = (await self._team.brands.get(workspace, brand)).record
        return found.zone or (await self._team.workspaces.get(workspace, workspace)).record.zone

    async def of(self, workspace: str, brand: str, start: datetime, end: datetime) -> list[Observation]:
        """Those that went out in this time and stand there still, the oldest first."""
        zone = ZoneInfo(await self.zone(workspace, brand))
        posts = [
            post
            async for post in counted_between(self._database, workspace, brand, start - LATE, end)
            if post.out_at is not None and start <= post.out_at < end and post.down_at is None
        ][-MOST:]
        names = list(dict.fromkeys(post.draft for post in posts))
        drafts = {draft.id: draft for draft in await self._drafts.many(workspace, names)}
        codes = await self._links.of_posts(workspace, [post.id for post in posts])
        found = list[Observation]()
        for post in posts:
            found.append(
                _observed(post, drafts.get(post.draft), await self._hours(workspace, codes.get(post.id, ())), zone)
            )
        return found

    async def _hours(self, workspace: str, codes: Sequence[str]) -> list[Mapping[datetime, clicks.Counted]]:
        """Of the links of one post; none where the hours of one are no longer all there: they would count too few."""
        totals = await self._clicks.totals(workspace, codes)  # first: what is counted meanwhile is in the hours alone
        hours = await self._clicks.hours_of(workspace, codes)
        whole = all(sum(each.all for each in hours[code].values()) >= totals[code].all for code in codes)
        return list(hours.values()) if whole else []


def _observed(
    post: Counted, draft: Draft | None, hours: Sequence[Mapping[datetime, clicks.Counted]], zone: ZoneInfo
) -> Observation:
    out_at = post.out_at or post.due
    local, brief = out_at.astimezone(zone), draft.brief if draft else None
    settled = [each for each in post.readings if each.at >= out_at + SETTLED]
    shown, read_at = _shown(settled)
    until = read_at or out_at + SETTLED
    counted = [count for each in hours for hour, count in each.items() if hour < until]
    return Observation(
        post=post.id,
        draft=post.draft,
        account=post.account,
        title=post.title,
        url=post.url,
        out_at=out_at,
        hour=local.hour,
        weekday=local.weekday(),
        form=brief.form if brief else "",
        pillar=brief.pillar if brief else "",
        audience=brief.audience if brief else "",
        slot=draft.slot if draft else "",
        impressions=shown,
        engagements=_told(settled, METRICS["engagements"]),
        clicks=sum(each.valid for each in counted) if hours else None,
        raw=sum(each.all for each in counted) if hours else None,
        read_at=settled[-1].at if settled else None,
    )


def _shown(readings: Sequence[Reading]) -> tuple[int | None, datetime | None]:
    """How often it was seen by the last reading that says so, and when that was."""
    for metric in SEEN:
        for reading in reversed(readings):
            told = [reading.counts[name] for name in METRICS[metric] if name in reading.counts]
            if told:
                return max(told), reading.at
    return None, None


def _told(readings: Sequence[Reading], names: Sequence[str]) -> int | None:
    last: dict[str, int] = {}
    for reading in readings:
        last |= {name: count for name, count in reading.counts.items() if name in names}
    return sum(last.values()) if last else None
