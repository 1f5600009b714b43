"""Commands about claims: what lacks evidence, evidence for it, and an owner who answers for it.

They are a person's word, so they count only where it is certain who speaks; nothing of a draft changes by them.
"""

from __future__ import annotations

import re
from typing import Final

from bot.checks.addresses import URL_ONLY
from bot.conversation.house import PERSONAL
from bot.conversation.speaking import Speaking
from bot.errors import BadInput
from bot.words import told
from bot.workflow.proving import Settling

EVIDENCE: Final = r"(?:d_[a-z0-9]{1,20})?\s?(?:[^\n:]{1,90}(?::[^\s:][^\n:]{0,20})?: \S[^\n]{0,250})?"
TAKING_ON: Final = r"(?:d_[a-z0-9]{1,20} )?[^\n]{1,120}? because \S[^\n]{0,200}"
_DRAFT: Final = re.compile(r"^(d_[a-z0-9]{1,20})\b\s*")


async def evidence(speaking: Speaking, argument: str) -> str:
    """What lacks evidence; or evidence for it, in words or by a link."""
    draft, rest = _draft(speaking, argument)
    claim, _, words = rest.partition(": ")
    if not words.strip():
        return await _open(speaking, draft)
    if refusal := _not_here(speaking, draft):
        return refusal
    link = URL_ONLY.search(words)
    text = words.replace(link[0], " ") if link else words
    done = await speaking.proving.supply(_settling(speaking, draft, claim), text=text, link=link[0] if link else "")
    return " ".join(filter(None, (told("The evidence is kept."), done.sentence)))


async def take_on(speaking: Speaking, argument: str) -> str:
    """An owner answers for a claim without evidence."""
    draft, rest = _draft(speaking, argument)
    claim, _, reason = re.sub(r"\s+because\s+", "\n", rest, count=1, flags=re.I).partition("\n")
    if refusal := _not_here(speaking, draft):
        return refusal
    done = await speaking.proving.take_on(_settling(speaking, draft, claim), reason)
    return " ".join(filter(None, (told("You answer for it now."), done.sentence)))


async def _open(speaking: Speaking, draft: str) -> str:
    turn = speaking.turn
    view = await turn.windows.draft(turn.asker.workspace, turn.asker.member, draft)
    bare = dict.fromkeys(each.text for each in view.claims if each.support is None and each.kind != "url")
    if not bare:
        return told("Every claim of {draft} has something that says it.", draft=draft)
    lines = [told("Nothing says this yet:"), *(f"• “{each}”" for each in list(bare)[:20])]
    return "\n".join([*lines, told("Write `evidence CLAIM: what proves it`, or a link that does.")])


def _draft(speaking: Speaking, argument: str) -> tuple[str, str]:
    """The draft that is meant, and the rest of what was said. Raises BadInput."""
    turn, named = speaking.turn, _DRAFT.match(argument)
    if named:
        return named[1], argument[named.end() :]
    known = turn.around.drafts
    latest = turn.around.focus or (known[-1].id if known else "")
    if not latest:
        raise BadInput("There is no draft in this conversation yet. Which one do you mean? Its id is enough.")
    return latest, argument


def _not_here(speaking: Speaking, draft: str) -> str:
    if speaking.turn.asker.surface in PERSONAL:
        return ""
    return told(
        "Evidence is a person's word, and from here I can't be sure whose this is. Nothing changed. At the terminal: "
        "`{command}`; or say it in your chat or in the studio.",
        command=f"admind evidence {draft}",
    )


def _settling(speaking: Speaking, draft: str, claim: str) -> Settling:
    asker = speaking.turn.asker
    return Settling(
        workspace=asker.workspace,
        draft=draft,
        member=speaking.member.id,
        claim=claim.strip(),
        surface=asker.surface,
        brand=asker.brand,
    )
