"""Can people who do not see the picture know what it shows?"""

from __future__ import annotations

import regex

from bot.checks.base import Subject
from storage.drafts import Finding

_FILE_NAME = regex.compile(
    r"(?i)\b\w+\.(?:jpe?g|png|webp|gif|heic)\b|^(?:img|dsc|image|bild|foto|photo|screenshot)[_\s-]*\d*$"
)
_POINTLESS = regex.compile(r"(?i)^(?:an? )?(?:image|picture|photo|graphic|bild|foto|grafik)(?: of| von)?\.?$")


async def alt(subject: Subject) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for each in subject.versions:
        limit = each.capabilities.alt_limit
        if limit is None:
            continue
        for medium in each.version.media:
            said = medium.alt.strip()
            if not said:
                reason, fix = (
                    "The picture has no description for people who cannot see it.",
                    "Say in a sentence what it shows.",
                )
            elif _POINTLESS.match(said) or _FILE_NAME.search(said):
                reason, fix = f"“{said[:60]}” does not say what the picture shows.", "Describe it in a sentence."
            elif len(said) > limit:
                title = each.capabilities.title
                over = len(said) - limit
                reason = f"{title} takes descriptions of at most {limit} characters; this has {over} more."
                fix = f"Shorten it by {over}."
            else:
                continue
            found.append(Finding(severity="warn", rule="alt", reason=reason, fix=fix, account=each.account.id))
    return tuple(dict.fromkeys(found))
