"""What plans ahead: plans and their slots, campaigns, calendars that are brought in, and what is learned for them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.bootstrap.deciding import Deciding
from bot.bootstrap.drafting import Drafting
from bot.bootstrap.ground import Ground
from bot.bootstrap.models import Models
from bot.conversation.campaigning import Campaigning
from bot.conversation.slotting import Slotting
from bot.planning.content_calendar import ContentCalendar
from bot.workflow.advising import Advising
from bot.workflow.calendar_importing import CalendarImporting
from bot.workflow.campaign_gate import CampaignGate
from bot.workflow.campaign_notices import CampaignNotices
from bot.workflow.campaign_showing import CampaignShowing
from bot.workflow.campaigns import Campaigns
from bot.workflow.experiments import Experimenting
from bot.workflow.learning import Learning
from bot.workflow.plans import Plans
from bot.workflow.slots import Slots


class Planning:
    def __init__(self, ground: Ground, models: Models, deciding: Deciding, drafting: Drafting) -> None:
        database, audit, clock = ground.database, ground.audit, ground.clock
        requests, standing = drafting.requests, drafting.standing
        self.learning = Learning(database, blobs=ground.blobs, audit=audit, clock=clock)
        self.experiments = Experimenting(
            database,
            observing=drafting.observing,
            requests=requests,
            learning=self.learning,
            audit=audit,
            clock=clock,
        )
        self.plans = Plans(database, standing=standing, free=drafting.free, requests=requests, audit=audit, clock=clock)
        self.slots = Slots(
            database,
            requests=requests,
            board=deciding.board,
            clock=clock,
            forms=self.experiments.form_for,
        )
        self.advising = Advising(
            database, observing=drafting.observing, mixing=drafting.mixing, standing=standing, clock=clock
        )
        self.slotting = Slotting(database, self.plans, drafting.mixing, clock)

        async def names(workspace: str) -> Mapping[str, str]:
            team = ground.people.store
            return {each.id: each.name for each in await team.all(team.accounts, workspace)}

        self.campaigns = Campaigns(
            database,
            standing=standing,
            requests=requests,
            gate=CampaignGate(database, deciding.board, clock),
            stopping=lambda: deciding.stopping,
            audit=audit,
            clock=clock,
            proposer=models.arcs(names),
        )
        self.campaign_notices = CampaignNotices(database, standing, ContentCalendar(database), clock)
        self.campaign_showing = CampaignShowing(database, ground.blobs, standing, self.campaign_notices, clock)
        self.campaigning = Campaigning(database, self.campaigns, self.campaign_showing)
        self.calendar_importing = CalendarImporting(
            database,
            requests=requests,
            versions=drafting.versions,
            shelf=drafting.shelf,
            board=deciding.board,
            audit=audit,
            room=drafting.room,
            clock=clock,
        )
