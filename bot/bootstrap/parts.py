"""Every service but the working ones, lower rooms first."""

from __future__ import annotations

from bot.bootstrap.connecting import Connecting
from bot.bootstrap.deciding import Deciding
from bot.bootstrap.drafting import Drafting
from bot.bootstrap.ground import Ground
from bot.bootstrap.homes import Homing
from bot.bootstrap.insights import Insights
from bot.bootstrap.keeping import HouseKeeping
from bot.bootstrap.models import Models
from bot.bootstrap.office import OfficeRooms
from bot.bootstrap.planning import Planning
from bot.bootstrap.sending import Sending


class Parts:
    """`workspace` is the id of the workspace of this installation."""

    def __init__(self, ground: Ground, models: Models, workspace: str) -> None:
        self.ground = ground
        self.models = models
        self.connecting = Connecting(ground)
        self.deciding = Deciding(ground)
        self.drafting = Drafting(ground, models, self.deciding)
        self.planning = Planning(ground, models, self.deciding, self.drafting)
        self.homing = Homing(ground, self.deciding, self.drafting, workspace)
        self.insights = Insights(ground, models, self.deciding)
        self.office = OfficeRooms(ground, models, self.deciding, self.drafting, self.insights)
        self.keeping = HouseKeeping(ground, workspace)
        self.sending = Sending(ground, self.deciding, self.drafting)
