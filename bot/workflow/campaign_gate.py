"""What a campaign has to say when one of its slots is to be drafted: not now, or with what, and what it cost so far."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.chat import Button, Card
from bot.clock import Clock
from bot.planning.arc import GOALS
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import reading, told
from bot.workflow.slot_drafts import drafts_of
from storage import pauses
from storage.campaigns import Campaign, CampaignStatus, CampaignStore
from storage.drafts import Brief, Draft, Proof
from storage.plans import Slot, SlotStore
from storage.redis import Database
from storage.stores import DraftStore, TeamStore
from storage.usage import Usage, plain

HELD_AGAIN: Final = timedelta(hours=1)  # until a slot that its campaign holds back is looked at again
PAUSED: Final = "The campaign pauses."
OVER: Final = frozenset({CampaignStatus.ended, CampaignStatus.dropped})
MOST_DRAFTS: Final = 2000


class CampaignGate:
    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database = database
        self._campaigns = CampaignStore(database)
        self._slots = SlotStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._board = board
        self._clock = clock

    async def holds(self, slot: Slot) -> str:
        """Why nothing is drafted for this slot now, in English; "" where it may be. Owners learn of a spent budget."""
        campaign = await self._of(slot)
        if campaign is None:
            return ""
        if campaign.status in OVER:
            return "The campaign has ended."
        if await self.paused(campaign):
            return PAUSED
        if not campaign.budget or self.money(await self.spent(campaign)) < Decimal(campaign.budget):
            return ""
        await self._tell_spent(campaign)
        return f"The campaign's budget of ${campaign.budget} for models is spent."

    async def lend(self, slot: Slot, brief: Brief, why: str) -> tuple[Brief, str]:
        """The brief and the reason with what the slot's campaign says: name, goal, evidence, declarations."""
        campaign = await self._of(slot)
        if campaign is None:
            return brief.model_copy(update={"campaign": ""}) if slot.purpose.campaign else brief, why
        post = next((each for each in campaign.arc if each.id == slot.id), None)
        said = [post.message] if post is not None and post.message else []
        proofs = tuple(
            Proof(message=each.text, evidence=each.evidence)
            for each in campaign.messages
            if each.text in said or each.evidence
        )
        lent = {
            "campaign": campaign.files_under,
            "goal": GOALS[post.stage] if post is not None else brief.goal,
            "proofs": proofs,
            "paid_partnership": campaign.paid_partnership,
            "partner": campaign.partner,
            "ai_picture": campaign.ai_picture,
        }
        return brief.model_copy(update=lent), post.why if post is not None and post.why else why

    async def paused(self, campaign: Campaign) -> bool:
        """Whether somebody stopped it, by itself or by its name in all brands."""
        scopes = {f"campaign:{campaign.files_under}", scope_of(campaign)}
        return any(each.scope in scopes for each in (await pauses.read(self._database, campaign.workspace)).holding())

    async def spent(self, campaign: Campaign) -> Usage:
        """What models took for its arc and for every draft of it, also those that were rejected or replaced."""
        total = campaign.planning
        for draft in await self.drafts(campaign):
            total = total.plus(draft.made_with.usage)
            picture = draft.made_with.picture
            if picture is not None and picture.price:
                total = total.plus(Usage(cost=plain(Decimal(picture.price))))
        return total

    @staticmethod
    def money(usage: Usage) -> Decimal:
        return Decimal(usage.cost or 0)

    async def drafts(self, campaign: Campaign) -> tuple[Draft, ...]:
        """Every draft of its slots, of any revision, and those that people asked for under its name."""
        workspace, brand = campaign.workspace, campaign.brand
        end = datetime.combine(campaign.last, datetime.max.time(), UTC) + timedelta(days=60)
        slots = await self._slots.between(workspace, brand, campaign.created_at - timedelta(days=1), end)
        mine = [slot for slot in slots if slot.purpose.campaign == campaign.id]
        names = dict.fromkeys(name for slot in mine for name in drafts_of(slot))
        found = {each.id: each for each in await self._drafts.many(workspace, list(names))}
        replaced = [each.replaced_by for each in found.values() if each.replaced_by]
        while missing := [name for name in replaced if name not in found]:
            more = await self._drafts.many(workspace, missing)
            found |= {each.id: each for each in more}
            replaced = [each.replaced_by for each in more if each.replaced_by]
        latest = await self._drafts.page(workspace, index=f"of:{brand}", limit=MOST_DRAFTS)
        name = campaign.files_under.casefold()
        asked = (each for each in latest.items if each.created_at >= campaign.created_at)
        found |= {each.id: each for each in asked if each.brief.campaign.casefold() == name}
        return tuple(found.values())

    async def _of(self, slot: Slot) -> Campaign | None:
        if not slot.purpose.campaign:
            return None
        kept = await self._campaigns.find(slot.workspace, slot.purpose.campaign)
        return kept.record if kept is not None and kept.record.brand == slot.brand else None

    async def _tell_spent(self, campaign: Campaign) -> None:
        home = (await self._team.workspaces.get(campaign.workspace, campaign.workspace)).record
        with reading(home.language):
            card = Card(
                title=told("The budget of “{name}” is spent", name=campaign.name),
                status=told(
                    "Models took the ${budget} that it may cost. Nothing more is drafted for it.",
                    budget=campaign.budget,
                ),
                notes=(told("Its drafts and slots stay. Give it a higher budget, and drafting goes on."),),
                buttons=(Button(label=told("New post"), action=f"new:{campaign.brand}"),),
            )
        with suppress(Undelivered):  # the inbox has it
            key = f"campaign-budget:{campaign.id}:{campaign.budget}"
            await self._board.tell(
                campaign.workspace, f"owners:{campaign.brand}", card, key=key, or_else=campaign.brand
            )


def scope_of(campaign: Campaign) -> str:
    """What pauses it and nothing else."""
    return f"campaign:{campaign.brand}/{campaign.files_under}"
