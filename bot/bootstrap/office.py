"""The office: what members may see and set, the calendar in all its shapes, a brand's profile, links and feeds."""

from __future__ import annotations

from bot.bootstrap.deciding import Deciding
from bot.bootstrap.drafting import Drafting
from bot.bootstrap.ground import Ground
from bot.bootstrap.insights import Insights
from bot.bootstrap.models import Models
from bot.drafting.opening import Opening
from bot.drafting.site import Sites
from bot.planning.content_calendar import ContentCalendar
from bot.workflow.calendar_exporting import CalendarExporting
from bot.workflow.calendar_feeds import CalendarFeeds
from bot.workflow.calendar_showing import CalendarShowing
from bot.workflow.client_links import ClientLinks
from bot.workflow.documents import Documents
from bot.workflow.importing import Importing
from bot.workflow.linking import LinkRules
from bot.workflow.looking import Looking
from bot.workflow.office import Office
from bot.workflow.watching import Watching


class OfficeRooms:
    def __init__(
        self, ground: Ground, models: Models, deciding: Deciding, drafting: Drafting, insights: Insights
    ) -> None:
        database, clock = ground.database, ground.clock
        self.office = Office(database, ground.people, ground.audit, clock)
        self._build_calendar(ground, deciding, insights)
        self._build_profile(ground, models, drafting)
        self._build_feeds(ground, drafting)
        self.client_links = ClientLinks(
            database,
            audit=ground.audit,
            decisions=deciding.decisions,
            looking=self.looking,
            blobs=ground.blobs,
            clock=clock,
        )

    def _build_calendar(self, ground: Ground, deciding: Deciding, insights: Insights) -> None:
        database, clock = ground.database, ground.clock
        calendar = ContentCalendar(database)
        self.looking = Looking(
            database,
            board=deciding.board,
            clock=clock,
            numbers_come=insights.numbers.come,
            clicks=insights.clicks.of_posts,
            calendar=calendar,
        )
        self.calendar_exporting = CalendarExporting(database)
        self.calendar_showing = CalendarShowing(database, ground.blobs, clock)
        self.calendar_feeds = CalendarFeeds(
            database,
            calendar=calendar,
            credentials=ground.credentials,
            office=self.office,
            audit=ground.audit,
            clock=clock,
            base_url=ground.settings.base_url,
        )

    def _build_profile(self, ground: Ground, models: Models, drafting: Drafting) -> None:
        """What a brand's homepage proposes for its profile, and what its links lead to."""
        database, clock, settings = ground.database, ground.clock, ground.settings
        self.linking = LinkRules(
            database,
            office=self.office,
            audit=ground.audit,
            credentials=ground.credentials,
            base_url=settings.links_url or settings.public_url,
            clock=clock,
        )
        self.importing = Importing(
            database,
            office=self.office,
            sites=Sites(ground.client, clock),
            importer=models.importer,
            channels=ground.channels,
            open_door=ground.doors,
            blobs=ground.blobs,
            library=drafting.library,
            clock=clock,
            model_name=settings.model,
        )

    def _build_feeds(self, ground: Ground, drafting: Drafting) -> None:
        """Feeds that brands have watched, and files that people give to write from."""
        database = ground.database
        self.documents = Documents(database, blobs=ground.blobs, room=drafting.room)
        self.opening = Opening(ground.client)
        self.watching = Watching(
            database, opening=self.opening, office=self.office, audit=ground.audit, clock=ground.clock
        )
