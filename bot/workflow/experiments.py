"""Experiments of a brand: offered once there is enough to learn from, drawn before approval, ended once decided.

Nothing here approves or sends: a draw changes what a draft is like, and people decide on that draft as on any other.
What is counted are people's clicks on the posts' own short links; what an experiment finds is proposed as a rule, which
an approver or owner accepts or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from bot.insights.experiments import Prior, Trial, Verdict, chances, fitted, judged, pick, seed_of
from bot.insights.observed import Observation
from bot.words import words
from bot.workflow.learning import Learning
from bot.workflow.observing import Observing
from bot.workflow.requests import Asker, Requests
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.drafts import OPEN, Draft
from storage.experiments import MOST_DRAWN, MOST_KEPT, Arm, Drawn, Experiment, Experiments, ExperimentStore, Over
from storage.learned import MOST_EVIDENCE, Evidence, Rule
from storage.plans import Slot
from storage.record import new_id
from storage.redis import Database
from storage.stores import DraftStore, TeamStore
from storage.team import Member, Role

__all__ = ["Arm", "Experiment", "Experimenting", "Offer", "Over", "Standing"]  # handlers know `bot` only
PAST: Final = timedelta(days=180)  # how far back the prior looks
OFFERED_OVER: Final = timedelta(days=90)
OFFERED_POSTS, OFFERED_IMPRESSIONS = 10, 3000  # in those days: an experiment then ends within some months
AT_ONCE: Final = 3  # running ones of a brand: more share too few posts
TRIES: Final = 5
KEPT: Final = "Nothing changed."


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether there is enough to learn from: posts with impressions and own links in the last 90 days."""

    posts: int
    impressions: int

    @property
    def may(self) -> bool:
        return self.posts >= OFFERED_POSTS and self.impressions >= OFFERED_IMPRESSIONS


@dataclass(frozen=True, slots=True)
class Standing:
    """An experiment and how it stands; `posts` are those that count, by variant."""

    experiment: Experiment
    verdict: Verdict
    prior: Prior
    posts: tuple[tuple[str, Observation], ...]


