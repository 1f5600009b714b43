"""What clients may see of a draft: what would go out, and what clients decided. Never what the team said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.review.quorum import Standing
from bot.words import told
from storage.drafts import Draft
from storage.team import Member, Role
from storage.usage import NOTHING


def only_client(member: Member, brand: str) -> bool:
    """Whether this member is a client of the brand and nothing else."""
    return member.roles.get(brand) == frozenset({Role.client})


def without_talk(draft: Draft, member: Member) -> Draft:
    """The draft without the team's words about it: reasons, findings, other wordings, its history and its cost.

    What was asked for stands only where this member asked for it.
    """
    asked = draft.brief.request if draft.requested_by == member.id else ""
    return draft.changed(
        brief=draft.brief.model_copy(update={"request": asked, "pillar": "", "form": ""}),
        decisions=tuple(each for each in draft.decisions if each.as_client),
        history=(),
        findings=(),
        claims=(),
        evidence=(),
        variants=(),
        slot="",
        why="",
        made_with=draft.made_with.model_copy(update={"usage": NOTHING}),
    )


def missing_for_clients(standings: Iterable[Standing]) -> Mapping[str, str]:
    """What each version waits for, by account: of what the team has not approved nothing more than that."""
    return {
        each.account: each.missing if each.internal else told("The team is working on it again.")
        for each in standings
        if not each.met
    }
