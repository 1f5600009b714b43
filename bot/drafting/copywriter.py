"""A brief in, copy per account out: one structured call, the same for every model, and what code enforces after it.

The prompt says how to write well; it guards nothing. Addresses that nobody gave, hidden characters, missing versions
and lengths are enforced here, with one repair round before code cuts by itself.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from bot.checks.addresses import unknown_addresses
from bot.drafting.alt import describe_card, within
from bot.drafting.tidying import layout, length_in, trimmed, visible, without_unknown
from bot.errors import AdMindError
from prompts import Prompt, load
from storage.drafts import Brief
from storage.sources import Source
from storage.team import UNNAMED, Brand

RECENT_TEXTS, RECENT_CHARACTERS = 15, 400
MOST_VARIANTS = 5
UNTOLD = {"uploads", "campaign", "paid_partnership", "partner", "ai_picture"}  # what is declared, code says
CARD_LIMITS = {"kicker": 32, "headline": 60, "sub": 120, "cta": 28, "offer": 14}


class CardText(BaseModel):
    """What is written on a card picture."""

    kicker: str = Field("", description="one to three words above the headline, e.g. Now hiring")
    headline: str = Field("", description="at most 60 characters")
    sub: str = Field("", description="one line below, at most 90 characters")
    cta: str = Field("", description="at most 28 characters, only when there is a link")
    offer: str = Field("", description="the figure alone as the brief states it, e.g. 20%; empty when there is none")


class AccountText(BaseModel):
    account: str = Field(description="the account's id, as in needs")
    text: str


class PostCopy(BaseModel):
    """Copy for one post idea."""

    versions: list[AccountText] = Field(description="one for every account in needs")
    card: CardText = CardText()
    alt: str = Field("", description="what the picture shows, for people who cannot see it")
    title: str = Field("", description="at most 90 characters, no link")
    variants: list[list[AccountText]] = Field(
        default_factory=list,
        description="alternative wordings when more than one was asked for: each again for every account",
    )


class RevisedCopy(BaseModel):
    """Copy changed as instructed."""

    understood: bool = Field(description="false when the instruction is unclear; then ask one question")
    question: str = ""
    versions: list[AccountText] = Field(default_factory=list)
    card: CardText | None = None
    alt: str = ""
    title: str = Field("", description="only when words of the title change; else empty")
    summary: str = Field("", description="what changed, one short sentence")


@dataclass(frozen=True, slots=True)
class Need:
    """What one account's channel takes; `limit` counts in `unit`, `language` is empty for the brief's."""

    account: str
    name: str
    channel: str
    limit: int | None
    unit: str
    hashtags: str = "few"
    links: str = "in text"
    picture: bool = False
    alt_limit: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`prompts` are the stamps (id@version+sha) of what the model was told."""

    copy: PostCopy
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    copy: RevisedCopy
    prompts: tuple[str, ...]


SchemaT = TypeVar("SchemaT", bound=BaseModel)


Ask = Callable[[type[Any], list[Any]], Awaitable[Any]]
"""One structured call, (schema, messages) → the schema filled in; raises the errors of `bot.llm.errors`."""
Measuring = Callable[[Need, str], int]


