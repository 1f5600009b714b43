"""What code enforces on copy, whatever a model was told: known addresses, nothing hidden, lengths, no account without.

The prompts say how to write well; they guard nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.checks.addresses import unknown_addresses
from bot.drafting.alt import describe_card, within
from bot.drafting.copy import AccountText, CardText, Measuring, Need
from bot.drafting.tidying import trimmed, visible, without_unknown
from bot.errors import AdMindError
from storage.drafts import Brief
from storage.team import Brand

CARD_LIMITS = {"kicker": 32, "headline": 60, "sub": 120, "cta": 28, "offer": 14}
SLIDE_LIMITS = {"headline": 120, "sub": 140}


def known_texts(brief: Brief, brand: Brand) -> tuple[str, ...]:
    """Every text from which an address may be taken."""
    fields = (brief.request, brief.topic, brief.offer, brief.call_to_action, brief.verbatim, brief.link, brief.deadline)
    small_print = (rule.text for rule in brand.profile.disclaimers)
    return (*fields, *brief.facts, *brief.links, *(fact.text for fact in brand.facts), *small_print)


def faults_of(text: str, need: Need, known: Sequence[str], brief: Brief, measure: Measuring) -> list[str]:
    """What is wrong with one account's text, in words for the model."""
    found = []
    used = measure(need, text)
    if need.limit is not None and used > need.limit and not need.thread and not brief.verbatim:
        found.append(f"The text for {need.account} has {used} {need.unit}; the limit is {need.limit}.")
    if need.links == "none" and brief.link and brief.link in text and not brief.verbatim:
        found.append(f"The text for {need.account} holds {brief.link}, which does not belong there: leave it out.")
    strange = [address.text for address in unknown_addresses(text, known)]
    return found + [f"The text for {need.account} holds {each}, which is not in the brief." for each in strange[:5]]


def complete(
    versions: Iterable[AccountText],
    needs: Sequence[Need],
    known: Iterable[str],
    brief: Brief,
    measure: Measuring,
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
    return {need.account: fitted(said.get(need.account, spare), need, brief, measure) for need in needs}


def fitted(text: str, need: Need, brief: Brief, measure: Measuring) -> str:
    """Cut at a sentence when it is too long. A person's exact words are never cut: a check will say so instead."""
    limit = need.limit
    if limit is None or need.thread or (brief.verbatim and brief.verbatim.strip() in text):
        return text
    return trimmed(text, lambda part: measure(need, part) <= limit)


def versions_of(texts: Mapping[str, str]) -> tuple[AccountText, ...]:
    return tuple(AccountText(account=account, text=text) for account, text in texts.items())


def card_of(card: CardText, known: Iterable[str], *, longer: bool = False) -> CardText:
    """The card's words, each on one line, without addresses nobody gave, within its limit; `longer`: a carousel's."""
    sources = tuple(known)
    limits = CARD_LIMITS | (SLIDE_LIMITS if longer else {})
    cleaned = {
        name: within(without_unknown(" ".join(visible(str(value)).split()), sources), limits[name])
        for name, value in card.model_dump().items()
    }
    return CardText(**cleaned)


def title_of(title: str) -> str:
    return within(without_unknown(visible(title).replace("\n", " "), ()), 120)


def alt_of(card: CardText | None, brief: Brief, needs: Sequence[Need]) -> str:
    """For a card what is on it; for an upload what the person said it shows, as nobody here has seen it."""
    if brief.image == "card" and card is not None:
        text = describe_card(card.model_dump(), brief.language)
    elif brief.image == "upload":
        text = brief.image_wish
    else:
        text = ""
    limits = [need.alt_limit for need in needs if need.alt_limit]
    return within(text, min(limits, default=1000))
