"""What goes out: the publisher, what it reads again before, and what finds out about sends that were cut off."""

from __future__ import annotations

from bot.bootstrap.deciding import Deciding
from bot.bootstrap.drafting import Drafting
from bot.bootstrap.ground import Ground
from bot.publishing.publisher import Publisher
from bot.publishing.reconciler import Reconciler
from bot.publishing.recovery import Recovery
from bot.workflow.proving import Proving
from bot.workflow.rereading import Rereading
from bot.workflow.tracking import Tracking


class Sending:
    def __init__(self, ground: Ground, deciding: Deciding, drafting: Drafting) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        self.proving = Proving(
            decisions=deciding.decisions, versions=drafting.versions, sources=drafting.sources, clock=clock
        )
        self.tracking = Tracking(decisions=deciding.decisions, requests=drafting.requests, versions=drafting.versions)
        self.rereading = Rereading(database, sources=drafting.sources, audit=ground.audit, clock=clock)
        self.publisher = Publisher(
            database,
            blobs=ground.blobs,
            journal=ground.journal,
            audit=ground.audit,
            channels=ground.channels,
            open_door=ground.doors,
            clock=clock,
            worker=ground.worker,
            lease=settings.lease,
            lent=settings.media_from == "bucket",
        )
        self.recovery = Recovery(
            database, channels=ground.channels, journal=ground.journal, audit=ground.audit, clock=clock
        )
        self.reconciler = Reconciler(database, self.publisher, clock)
