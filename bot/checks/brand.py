"""Does it sound like the brand: no words that it avoids, those that it prefers, its small print, its hashtags?

Only rules that a team wrote down are asked about, so nothing is found where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.checks.addresses import find_addresses
from bot.checks.base import CheckedVersion, Subject
from bot.checks.disclaimers import due, missing
from storage.drafts import Finding
from storage.profile import HashtagRule

HASHTAG = regex.compile(r"(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")


async def brand(subject: Subject) -> tuple[Finding, ...]:
    """Missing small print is in the way; words and hashtags against the rules are warned of, with where they stand."""
    return tuple(finding for each in subject.versions for finding in _found(each, subject))


def _found(each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    yield from _words(each, subject)
    yield from _small_print(each, subject)
    if each.capabilities.hashtags != "none":
        yield from _hashtags(each, subject.brand.profile.hashtags)


def _words(each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    brand, account = subject.brand, each.account.id
    hidden = [address.span for address in find_addresses(each.text)]
    for word in brand.avoid_words:
        for span in places(each.text, word, hidden):
            said = each.text[slice(*span)]
            yield Finding(
                severity="warn",
                rule="avoided_word",
                reason=f"{brand.name} avoids the word “{said}”.",
                fix="Say it another way.",
                account=account,
                span=span,
            )
    for rule in brand.profile.prefers:
        for other in rule.instead_of:
            for span in places(each.text, other, hidden):
                said, say = each.text[slice(*span)], rule.say
                yield Finding(
                    severity="warn",
                    rule="preferred_word",
                    reason=f"{brand.name} does not say “{said}”.",
                    fix=f"Write “{say}” instead.",
                    account=account,
                    span=span,
                )


def _small_print(each: CheckedVersion, subject: Subject) -> Iterator[Finding]:
    for text in missing(each.text, due(subject.brand, each.account, subject.brief, each.text)):
        short = text if len(text) <= 80 else f"{text[:79]}…"
        yield Finding(
            severity="block",
            rule="disclaimer",
            reason=f"The small print is missing: “{short}”",
            fix="Put it below the text, word for word.",
            account=each.account.id,
        )


def _hashtags(each: CheckedVersion, rule: HashtagRule) -> Iterator[Finding]:
    found = [(match[1], match.span()) for match in HASHTAG.finditer(each.text)]
    never = {tag.casefold() for tag in rule.never}
    for tag, span in found:
        if tag.casefold() in never:
            yield _hashtag(each, f"#{tag} is not to be used here.", "Leave it out.", span)
    if rule.most is not None and len(found) > rule.most:
        count, most = len(found), rule.most
        yield _hashtag(each, f"It has {count} hashtags; the brand wants at most {most}.", "Leave the weaker ones out.")
    there = {tag.casefold() for tag, _ in found}
    for tag in rule.always:
        if tag.casefold() not in there:
            yield _hashtag(each, f"#{tag} is missing; every post of the brand carries it.", "Put it at the end.")


def _hashtag(each: CheckedVersion, reason: str, fix: str, span: tuple[int, int] | None = None) -> Finding:
    return Finding(severity="warn", rule="hashtag", reason=reason, fix=fix, account=each.account.id, span=span)


def places(text: str, word: str, hidden: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where a word or phrase stands as a whole, in any case; not inside links and addresses."""
    said = r"\s+".join(map(regex.escape, word.split()))
    if not said:
        return
    for match in regex.finditer(rf"(?i)(?<![\p{{L}}\p{{N}}]){said}(?![\p{{L}}\p{{N}}])", text):
        if not any(start <= match.start() < end for start, end in hidden):
            yield match.span()
