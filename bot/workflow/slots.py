"""Keeps the plan's horizon drafted: which slots come, what each is about, its draft in time for whoever approves it.

`plan:<brand>` on the due set looks ahead, every few hours and whenever the plan is changed: it writes down the slots
that the horizon reaches, and chooses their topics. `slot:<id>` then fills one through the same door as a person's
request, and sees at its time how it ended. A slot's draft has an id that comes from the slot, so that neither another
worker nor a second try makes another one. Nothing here approves anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import Button, Card, own_conversation
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, Conflict
from bot.planning.horizon import Coming, coming, kept_free
from bot.planning.ideas import choose, missing
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.review.hours import lay_before
from bot.review.reminders import DECIDE_BEFORE
from bot.words import reading, retold, told, words
from bot.workflow.campaign_gate import HELD_AGAIN, CampaignGate
from bot.workflow.due_entry import DueEntry
from bot.workflow.requests import Asker, Idea, Requests
from bot.workflow.slate import Slates, planned
from bot.workflow.slot_drafts import draft_of
from storage import keys
from storage.commit import Change, commit
from storage.drafts import Brief, Draft, DraftStatus
from storage.due import DueSets
from storage.plans import OVER, Chosen, Plan, PlanStore, Purpose, Slot, SlotState, SlotStore, purpose_of
from storage.redis import Database, StorageFull, StorageUnavailable
from storage.stores import DraftStore, Kept, TeamStore
from storage.team import Brand, Member, Role, Workspace

log = logging.getLogger(__name__)
SURFACE: Final = "plan"
EVERY: Final = timedelta(hours=6)  # that a plan is looked at
EARLIER: Final = timedelta(days=10)  # that a draft may come before the horizon, where approvers are away
ENOUGH: Final = timedelta(days=5)  # in which everybody who is not away has a day of work, in any zone
TOO_LATE: Final = timedelta(minutes=5)  # before its time, from which nothing is drafted any more
TRIES: Final = 6
APART: Final = timedelta(minutes=15)  # doubled with each try: a model may be away for hours
TOGETHER: Final = 50  # slots in one write
UNPLANNED: Final = "It was taken out of the plan."
GONE: Final = frozenset({DraftStatus.rejected, DraftStatus.replaced})


class Slots:
    """`forms`: which form an experiment draws for a slot that leaves it open; "" where none does."""

    def __init__(
        self,
        database: Database,
        *,
        requests: Requests,
        board: Board,
        clock: Clock,
        forms: Callable[[Slot], Awaitable[str]] | None = None,
    ) -> None:
        self._forms = forms
        self._database = database
        self._plans = PlanStore(database)
        self._slots = SlotStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._slates = Slates(database)
        self._requests = requests
        self._board = board
        self._campaigns = CampaignGate(database, board, clock)
        self._clock = clock

    async def arm(self, workspaces: Sequence[str]) -> None:
        """Every plan is on the due set, also after a restore. Doing so again changes nothing."""
        for workspace in workspaces:
            for brand in await self._team.all(self._team.brands, workspace):
                entry, at_ms = f"plan:{brand.id}", milliseconds(self._clock.now())
                if await self._plans.find(workspace, brand.id) is None:
                    continue
                if await self._database.client.zscore(keys.due(workspace), entry) is None:
                    await commit(
                        self._database, Change(workspace).do("ZADD", keys.due(workspace), "NX", str(at_ms), entry)
                    )
                    await DueSets(self._database).nudge(workspace, at_ms)

    async def plan(self, workspace: str, brand_id: str) -> None:
        """Look ahead for a brand: new slots, changed ones, topics. Again: no difference."""
        async with DueEntry(self._database, workspace, f"plan:{brand_id}") as entry:
            kept = await self._plans.find(workspace, brand_id)
            if kept is None:
                return
            home, brands, members = await self._team.approvers(workspace)
            brand = next((each for each in brands if each.id == brand_id), None)
            if brand is None:
                return
            with reading("en"):  # what is kept is kept in English
                await self._look_ahead(kept.record, brand, home, members)
            entry.again_at = self._clock.now() + EVERY

    async def _look_ahead(self, plan: Plan, brand: Brand, home: Workspace, members: Sequence[Member]) -> None:
        now, zone = self._clock.now(), ZoneInfo(brand.zone or home.zone)
        horizon = now + timedelta(days=plan.horizon_days)
        end = horizon + EARLIER
        there = await self._slots.kept(plan.workspace, plan.brand, now, end)
        changed = dict[str, Slot]()
        ahead = coming(plan, brand, zone, now, end)
        for each in ahead:
            if each.moved and each.id not in there and (known := await self._slots.find(plan.workspace, each.id)):
                there[each.id] = known  # its time was moved here from outside of the look-ahead
            draft_at = self._draft_at(each, plan, brand, members, home.zone, now)
            if each.id in there:
                renewed = _renewed(there[each.id].record, each, draft_at, now)
                changed |= {each.id: renewed} if renewed is not None else {}
            elif draft_at <= now + EVERY and (not each.free or each.at < horizon):
                changed[each.id] = _new(each, plan.workspace, plan.brand, draft_at, now)
        for name in there.keys() - {each.id for each in ahead}:
            slot = there[name].record
            if slot.open and not slot.draft:
                changed[name] = slot.changed(state=SlotState.skipped, problem=UNPLANNED, updated_at=now)
        slots = {name: kept.record for name, kept in there.items()} | changed
        changed |= {slot.id: slot for slot in await self._choose(plan, brand, zone, list(slots.values()), now)}
        await self._write([Kept(slot, there[name].ver if name in there else 0) for name, slot in changed.items()], now)

    def _draft_at(
        self, each: Coming, plan: Plan, brand: Brand, members: Sequence[Member], zone: str, now: datetime
    ) -> datetime:
        """When it is drafted: at the horizon, or earlier where whoever approves would not get to it otherwise."""
        at_horizon = each.at - timedelta(days=plan.horizon_days)
        away = any(member.away is not None and member.away.until > now for member in members)
        if at_horizon <= now or (plan.horizon_days > ENOUGH.days and not away):
            return at_horizon  # a day of everybody's work lies in it, whatever weekend comes between
        deadline = each.at - DECIDE_BEFORE
        approvals = brand.policy.approvals
        latest = lay_before(deadline, brand.id, members, zone=zone, now=now, approvals=approvals)
        return min(at_horizon, latest)

    async def _choose(
        self, plan: Plan, brand: Brand, zone: ZoneInfo, slots: Sequence[Slot], now: datetime
    ) -> list[Slot]:
        """Those that lack a topic and got one, in the order of their times, each knowing of the ones before."""
        lacking = [s for s in slots if s.open and s.chosen is None and not s.draft and s.purpose.fill != "queue"]
        if not lacking:
            return []
        slate = await self._slates.of(plan, brand, zone, slots, now)
        found = list[Slot]()
        nothing = set[tuple[str, str, str, date]]()  # what was looked for in vain, so that it is looked for once a day
        for number, slot in enumerate(sorted(lacking, key=lambda each: each.due)):
            if number % TOGETHER == 0:
                await asyncio.sleep(0)  # others work meanwhile
            local = slot.due.astimezone(zone).replace(tzinfo=None)
            looked_for, chosen = (slot.purpose.fill, slot.purpose.pillar, slot.purpose.topic, local.date()), None
            if looked_for not in nothing:
                form = await self._forms(slot) if self._forms is not None else ""
                purpose = slot.purpose.model_copy(update={"form": form}) if form else slot.purpose
                chosen = choose(purpose, local, slate)
            problem = "" if chosen else missing(slot.purpose, plan)
            if chosen is None:
                nothing.add(looked_for)
                if problem == slot.problem:
                    continue
            found.append(slot.changed(chosen=chosen, problem=problem, updated_at=now))
            if chosen is not None:
                slate.memory.add(planned(slot, chosen, zone))
        return found

    async def _write(self, slots: Sequence[Kept[Slot]], now: datetime) -> None:
        """In a few writes; what somebody changed meanwhile is left for the next look."""
        for start in range(0, len(slots), TOGETHER):
            group = slots[start : start + TOGETHER]
            try:
                await self._commit(group, now)
            except Conflict:
                for slot in group:
                    with suppress(Conflict):
                        await self._commit([slot], now)

    async def _commit(self, slots: Sequence[Kept[Slot]], now: datetime) -> None:
        change = Change(slots[0].record.workspace)
        for kept in slots:
            slot = kept.record
            self._slots.save(change, slot, ver=kept.ver or None)
            if slot.open:
                change.due(f"slot:{slot.id}", milliseconds(max(now, slot.draft_at)))
            else:
                change.undue(f"slot:{slot.id}")
        await commit(self._database, change)

    async def slot(self, workspace: str, slot_id: str) -> None:
        """Fill a slot, or see how it ended. Again: no difference."""
        async with DueEntry(self._database, workspace, f"slot:{slot_id}") as entry:
            kept = await self._slots.find(workspace, slot_id)
            if kept is None or kept.record.state in OVER:
                return
            entry.again_at = await self._step(kept)

    async def _step(self, kept: Kept[Slot]) -> datetime | None:
        """One step of an open slot; when the next is due."""
        slot, now = kept.record, self._clock.now()
        draft = await self._standing(slot)
        if draft is not None:
            due = max(slot.due, draft.due or slot.due)
            if now < due:
                if slot.state is not SlotState.drafted or slot.draft != draft.id:
                    await self._save(kept, state=SlotState.drafted, draft=draft.id)
                return due
            approved = draft.status is DraftStatus.approved
            problem = "" if approved else "Its time came, and nobody had approved what stood in it."
            await self._save(kept, state=SlotState.approved if approved else SlotState.expired, problem=problem)
            return None
        if now >= slot.due - TOO_LATE:
            problem = slot.problem or "Its time came, and nothing stood in it."
            await self._save(kept, state=SlotState.expired, problem=problem)
            return None
        if now < slot.draft_at:
            return slot.draft_at
        if slot.draft or slot.purpose.fill == "queue":  # what was rejected leaves it empty, until somebody fills it
            if slot.draft and not slot.problem:
                await self._save(kept, state=SlotState.empty, problem="What stood in it was rejected or moved away.")
            return slot.due
        return await self._fill(kept)

    async def _standing(self, slot: Slot) -> Draft | None:
        """The draft that stands in it, or took its place; one that was rejected or moved into another slot does not."""
        name = slot.draft or draft_of(slot)
        for _ in range(10):
            found = await self._drafts.find(slot.workspace, name)
            if found is not None and found.record.status is DraftStatus.replaced and found.record.replaced_by:
                name = found.record.replaced_by
                continue
            if found is None or found.record.slot != slot.id or found.record.status in GONE:
                return None
            return found.record
        return None

    async def _fill(self, kept: Kept[Slot]) -> datetime:
        slot, now = kept.record, self._clock.now()
        plan = (await self._plans.get(slot.workspace, slot.brand)).record
        home = (await self._team.workspaces.get(slot.workspace, slot.workspace)).record
        brand = (await self._team.brands.get(slot.workspace, slot.brand)).record
        zone = ZoneInfo(brand.zone or home.zone)
        with reading("en"):
            free = kept_free(plan, brand, slot.due.astimezone(zone).date())
        if free:
            await self._save(kept, state=SlotState.skipped, problem=free)
            return slot.due
        if held := await self._campaigns.holds(slot):
            if slot.problem != held:
                await self._save(kept, state=SlotState.empty, problem=held)
            return min(now + HELD_AGAIN, slot.due)
        if slot.chosen is None:
            around = await self._slots.between(slot.workspace, slot.brand, now, slot.due + timedelta(days=30))
            lacking = await self._choose(plan, brand, zone, [slot, *(s for s in around if s.chosen)], now)
            slot = next((each for each in lacking if each.id == slot.id), slot)
        if slot.chosen is None:
            await self._left_empty(kept, slot.problem or missing(slot.purpose, plan), home)
            return slot.due
        kept = await self._save(kept, state=SlotState.drafting, chosen=slot.chosen)
        try:
            draft = await self._draft(slot, slot.chosen, brand, zone)
        except (StorageUnavailable, StorageFull):
            raise
        except AdMindError as error:
            if slot.tries + 1 < TRIES and now + APART * 2**slot.tries < slot.due - TOO_LATE:
                await self._save(kept, state=SlotState.empty, tries=slot.tries + 1, problem=error.sentence())
                later: timedelta = APART * 2**slot.tries
                return now + later
            await self._left_empty(kept, error.sentence(), home)
            return slot.due
        await self._save(kept, state=SlotState.drafted, draft=draft, problem="")
        log.info("drafted a slot ws=%s slot=%s draft=%s", slot.workspace, slot.id, draft)
        return slot.due

    async def _draft(self, slot: Slot, chosen: Chosen, brand: Brand, zone: ZoneInfo) -> str:
        """The id of its draft, which is there then. Raises AdMindError."""
        name = draft_of(slot)
        member = await self._in_the_name_of(slot)
        asker = Asker(
            workspace=slot.workspace,
            brand=slot.brand,
            member=member,
            conversation=own_conversation(member, slot.brand, name),
            surface=SURFACE,
            language=brand.language,
            zone=zone.key,
        )
        accounts = await self._accounts(slot)
        brief, why = await self._campaigns.lend(slot, brief_of(slot.purpose, chosen, brand), chosen.why)
        idea = Idea(brief, accounts, angle=chosen.form, draft=name, due=slot.due, slot=slot.id, why=why)
        with suppress(Conflict):  # another worker was faster
            await self._requests.draft(asker, [idea], family=slot.id)
        return name

    async def _accounts(self, slot: Slot) -> tuple[str, ...]:
        """Those that are still connected. Raises AdMindError when none is."""
        there = await self._team.all(self._team.accounts, slot.workspace)
        open_ = {each.id for each in there if each.brand == slot.brand and each.closed_at is None}
        chosen = tuple(account for account in slot.purpose.accounts if account in open_)
        if not chosen:
            raise AdMindError("None of the slot's accounts is connected any more.", do_next="Connect them again.")
        return chosen

    async def _in_the_name_of(self, slot: Slot) -> str:
        """Whoever planned it, or an owner where they work for the brand no more."""
        every = await self._team.all(self._team.members, slot.workspace)
        here = [each for each in every if each.erased_at is None and each.roles.get(slot.brand)]
        planner = [each.id for each in here if each.id == slot.purpose.added_by]
        owners = [each.id for each in here if each.may(slot.brand, Role.owner)]
        if not (planner or owners):
            raise AdMindError("Nobody works for this brand any more.")
        return (planner or owners)[0]

    async def _save(self, kept: Kept[Slot], **updates: object) -> Kept[Slot]:
        slot = kept.record.changed(**updates, updated_at=self._clock.now())
        await commit(self._database, self._slots.save(Change(slot.workspace), slot, ver=kept.ver))
        return Kept(slot, kept.ver + 1)

    async def _left_empty(self, kept: Kept[Slot], problem: str, home: Workspace) -> None:
        """It stays empty for now, and people are told so once."""
        slot = kept.record
        if not slot.told:
            await self._tell_empty(slot, problem, home)
        if slot.problem != problem or not slot.told or slot.state is not SlotState.empty:
            await self._save(kept, state=SlotState.empty, problem=problem, told=True)

    async def _tell_empty(self, slot: Slot, problem: str, home: Workspace) -> None:
        table = await self._board.round_table(slot.workspace)
        names = table.words(slot.brand)
        with reading(home.language):
            accounts = words(home.language).series([names.account(each) for each in slot.purpose.accounts])
            card = Card(
                title=told("A slot of the plan is empty"),
                status=told("{when}, {accounts}: nothing is drafted.", when=names.time(slot.due), accounts=accounts),
                notes=(retold(problem),),
                buttons=(Button(label=told("New post"), action=f"new:{slot.brand}"),),
            )
        week = self._clock.now().isocalendar()  # told once a week, however many of a recurrence stay empty
        with suppress(Undelivered):  # the inbox has it
            key = f"slot-empty:{slot.source}:{week.year}-{week.week}"
            await self._board.tell(slot.workspace, slot.brand, card, key=key, or_else=f"owners:{slot.brand}")


def brief_of(purpose: Purpose, chosen: Chosen, brand: Brand) -> Brief:
    """What the writer is told: the team's own words, and nothing else."""
    said = f"{chosen.form}: {chosen.topic}" if chosen.form else chosen.topic
    return Brief.model_validate(
        {
            "request": said,
            "topic": chosen.topic,
            "goal": chosen.goal,
            "facts": (*chosen.facts, *(each for each in purpose.facts if each not in chosen.facts)),
            "link": chosen.link or purpose.link,
            "links": tuple(each for each in dict.fromkeys((chosen.link, purpose.link)) if each),
            "audience": chosen.audience,
            "language": brand.language,
            "campaign": purpose.campaign,
            "pillar": chosen.pillar,
            "form": chosen.form,
        }
    )


def _new(each: Coming, workspace: str, brand: str, draft_at: datetime, now: datetime) -> Slot:
    return Slot(
        id=each.id,
        workspace=workspace,
        brand=brand,
        source=each.source,
        day=each.day,
        due=each.at,
        purpose=purpose_of(each.purpose),
        state=SlotState.skipped if each.free else SlotState.empty,
        problem=each.free,
        draft_at=max(draft_at, now),
        created_at=now,
        updated_at=now,
    )


def _renewed(slot: Slot, each: Coming, draft_at: datetime, now: datetime) -> Slot | None:
    """A slot as the plan has it by now; None where nothing is different, and where people decide about a draft."""
    if slot.draft or slot.state in (SlotState.approved, SlotState.expired):
        return None
    fresh = _new(each, slot.workspace, slot.brand, draft_at, now)
    same = (slot.due, slot.purpose, slot.state is SlotState.skipped) == (fresh.due, fresh.purpose, bool(each.free))
    if same and (not each.free or slot.problem == each.free):
        return None
    chosen = slot.chosen if slot.purpose == fresh.purpose else None
    return fresh.changed(fills=slot.fills, chosen=chosen, created_at=slot.created_at)