class Experimenting:
    def __init__(
        self,
        database: Database,
        *,
        observing: Observing,
        requests: Requests,
        learning: Learning,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = ExperimentStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._observing = observing
        self._requests = requests
        self._learning = learning
        self._audit = audit
        self._clock = clock

    async def offer(self, workspace: str, by: str, brand: str) -> Offer:
        """Raises NotFound for who does not work in the brand."""
        await self._member(workspace, by, brand)
        return _offer(await self._past(workspace, brand), since=self._clock.now() - OFFERED_OVER)

    async def all(self, workspace: str, by: str, brand: str) -> list[Standing]:
        """Every one with how it stands, the newest first; one that is decided by now ends. Raises NotFound."""
        await self._member(workspace, by, brand)
        return await self.look(workspace, brand)

    async def one(self, workspace: str, by: str, brand: str, name: str) -> Standing:
        """Raises NotFound."""
        found = await self.all(workspace, by, brand)
        standing = next((each for each in found if each.experiment.id == name), None)
        if standing is None:
            raise NotFound("There is no such experiment.", do_next="Look at the list of those there are.")
        return standing

    async def start(
        self,
        workspace: str,
        by: str,
        brand: str,
        name: str,
        over: Over,
        arms: Sequence[Arm],
        *,
        accounts: Sequence[str] = (),
        threshold_percent: float = 5,
    ) -> Experiment:
        """Raises NotFound, NotAllowed, and BadInput, also while there is not enough to learn from."""
        member = await self._decider(workspace, by, brand)
        offer = await self.offer(workspace, by, brand)
        if not offer.may:
            raise BadInput(
                f"There is not enough data for an experiment yet: {offer.posts} posts with short links and "
                f"{offer.impressions} impressions in 90 days, of at least {OFFERED_POSTS} and {OFFERED_IMPRESSIONS}.",
                kept="No experiment was started.",
                do_next="Have links made short and numbers read; it is offered once there are enough.",
            )
        _check(arms, over)
        known = {each.id for each in await self._team.all(self._team.accounts, workspace) if each.brand == brand}
        if unknown := set(accounts) - known:
            raise BadInput(f"{sorted(unknown)[0][:40]} is no account of this brand.", kept="No experiment was started.")
        made = Experiment(
            id=new_id("x"),
            name=" ".join(name.split())[:120] or " / ".join(arm.name for arm in arms)[:120],
            over=over,
            accounts=tuple(accounts),
            arms=tuple(arms),
            threshold_percent=threshold_percent,
            started_by=member.id,
            started_at=self._clock.now(),
        )

        def started(old: Experiments) -> Experiments:
            if sum(each.running for each in old.items) >= AT_ONCE:
                raise BadInput(
                    f"{AT_ONCE} experiments are running already.",
                    kept="No experiment was started.",
                    do_next="Stop one first: they would share too few posts.",
                )
            return old.changed(items=(*old.items, made)[-MOST_KEPT:])

        details = {"experiment": made.name, "variants": ", ".join(arm.name for arm in arms), "over": over}
        await self._change(workspace, brand, started, "experiment started", details, member=member)
        return made

    async def draw(self, asker: Asker, name: str, draft_id: str) -> tuple[Drawn, Draft]:
        """Draw a variant for a draft that waits, and rewrite it by that; the draft waits for approval as before.

        The same draft again keeps its variant. Raises NotFound, BadInput, and what rewriting raises: then the draw
        stands there as one that was not applied, and counts for nothing.
        """
        member = await self._member(asker.workspace, asker.member, asker.brand)
        found = await self._experiment(asker.workspace, asker.brand, name)
        draft = (await self._drafts.get(asker.workspace, draft_id)).record
        if draft.brand != asker.brand or draft.status not in OPEN:
            raise BadInput("Only a draft of this brand that waits can take part.", kept=KEPT)
        if found.over != "posts":
            raise BadInput("This experiment draws for the plan's slots by itself.", kept=KEPT)
        if found.accounts and not {each.account for each in draft.versions} <= set(found.accounts):
            raise BadInput("This draft is for accounts that the experiment is not about.", kept=KEPT)
        before = next((each for each in found.drawn if each.of == draft_id), None)
        if before is not None and before.applied:
            return before, draft
        drawn = before or await self._draw(asker.workspace, asker.brand, found, draft_id, draft_id, member, False)
        arm = found.arm(drawn.arm)
        changed = await self._requests.revise(asker, draft_id, arm.line if arm else drawn.arm)
        done = drawn.model_copy(update={"applied": True})
        await self._note(asker.workspace, asker.brand, found.id, done)
        return done, changed

    async def form_for(self, slot: Slot) -> str:
        """The form that a running experiment draws for a slot that leaves it open; "" where none does."""
        kept = await self._store.find(slot.workspace, slot.brand)
        for each in kept.record.items if kept else ():
            if each.over != "slots" or not each.running or slot.purpose.form:
                continue
            if each.accounts and not set(slot.purpose.accounts) <= set(each.accounts):
                continue
            before = next((drawn for drawn in each.drawn if drawn.of == slot.id), None)
            if before is not None:
                return before.arm
            try:
                return (await self._draw(slot.workspace, slot.brand, each, slot.id, "", None, True)).arm
            except AdMindError:  # the slot is filled without it
                return ""
        return ""

    async def stop(self, workspace: str, by: str, brand: str, name: str) -> Experiment:
        """End it, undecided. Raises NotFound, NotAllowed."""
        member, now = await self._decider(workspace, by, brand), self._clock.now()
        found = await self._experiment(workspace, brand, name, running=False)
        if not found.running:
            return found
        ended = found.model_copy(update={"ended_at": now, "ended_by": member.id})
        details = {"experiment": found.name, "why": "stopped"}
        await self._end(workspace, brand, ended, details, member=member)
        return ended

    async def look(self, workspace: str, brand: str) -> list[Standing]:
        """How each stands. One whose expected loss is small enough ends, and what it found is proposed as a rule."""
        kept = await self._store.find(workspace, brand)
        if kept is None or not kept.record.items:
            return []
        past, found = await self._past(workspace, brand), list[Standing]()
        for each in reversed(kept.record.items):
            standing = await asyncio.to_thread(_standing, each, past)
            if each.running and standing.verdict.state == "decided":
                standing = replace(standing, experiment=await self._decided(workspace, brand, standing))
            found.append(standing)
        return found

    async def news(self, workspace: str, brand: str, monday: date) -> int:
        """How many rules wait that no earlier week's summary spoke of, with those of experiments decided by now."""
        await self.look(workspace, brand)
        return await self._learning.news(workspace, brand, monday)

    async def _decided(self, workspace: str, brand: str, standing: Standing) -> Experiment:
        language = (await self._team.brands.get(workspace, brand)).record.language
        found, verdict = standing.experiment, standing.verdict
        rule = _rule(standing, language)
        ended = found.model_copy(update={"ended_at": self._clock.now(), "best": verdict.best, "rule": rule.id})
        details = {"experiment": found.name, "why": "decided", "best": verdict.best, "loss": f"{verdict.loss:.4f}"}
        details |= {f"chance of {each.arm}": f"{each.chance:.4f}" for each in verdict.arms}
        # The rule first: its id follows from the experiment's, so that a crash between the two proposes nothing twice.
        await self._learning.propose(workspace, brand, rule.model_copy(update={"found_at": self._clock.now()}))
        await self._end(workspace, brand, ended, details)
        return ended

    async def _draw(
        self, workspace: str, brand: str, found: Experiment, of: str, draft: str, member: Member | None, applied: bool
    ) -> Drawn:
        if len(found.drawn) >= MOST_DRAWN:
            raise BadInput("This experiment has drawn all it may.", kept=KEPT, do_next="Stop it, and start another.")
        past, seed = await self._past(workspace, brand), seed_of(found.id, of)
        trials, prior, _ = _counted(found, past)
        names = [arm.name for arm in found.arms]
        likely = await asyncio.to_thread(chances, [trial for _, trial in trials], names, prior, seed)
        drawn = Drawn(
            of=of,
            draft=draft,
            arm=pick(likely, seed),
            chances={arm: round(chance, 6) for arm, chance in likely.items()},
            seed=seed,
            at=self._clock.now(),
            by=member.id if member else "",
            applied=applied,
        )
        await self._note(workspace, brand, found.id, drawn, member=member)
        return drawn

    async def _note(self, workspace: str, brand: str, name: str, drawn: Drawn, *, member: Member | None = None) -> None:
        """The draw, or that it was applied; the draw itself stands in the audit with its probabilities."""

        def noted(old: Experiments) -> Experiments:
            item = old.find(name)
            if item is None or not item.running:
                raise Conflict("This experiment has ended.", kept="The draft is as it was.")
            others = tuple(each for each in item.drawn if each.of != drawn.of)
            return old.with_item(item.model_copy(update={"drawn": (*others, drawn)}))

        details = {"experiment": name, "variant": drawn.arm, "for": drawn.of, "seed": str(drawn.seed)}
        details |= {f"chance of {arm}": f"{chance:.4f}" for arm, chance in drawn.chances.items()}
        kind = "variant applied" if drawn.applied and drawn.draft else "variant drawn"
        await self._change(workspace, brand, noted, kind, details, member=member, draft=drawn.draft)

    async def _end(
        self, workspace: str, brand: str, ended: Experiment, details: dict[str, str], *, member: Member | None = None
    ) -> None:
        def done(old: Experiments) -> Experiments:
            item = old.find(ended.id)
            if item is None or not item.running:
                return old
            told = {"ended_at": ended.ended_at, "ended_by": ended.ended_by, "best": ended.best, "rule": ended.rule}
            return old.with_item(item.model_copy(update=told))

        await self._change(workspace, brand, done, "experiment ended", details, member=member)

    async def _change(
        self,
        workspace: str,
        brand: str,
        do: Callable[[Experiments], Experiments],
        kind: str,
        details: dict[str, str],
        *,
        member: Member | None = None,
        draft: str = "",
    ) -> None:
        for _ in range(TRIES):
            kept = await self._store.find(workspace, brand)
            old = kept.record if kept else Experiments(workspace=workspace, brand=brand)
            new = do(old)
            if new == old:
                return
            change = self._store.keep(Change(workspace), new, ver=kept.ver if kept else None)
            entry = await self._audit.prepare(
                workspace,
                kind,
                subject=member.subject if member else "",
                about=brand,
                at=self._clock.now(),
                draft=draft,
                brand=brand,
                details=details,
            )
            try:
                await commit(self._database, change.audit(entry))
                return
            except Conflict:
                continue
        raise Conflict("Experiments are being changed right now.", kept=KEPT, do_next="Try again.")

    async def _experiment(self, workspace: str, brand: str, name: str, *, running: bool = True) -> Experiment:
        kept = await self._store.find(workspace, brand)
        found = kept.record.find(name) if kept else None
        if found is None:
            raise NotFound("There is no such experiment.", do_next="Look at the list of those there are.")
        if running and not found.running:
            raise BadInput("This experiment has ended.", kept=KEPT)
        return found

    async def _past(self, workspace: str, brand: str) -> list[Observation]:
        now = self._clock.now()
        return await self._observing.of(workspace, brand, now - PAST, now)

    async def _member(self, workspace: str, by: str, brand: str) -> Member:
        member = (await self._team.members.get(workspace, by)).record
        if not member.may(brand, Role.requester, Role.approver, Role.owner):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        return member

    async def _decider(self, workspace: str, by: str, brand: str) -> Member:
        member = await self._member(workspace, by, brand)
        if not member.may(brand, Role.approver, Role.owner):
            raise NotAllowed("Only an approver or an owner of this brand can do that.", kept=KEPT)
        return member


def _check(arms: Sequence[Arm], over: Over) -> None:
    names = [arm.name.casefold() for arm in arms]
    if not 2 <= len(arms) <= 6 or len(set(names)) < len(names):
        raise BadInput("An experiment has two to six variants, each with a name of its own.", kept=KEPT)
    if over == "posts" and not all(arm.line.strip() for arm in arms):
        raise BadInput(
            "Each variant of a post says what to write differently.",
            kept=KEPT,
            do_next="Add a line to each, such as “Begin with a question.”",
        )


def _offer(past: Sequence[Observation], *, since: datetime) -> Offer:
    told = [each for each in past if each.impressions and each.clicks is not None and each.out_at >= since]
    return Offer(len(told), sum(each.impressions or 0 for each in told))


def _counted(found: Experiment, past: Sequence[Observation]) -> tuple[list[tuple[Observation, Trial]], Prior, Prior]:
    """Posts that took part, and what was known before: of people's clicks, and of all."""
    mine = {each.of: each.arm for each in found.drawn if each.applied}
    trials, before = list[tuple[Observation, Trial]](), list[Observation]()
    for each in past:
        if each.impressions is None or each.clicks is None or not each.impressions:
            continue
        if found.accounts and each.account not in found.accounts:
            continue
        arm = mine.get(each.slot) or mine.get(each.draft)
        if arm is not None and each.out_at >= found.started_at:
            trial = Trial(arm, each.impressions, min(each.clicks, each.impressions), max(each.raw or 0, each.clicks))
            trials.append((each, trial))
        elif each.out_at < found.started_at:
            before.append(each)
    people = fitted([(each.clicks or 0, each.impressions or 0) for each in before])
    everything = fitted([(each.raw or 0, each.impressions or 0) for each in before])
    return trials, people, everything


def _standing(found: Experiment, past: Sequence[Observation]) -> Standing:
    trials, prior, with_bots = _counted(found, past)
    verdict = judged(
        [trial for _, trial in trials],
        [arm.name for arm in found.arms],
        prior,
        threshold=found.threshold_percent / 100,
        seed=seed_of(found.id, str(len(trials))),
        prior_with_bots=with_bots,
    )
    return Standing(found, verdict, prior, tuple((trial.arm, each) for each, trial in trials))


def _rule(standing: Standing, language: str) -> Rule:
    """What the experiment found, in the brand's language, with the posts that show it."""
    found, verdict = standing.experiment, standing.verdict
    arm = found.arm(verdict.best)
    line = (
        arm.line if arm and arm.line else words(language).text("Prefer posts of the form “{form}”.", form=verdict.best)
    )
    rows = sorted(standing.posts, key=lambda each: (each[0] != verdict.best, -(each[1].clicks or 0)))
    return Rule(
        id=f"lr{found.id[1:]}",
        kind="tested",
        what=verdict.best,
        instead=found.name,
        line=line[:300],
        edits=sum(each.clicks for each in verdict.arms),
        chances=verdict.impressions,
        drafts=len(standing.posts),
        evidence=tuple(
            Evidence(
                draft=post.draft,
                title=post.title[:200],
                account=post.account,
                revision=1,
                by=found.started_by,
                at=post.out_at,
                before="",
                after=f"{name}: {post.clicks} / {post.impressions}",
            )
            for name, post in rows[:MOST_EVIDENCE]
        ),
        found_at=found.started_at,
    )
