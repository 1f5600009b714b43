"""The desk that people talk to, and what is told to them without being asked."""

from __future__ import annotations

from hashlib import sha256

from bot.bootstrap.parts import Parts
from bot.conversation.desk import TOGETHER, Desk
from bot.conversation.learned import Learned
from bot.conversation.linked import Linked
from bot.engine.outbox import Engine
from bot.workflow.api_versions import ApiVersions
from bot.workflow.lapses import Lapses
from bot.workflow.taking_up import TakingUp
from bot.workflow.telling_accounts import TellingAccounts
from bot.workflow.weekly import Weekly
from storage.ledger import Ledger


class Talking:
    def __init__(self, parts: Parts, engine: Engine) -> None:
        ground, deciding, drafting = parts.ground, parts.deciding, parts.drafting
        planning, insights, office = parts.planning, parts.insights, parts.office
        database, clock = ground.database, ground.clock
        self._engine = engine
        self.ledger = Ledger(database)
        self.desk = Desk(
            database,
            ledger=self.ledger,
            requests=drafting.requests,
            looking=office.looking,
            stopping=deciding.stopping,
            absences=office.office,
            proving=parts.sending.proving,
            reports=insights.reports,
            calendar=office.calendar_showing,
            people=ground.people,
            clock=clock,
            enqueue=self._enqueue_request,
            enqueue_reply=self._enqueue_reply,
            slotting=planning.slotting,
            campaigning=planning.campaigning,
            learned=Learned(
                database, advising=planning.advising, timing=drafting.timing, experiments=planning.experiments
            ),
            links=Linked(office.linking, insights.clicks, ground.blobs),
        )
        self.desk.quotes_into(office.documents.keep)
        self.lapses = Lapses(database, deciding.posts)
        self.telling_accounts = TellingAccounts(database, deciding.board, self.lapses, clock)
        self.api_versions = ApiVersions(database, channels=ground.channels, board=deciding.board, clock=clock)
        self.weekly = Weekly(
            database,
            board=deciding.board,
            audit=ground.audit,
            clock=clock,
            learned=planning.experiments.news,
            summaries=insights.reports.summary,
            standing=drafting.standing,
        )
        self.taking_up = TakingUp(database, ledger=self.ledger, posted=deciding.posted, clock=clock)

    async def _enqueue_request(self, workspace: str, request: str) -> None:
        """One request, or several that came together."""
        several = TOGETHER in request
        task, name = ("requests", sha256(request.encode()).hexdigest()) if several else ("request", request)
        await self._engine.add("chat", task, workspace, request, key=f"{workspace}:{task}:{name}")

    async def _enqueue_reply(self, workspace: str, request: str) -> None:
        await self._engine.add("chat", "reply", workspace, request, key=f"{workspace}:reply:{request}")
