"""Is a text in the language that its account speaks?

Only what no reader would doubt is said: few words, two languages side by side and languages that are not known here
pass. A person's own wording is left alone unless the account has a language of its own, and then it is a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.checks.base import CheckedVersion, Subject
from bot.checks.tongue import evident_language
from bot.words import noted
from storage.drafts import Finding

NAMES: Final[Mapping[str, str]] = {
    "ar": noted("Arabic"),
    "cs": noted("Czech"),
    "da": noted("Danish"),
    "de": noted("German"),
    "el": noted("Greek"),
    "en": noted("English"),
    "es": noted("Spanish"),
    "fi": noted("Finnish"),
    "fr": noted("French"),
    "he": noted("Hebrew"),
    "it": noted("Italian"),
    "ja": noted("Japanese"),
    "ko": noted("Korean"),
    "nl": noted("Dutch"),
    "pl": noted("Polish"),
    "pt": noted("Portuguese"),
    "ru": noted("Russian"),
    "sv": noted("Swedish"),
    "th": noted("Thai"),
    "tr": noted("Turkish"),
    "uk": noted("Ukrainian"),
    "zh": noted("Chinese"),
}


async def language(subject: Subject) -> tuple[Finding, ...]:
    """A warning for each version that is evidently in another language than it is meant to be."""
    found = (_found(each, subject) for each in subject.versions)
    return tuple(each for each in found if each is not None)


def _found(each: CheckedVersion, subject: Subject) -> Finding | None:
    own_words = bool(each.version.edited_by or subject.brief.verbatim)
    if own_words and not each.account.language:
        return None
    wanted = _base(each.account.language or subject.brief.language)
    written = evident_language(each.version.text)
    if not written or not wanted or written == wanted:
        return None
    tongue, aim = NAMES[written], NAMES.get(wanted, wanted)
    return Finding(
        severity="note" if own_words else "warn",
        rule="language",
        reason=f"The text is in {tongue}, but should be in {aim}.",
        fix="Word it anew in that language. With a language model AdMind does that itself; without one it translates "
        "nothing.",
        account=each.account.id,
    )


def _base(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].casefold()
