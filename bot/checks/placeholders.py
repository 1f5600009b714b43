"""Is anything left that somebody meant to fill in?"""

from __future__ import annotations

import regex

from bot.checks.base import Subject
from storage.drafts import Finding

_NOUNS = (
    "brand|name|company|product|date|time|link|url|price|city|place|location|venue|event|offer|discount|hashtags?|"
    "number|address|email|topic|audience|cta|image|title|headline|text|marke|firma|datum|uhrzeit|preis|ort|produkt|"
    "betrag|anzahl|adresse|titel|vorname|nachname"
)
PLACEHOLDER = regex.compile(
    r"(?P<braces>\{\{[^{}\n]{0,60}\}\}|\{%[^%\n]{0,60}%\}|\$\{[^}\n]{0,60}\}|\{[A-Za-z_][\w .]{0,40}\})"
    r"|(?P<square>\[(?:(?i:(?:your|our|the|insert|add|enter|dein[e]?|ihr[e]?|hier|bitte)\b[^\[\]\n]{0,60})"
    rf"|(?i:(?:[\w-]+ )?(?:{_NOUNS})(?: \w+)?)|[A-Z][A-Z _-]{{2,40}}|\.\.\.|…|(?i:tbd|xx+))\])"
    rf"|(?P<angle><(?i:(?:your |insert |add )?[\w-]*\s?(?:{_NOUNS})(?: here)?)>)"
    r"|(?P<todo>\b(?:TODO|FIXME|TBD|TBC|TBA|XXX+)\b|\?\?\?+)"
    r"|(?P<lorem>(?i:\blorem ipsum\b|\bdolor sit amet\b))"
    rf"|(?P<insert>\b(?i:insert|add|enter|put) (?:(?i:your|the|a|our) )?(?i:{_NOUNS})(?: (?i:name))? (?i:here)\b"
    rf"|\b(?i:hier) (?:(?i:das|den|die|dein\w*|ihr\w*) )?(?i:{_NOUNS}) (?i:einfügen|eintragen|ergänzen)\b)"
    r"|(?P<blank>_{3,}|(?<![\w/:.])(?i:x{2}[.:/-]x{2}(?:[.:/-]x{2,4})?)\b)"
    r"|(?P<example>\bhttps?://(?i:(?:www\.)?(?:your|deine?|ihre?)[\w-]*\.[a-z]{2,})\S*"
    r"|\b(?i:your(?:website|domain|brand|company|shop)\.com)\b)"
)


async def placeholders(subject: Subject) -> tuple[Finding, ...]:
    """Block findings with the span; what a person asked for word for word in the brief still counts as one."""
    found: list[Finding] = []
    for each in subject.versions:
        for match in PLACEHOLDER.finditer(each.text):
            blank = match[0][:40]
            found.append(
                Finding(
                    severity="block",
                    rule="placeholder",
                    reason=f"“{blank}” looks like something to be filled in.",
                    fix="Put in the real words, or remove it.",
                    account=each.account.id,
                    span=match.span(),
                )
            )
    return tuple(found)
