"""Campaigns: proposed from words, changed in words or one post at a time, started by a person, paused and ended.

What is proposed is kept and drafts nothing. Once started, the arc's posts are slots of the brand's plan, drafted just
in time and approved one by one. Campaign and plan change in one write, with its trace. Whoever may ask for posts may
change a campaign, as nothing goes out that nobody approved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.clock import Clock, milliseconds
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.planning.arc import Around, add, propose, with_arc
from bot.planning.campaign_words import Here, asks_for_one, is_campaign, read_campaign, read_wishes
from bot.planning.campaign_words import speaks_of_changes as says_changes
from bot.planning.horizon import kept_free
from bot.planning.reshaping import KEPT, reshaped
from bot.planning.standing import Standing
from bot.when import Unclear, resolve
from bot.words import reading, told
from bot.workflow.campaign_gate import CampaignGate, scope_of
from bot.workflow.campaign_making import id_of, made, post_of, single_of, valid, why_not, wide
from bot.workflow.decisions import TRIES
from bot.workflow.requests import Asker, Requests
from bot.workflow.stopping import Stopped, Stopping
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.campaigns import (
    LAUNCH,
    STAGES,
    ArcPost,
    Campaign,
    CampaignStatus,
    CampaignStore,
    KeyMessage,
    Milestone,
    Stage,
)
from storage.commit import Change, commit
from storage.drafts import OPEN, DraftStatus
from storage.plans import MOST_SINGLE, Plan, PlanStore, SlotStore
from storage.redis import Database
from storage.stores import DraftStore, Kept, TeamStore
from storage.team import Brand, Member, Role
from storage.usage import NOTHING, Usage

__all__ = ["STAGES", "Campaign", "CampaignStatus", "Campaigns"]  # handlers know `bot` only
EDITABLE: Final = (
    "name", "goal", "audiences", "pillars", "messages", "link", "utm", "budget", "paid_partnership", "partner",
    "ai_picture",
)  # fmt: skip
MOVES: Final = frozenset({DraftStatus.approved, *OPEN})


@dataclass(frozen=True, slots=True)
class ProposedArc:
    """The campaign with its arc, what a model took for it, and the stamp of its prompt ("" where rules made it)."""

    campaign: Campaign
    usage: Usage = NOTHING
    prompt: str = ""


class Proposer(Protocol):
    """What makes an arc of a campaign by a language model."""

    async def __call__(self, asker: Asker, campaign: Campaign, around: Around) -> ProposedArc: ...


class Campaigns:
    def __init__(
        self,
        database: Database,
        *,
        standing: Standing,
        requests: Requests,
        gate: CampaignGate,
        stopping: Callable[[], Stopping],
        audit: AuditWriter,
        clock: Clock,
        proposer: Proposer | None = None,
    ) -> None:
        self._database = database
        self._campaigns = CampaignStore(database)
        self._plans = PlanStore(database)
        self._slots = SlotStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._standing = standing
        self._requests = requests
        self.gate = gate
        self._stopping = stopping
        self._audit = audit
        self._clock = clock
        self._proposer = proposer

    async def of(self, workspace: str, member: str, brand: str) -> tuple[Campaign, ...]:
        """All of a brand, the earliest first. Raises NotFound for who has no role in it, NotAllowed for clients."""
        await self._worker(workspace, member, brand)
        return await self._campaigns.of(workspace, brand)

    async def get(self, workspace: str, member: str, name: str) -> Campaign:
        """As it stands now, what was moved or left out in the plan included. Raises NotFound, NotAllowed."""
        campaign = (await self._open(workspace, member, name))[0].record
        return await self._as_planned(campaign)

    async def named(self, workspace: str, member: str, brand: str, name: str) -> Campaign:
        """By its id or its name, the latest of those that have it. Raises NotFound."""
        wanted = name.strip().casefold()
        every = await self.of(workspace, member, brand)
        found = [each for each in every if wanted in (each.id, each.name.casefold(), each.files_under.casefold())]
        live = [each for each in found if each.status not in (CampaignStatus.ended, CampaignStatus.dropped)]
        if not found:
            there = ", ".join(each.name for each in every) or told("none yet")
            raise NotFound(told("I know no campaign “{name}”. There are: {there}.", name=name[:60], there=there))
        return await self._as_planned((live or found)[-1])

    async def here(self, workspace: str, brand: str, language: str) -> Here:
        """What words about a campaign are read against. Raises NotFound."""
        found = (await self._team.brands.get(workspace, brand)).record
        return Here(
            brand=found,
            plan=await self._standing.plan(workspace, brand),
            accounts=await self._accounts(workspace, brand),
            zone=await self._standing.zone(workspace, brand),
            now=self._clock.now(),
            language=language,
        )

    def is_campaign(self, text: str) -> bool:
        return asks_for_one(text) or is_campaign(text)

    async def speaks_of(self, campaign: Campaign, text: str, language: str) -> bool:
        """Whether a whole message changes this campaign, beyond doubt."""
        here = await self.here(campaign.workspace, campaign.brand, language)
        return says_changes(text, campaign, here)

    async def propose(self, asker: Asker, text: str, *, language: str, key: str = "") -> Campaign:
        """A campaign with an arc, to be looked at; nothing is drafted. The same `key` again gives the same one.

        Raises BadInput with a question, NotAllowed.
        """
        by, _ = await self._worker(asker.workspace, asker.member, asker.brand)
        name = id_of(f"{asker.brand} {key or f'{asker.member} {text} {self._clock.now().isoformat()}'}")
        there = await self._campaigns.find(asker.workspace, name)
        if there is not None:
            return there.record
        here = await self.here(asker.workspace, asker.brand, language)
        if not here.accounts:
            raise BadInput(
                "No account is connected yet.",
                kept="No campaign was made.",
                do_next="Connect one with `admind accounts add`.",
            )
        said = read_campaign(text, here)
        campaign, around = made(name, said, by, here, self._clock.now()), self._around(here)
        if campaign.launch.day <= around.now.date():
            raise BadInput(told("The launch has to lie ahead."), kept=told("No campaign was made."))
        proposer = self._proposer
        made_by = await proposer(asker, campaign, around) if proposer else ProposedArc(propose(campaign, around))
        campaign = made_by.campaign.changed(planning=made_by.usage, planned_with=made_by.prompt)
        change = self._campaigns.save(Change(asker.workspace), campaign, ver=None)
        details = {"words": text[:1000], "by": made_by.prompt or "rule"}
        entry = await self._entry(by, campaign, "campaign proposed", details)
        await commit(self._database, change.audit(entry))
        return campaign

    async def adjust(self, asker: Asker, name: str, text: str, *, language: str) -> Campaign:
        """Change it in words. Raises BadInput with a question, NotFound, NotAllowed."""
        here = await self.here(asker.workspace, asker.brand, language)
        around = self._around(here)

        def how(campaign: Campaign) -> Campaign:
            return reshaped(campaign, read_wishes(text, campaign, here), around)

        return await self._change(asker, name, how, "campaign changed", {"words": text[:1000]})

    async def edit(self, asker: Asker, name: str, changes: Mapping[str, Any]) -> Campaign:
        """Its name, goal, audiences, pillars, messages, link, UTM name, budget, declarations. Raises BadInput."""
        given = {field: value for field, value in changes.items() if field in EDITABLE}
        if "messages" in given:
            given["messages"] = tuple(valid(KeyMessage, each) for each in given["messages"])

        def how(campaign: Campaign) -> Campaign:
            if asker.by_agent and campaign.paid_partnership and given.get("paid_partnership") is False:
                raise NotAllowed("Only a person can take back what was declared.", kept=KEPT)
            return campaign.changed(**given)

        return await self._change(asker, name, how, "campaign changed", {"what": " ".join(sorted(given))})

    async def add(self, asker: Asker, name: str, when: str, *, stage: str = "proof", topic: str = "") -> Campaign:
        """One post more, at a time in words. Raises BadInput with a question."""
        here = await self.here(asker.workspace, asker.brand, asker.language)
        at = self._moment(when, here.zone, asker.language)

        def how(campaign: Campaign) -> Campaign:
            kind: Stage = next((each for each in STAGES if each == stage), "proof")
            post = add(campaign, self._around(here), kind, at.date(), why="A person put it there.")
            about = {"topic": topic.strip()[:300], "message": ""} if topic.strip() else {}
            post = post.model_copy(update={"at": at, "fixed": True, **about})
            return wide(with_arc(campaign, [*campaign.arc, post]), at.date())

        return await self._change(asker, name, how, "campaign changed", {"added": at.isoformat()})

    async def move(self, asker: Asker, name: str, post: str, when: str) -> Campaign:
        """One post to another time; its draft goes along, and what was approved asks again. Raises BadInput."""
        here = await self.here(asker.workspace, asker.brand, asker.language)
        at = self._moment(when, here.zone, asker.language)

        def how(campaign: Campaign) -> Campaign:
            moved = post_of(campaign, post).model_copy(update={"at": at, "fixed": True})
            arc = [moved if each.id == post else each for each in campaign.arc]
            if moved.stage == LAUNCH and sum(each.stage == LAUNCH for each in arc) == 1:
                launch = Milestone(name=LAUNCH, day=at.date(), at=at.time())
                others = tuple(each for each in campaign.milestones if each.name != LAUNCH)
                campaign = campaign.changed(milestones=(*others, launch))
            return wide(with_arc(campaign, arc), at.date())

        return await self._change(asker, name, how, "campaign changed", {"slot": post, "to": at.isoformat()})

    async def drop_post(self, asker: Asker, name: str, post: str) -> Campaign:
        """One post leaves the arc; a draft that stands there stays. Raises NotFound."""

        def how(campaign: Campaign) -> Campaign:
            gone = post_of(campaign, post)
            return with_arc(campaign, [each for each in campaign.arc if each.id != gone.id])

        return await self._change(asker, name, how, "campaign changed", {"dropped": post})

    async def edit_post(self, asker: Asker, name: str, post: str, changes: Mapping[str, Any]) -> Campaign:
        """What one post is about, its kind and its accounts; what is drafted of it stays as it is. Raises BadInput."""
        given = {field: value for field, value in changes.items() if field in ("topic", "form", "accounts", "stage")}
        open_ = {each.id for each in await self._accounts(asker.workspace, asker.brand)}
        if not set(given.get("accounts", ())) <= open_:
            raise BadInput(told("I know no such account here."), kept=KEPT)

        def how(campaign: Campaign) -> Campaign:
            old = post_of(campaign, post)
            if given.get("topic", old.topic) != old.topic:
                given["message"] = ""
            new: ArcPost = valid(ArcPost, old.model_dump() | given)
            return with_arc(campaign, [new if each.id == post else each for each in campaign.arc])

        details = {"slot": post, "what": " ".join(sorted(given))}
        return await self._change(asker, name, how, "campaign changed", details)

    async def start(self, asker: Asker, name: str) -> Campaign:
        """A person confirms it: its posts become slots. Again: no difference. Raises NotFound, BadInput."""

        def how(campaign: Campaign) -> Campaign:
            if campaign.status is CampaignStatus.proposed and not campaign.arc:
                raise BadInput(told("Its arc has no post."), kept=KEPT)
            if campaign.status is not CampaignStatus.proposed:
                return campaign
            return campaign.changed(status=CampaignStatus.running)

        return await self._change(asker, name, how, "campaign started", {}, unless_same=True)

    async def end(self, asker: Asker, name: str) -> Campaign:
        """Nothing more is drafted for it; what waits or is approved stays. A proposal is dropped."""

        def how(campaign: Campaign) -> Campaign:
            proposed = campaign.status is CampaignStatus.proposed
            status = CampaignStatus.dropped if proposed else CampaignStatus.ended
            return campaign if campaign.status is CampaignStatus.dropped else campaign.changed(status=status)

        return await self._change(asker, name, how, "campaign ended", {}, unless_same=True)

    async def pause(self, asker: Asker, name: str, reason: str = "") -> Stopped:
        """Nothing of it goes out or is drafted from now on, in its brand alone. Raises NotFound, NotAllowed."""
        kept, by = await self._open(asker.workspace, asker.member, name)
        now, scope = self._clock.now(), scope_of(kept.record)
        return await self._stopping().stop(asker.workspace, scope, by, reason, now, asker.surface)

    async def _change(
        self,
        asker: Asker,
        name: str,
        how: Callable[[Campaign], Campaign],
        kind: str,
        details: Mapping[str, str],
        *,
        unless_same: bool = False,
    ) -> Campaign:
        """The campaign changed, and its slots with it. Raises what `how` raises, and Conflict."""
        for _ in range(TRIES):
            kept, by = await self._open(asker.workspace, asker.member, name)
            old = await self._as_planned(kept.record)
            try:
                new = how(old)
            except ValidationError as error:
                raise BadInput(why_not(error), kept=KEPT) from None
            if unless_same and new == old:
                return old
            await self._move_drafts(asker, old, new)
            now = self._clock.now()
            new = new.changed(updated_at=now)
            change = self._campaigns.save(Change(asker.workspace), new, ver=kept.ver)
            await self._plan_in(change, new, old, by)
            try:
                await commit(self._database, change.audit(await self._entry(by, new, kind, details)))
                return new
            except Conflict:
                continue
        raise Conflict("Somebody else changes the campaign all the time.", kept=KEPT, do_next="Try again in a moment.")

    async def _plan_in(self, change: Change, new: Campaign, old: Campaign, by: Member) -> None:
        """Into the change: the plan's slots of the campaign as its arc has them now."""
        if CampaignStatus.running not in (new.status, old.status):
            return
        now, zone = self._clock.now(), await self._standing.zone(new.workspace, new.brand)
        kept = await self._plans.find(new.workspace, new.brand)
        plan = kept.record if kept else Plan(workspace=new.workspace, brand=new.brand, updated_at=now)
        others = tuple(each for each in plan.singles if each.campaign != new.id)
        wall = now.astimezone(zone).replace(tzinfo=None)
        arc = new.arc if new.status is CampaignStatus.running else [each for each in new.arc if each.at <= wall]
        singles = (*others, *(single_of(each, number, new, by, now) for number, each in enumerate(arc)))
        if len(singles) > MOST_SINGLE:
            raise BadInput(told("The plan holds no more slots."), kept=KEPT, do_next=told("End an old campaign first."))
        planned = plan.changed(singles=singles, updated_at=now)
        self._plans.keep(change, planned, ver=kept.ver if kept else None)
        change.due(f"plan:{new.brand}", milliseconds(now))
        for slot in await self._slots.many(new.workspace, [each.id for each in arc]):
            if slot.open and not slot.draft:  # what held it back may be over
                change.due(f"slot:{slot.id}", milliseconds(max(now, slot.draft_at)))

    async def _move_drafts(self, asker: Asker, old: Campaign, new: Campaign) -> None:
        """Drafts that stand in posts of another time go along; what is approved asks again."""
        if new.status is not CampaignStatus.running:
            return
        before = {each.id: each.at for each in old.arc}
        for post in new.arc:
            if before.get(post.id, post.at) == post.at:
                continue
            slot = await self._slots.find(new.workspace, post.id)
            draft = await self._drafts.find(new.workspace, slot.record.draft) if slot and slot.record.draft else None
            if draft is not None and draft.record.slot == post.id and draft.record.status in MOVES:
                await self._requests.move(asker, draft.record.id, f"{post.at:%Y-%m-%d %H:%M}")

    async def _as_planned(self, campaign: Campaign) -> Campaign:
        """With what people moved or left out in the plan itself."""
        if campaign.status is not CampaignStatus.running:
            return campaign
        plan = await self._standing.plan(campaign.workspace, campaign.brand)
        there = {each.id: each for each in plan.singles if each.campaign == campaign.id}
        arc = [each.model_copy(update={"at": there[each.id].at}) for each in campaign.arc if each.id in there]
        return with_arc(campaign, arc)

    def _around(self, here: Here) -> Around:
        def free(day: date) -> str:
            with reading("en"):
                return kept_free(here.plan, here.brand, day)

        return Around(
            now=self._clock.now().astimezone(here.zone).replace(tzinfo=None),
            channels={each.id: each.channel for each in here.accounts},
            kept_free=free,
            language=here.brand.language,
        )

    def _moment(self, when: str, zone: ZoneInfo, language: str) -> datetime:
        found = resolve(when, now=self._clock.now(), zone=zone.key, language=language)
        if isinstance(found, Unclear):
            raise BadInput(found.question, kept=KEPT)
        if found.soon or len(found.instants) != 1:
            raise BadInput("A slot has one time. Which one?", kept=KEPT)
        at = found.instants[0]
        if at <= self._clock.now():
            raise BadInput(told("That time has gone by."), kept=KEPT)
        return at.astimezone(zone).replace(tzinfo=None)

    async def _accounts(self, workspace: str, brand: str) -> list[Account]:
        every = await self._team.all(self._team.accounts, workspace)
        return [each for each in every if each.brand == brand and each.closed_at is None]

    async def _open(self, workspace: str, member: str, name: str) -> tuple[Kept[Campaign], Member]:
        kept = await self._campaigns.find(workspace, name)
        if kept is None:
            raise NotFound(f"There is no campaign {name[:40]}.", do_next="Look at the campaigns.")
        try:
            by, _ = await self._worker(workspace, member, kept.record.brand)
        except NotFound:
            raise NotFound(f"There is no campaign {name[:40]}.", do_next="Look at the campaigns.") from None
        return kept, by

    async def _worker(self, workspace: str, member: str, brand: str) -> tuple[Member, Brand]:
        """Whoever may ask for posts. Raises NotFound, NotAllowed."""
        kept, found = await self._team.members.find(workspace, member), await self._team.brands.find(workspace, brand)
        if kept is None or found is None or not kept.record.roles.get(brand) or kept.record.erased_at is not None:
            raise NotFound(f"There is no brand {brand[:40]}.")
        if not kept.record.may(brand, Role.requester, Role.approver, Role.owner):
            raise NotAllowed("Campaigns are for the brand's team.", kept="Nothing was changed.")
        return kept.record, found.record

    async def _entry(self, by: Member, campaign: Campaign, kind: str, details: Mapping[str, str]) -> Mapping[str, str]:
        return await self._audit.prepare(
            by.workspace,
            kind,
            subject=by.subject,
            about=campaign.id,
            at=self._clock.now(),
            brand=campaign.brand,
            details={"campaign": campaign.name, "status": campaign.status.value, **details},
        )
