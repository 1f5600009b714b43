"""What people change in a brand's plan: slots in words or one by one, pauses, pillars, dates, what comes back.

Whoever may ask for posts may change the plan, as nothing goes out that nobody approved; each change stands in the
audit. After each the horizon is looked at anew, at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.planning import holidays
from bot.planning.recurrence import comes_on
from bot.planning.rules import NoRule, read_rule
from bot.planning.saying import ReadBack, read_back
from bot.planning.standing import SlotView, Standing
from bot.planning.wording import Wanted, read_slots, speaks_of_slots
from bot.when import Unclear, resolve
from bot.workflow.decisions import TRIES
from bot.workflow.free_slots import FreeSlots
from bot.workflow.requests import Asker, Requests
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.plans import (
    MOST_RECURRENCES,
    Evergreen,
    Form,
    Holidays,
    Moved,
    Occasion,
    Pause,
    Pillar,
    Plan,
    PlanStore,
    Recurrence,
    Single,
    SlotStore,
)
from storage.record import ALPHABET, new_id
from storage.redis import Database
from storage.stores import DraftStore, TeamStore
from storage.team import Brand, Member, Role

__all__ = ["Plan", "Plans", "ReadBack"]  # handlers know `bot` only
KEPT: Final = "The plan is as it was."
SETTINGS: Final = ("pillars", "forms", "occasions", "holidays", "horizon_days", "apart_days", "open_percent")
EDITABLE: Final = ("rule", "first", "at", "until", "accounts", "pillar", "form", "audience", "fill", "topic")


class Plans:
    def __init__(
        self,
        database: Database,
        *,
        standing: Standing,
        free: FreeSlots,
        requests: Requests,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._plans = PlanStore(database)
        self._slots = SlotStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._standing = standing
        self._free = free
        self._requests = requests
        self._audit = audit
        self._clock = clock

    async def of(self, workspace: str, member: str, brand: str) -> Plan:
        """Raises NotFound for who has no role in the brand, NotAllowed for its clients."""
        await self._planner(workspace, member, brand)
        return await self._standing.plan(workspace, brand)

    async def between(self, workspace: str, member: str, brand: str, start: datetime, end: datetime) -> list[SlotView]:
        """Its slots by time. Raises NotFound, NotAllowed."""
        await self._planner(workspace, member, brand)
        return await self._standing.between(workspace, brand, start, end)

    async def read(self, workspace: str, member: str, brand: str, text: str, *, language: str) -> tuple[ReadBack, ...]:
        """The slots that these words ask for, before they count. Raises BadInput with a question, NotAllowed."""
        await self._planner(workspace, member, brand)
        names = {account.id: account.name for account in await self._accounts(workspace, brand)}
        return tuple(read_back(each, names) for each in await self._wanted(workspace, brand, text, language))

    async def is_plan(self, workspace: str, brand: str, text: str, *, language: str) -> bool:
        """Whether a whole message speaks of recurring slots, beyond doubt."""
        if len(text) > 4000 or not any(char.isdigit() for char in text):
            return False
        accounts, plan = await self._accounts(workspace, brand), await self._standing.plan(workspace, brand)
        return speaks_of_slots(text, accounts, plan, language=language, today=await self._today(workspace, brand))

    async def add(
        self, workspace: str, member: str, brand: str, text: str, *, language: str, key: str = ""
    ) -> tuple[Recurrence, ...]:
        """Plan what these words ask for; what stands in the plan like that already is not planned twice. The same `key`
        again adds nothing. Raises BadInput, NotAllowed.
        """
        by = await self._planner(workspace, member, brand)
        wanted, today = await self._wanted(workspace, brand, text, language), await self._today(workspace, brand)
        now = self._clock.now()
        made = tuple(
            Recurrence(
                id=_named(f"{brand} {key} {number}") if key else new_id("rc"),
                rule=each.rule,
                first=each.first or today,
                at=each.at,
                until=each.until,
                accounts=each.accounts,
                pillar=each.pillar,
                form=each.form,
                fill=each.fill,
                added_by=by.id,
                added_at=now,
            )
            for number, each in enumerate(wanted)
        )

        def added(plan: Plan) -> Plan:
            there, alike = {each.id for each in plan.recurrences}, {_meant(each) for each in plan.recurrences}
            every = (*plan.recurrences, *(each for each in made if each.id not in there and _meant(each) not in alike))
            if len(every) > MOST_RECURRENCES:
                raise BadInput(f"A plan has at most {MOST_RECURRENCES} recurring slots.", kept=KEPT)
            return plan.changed(recurrences=every)

        plan = await self._change(by, brand, added, "slots planned", {"words": text[:1000]})
        return tuple(
            next(kept for kept in plan.recurrences if kept.id == each.id or _meant(kept) == _meant(each))
            for each in made
        )

    async def holds(self, workspace: str, member: str, brand: str, key: str) -> bool:
        """Whether what was added under this key stands in the plan. Raises NotFound, NotAllowed."""
        return (await self.of(workspace, member, brand)).recurrence(_named(f"{brand} {key} 0")) is not None

    async def add_single(self, workspace: str, member: str, brand: str, when: str, **purpose: Any) -> Single:
        """One slot, at a time in words. `purpose`: accounts (ids), pillar, form, topic, fill … Raises BadInput."""
        by = await self._planner(workspace, member, brand)
        zone = await self._standing.zone(workspace, brand)
        at = self._moment(when, zone, by.language)
        single: Single = _made(
            Single,
            {
                **purpose,
                "id": new_id("so"),
                "at": at.astimezone(zone).replace(tzinfo=None),
                "added_by": by.id,
                "added_at": self._clock.now(),
            },
        )
        await self._open_accounts(workspace, brand, single.accounts)
        await self._change(
            by,
            brand,
            lambda plan: plan.changed(singles=(*plan.singles, single)),
            "slots planned",
            {"slot": single.id},
        )
        return single

    async def edit(self, workspace: str, member: str, brand: str, name: str, changes: Mapping[str, Any]) -> Recurrence:
        """Change a recurring slot; its occurrences keep their names. Raises NotFound, BadInput."""
        by = await self._planner(workspace, member, brand)
        given = {field: value for field, value in changes.items() if field in EDITABLE}
        if "rule" in given:
            given["rule"] = _rule(str(given["rule"]))
        if "accounts" in given:
            await self._open_accounts(workspace, brand, given["accounts"])

        def edited(plan: Plan) -> Plan:
            old = _recurrence(plan, name)
            new = _made(Recurrence, old.model_dump() | given)
            return plan.changed(recurrences=tuple(new if each.id == name else each for each in plan.recurrences))

        plan = await self._change(by, brand, edited, "slot changed", {"slot": name, "what": " ".join(sorted(given))})
        return _recurrence(plan, name)

    async def remove(self, workspace: str, member: str, brand: str, name: str) -> None:
        """A recurring slot or a single one leaves the plan; drafts that stand in it stay. Raises NotFound."""
        by = await self._planner(workspace, member, brand)

        def without(plan: Plan) -> Plan:
            if plan.recurrence(name) is None and plan.single(name) is None:
                raise NotFound("There is no such slot in the plan.", do_next="Look at the plan.")
            return plan.changed(
                recurrences=tuple(each for each in plan.recurrences if each.id != name),
                singles=tuple(each for each in plan.singles if each.id != name),
            )

        await self._change(by, brand, without, "slot removed", {"slot": name})

    async def pause(
        self,
        workspace: str,
        member: str,
        brand: str,
        first: date,
        last: date | None,
        *,
        why: str = "",
        name: str = "",
    ) -> Plan:
        """Nothing is planned in these days: of the whole plan, or of one recurring slot. Raises NotFound, BadInput."""
        by = await self._planner(workspace, member, brand)
        if last is not None and last < first:
            raise BadInput("A pause ends after it begins.", kept=KEPT)
        pause = _made(Pause, {"first": first, "last": last, "why": why})
        details = {"slot": name, "first": first.isoformat(), "last": last.isoformat() if last else ""}

        def paused(plan: Plan) -> Plan:
            if not name:
                return plan.changed(pauses=(*plan.pauses, pause))
            old = _recurrence(plan, name)
            return _with(plan, old.model_copy(update={"pauses": (*old.pauses, pause)}))

        return await self._change(by, brand, paused, "plan paused", details)

    async def go_on(self, workspace: str, member: str, brand: str, *, name: str = "") -> Plan:
        """End what pauses now or later: all of the plan's own pauses, or those of one recurring slot."""
        by, today = await self._planner(workspace, member, brand), await self._today(workspace, brand)

        def ended(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
            yesterday = today - timedelta(days=1)
            over = [each for each in pauses if each.last is not None and each.last < today]
            begun = [p.model_copy(update={"last": yesterday}) for p in pauses if p not in over and p.first < today]
            return (*over, *begun)

        def going(plan: Plan) -> Plan:
            if not name:
                return plan.changed(pauses=ended(plan.pauses))
            old = _recurrence(plan, name)
            return _with(plan, old.model_copy(update={"pauses": ended(old.pauses)}))

        return await self._change(by, brand, going, "plan goes on", {"slot": name})

    async def skip(self, workspace: str, member: str, brand: str, slot: str, *, back: bool = False) -> None:
        """Leave one occurrence out, or take it back in. A draft that stands there stays. Raises NotFound."""
        by = await self._planner(workspace, member, brand)

        def skipped(plan: Plan) -> Plan:
            if plan.single(slot) is not None:
                return plan.changed(singles=tuple(each for each in plan.singles if each.id != slot))
            old, day = _occurrence(plan, slot)
            out = {each for each in old.excepted if each != day} if back else {*old.excepted, day}
            return _with(plan, old.model_copy(update={"excepted": tuple(sorted(out))[-400:]}))

        await self._change(by, brand, skipped, "slot skipped" if not back else "slot taken back", {"slot": slot})

    async def move(self, asker: Asker, slot: str, when: str) -> None:
        """Put one occurrence at another time. A draft that stands in it moves along, as by the person's own hand: what
        was approved asks again, unless who moves it may approve it. Raises NotFound, BadInput with a question.
        """
        workspace, brand = asker.workspace, asker.brand
        by = await self._planner(workspace, asker.member, brand)
        zone = await self._standing.zone(workspace, brand)
        at = self._moment(when, zone, asker.language)
        wall = at.astimezone(zone).replace(tzinfo=None)
        kept = await self._slots.find(workspace, slot)
        drafted = await self._drafts.find(workspace, kept.record.draft) if kept and kept.record.draft else None
        if drafted is not None and drafted.record.slot == slot:
            await self._requests.move(asker, drafted.record.id, when)

        def moved(plan: Plan) -> Plan:
            single = plan.single(slot)
            if single is not None:
                new = single.model_copy(update={"at": wall})
                return plan.changed(singles=tuple(new if each.id == slot else each for each in plan.singles))
            old, day = _occurrence(plan, slot)
            others = tuple(each for each in old.moved if each.day != day)
            return _with(plan, old.model_copy(update={"moved": (*others, Moved(day=day, to=wall))[-200:]}))

        await self._change(by, brand, moved, "slot moved", {"slot": slot, "to": wall.isoformat()})

    async def fill(self, workspace: str, member: str, brand: str, slots: Sequence[str] = ()) -> int:
        """Have empty slots of the coming horizon filled anew: these, or all that are empty. How many."""
        by = await self._planner(workspace, member, brand)
        return await self._free.fill(
            workspace, brand, slots, lambda slot: self._entry(by, brand, "slot filled", {"slot": slot})
        )

    async def set(self, workspace: str, member: str, brand: str, changes: Mapping[str, Any]) -> Plan:
        """Pillars, forms, dates that matter, holidays, the horizon, how far topics are apart. Raises BadInput."""
        by = await self._planner(workspace, member, brand)
        kinds = {"pillars": Pillar, "forms": Form, "occasions": Occasion}
        given: dict[str, Any] = {name: value for name, value in changes.items() if name in SETTINGS}
        for name, kind in kinds.items():
            if name in given:
                given[name] = tuple(_made(kind, _plain(each)) for each in given[name])
                names = [each.name.casefold() for each in given[name]]
                if name != "occasions" and len(names) != len(set(names)):
                    raise BadInput("Two of them have one name.", kept=KEPT)
        if "holidays" in given:
            chosen = _made(Holidays, _plain(given["holidays"]))
            holidays.check(chosen.country, chosen.region)
            given["holidays"] = chosen

        def changed(plan: Plan) -> Plan:
            new: Plan = _made(Plan, {each: getattr(plan, each) for each in Plan.model_fields} | given)
            return new

        return await self._change(by, brand, changed, "plan changed", {"what": " ".join(sorted(given))})

    async def evergreen(self, workspace: str, member: str, brand: str, draft: str, after_days: int | None) -> Plan:
        """A post may come back in fresh words, so many days after it was last out; None: no more. Raises NotFound."""
        by = await self._planner(workspace, member, brand)
        kept = await self._drafts.find(workspace, draft)
        if kept is None or kept.record.brand != brand:
            raise NotFound(f"There is no draft {draft[:40]}.", kept=KEPT)

        def marked(plan: Plan) -> Plan:
            others = tuple(each for each in plan.evergreens if each.draft != draft)
            if after_days is None:
                return plan.changed(evergreens=others)
            new = _made(Evergreen, {"draft": draft, "after_days": after_days, "added_by": by.id})
            return plan.changed(evergreens=(*others, new))

        details = {"draft": draft, "after_days": str(after_days or "")}
        return await self._change(by, brand, marked, "evergreen marked", details)

    async def _wanted(self, workspace: str, brand: str, text: str, language: str) -> tuple[Wanted, ...]:
        accounts, plan = await self._accounts(workspace, brand), await self._standing.plan(workspace, brand)
        if not accounts:
            raise BadInput("No account is connected yet.", do_next="Connect one with `admind accounts add`.")
        return read_slots(text, accounts, plan, language=language, today=await self._today(workspace, brand))

    async def _accounts(self, workspace: str, brand: str) -> list[Account]:
        every = await self._team.all(self._team.accounts, workspace)
        return [each for each in every if each.brand == brand and each.closed_at is None]

    async def _open_accounts(self, workspace: str, brand: str, ids: Sequence[str]) -> None:
        unknown = set(ids) - {each.id for each in await self._accounts(workspace, brand)}
        if unknown:
            raise BadInput(f"I know no account {sorted(unknown)[0][:40]!r} here.", kept=KEPT)

    async def _today(self, workspace: str, brand: str) -> date:
        return self._clock.now().astimezone(await self._standing.zone(workspace, brand)).date()

    def _moment(self, when: str, zone: ZoneInfo, language: str) -> datetime:
        found = resolve(when, now=self._clock.now(), zone=zone.key, language=language)
        if isinstance(found, Unclear):
            raise BadInput(found.question, kept=KEPT)
        if found.soon or len(found.instants) != 1:
            raise BadInput("A slot has one time. Which one?", kept=KEPT)
        return found.instants[0]

    async def _reader(self, workspace: str, member: str, brand: str) -> tuple[Member, Brand]:
        kept = await self._team.members.find(workspace, member)
        found = await self._team.brands.find(workspace, brand)
        if kept is None or found is None or not kept.record.roles.get(brand) or kept.record.erased_at is not None:
            raise NotFound(f"There is no brand {brand[:40]}.")
        return kept.record, found.record

    async def _planner(self, workspace: str, member: str, brand: str) -> Member:
        """Whoever may ask for posts. Raises NotFound, NotAllowed."""
        found, _ = await self._reader(workspace, member, brand)
        if not found.may(brand, Role.requester, Role.approver, Role.owner):
            raise NotAllowed("The plan is for the brand's team.", kept=KEPT)
        return found

    async def _change(
        self, by: Member, brand: str, how: Callable[[Plan], Plan], kind: str, details: Mapping[str, str]
    ) -> Plan:
        """The plan changed, with its trace, and looked at anew at once. Raises what `how` raises, and Conflict."""
        workspace = by.workspace
        for _ in range(TRIES):
            now, kept = self._clock.now(), await self._plans.find(workspace, brand)
            old = kept.record if kept else Plan(workspace=workspace, brand=brand, updated_at=now)
            try:
                plan = how(old).changed(updated_at=now)
            except ValidationError as error:
                raise BadInput(_why(error), kept=KEPT) from None
            change = self._plans.keep(Change(workspace), plan, ver=kept.ver if kept else None)
            change.due(f"plan:{brand}", milliseconds(now))
            try:
                await commit(self._database, change.audit(await self._entry(by, brand, kind, details)))
                return plan
            except Conflict:
                continue
        raise Conflict("Somebody else changes the plan all the time.", kept=KEPT, do_next="Try again in a moment.")

    async def _entry(self, by: Member, brand: str, kind: str, details: Mapping[str, str]) -> Mapping[str, str]:
        return await self._audit.prepare(
            by.workspace,
            kind,
            subject=by.subject,
            about=details.get("slot") or brand,
            at=self._clock.now(),
            brand=brand,
            details=dict(details),
        )


def _meant(each: Recurrence) -> tuple[object, ...]:
    """By which two recurring slots are one."""
    return (each.rule, each.at, each.until, each.accounts, each.pillar, each.form, each.fill)


def _recurrence(plan: Plan, name: str) -> Recurrence:
    found = plan.recurrence(name)
    if found is None:
        raise NotFound("There is no such recurring slot in the plan.", do_next="Look at the plan.")
    return found


def _occurrence(plan: Plan, slot: str) -> tuple[Recurrence, date]:
    """The recurrence and the day behind a slot's name. Raises NotFound."""
    source, _, said = slot.rpartition("-")
    found = _recurrence(plan, source)
    try:
        day = date.fromisoformat(f"{said[:4]}-{said[4:6]}-{said[6:]}")
    except ValueError:
        raise NotFound("There is no such slot in the plan.", do_next="Look at the plan.") from None
    if not comes_on(found, day):
        raise NotFound("There is no such slot in the plan.", do_next="Look at the plan.")
    return found, day


def _with(plan: Plan, recurrence: Recurrence) -> Plan:
    return plan.changed(
        recurrences=tuple(recurrence if each.id == recurrence.id else each for each in plan.recurrences)
    )


def _rule(text: str) -> str:
    try:
        read_rule(text)
    except NoRule as error:
        raise BadInput(str(error), kept=KEPT) from None
    return "".join(text.split()).upper().removeprefix("RRULE:")


def _named(text: str) -> str:
    number, letters = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]), ""
    for _ in range(12):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"rc_{letters}"


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _made(kind: Any, values: Any) -> Any:
    """Of what people gave. Raises BadInput with what is wrong."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise BadInput(_why(error), kept=KEPT) from None


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    where, what = ".".join(str(part) for part in first["loc"]), str(first["msg"]).removeprefix("Value error, ")
    return f"The plan cannot be so: {where}: {what}." if where else f"The plan cannot be so: {what}."
