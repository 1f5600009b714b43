"""Has this been said already? Compared by runs of three words with what the brand drafted lately."""

from __future__ import annotations

from functools import lru_cache

import regex

from bot.checks.addresses import find_addresses
from bot.checks.base import CheckedVersion, Subject
from storage.drafts import Finding

ALIKE = 0.8  # Jaccard of word runs from which two texts read as the same post
SAME_LINK = 0.5  # … when they also share a link
_WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’][\p{L}]+)?")
_TAG = regex.compile(r"#\w+")


async def duplicates(subject: Subject) -> tuple[Finding, ...]:
    """Identical on the same account blocks, as channels refuse it and readers resent it; nearly so warns."""
    found: list[Finding] = []
    for each in subject.versions:
        finding = _against(subject.recent, each)
        if finding is not None:
            found.append(finding)
    return tuple(found)


def _against(recent: tuple[tuple[str, str], ...], each: CheckedVersion) -> Finding | None:
    text = each.text
    own, own_links = runs(text), links_in(text)
    nearest = 0.0
    for account, other in recent:
        here = account == each.account.id
        if here and folded(other) == folded(text) and folded(text):
            return Finding(
                severity="block",
                rule="duplicate",
                reason=f"{each.account.name} has exactly this text already.",
                fix="Word it differently, or drop one of the two.",
                account=each.account.id,
            )
        share = likeness(own, runs(other))
        if share >= ALIKE or (here and share >= SAME_LINK and own_links & links_in(other)):
            nearest = max(nearest, share)
    if not nearest:
        return None
    percent = round(100 * nearest)
    return Finding(
        severity="warn",
        rule="duplicate",
        reason=f"{percent}% of this stands in a recent post of the brand already.",
        fix="Open with another fact, or wait longer before repeating it.",
        account=each.account.id,
    )


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=256)  # the same recent texts are compared with each new one, several times while it is made
def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of three words; links and hashtags do not count as wording."""
    for address in reversed(find_addresses(text)):
        if address.kind in ("url", "bare"):
            text = text[: address.span[0]] + " " + text[address.span[1] :]
    words = [word.casefold() for word in _WORD.findall(_TAG.sub(" ", text))]
    return frozenset(tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))) if words else frozenset()


def links_in(text: str) -> set[str]:
    return {address.key for address in find_addresses(text) if address.kind in ("url", "bare")}


def likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """From 0 to 1: shared runs among all runs (Jaccard); two texts without words have nothing in common."""
    together = one | other
    return len(one & other) / len(together) if together else 0.0
