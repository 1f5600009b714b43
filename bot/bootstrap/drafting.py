"""What makes drafts: pictures and what they may cost, sources, times, and the requests that bring them together."""

from __future__ import annotations

from bot.bootstrap.deciding import Deciding
from bot.bootstrap.ground import Ground
from bot.bootstrap.models import Models
from bot.drafting.sources import Sources
from bot.planning.standing import Standing
from bot.workflow.binding import Binder
from bot.workflow.costing import Costing
from bot.workflow.free_slots import FreeSlots
from bot.workflow.library import Library
from bot.workflow.minting import Minting
from bot.workflow.mixing import Mixing
from bot.workflow.observing import Observing
from bot.workflow.opening import LinkOpening
from bot.workflow.painting import Painter
from bot.workflow.pictures import Pictures
from bot.workflow.recents import Recents
from bot.workflow.requests import Requests
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.timing import Timing
from bot.workflow.versions import Versions
from storage.picture_budget import PictureBudget
from storage.standing import StandingPictures
from storage.stores import DraftStore, PostStore


class Drafting:
    def __init__(self, ground: Ground, models: Models, deciding: Deciding) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        self.room = Room(database, settings.data_dir)
        self._build_pictures(ground, models)
        self.mixing = Mixing(database, clock)
        self.costing = Costing(database)
        self.versions = Versions(
            channels=ground.channels,
            blobs=ground.blobs,
            media=ground.media,
            drafts=DraftStore(database),
            recents=Recents(database),
            posts=PostStore(database),
            clock=clock,
            open_door=ground.doors,
            opening=LinkOpening(ground.client, clock),
            minting=Minting(database, base_url=settings.links_url or settings.public_url, clock=clock),
            binder=Binder(ground.blobs, ground.signer) if ground.signer is not None else None,
        )
        self.sources = Sources(database, client=ground.client, blobs=ground.blobs, clock=clock)
        self.standing = Standing(database, clock)
        self.observing = Observing(database)
        self.timing = Timing(self.observing, clock)
        self.free = FreeSlots(database, self.standing, clock, score=self.timing.score)
        self.shelf = Shelf(ground.media, clock)
        self.requests = Requests(
            database,
            audit=ground.audit,
            blobs=ground.blobs,
            versions=self.versions,
            copywriter=models.copywriter,
            reader=models.reader,
            sources=self.sources,
            pictures=Pictures(
                channels=ground.channels,
                blobs=ground.blobs,
                creative=models.drawing,
                versions=self.versions,
                painter=self.painter,
            ),
            shelf=self.shelf,
            decisions=deciding.decisions,
            clock=clock,
            model_name=settings.model,
            room=self.room,
            describer=models.describer,
            free=self.free,
            swapping=models.swapping(),
        )

    def _build_pictures(self, ground: Ground, models: Models) -> None:
        """The library, what makes pictures with an image model, and what they may cost."""
        self.library = Library(
            blobs=ground.blobs,
            media=ground.media,
            feed=ground.feed,
            standing=StandingPictures(ground.database),
            audit=ground.audit,
            room=self.room,
            clock=ground.clock,
        )
        self.picture_budget = PictureBudget(ground.database, ground.clock.now, limit=ground.settings.image_budget)
        self.painter = Painter(
            models.image_model,
            budget=self.picture_budget,
            blobs=ground.blobs,
            media=ground.media,
            clock=ground.clock,
            seconds=ground.settings.image_seconds,
        )