class Copywriter:
    """`measure` counts a text as the account's channel does; by default as the need's unit says."""

    def __init__(self, ask: Ask, *, prompt: Callable[[str], Prompt] = load, measure: Measuring | None = None) -> None:
        self._ask = ask
        self._prompt = prompt
        self._measure: Measuring = measure or (lambda need, text: length_in(need.unit, text))

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
        seed: str,
    ) -> Written:
        """Copy with exactly one version for each need, in their order, and `variants` − 1 alternatives at most.

        `seed` makes the offline model's choice of words; siblings that end it with ":0", ":1", … never open alike.
        Raises AdMindError when the model wrote nothing that can be used, and the errors of the call.
        """
        prompt = self._prompt("copywriter")
        document = _document(brief, brand, needs, seed, sources) | {
            "task": "write",
            "recent": [text[:RECENT_CHARACTERS] for text in recent[:RECENT_TEXTS]],
            "angle": angle,
            "variants": max(1, min(MOST_VARIANTS, variants)),
        }
        known = _sources(brief, brand)
        copy = await self._repaired(PostCopy, prompt, document, needs, known, brief)
        texts = self._complete(copy.versions, needs, known, brief)
        others = [self._complete(each, needs, known, brief) for each in copy.variants[: variants - 1]]
        different = [each for i, each in enumerate(others) if each != texts and each not in others[:i]]
        card = _card(copy.card, known)
        copy = PostCopy(
            versions=_versions(texts),
            card=card,
            alt=_alt(copy.alt, card, brief, needs),
            title=within(without_unknown(visible(copy.title).replace("\n", " "), ()), 120),
            variants=[_versions(each) for each in different],
        )
        return Written(copy, (prompt.stamp,))

    async def revise(
        self,
        brief: Brief,
        brand: Brand,
        needs: Sequence[Need],
        current: Mapping[str, str],
        card: CardText | None,
        instruction: str,
        *,
        title: str = "",
        sources: Sequence[Source] = (),
        seed: str,
    ) -> Revised:
        """The texts changed as told, or `understood` false with one question. What was not named stays as it was."""
        prompt = self._prompt("reviser")
        document = _document(brief, brand, needs, seed, sources) | {
            "task": "revise",
            "current": dict(current),
            "card": card.model_dump() if card else None,
            "title": title,
            "instruction": instruction,
        }
        known = (*_sources(brief, brand), *current.values(), instruction)
        copy = await self._repaired(RevisedCopy, prompt, document, needs, known, brief)
        if not copy.understood:
            question = without_unknown(layout(visible(copy.question)), known) or "What exactly should be different?"
            return Revised(RevisedCopy(understood=False, question=question), (prompt.stamp,))
        said = [*copy.versions, *(AccountText(account=a, text=t) for a, t in current.items())]
        texts = self._complete(said, needs, known, brief, repeat=False)
        drawn = _card(copy.card, known) if copy.card and card else None
        alt = _alt(copy.alt, drawn, brief, needs) if drawn else ""
        summary = visible(copy.summary)[:200]
        name = within(without_unknown(visible(copy.title).replace("\n", " "), ()), 120)
        copy = RevisedCopy(understood=True, versions=_versions(texts), card=drawn, alt=alt, title=name, summary=summary)
        return Revised(copy, (prompt.stamp,))

    async def _repaired(
        self,
        schema: type[SchemaT],
        prompt: Prompt,
        document: dict[str, Any],
        needs: Sequence[Need],
        known: Iterable[str],
        brief: Brief,
    ) -> SchemaT:
        """The answer; asked for once more with the problems named when it breaks a rule that code would enforce."""
        answer: SchemaT = await self._ask(schema, _messages(prompt, document))
        problems = self._problems(getattr(answer, "versions", []), document, needs, tuple(known), brief)
        if not problems or not getattr(answer, "understood", True):
            return answer
        again = document | {"repair": {"problems": problems, "previous": answer.model_dump(mode="json")}}
        repaired: SchemaT = await self._ask(schema, _messages(prompt, again))
        return repaired

    def _problems(
        self,
        versions: Sequence[AccountText],
        document: Mapping[str, Any],
        needs: Sequence[Need],
        known: Sequence[str],
        brief: Brief,
    ) -> list[str]:
        said = {each.account: each.text for each in versions if each.text.strip()}
        found = [
            f"There is no text for account {need.account}."
            for need in needs
            if need.account not in said and document["task"] == "write"
        ]
        for need in needs:
            text = said.get(need.account, "")
            used = self._measure(need, text)
            if need.limit is not None and used > need.limit and not brief.verbatim:
                found.append(f"The text for {need.account} has {used} {need.unit}; the limit is {need.limit}.")
            strange = [address.text for address in unknown_addresses(text, known)]
            found += [f"The text for {need.account} holds {each}, which is not in the brief." for each in strange[:5]]
        return found

    def _complete(
        self,
        versions: Sequence[AccountText],
        needs: Sequence[Need],
        known: Iterable[str],
        brief: Brief,
        *,
        repeat: bool = True,
    ) -> dict[str, str]:
        """A clean text that fits for every need; the first text given for an account counts. Raises AdMindError."""
        sources = tuple(known)
        said: dict[str, str] = {}
        for each in versions:
            text = without_unknown(visible(each.text), sources)
            if text and each.account not in said:
                said[each.account] = text
        spare = max((said[need.account] for need in needs if need.account in said), key=len, default="")
        if not spare or (not repeat and any(need.account not in said for need in needs)):
            raise AdMindError(
                "The language model wrote no text that can be used.",
                kept="Nothing was drafted.",
                do_next="Ask again, or give me the exact words in quotes.",
            )
        return {need.account: self._fitted(said.get(need.account, spare), need, brief) for need in needs}

    def _fitted(self, text: str, need: Need, brief: Brief) -> str:
        """Cut at a sentence when it is too long. A person's exact words are never cut: a check will say so instead."""
        limit = need.limit
        if limit is None or (brief.verbatim and brief.verbatim.strip() in text):
            return text
        return trimmed(text, lambda part: self._measure(need, part) <= limit)


def _document(
    brief: Brief, brand: Brand, needs: Sequence[Need], seed: str, sources: Sequence[Source]
) -> dict[str, Any]:
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
            **brand.profile.model_dump(mode="json", exclude={"disclaimers", "timing"}),
        },
        "needs": [asdict(need) for need in needs],
        "seed": seed,
    }


def _messages(prompt: Prompt, document: Mapping[str, Any]) -> list[Any]:
    """A system message and the document as the one human message."""
    # LangChain is heavy and chat-side code imports this module: by the first call it is loaded anyway.
    from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

    return [SystemMessage(prompt.text), HumanMessage(json.dumps(document, ensure_ascii=False))]


def _sources(brief: Brief, brand: Brand) -> tuple[str, ...]:
    """Every text from which an address may be taken."""
    fields = (brief.request, brief.topic, brief.offer, brief.call_to_action, brief.verbatim, brief.link, brief.deadline)
    return (*fields, *brief.facts, *brief.links, *(fact.text for fact in brand.facts))


def _versions(texts: Mapping[str, str]) -> list[AccountText]:
    return [AccountText(account=account, text=text) for account, text in texts.items()]


def _card(card: CardText, known: Iterable[str]) -> CardText:
    """The card's words, each on one line, without addresses nobody gave, within its limit."""
    sources = tuple(known)
    cleaned = {
        name: within(without_unknown(" ".join(visible(str(value)).split()), sources), CARD_LIMITS[name])
        for name, value in card.model_dump().items()
    }
    return CardText(**cleaned)


def _alt(said: str, card: CardText | None, brief: Brief, needs: Sequence[Need]) -> str:
    """For a card what is on it; for an upload what the person said it shows, as nobody here has seen it."""
    if brief.image == "card" and card is not None:
        text = describe_card(card.model_dump(), brief.language)
    elif brief.image == "upload":
        text = brief.image_wish
    else:
        text = ""
    limits = [need.alt_limit for need in needs if need.alt_limit]
    return within(text, min(limits, default=1000))
