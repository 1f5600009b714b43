"""Can people who do not see the picture know what it shows?"""

from __future__ import annotations

from typing import Final

import regex

from bot.checks.base import Subject
from storage.drafts import Finding

WISHED: Final = {"en": "Generated picture: {0}", "de": "Generiertes Bild: {0}"}
"""How a generated picture is described by what was wished for, where nobody looked at it."""
HOW: Final = "Say in a sentence what it shows, such as “the picture shows a red bike on a wet road”."
_BY_WISH = tuple(said.partition("{")[0] for said in WISHED.values())
_FILE_NAME = regex.compile(
    r"(?i)\b\w+\.(?:jpe?g|png|webp|gif|heic)\b|^(?:img|dsc|image|bild|foto|photo|screenshot)[_\s-]*\d*$"
)
_POINTLESS = regex.compile(r"(?i)^(?:an? )?(?:image|picture|photo|graphic|bild|foto|grafik)(?: of| von)?\.?$")


async def alt(subject: Subject) -> tuple[Finding, ...]:
    found: list[Finding] = []
    wish = " ".join((subject.brief.image_wish or subject.brief.topic).split())[:60]
    wishes = (wish,) if wish else ()
    for each in subject.versions:
        limit = each.capabilities.alt_limit
        if limit is None:
            continue
        for medium in each.version.media:
            said = medium.alt.strip()
            if not said:
                reason, fix = (
                    "The picture has no description for people who cannot see it.",
                    HOW,
                )
            elif _POINTLESS.match(said) or _FILE_NAME.search(said):
                reason, fix = f"“{said[:60]}” does not say what the picture shows.", "Describe it in a sentence."
            elif medium.source == "generated" and said.startswith((*_BY_WISH, *wishes)):
                reason = "The picture's description is what was wished for: nobody looked at what became of it."
                fix = HOW
            elif len(said) > limit:
                title = each.capabilities.title
                over = len(said) - limit
                reason = f"{title} takes descriptions of at most {limit} characters; this has {over} more."
                fix = f"Shorten it by {over}."
            else:
                continue
            found.append(Finding(severity="warn", rule="alt", reason=reason, fix=fix, account=each.account.id))
    return tuple(dict.fromkeys(found))
