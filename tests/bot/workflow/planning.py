"""An AdMind that does not work by itself, with hands that do the clock's work for plans, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bootstrap import AdMind
from bot.chat import DecisionRequest
from bot.clock import MovableClock
from bot.planning.standing import SlotView
from bot.settings import load_settings
from bot.workflow.requests import Asker
from bot.workflow.slots import Slots
from storage import keys
from storage.accounts import Account
from storage.commit import Change, commit
from storage.drafts import Draft, Verdict
from storage.plans import Plan, Slot, SlotStore
from storage.record import new_id
from storage.stores import DraftStore
from storage.team import Brand, Member, Role
from tests.fakes.chat_home import ChatHome


@dataclass
class House:
    """One workspace in UTC with a feed called Feed."""

    admind: AdMind
    owner: Member
    accounts: list[Account] = field(default_factory=list)

    @property
    def ws(self) -> str:
        return self.admind.workspace.id

    @property
    def brand(self) -> str:
        return self.admind.workspace.default_brand

    @property
    def clock(self) -> MovableClock:
        assert isinstance(self.admind.clock, MovableClock)
        return self.admind.clock

    def worker(self) -> Slots:
        """As another process has it."""
        admind = self.admind
        return Slots(admind.database, requests=admind.requests, board=admind.board, clock=admind.clock)

    def asker(self, member: Member | None = None, *, by_agent: bool = False) -> Asker:
        who = member or self.owner
        return Asker(self.ws, self.brand, who.id, "", "test", "en", "UTC", by_agent=by_agent)

    async def plan(self, words: str, *, key: str = "") -> Plan:
        await self.admind.plans.add(self.ws, self.owner.id, self.brand, words, language="en", key=key)
        return await self.admind.standing.plan(self.ws, self.brand)

    async def set(self, **changes: Any) -> Plan:
        return await self.admind.plans.set(self.ws, self.owner.id, self.brand, changes)

    async def brand_with(self, **changes: Any) -> Brand:
        team = self.admind.people.store
        kept = await team.brands.get(self.ws, self.brand)
        changed = kept.record.changed(**changes)
        await commit(
            self.admind.database, Change(self.ws).put(team.brands.key(self.ws, self.brand), changed, ver=kept.ver)
        )
        return changed

    async def member(self, name: str, *roles: Role, zone: str = "") -> Member:
        team, now = self.admind.people.store, self.clock.now()
        held = {self.brand: frozenset(roles)}
        about = {"workspace": self.ws, "name": name, "zone": zone, "created_at": now}
        made = Member(id=new_id("m"), subject=new_id("s"), roles=held, **about)
        change = team.members.put(Change(self.ws), made, made.id, ver=None, at=now.timestamp())
        await commit(self.admind.database, change)
        return made

    async def due(self, kind: str) -> list[str]:
        client: Any = self.admind.database.client
        found = await client.zrangebyscore(keys.due(self.ws), "-inf", self.clock.now().timestamp() * 1000)
        return [str(each).partition(":")[2] for each in found if str(each).startswith(f"{kind}:")]

    async def work(self, after: timedelta = timedelta(0), *, worker: Slots | None = None) -> None:
        """Time passes, and a worker does what the clock brings, until nothing of it is due."""
        slots = worker or self.admind.slots
        self.clock.move(after)
        for _ in range(5):
            plans, due = await self.due("plan"), await self.due("slot")
            if not (plans or due):
                return
            for brand in plans:
                await slots.plan(self.ws, brand)
            for slot in due:
                await slots.slot(self.ws, slot)

    async def expire(self) -> None:
        """What the clock brings to drafts whose time has come."""
        for draft in await self.due("expire"):
            case = await self.admind.decisions.case(self.ws, draft)
            await self.admind.decisions.settle(case, case.draft, None, why="Its time has passed.")

    async def places(self, days: int = 14) -> list[SlotView]:
        now = self.clock.now()
        return await self.admind.standing.between(
            self.ws, self.brand, now - timedelta(days=30), now + timedelta(days=days)
        )

    async def slots(self) -> list[Slot]:
        return list((await SlotStore(self.admind.database).page(self.ws, limit=1000, newest_first=False)).items)

    async def drafts(self) -> list[Draft]:
        return list((await DraftStore(self.admind.database).page(self.ws, limit=1000, newest_first=False)).items)

    async def draft(self, name: str) -> Draft:
        return (await DraftStore(self.admind.database).get(self.ws, name)).record

    async def decide(self, draft: Draft, verdict: Verdict = Verdict.approve) -> None:
        await self.admind.decisions.decide(
            DecisionRequest(
                workspace=self.ws,
                draft=draft.id,
                member=self.owner.id,
                verdict=verdict,
                digest=draft.digest,
                surface="test",
                at=self.clock.now(),
            )
        )

    def chat(self) -> ChatHome:
        home = ChatHome()
        self.admind.board.add_home(self.ws, home)
        return home


@asynccontextmanager
async def house(folder: Path, now: datetime, **settings: str) -> AsyncIterator[House]:
    given = load_settings({"ADMIND_DATA_DIR": str(folder), "ADMIND_TIMEZONE": "UTC", **settings})
    async with AdMind(given, clock=MovableClock(now), queues=frozenset()) as admind:
        owner = await admind.setup.local_owner(admind.workspace.id)
        assert owner is not None
        accounts = list(await admind.people.store.all(admind.people.store.accounts, admind.workspace.id))
        yield House(admind, owner, accounts)
