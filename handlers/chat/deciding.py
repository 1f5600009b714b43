"""What a press or a sent window does: decisions, edits and words on posts, as the person who did it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bootstrap import AdMind
from bot.chat import DecisionRequest, Role, Verdict
from bot.errors import ChangedSince
from bot.views import DraftView
from bot.words import told
from bot.workflow.requests import Asker
from handlers.chat.editing import Edited
from handlers.chat.visiting import Visitor


async def decide(
    admind: AdMind,
    visitor: Visitor,
    verdict: Verdict,
    draft: str,
    digest: str,
    *,
    reason: str = "",
    accounts: tuple[str, ...] = (),
) -> str:
    """What only this person must read; mostly "", as the card says the rest. Raises as `Decisions.decide`."""
    request = DecisionRequest(
        workspace=visitor.workspace,
        draft=draft,
        member=visitor.member.id,
        verdict=verdict,
        digest=digest,
        surface=visitor.surface,
        reason=reason,
        accounts=accounts,
        at=admind.clock.now(),
    )
    return (await admind.decisions.decide(request)).privately(request)


async def reword(admind: AdMind, visitor: Visitor, draft: DraftView, digest: str, edited: Edited) -> str:
    """A person's own words, byte for byte, in place of those that they saw; what only they must read.

    Raises ChangedSince, NotFound, BadInput.
    """
    unchanged(draft, digest)
    worded = edited.texts | edited.comments
    if worded:
        seen = {version.account: version.digest for version in draft.versions if version.account in worded}
        asker = await asker_of(admind, visitor, draft.id)
        made = await admind.requests.word(asker, draft.id, edited.texts, seen=seen, comments=edited.comments)
        digest = made.digest
    said = await decide(admind, visitor, Verdict.approve, draft.id, digest) if edited.approve else ""
    if worded and visitor.member.roles.get(draft.brand) == frozenset({Role.client}):
        return told("Saved. Your words count as your approval; they go out once the team has approved them too.")
    return said


async def move(admind: AdMind, visitor: Visitor, draft: DraftView, digest: str, due: datetime) -> None:
    """Raises ChangedSince, NotFound, BadInput."""
    unchanged(draft, digest)
    asker = await asker_of(admind, visitor, draft.id)
    when = due.astimezone(ZoneInfo(asker.zone)).strftime("%Y-%m-%d %H:%M")
    await admind.requests.move(asker, draft.id, when)


def unchanged(draft: DraftView, digest: str) -> None:
    """Raises ChangedSince when the draft is another than the one that was looked at."""
    if draft.digest != digest:
        raise ChangedSince(
            told("Somebody changed this draft meanwhile."),
            kept=told("It is as they left it; yours was not saved."),
            do_next=told("Look at its new card and do it there."),
        )


async def asker_of(admind: AdMind, visitor: Visitor, draft_id: str) -> Asker:
    record = await admind.looking.draft_record(visitor.workspace, visitor.member.id, draft_id)
    return Asker(
        workspace=visitor.workspace,
        brand=record.brand,
        member=visitor.member.id,
        conversation=record.conversation,
        surface=visitor.surface,
        language=visitor.member.language,
        zone=visitor.member.zone or record.zone,
        by_agent=False,
    )


async def zone_of(admind: AdMind, visitor: Visitor, draft: DraftView | None = None) -> str:
    if visitor.member.zone or draft is not None:
        return visitor.member.zone or (draft.zone if draft else "")
    return str(await admind.looking.zone(visitor.workspace))
