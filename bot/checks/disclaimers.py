"""The small print that a version must carry by the brand's rules, and whether it does. Pure.

It stands at the end, word for word, and code puts it there: a model never words it, and a person who leaves it out is
told so. Where a rule names products, the text decides whether it holds.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

from storage.accounts import Account
from storage.drafts import Brief
from storage.profile import Disclaimer
from storage.team import Brand


def due(brand: Brand, account: Account, brief: Brief, text: str) -> tuple[str, ...]:
    """What this account's text has to carry, in the order of the brand's rules."""
    region = region_of(account, brief)
    return tuple(
        rule.text for rule in brand.profile.disclaimers if _holds(rule, account, region) and _named(rule, text)
    )


def room(brand: Brand, account: Account, brief: Brief) -> str:
    """What may have to stand there whatever the copy will say: the room that a text must leave free."""
    said = "\n".join((brief.request, brief.topic, brief.offer, *brief.facts))
    return "\n\n".join(due(brand, account, brief, said))


def completed(text: str, disclaimers: Iterable[str]) -> str:
    """The text with those that are missing below it."""
    return "\n\n".join([text.rstrip(), *missing(text, disclaimers)]) if missing(text, disclaimers) else text


def bare(text: str, brand: Brand) -> str:
    """The text without the brand's small print at its end, so that it can be worded anew."""
    rules = [rule.text.strip() for rule in brand.profile.disclaimers]
    ended = next((rule for rule in rules if text.rstrip().endswith(f"\n\n{rule}")), "")
    return bare(text.rstrip()[: -len(ended)].rstrip(), brand) if ended else text


def missing(text: str, disclaimers: Iterable[str]) -> list[str]:
    """Those that do not stand in the text; how its lines break does not matter."""
    folded = _folded(text)
    return [each for each in disclaimers if _folded(each) not in folded]


def region_of(account: Account, brief: Brief) -> str:
    """Whom the account speaks to, as ISO 3166-1 alpha-2; "" for everybody."""
    if account.region:
        return account.region
    subtags = (account.language or brief.language).split("-")[1:]
    return next((tag.upper() for tag in subtags if len(tag) == 2), "")


def names(text: str, word: str) -> bool:
    """Whether a text names a word or a phrase, as a whole and in any case."""
    return (
        regex.search(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(_folded(word))}(?![\p{{L}}\p{{N}}])", _folded(text))
        is not None
    )


def _holds(rule: Disclaimer, account: Account, region: str) -> bool:
    # Whom an account without a region speaks to is not known: then the small print is better there than not.
    there = not rule.regions or not region or region in rule.regions
    return there and (not rule.channels or account.channel in rule.channels)


def _named(rule: Disclaimer, text: str) -> bool:
    return not rule.mentions or any(names(text, word) for word in rule.mentions)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
