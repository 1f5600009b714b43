"""Where people decide: the cards in every home, what they approve, and the stop."""

from __future__ import annotations

from bot.bootstrap.ground import Ground
from bot.publishing.pause import Pausing
from bot.review.board import Board
from bot.review.posted import Posted
from bot.review.typed import Typed
from bot.workflow.decisions import Decisions
from bot.workflow.posts import Posts
from bot.workflow.revisions import Revisions
from bot.workflow.stopping import Stopping


class Deciding:
    def __init__(self, ground: Ground) -> None:
        database, audit, clock = ground.database, ground.audit, ground.clock
        self.board = Board(database, clock)
        self.posted = Posted(database, clock)
        self.typed = Typed(database)
        self.decisions = Decisions(database, audit=audit, clock=clock)
        self.posts = Posts(database, audit=audit, channels=ground.channels, open_door=ground.doors, clock=clock)
        self.pausing = Pausing(database, audit)
        self.stopping = Stopping(database, ground.blobs, self.pausing)
        self.revisions = Revisions(ground.blobs, self.board)
