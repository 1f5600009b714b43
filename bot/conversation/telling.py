"""A draft in a few facts: what the reply repeats, so that a misunderstanding shows at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.conversation.turn import Turn
from bot.views import FindingView
from bot.when import say
from bot.words import words
from storage.drafts import Draft, Finding

_QUOTED = re.compile(r"“[^”]{40,}”|«[^»]{40,}»")
MOST_CHARACTERS = 600  # of a text, for a model that speaks about it


async def told(draft: Draft, turn: Turn) -> dict[str, Any]:
    """Id, title, accounts by name, absolute time, picture, link, and findings in words.

    A draft from a page comes without its text and under the name that the person's words give it: what strangers wrote
    stays out of a turn that has tools.
    """
    names = await account_names(turn)
    versions = [
        {"account": names.get(version.account, version.channel), "text": version.text[:MOST_CHARACTERS]}
        for version in draft.versions
    ]
    named = draft.called or draft.title
    led = any(source.feed for source in draft.sources)  # then its link holds a stranger's words
    pictured = any(version.media for version in draft.versions)
    return {
        "id": draft.id,
        "title": named,
        "accounts": [version["account"] for version in versions],
        "texts": [] if draft.called else versions,
        "when": say(draft.due, draft.zone, turn.asker.language, now=turn.now) if draft.due else "",
        "image": draft.brief.image if pictured else "none",
        "link": "" if led else draft.brief.link,
        "first_comment": "" if led else next((each.first_comment for each in draft.versions if each.first_comment), ""),
        "wordings": len(draft.variants) + 1,
        "must_be_mended": found(draft.findings, "block", turn, outside=bool(draft.called)),
        "look_at": found(draft.findings, "warn", turn, outside=bool(draft.called)),
        "replaces": draft.replaces,
        "waits_for": "a person's approval",
    }


async def account_names(turn: Turn) -> dict[str, str]:
    every = await turn.windows.accounts(turn.asker.workspace, turn.asker.member)
    return {account.id: account.name for account in every.items}


def found(
    findings: Sequence[Finding] | Sequence[FindingView], severity: str, turn: Turn, *, outside: bool = False
) -> list[str]:
    """The findings of one severity, in the words of whoever asked. `outside`: no long quotation from the text."""
    said = words(turn.asker.language).said
    told = [f"{said(f.reason)} {said(f.fix)}".strip() for f in findings if f.severity == severity]
    return [_QUOTED.sub("“…”", each) for each in told] if outside else told
