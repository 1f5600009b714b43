"""What keeps house: the doctor, history, copies and keys, what brands take along, and what is let go."""

from __future__ import annotations

from bot.bootstrap.connecting import Connecting
from bot.bootstrap.deciding import Deciding
from bot.bootstrap.ground import Ground
from bot.bootstrap.office import OfficeRooms
from bot.leaving.evidence import Evidencing
from bot.leaving.exporting import Exporting
from bot.leaving.farewells import Farewells
from bot.leaving.going import Going
from bot.leaving.parting import Parting
from bot.leaving.telling import Telling
from bot.team.local import LocalDoor
from bot.team.signin import SignIn
from bot.workflow.canaries import Canaries
from bot.workflow.erasing import Erasing
from bot.workflow.examine import Doctor
from bot.workflow.history import History
from bot.workflow.keeping import Keeping
from bot.workflow.letters import Letters
from bot.workflow.live import Live
from bot.workflow.measure import Measures
from bot.workflow.once import OnceOnly
from bot.workflow.programs import Programs
from bot.workflow.retention import Retention
from bot.workflow.syndication import Syndication
from storage.blobs.opening import set_aside


class HouseKeeping:
    """`workspace` is the id of the workspace of this installation."""

    def __init__(self, ground: Ground, workspace: str) -> None:
        database, settings, clock = ground.database, ground.settings, ground.clock
        audit, blobs = ground.audit, ground.blobs
        self.history = History(audit, ground.people.store, ground.journal)
        self.syndication = Syndication(ground.feed, ground.people.store, settings.base_url)
        self.canaries = Canaries(database, blobs, ground.worker)
        self.doctor = Doctor(
            settings,
            database,
            embedded=ground.embedded,
            blobs=blobs,
            canaries=self.canaries,
            team=ground.people.store,
            clock=clock,
            workspace=workspace,
            client=ground.client,
        )
        self.doctor.also("letters of pictures", Letters(database, workspace=workspace).look)
        self.keeping = Keeping(
            database,
            ground.vault,
            blobs,
            audit,
            settings.data_dir,
            clock,
            [key.get_secret_value() for key in settings.secret_keys],
        )
        self.retention = Retention(database, blobs=blobs, audit=audit, clock=clock)
        self.farewells = Farewells(database, audit=audit, clock=clock)
        self.evidencing = Evidencing(database, blobs=blobs, audit=audit, clock=clock)
        self.exporting = Exporting(database, blobs=blobs, audit=audit, clock=clock)
        self.erasing = Erasing(database, audit=audit, channels=ground.channels, clock=clock)
        self.once_only = OnceOnly(database)
        self.sign_in = SignIn(database, audit, clock)
        self.live = Live(database)
        self.local_door = LocalDoor(database, ground.vault, clock)
        self.measures = Measures(database, clock)
        self.programs = Programs(audit, ground.people.store, clock)


def going(ground: Ground, connecting: Connecting, deciding: Deciding, office: OfficeRooms) -> Going:
    """What a brand that leaves goes through."""
    parting = Parting(
        ground.database,
        blobs=ground.blobs,
        aside=lambda: set_aside(ground.settings.data_dir),
        audit=ground.audit,
        journal=ground.journal,
        board=deciding.board,
        office=office.office,
        credentials=ground.credentials,
        access=connecting.access,
        clock=ground.clock,
        links_url=office.linking.base_url,
    )
    telling = Telling(deciding.board, ground.people.store)
    return Going(ground.database, parting=parting, audit=ground.audit, telling=telling, clock=ground.clock)
