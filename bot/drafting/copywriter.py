"""A brief in, copy per account out: a plan, a text for each account by itself, a review, repairs.

    plan     the facts that count, and an idea for each telling              one call
    write    one text for each account, in its own form and language        one call each, side by side
    review   against brief and brand by the model, by the checks in code    one call
    repair   those alone that have a fault, at most `rounds` times          one call each, side by side

The same for every model. When a round fails or the budget ends, what is written stays, and code mends the rest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from bot.drafting.carousel import pages_of
from bot.drafting.copy import (
    AccountCopy,
    AccountText,
    Ask,
    CardText,
    CopyReview,
    Faults,
    Measuring,
    Need,
    PostPlan,
    Revised,
    RevisedCopy,
    Slides,
    Written,
)
from bot.drafting.enforcing import (
    alt_of,
    card_of,
    complete,
    faults_of,
    known_texts,
    title_of,
    versions_of,
)
from bot.drafting.tidying import layout, length_in, visible, without_unknown
from bot.llm.budget import Meter
from bot.llm.errors import ModelMuddled, ModelRefused, ModelTooLong, ModelUnavailable
from prompts import Prompt, load
from storage.budget import OverBudget
from storage.drafts import Brief
from storage.sources import Source
from storage.team import UNNAMED, Brand
from storage.usage import Usage

RECENT_TEXTS, RECENT_CHARACTERS = 15, 400
MOST_VARIANTS = 5
ROUNDS: Final = 2
AT_ONCE: Final = 4  # calls side by side for one draft: more, and providers throttle
MOST_FACTS: Final = 12
MOST_PROBLEMS: Final = 6  # told to a model about one text
UNTOLD = {  # what is declared, code says; pictures and files are not for who words it
    "ai_picture", "campaign", "carousel", "documents", "image_words", "library", "paid_partnership", "partner",
    "proofs", "uploads",
}  # fmt: skip
UNTOLD_OF_BRANDS: Final[dict[str, Any]] = {"disclaimers": True, "timing": True, "audiences": {"__all__": {"share"}}}
_OTHERWISE = (ModelMuddled, ModelRefused, ModelTooLong)  # where another account's text stands in
_ENOUGH = (*_OTHERWISE, ModelUnavailable, OverBudget)  # after which what is written is left as it is


@dataclass(slots=True)
class _Job:
    """One telling in the making: texts by account, and what the model was told on the way."""

    document: dict[str, Any]
    needs: Sequence[Need]
    known: tuple[str, ...]
    brief: Brief
    texts: dict[str, str] = field(default_factory=dict)


class Copywriter:
    """`measure` counts a text as the account's channel does, by default as the need's unit says; `meter` is what `ask`
    counts with.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        prompt: Callable[[str], Prompt] = load,
        measure: Measuring | None = None,
        rounds: int = ROUNDS,
        meter: Meter | None = None,
    ) -> None:
        self._ask = ask
        self._meter = meter or Meter()
        self._prompt = prompt
        self._measure: Measuring = measure or (lambda need, text: length_in(need.unit, text))
        self._rounds = rounds
        self._free = asyncio.Semaphore(AT_ONCE)

    @property
    def spent(self) -> Usage:
        """What its calls took until now."""
        return self._meter.total

    async def write(
        self,
        brief: Brief,
        brand: Brand,
        needs: Sequence[Need],
        *,
        recent: Sequence[str] = (),
        angle: str = "",
        variants: int = 1,
        sources: Sequence[Source] = (),
        faults: Faults | None = None,
        seed: str,
    ) -> Written:
        """Copy with exactly one version for each need, in their order, and `variants` − 1 alternatives at most.

        `seed` makes the offline model's choice of words; siblings that end it with ":0", ":1", … never open alike.
        `faults` are the checks: what they say is repaired like what the model says of itself. Raises AdMindError when
        the model wrote nothing that can be used, and the errors of the first calls.
        """
        count = max(1, min(MOST_VARIANTS, variants))
        base = self._base(brief, brand, needs, seed, sources, recent, angle) | {"variants": count}
        known = known_texts(brief, brand)
        plan = await self._plan(base, brief, brand, sources)
        card = card_of(plan.card, known)
        jobs = [
            _Job(base | {"plan": {"facts": plan.facts, "idea": idea}, "variant": number}, needs, known, brief)
            for number, idea in enumerate(plan.ideas)
        ]
        slides, _ = await asyncio.gather(
            self._slides(base | {"plan": jobs[0].document["plan"]}, card, known, brief),
            asyncio.gather(*(self._write(job) for job in jobs)),
        )
        rounds = await self._mended(jobs, faults)
        texts, *others = [self._whole(job) for job in jobs]
        kept = [(texts, plan.ideas[0])]
        kept += [pair for pair in zip(others, plan.ideas[1:], strict=True) if pair[0] and pair[0] != texts]
        different = [pair for number, pair in enumerate(kept) if pair[0] not in [each[0] for each in kept[:number]]]
        return Written(
            versions=versions_of(texts),
            card=card,
            alt=alt_of(card, brief, needs),
            title=title_of(plan.title),
            prompts=tuple(self._prompt(name).stamp for name in ("planner", "copywriter", "critic", *_on_slides(brief))),
            variants=tuple(versions_of(each) for each, _ in different[1:]),
            ideas=tuple(idea for _, idea in different),
            rounds=rounds,
            slides=slides,
        )

    async def card(
        self, brief: Brief, brand: Brand, needs: Sequence[Need], *, sources: Sequence[Source] = (), seed: str
    ) -> tuple[CardText, str]:
        """A card for a post that stands already, and its alt text."""
        base = self._base(brief, brand, needs, seed, sources, (), "") | {"variants": 1}
        plan = await self._plan(base, brief, brand, sources)
        card = card_of(plan.card, known_texts(brief, brand))
        return card, alt_of(card, brief, needs)

    async def carousel(
        self, brief: Brief, brand: Brand, needs: Sequence[Need], *, sources: Sequence[Source] = (), seed: str
    ) -> tuple[CardText, tuple[CardText, ...]]:
        """A card and the pages of a carousel for a post that stands already; no pages where there is too little."""
        base = self._base(brief, brand, needs, seed, sources, (), "") | {"variants": 1}
        plan = await self._plan(base, brief, brand, sources)
        known = known_texts(brief, brand)
        card = card_of(plan.card, known)
        told = base | {"plan": {"facts": plan.facts, "idea": plan.ideas[0]}}
        return card, await self._slides(told, card, known, brief)

    async def revise(
        self,
        brief: Brief,
        brand: Brand,
        needs: Sequence[Need],
        current: Mapping[str, str],
        card: CardText | None,
        instruction: str,
        *,
        slides: Sequence[CardText] = (),
        title: str = "",
        sources: Sequence[Source] = (),
        seed: str,
    ) -> Revised:
        """The texts changed as told, or `understood` false with one question. What was not named stays as it was."""
        prompt = self._prompt("reviser")
        document = _document(brief, brand, seed, sources) | {
            "needs": [asdict(need) for need in needs],
            "task": "revise",
            "current": dict(current),
            "card": card.model_dump() if card else None,
            "slides": [each.model_dump() for each in slides],
            "title": title,
            "instruction": instruction,
        }
        known = (*known_texts(brief, brand), *current.values(), instruction)
        copy = await self._revised(prompt, document, needs, known, brief)
        if not copy.understood:
            question = without_unknown(layout(visible(copy.question)), known) or "What exactly should be different?"
            return Revised(RevisedCopy(understood=False, question=question), (prompt.stamp,))
        said = [*copy.versions, *(AccountText(account=a, text=t) for a, t in current.items())]
        texts = complete(said, needs, known, brief, self._measure, repeat=False)
        drawn = card_of(copy.card, known) if copy.card and card else None
        told = [card_of(each, known, longer=True) for each in copy.slides or ()]
        numbered = [
            after.model_copy(update={"kicker": was.kicker}) for was, after in zip(slides[1:], told[1:], strict=False)
        ]
        pages = [told[0], *numbered] if told and len(told) == len(slides) else None  # never a page more or less
        copy = RevisedCopy(
            understood=True,
            versions=list(versions_of(texts)),
            card=drawn,
            slides=pages,
            alt=alt_of(drawn, brief, needs) if drawn else "",
            title=title_of(copy.title),
            summary=visible(copy.summary)[:200],
        )
        return Revised(copy, (prompt.stamp,))

    async def _plan(self, base: dict[str, Any], brief: Brief, brand: Brand, sources: Sequence[Source]) -> PostPlan:
        """The plan with as many ideas as tellings; its facts must stand in what was given, word for word."""
        plan: PostPlan = await self._ask(PostPlan, _messages(self._prompt("planner"), base | {"task": "plan"}))
        given = [_folded(text) for text in (*known_texts(brief, brand), *(f for each in sources for f in each.facts))]
        facts = [fact for fact in plan.facts if _folded(fact) and any(_folded(fact) in text for text in given)]
        ideas = [without_unknown(" ".join(visible(idea).split()), ())[:300] for idea in plan.ideas][: base["variants"]]
        ideas += [base["angle"]] * (base["variants"] - len(ideas))
        return plan.model_copy(update={"facts": facts[:MOST_FACTS], "ideas": ideas})

    async def _slides(
        self, document: dict[str, Any], card: CardText, known: Sequence[str], brief: Brief
    ) -> tuple[CardText, ...]:
        """The pages of the carousel that the brief wants; none where it wants none, or no model could tell them."""
        if not brief.carousel:
            return ()
        try:
            async with self._free:
                told: Slides = await self._ask(
                    Slides, _messages(self._prompt("slides"), document | {"task": "slides", "variants": 1})
                )
        except _ENOUGH:
            return ()
        return pages_of(told, card, known)

    async def _write(self, job: _Job) -> None:
        """Every account's text, side by side. One that fails by itself is left out; others stand in for it."""
        await self._each(job, {need.account: () for need in job.needs}, needed=True)

    async def _each(self, job: _Job, wanted: Mapping[str, Sequence[str]], *, needed: bool) -> None:
        """Texts for these accounts, written anew where there are problems to mend."""
        prompt = self._prompt("copywriter")
        mine = [need for need in job.needs if need.account in wanted]
        got = await asyncio.gather(
            *(self._text(prompt, job, need, wanted[need.account]) for need in mine), return_exceptions=True
        )
        for need, answer in zip(mine, got, strict=True):
            if isinstance(answer, AccountCopy):
                if answer.text.strip():
                    job.texts[need.account] = answer.text
            elif not isinstance(answer, _OTHERWISE if needed else _ENOUGH):
                raise answer
        if needed and not job.texts:
            raise next((each for each in got if isinstance(each, Exception)), ModelMuddled())

    async def _text(self, prompt: Prompt, job: _Job, need: Need, problems: Sequence[str]) -> AccountCopy:
        document = job.document | {"task": "write", "need": asdict(need)}
        if problems:
            document |= {"repair": {"problems": list(problems), "previous": job.texts[need.account]}}
        async with self._free:
            answer: AccountCopy = await self._ask(AccountCopy, _messages(prompt, document))
        return answer

    async def _mended(self, jobs: Sequence[_Job], faults: Faults | None) -> int:
        """Reviewed and repaired until nothing is found, at most `rounds` times; how often something was."""
        for number in range(self._rounds):
            found = await asyncio.gather(*(self._problems(job, faults, reviewed=number == 0) for job in jobs))
            if not any(found):
                return number
            await asyncio.gather(
                *(self._each(job, each, needed=False) for job, each in zip(jobs, found, strict=True) if each)
            )
        return self._rounds

    async def _problems(self, job: _Job, faults: Faults | None, *, reviewed: bool) -> dict[str, list[str]]:
        """What is wrong with a telling, by account: by rule, by the checks, and by the model's own second look."""
        by_id = {need.account: need for need in job.needs}
        found: dict[str, list[str]] = {}
        for account, text in job.texts.items():
            found[account] = faults_of(text, by_id[account], job.known, job.brief, self._measure)
        if faults is not None:
            for account, said in (await faults(job.texts)).items():
                found[account] += said
        if reviewed:
            for account, said in (await self._review(job)).items():
                found[account] += said
        return {account: said[:MOST_PROBLEMS] for account, said in found.items() if said}

    async def _review(self, job: _Job) -> dict[str, list[str]]:
        """The model's own second look. What it quotes must stand there: a complaint about nothing mends nothing."""
        document = job.document | {"task": "review", "texts": job.texts}
        try:
            async with self._free:
                review: CopyReview = await self._ask(CopyReview, _messages(self._prompt("critic"), document))
        except _ENOUGH:
            return {}
        found: dict[str, list[str]] = {}
        for each in review.problems:
            text = job.texts.get(each.account)
            if text is None or (each.quote and _folded(each.quote) not in _folded(text)):
                continue
            quoted = f"“{each.quote}”: " if each.quote else ""
            found.setdefault(each.account, []).append(f"{quoted}{each.reason} {each.fix}".strip()[:400])
        return found

    def _whole(self, job: _Job) -> dict[str, str]:
        return complete(versions_of(job.texts), job.needs, job.known, job.brief, self._measure)

    async def _revised(
        self, prompt: Prompt, document: dict[str, Any], needs: Sequence[Need], known: Iterable[str], brief: Brief
    ) -> RevisedCopy:
        """The answer; asked for once more with the problems named when it breaks a rule that code would enforce."""
        answer: RevisedCopy = await self._ask(RevisedCopy, _messages(prompt, document))
        said = {each.account: each.text for each in answer.versions if each.text.strip()}
        texts, by_id = tuple(known), {need.account: need for need in needs}
        problems = [
            problem
            for account, text in said.items()
            if account in by_id
            for problem in faults_of(text, by_id[account], texts, brief, self._measure)
        ]
        if not problems or not answer.understood:
            return answer
        again = document | {"repair": {"problems": problems, "previous": answer.model_dump(mode="json")}}
        repaired: RevisedCopy = await self._ask(RevisedCopy, _messages(prompt, again))
        return repaired

    def _base(
        self,
        brief: Brief,
        brand: Brand,
        needs: Sequence[Need],
        seed: str,
        sources: Sequence[Source],
        recent: Sequence[str],
        angle: str,
    ) -> dict[str, Any]:
        return _document(brief, brand, seed, sources) | {
            "needs": [asdict(need) for need in needs],
            "recent": [text[:RECENT_CHARACTERS] for text in recent[:RECENT_TEXTS]],
            "angle": angle,
        }


def _document(brief: Brief, brand: Brand, seed: str, sources: Sequence[Source]) -> dict[str, Any]:
    return {
        "sources": [
            {"site": each.host, "title": each.title, "facts": list(each.facts)} for each in sources if not each.problem
        ],
        "brief": brief.model_dump(mode="json", exclude=UNTOLD),
        "brand": {
            "name": "" if brand.name == UNNAMED else brand.name,
            "voice": brand.voice,
            "language": brand.language,
            "avoid_words": list(brand.avoid_words),
            "facts": [fact.text for fact in brand.facts],
            **brand.profile.model_dump(mode="json", exclude=UNTOLD_OF_BRANDS),
        },
        "seed": seed,
    }


def _messages(prompt: Prompt, document: Mapping[str, Any]) -> list[Any]:
    """A system message and the document as the one human message."""
    # LangChain is heavy and chat-side code imports this module: by the first call it is loaded anyway.
    from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

    return [SystemMessage(prompt.text), HumanMessage(json.dumps(document, ensure_ascii=False))]


def _on_slides(brief: Brief) -> tuple[str, ...]:
    return ("slides",) if brief.carousel else ()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
