"""What is counted, and what reports of it."""

from __future__ import annotations

from bot.bootstrap.deciding import Deciding
from bot.bootstrap.ground import Ground
from bot.bootstrap.models import Models
from bot.insights.clicks import Clicks
from bot.insights.numbers import ReadingNumbers
from bot.insights.orders import Orders
from bot.workflow.alerting import Alerting
from bot.workflow.bringing_in import BringingIn
from bot.workflow.client_reports import ClientReports
from bot.workflow.counting import Counting
from bot.workflow.reports import Reports
from bot.workflow.wording import Wording
from storage.reading_budget import ReadingBudget


class Insights:
    def __init__(self, ground: Ground, models: Models, deciding: Deciding) -> None:
        database, clock, settings = ground.database, ground.clock, ground.settings
        budget = ReadingBudget(database, limit=settings.paid_numbers_budget)
        self.numbers = ReadingNumbers(
            database,
            channels=ground.channels,
            open_door=ground.doors,
            clock=clock,
            paid=settings.paid_numbers,
            budget=budget,
        )
        self.clicks = Clicks(database, clock)
        self.orders = Orders(database, credentials=ground.credentials, clock=clock)
        self.counting = Counting(
            database,
            channels=ground.channels,
            open_door=ground.doors,
            clock=clock,
            days=settings.numbers_days,
            paid=settings.paid_numbers,
            budget=budget,
        )
        self.reports = Reports(
            database,
            blobs=ground.blobs,
            numbers=self.numbers,
            clock=clock,
            clicks=self.clicks,
            days=settings.numbers_days,
            wording=Wording(models.asking()),
        )
        self.bringing_in = BringingIn(database, reports=self.reports, audit=ground.audit, clock=clock)
        self.alerting = Alerting(
            database,
            board=deciding.board,
            numbers=self.numbers,
            blobs=ground.blobs,
            client=ground.client,
            clock=clock,
            clicks=self.clicks,
        )
        self.client_reports = ClientReports(
            database,
            reports=self.reports,
            board=deciding.board,
            blobs=ground.blobs,
            audit=ground.audit,
            open_door=ground.doors,
            clock=clock,
            base_url=settings.base_url,
        )
