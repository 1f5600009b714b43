"""A campaign's arc to look at: one picture for chats, beside the words that say the same."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from bot.chat import CardPicture
from bot.clock import Clock
from bot.errors import AdMindError
from bot.planning.standing import Standing
from bot.planning.timeline import Day, Timeline, timeline
from bot.words import Phrasebook
from bot.workflow.campaign_notices import CampaignNotices, Notice
from storage.blobs.base import BlobStore
from storage.campaigns import LAUNCH, STAGES, Campaign, CampaignStatus, Stage
from storage.redis import Database
from storage.stores import TeamStore

log = logging.getLogger(__name__)
ALT: Final = 1000  # characters; what chats take of a picture's description
MOST_DAYS: Final = 98  # that a picture can tell apart
MOST_LANES, MOST_NOTES = 12, 4


class CampaignShowing:
    def __init__(
        self, database: Database, blobs: BlobStore, standing: Standing, notices: CampaignNotices, clock: Clock
    ) -> None:
        self._team = TeamStore(database)
        self._blobs = blobs
        self._standing = standing
        self.notices = notices
        self._clock = clock

    async def kept(
        self, campaign: Campaign, said: Mapping[Stage, str], head: str, alt: str, book: Phrasebook
    ) -> CardPicture | None:
        """Drawn and kept for an answer; None when it cannot be drawn or is too long for it: the words say it all.

        `said` is what each stage is called, `head` stands below the name, `alt` tells what the picture shows.
        """
        try:
            data = await self.draw(campaign, said, head, book)
        except AdMindError as error:
            log.warning("campaign not drawn campaign=%s why=%s", campaign.id, error.what)
            return None
        if not data:
            return None
        short = alt if len(alt) <= ALT else alt[: ALT - 2] + " …"
        return CardPicture(sha256=await self._blobs.put(data), mime="image/png", alt=short)

    async def draw(self, campaign: Campaign, said: Mapping[Stage, str], head: str, book: Phrasebook) -> bytes:
        """A PNG; none of a campaign without posts, or of more days than a picture can tell apart."""
        drawn = timeline(campaign, await self.notices.days(campaign))
        if not campaign.arc or len(drawn.days) > MOST_DAYS:
            return b""
        zone = await self._standing.zone(campaign.workspace, campaign.brand)
        today = self._clock.now().astimezone(zone).date()
        notices = await self.notices.of(campaign)
        brand = (await self._team.brands.get(campaign.workspace, campaign.brand)).record
        art = importlib.import_module("bot.artwork.timeline_picture")  # slow to load, seldom needed
        used = {each for post in campaign.arc for each in post.accounts}
        accounts = [each for each in await self._team.all(self._team.accounts, campaign.workspace) if each.id in used]
        heeded = {each.post for each in notices}
        picture = art.TimelinePicture(
            title=campaign.name,
            sub=head,
            brand=brand.name,
            days=tuple(_column(art, day, today, book) for day in drawn.days),
            weeks=tuple((len(week), book.day(week[0].day)) for week in drawn.weeks),
            bands=tuple((each.days, each.stage or "", said[each.stage] if each.stage else "") for each in drawn.bands),
            lanes=tuple(
                art.Lane(each.name, each.handle, _cells(art, campaign, drawn, each.id, heeded))
                for each in accounts[:MOST_LANES]
            ),
            legend=tuple((each, said[each]) for each in STAGES if any(post.stage == each for post in campaign.arc)),
            named=_named(campaign, drawn, book),
            notes=_notes(campaign, notices, book),
            language=book.language,
        )
        data: bytes = await asyncio.to_thread(art.draw_timeline, picture)
        return data


def told_notices(campaign: Campaign, notices: Sequence[Notice], book: Phrasebook) -> list[str]:
    """Each with the post's day and time, by time."""
    at = {each.id: each.at for each in campaign.arc}
    return [f"{book.day(at[each.post].date())}, {at[each.post]:%H:%M}: {each.text}" for each in notices]


def _notes(campaign: Campaign, notices: Sequence[Notice], book: Phrasebook) -> tuple[str, ...]:
    return tuple(told_notices(campaign, notices, book)[:MOST_NOTES])


def _column(art: Any, day: Day, today: date, book: Phrasebook) -> Any:
    return art.Column(
        weekday=book.weekday(day.day)[:2],
        number=str(day.day.day),
        weekend=day.weekend,
        kept=bool(day.kept),
        flag=bool(day.milestones),
        today=day.day == today,
        inside=day.inside,
    )


def _cells(art: Any, campaign: Campaign, drawn: Timeline, account: str, heeded: set[str]) -> tuple[Any, ...]:
    running = campaign.status is not CampaignStatus.proposed
    return tuple(
        tuple(
            art.Mark(post.stage, fixed=running, heed=post.id in heeded)
            for post in campaign.arc
            if account in post.accounts and post.at.date() == day.day
        )
        for day in drawn.days
    )


def _named(campaign: Campaign, drawn: Timeline, book: Phrasebook) -> tuple[str, ...]:
    """What the arc is built around, and days kept free with why."""
    marked = [f"{each.name}: {book.day(each.day)}" for each in campaign.milestones if each.name != LAUNCH]
    kept = [f"{book.day(each.day)}: {each.kept}" for each in drawn.days if each.kept]
    return (*marked, *kept[:6])
