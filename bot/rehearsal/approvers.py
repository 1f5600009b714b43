"""Who approves in a rehearsal, and when: the people whom the policy asks, within their own hours.

Nobody decides while away, a delegate does; nobody's own word counts where the policy wants another's. What blocks a
draft is taken on by nobody: such a draft is left, as a person would have to look. Which drafts are approved follows
from their slot alone, so that the same plan is rehearsed the same way twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.chat import DecisionRequest
from bot.clock import Clock
from bot.errors import AdMindError
from bot.review.reminders import polite
from bot.workflow.decisions import Case, Decided, Decisions
from storage.drafts import Draft, DraftStatus, Verdict
from storage.team import Member

READING: Final = timedelta(minutes=20)  # from a card until somebody decides
BETWEEN: Final = timedelta(minutes=10)  # until the next one does, where several must
FAR: Final = timedelta(days=3650)
SURFACE: Final = "rehearsal"


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one look: a decision or none, and when to look again (None: never)."""

    again: datetime | None = None
    by: str = ""
    decided: Decided | None = None


class Approvers:
    """`share` of the drafts are approved, from 0 to 1; the others are left until their time has passed."""

    def __init__(self, decisions: Decisions, clock: Clock, *, zone: str, share: float) -> None:
        self._decisions = decisions
        self._clock = clock
        self._zone = zone
        self._share = share
        self._said = set[tuple[str, str]]()  # member and digest

    def begins(self, draft: Draft) -> datetime | None:
        """When somebody looks at a draft that is shown now; None where nobody will."""
        if draft.status is not DraftStatus.waiting or not self._wants(draft.slot or draft.id):
            return None
        return self._clock.now() + READING

    async def step(self, workspace: str, draft_id: str) -> Step:
        """One person's word, if somebody is there who can give it."""
        case, now = await self._decisions.case(workspace, draft_id), self._clock.now()
        draft = case.draft
        if draft.status is not DraftStatus.waiting or (draft.due is not None and draft.due <= now):
            return Step()
        asked = self._asked(case, now)
        there = [(self._at_work(each, now), each) for each in asked]
        if not there:
            return Step()
        begins, member = min(there, key=lambda each: each[0])
        if begins > now:
            return Step(again=begins)
        self._said.add((member.id, draft.digest))
        try:
            decided = await self._decisions.decide(
                DecisionRequest(
                    workspace=workspace,
                    draft=draft_id,
                    member=member.id,
                    verdict=Verdict.approve,
                    digest=draft.digest,
                    surface=SURFACE,
                    at=now,
                )
            )
        except AdMindError:
            return Step(again=now + BETWEEN)
        waits = decided.draft.status is DraftStatus.waiting
        return Step(again=now + BETWEEN if waits else None, by=member.name, decided=decided)

    def _asked(self, case: Case, now: datetime) -> list[Member]:
        """Whom it waits for and who has not spoken on these bytes, in the order in which they are asked."""
        ids = dict.fromkeys(
            each for standing in case.standings(case.draft, now) if not standing.met for each in standing.waiting_for
        )
        by_id = {each.id: each for each in case.members}
        return [by_id[each] for each in ids if each in by_id and (each, case.draft.digest) not in self._said]

    def _at_work(self, member: Member, now: datetime) -> datetime:
        """From when on this person is there: not away, and within working hours in their own zone."""
        since = max(now, member.away.until) if member.away is not None else now
        return polite(since, member.zone or self._zone, since + FAR)

    def _wants(self, name: str) -> bool:
        """Whether this one is among those that are approved."""
        place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
        return place < self._share
