"""What should be posted next: from what posts brought, whom they left out, open slots, feeds and dates. No model.

Each point says why, with numbers, how many posts those rest on, and the posts themselves. It proposes; drafts are asked
for by people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.clock import Clock
from bot.errors import NotAllowed, NotFound
from bot.insights.advice import Kind, Lack, Lift, Wish, shown, wishes
from bot.insights.best_time import Pattern, pattern
from bot.insights.mix import Spread
from bot.insights.observed import Observation
from bot.planning.ideas import Slate, choose
from bot.planning.standing import SlotView, Standing
from bot.words import noted
from bot.workflow.mixing import Mixing
from bot.workflow.observing import Observing
from bot.workflow.slate import Slates, planned
from bot.workflow.timing import GROWN, LOOKED_BACK, timed
from storage.plans import Chosen, Plan, Purpose, Slot, SlotStore
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Brand, Role

MOST: Final = 12
LATELY: Final = timedelta(days=120)  # what does well may change
AHEAD: Final = timedelta(days=14)
AROUND: Final = timedelta(days=60)
EVIDENCE: Final = 4


class Proof(BaseModel):
    """A post that is evidence."""

    post: str
    draft: str
    title: str
    url: str
    brought: float = Field(description="engagements and clicks of a thousand who saw it")


class Tip(BaseModel):
    """One post that had better come next. Reasons are in English, each with its numbers."""

    due: datetime | None = Field(description="of the open slot that it would fill; null: there is none")
    slot: str
    accounts: list[str]
    audience: str
    pillar: str
    form: str
    topic: str = Field(description="empty: nothing is left to say there")
    link: str
    keeps_open: bool = Field(description="whether it is of the part that stays on what gets too little")
    reasons: list[str]
    posts: int = Field(description="how many posts with numbers this rests on")
    evidence: list[Proof]


class Advising:
    def __init__(
        self, database: Database, *, observing: Observing, mixing: Mixing, standing: Standing, clock: Clock
    ) -> None:
        self._slates = Slates(database)
        self._slots = SlotStore(database)
        self._team = TeamStore(database)
        self._observing = observing
        self._mixing = mixing
        self._standing = standing
        self._clock = clock

    async def next(self, workspace: str, by: str, brand_id: str, count: int = 3) -> list[Tip]:
        """The next so many, fewer where nothing is left to say.

        Raises NotFound for who has no role in the brand, NotAllowed for its clients.
        """
        member = (await self._team.members.get(workspace, by)).record
        if not member.roles.get(brand_id):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        if not member.may(brand_id, Role.requester, Role.approver, Role.owner):
            raise NotAllowed("What comes next is for those who make the posts.", kept="Nothing changed.")
        count, now = min(max(count, 1), MOST), self._clock.now()
        brand = (await self._team.brands.get(workspace, brand_id)).record
        plan, zone = await self._standing.plan(workspace, brand_id), await self._standing.zone(workspace, brand_id)
        year = await self._observing.of(workspace, brand_id, now - LOOKED_BACK, now)
        posts = [each for each in year if each.out_at >= now - LATELY]
        found = wishes(count, posts, _declared(plan, brand), await self._served(brand), percent=plan.open_percent)
        places = [each for each in await self._standing.between(workspace, brand_id, now, now + AHEAD) if each.free]
        slots = await self._slots.between(workspace, brand_id, now - AROUND, now + AROUND)
        slate = await self._slates.of(plan, brand, zone, slots, now)
        patterns = await asyncio.to_thread(_patterns, [each for each in year if each.out_at <= now - GROWN])
        tips = list[Tip]()
        for number, wish in enumerate(found):
            place = places[number] if number < len(places) else None
            due = place.due if place else now + timedelta(days=1 + number)
            purpose = _purpose(wish, place, by, now)
            chosen = choose(purpose, due.astimezone(zone).replace(tzinfo=None), slate)
            same = tips and place is None and chosen is None and wish in found[:number]
            if same or (tips and chosen is None and not (wish.lacks or wish.lifts)):
                break  # that nothing is left to say is said once
            if chosen is not None:
                _said(slate, chosen, purpose, brand, due, zone)
            reasons = [_of_lack(each) for each in wish.lacks] + [_of_lift(each) for each in wish.lifts]
            reasons += [chosen.why] if chosen and chosen.why else []
            reasons += _of_time(place, due.astimezone(zone), purpose.form, patterns)
            tips.append(
                Tip(
                    due=place.due if place else None,
                    slot=place.id if place else "",
                    accounts=list(place.accounts) if place else [],
                    audience=purpose.audience,
                    pillar=(chosen.pillar if chosen else "") or purpose.pillar,
                    form=purpose.form,
                    topic=chosen.topic if chosen else "",
                    link=chosen.link if chosen else "",
                    keeps_open=bool(wish.lacks),
                    reasons=reasons,
                    posts=sum(each.value is not None for each in posts),
                    evidence=[_proof(each) for each in shown(wish)][:EVIDENCE],
                )
            )
        return tips

    async def _served(self, brand: Brand) -> Mapping[Kind, Mapping[str, int]]:
        mix = await self._mixing.of(brand.workspace, brand.id, brand.profile.audiences)
        return {"audience": _counts(mix.audiences), "pillar": _counts(mix.pillars)}


def _declared(plan: Plan, brand: Brand) -> Mapping[Kind, Mapping[str, int | None]]:
    return {
        "audience": {each.name: each.share for each in brand.profile.audiences},
        "pillar": {each.name: each.share for each in plan.pillars},
    }


def _counts(spread: Spread) -> dict[str, int]:
    return {each.name: each.posts for each in spread.shares}


def _purpose(wish: Wish, place: SlotView | None, by: str, now: datetime) -> Purpose:
    """What the slot is for where it says so, else what the wish is."""
    return Purpose(
        accounts=tuple(place.accounts) if place and place.accounts else ("any",),
        pillar=(place.pillar if place else "") or wish.pillar,
        audience=(place.audience if place else "") or wish.audience,
        form=(place.form if place else "") or wish.form,
        added_by=by,
        added_at=now,
    )


def _said(slate: Slate, chosen: Chosen, purpose: Purpose, brand: Brand, due: datetime, zone: ZoneInfo) -> None:
    """Onto the slate, so that no two points say one thing."""
    slot = Slot(
        id="next",
        workspace=brand.workspace,
        brand=brand.id,
        source="next",
        day=due.date(),
        due=due,
        purpose=purpose,
        draft_at=due,
        created_at=due,
        updated_at=due,
    )
    slate.memory.add(planned(slot, chosen, zone))


def _of_lack(lack: Lack) -> str:
    name, wanted = lack.name, f"{100 * lack.wanted:.0f} %"
    if not lack.of:
        return noted(f"“{name}” got no post in the last 30 days, of {wanted} meant for it.")
    share = f"{100 * lack.posts / lack.of:.0f} %"
    return noted(
        f"“{name}” got {lack.posts} of {lack.of} posts in the last 30 days ({share}), of {wanted} meant for it."
    )


def _of_lift(lift: Lift) -> str:
    more, low, high = f"{100 * lift.share:+.0f} %", f"{100 * lift.low:+.0f} %", f"{100 * lift.high:+.0f} %"
    return noted(
        f"“{lift.name}” brings {more} against the mean (with 90 % probability {low} to {high}; {lift.posts} posts)."
    )


def _of_time(place: SlotView | None, local: datetime, form: str, patterns: Mapping[str, Pattern]) -> list[str]:
    usable = [patterns[each] for each in (place.accounts if place else ()) if each in patterns]
    usable = [each for each in usable if each.usable]
    if place is None:
        return [noted("No slot of the plan is open in the next two weeks.")]
    if not usable:
        return []
    more = f"{100 * sum(each.score(local, form) for each in usable) / len(usable):+.0f} %"
    return [noted(f"This time and form: {more} against the account's mean ({usable[0].posts} posts).")]


def _patterns(posts: Sequence[Observation]) -> dict[str, Pattern]:
    accounts = dict.fromkeys(each.account for each in posts)
    return {name: pattern(timed([each for each in posts if each.account == name])) for name in accounts}


def _proof(each: Observation) -> Proof:
    return Proof(post=each.post, draft=each.draft, title=each.title, url=each.url, brought=round(each.value or 0.0, 1))
