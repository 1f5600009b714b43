"""Homes on chat platforms, and what people say and do there."""

from __future__ import annotations

from bot.accounts.installations import Installations
from bot.bootstrap.deciding import Deciding
from bot.bootstrap.drafting import Drafting
from bot.bootstrap.ground import Ground
from bot.conversation.places import Places
from bot.review.catching_up import CatchingUp
from bot.team.homes import Homes
from bot.workflow.housing import Housing
from bot.workflow.kinship import Kinship
from bot.workflow.names import Names
from bot.workflow.reactions import Reactions


class Homing:
    """`workspace` is the id of the workspace of this installation, whose home needs no chat platform."""

    def __init__(self, ground: Ground, deciding: Deciding, drafting: Drafting, workspace: str) -> None:
        database, settings, clock = ground.database, ground.settings, ground.clock
        self.homes = Homes(
            database,
            people=ground.people,
            setup=ground.setup,
            audit=ground.audit,
            clock=clock,
            owners=settings.owners,
            seeds={"slack": settings.slack_review_room, "discord": settings.discord_review_room},
        )
        self.names = Names(database, ground.people)
        self.kinship = Kinship(database, people=ground.people, audit=ground.audit, clock=clock)
        self.installations = Installations(database, ground.vault)
        self.reactions = Reactions(
            database, homes=self.homes, decisions=deciding.decisions, requests=drafting.requests, clock=clock
        )
        self.places = Places(database, self.homes)
        self.housing = Housing(
            database,
            homes=self.homes,
            installations=self.installations,
            board=deciding.board,
            catching_up=CatchingUp(database, deciding.board, clock),
            team=ground.people.store,
            local=workspace,
            clock=clock,
        )
