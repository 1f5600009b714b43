"""In whose name the studio changes a draft."""

from __future__ import annotations

from bot.workflow.requests import Asker
from handlers.web.studio.visit import SURFACE, Visit


def asker(visit: Visit, brand: str, *, by_agent: bool = False) -> Asker:
    """`by_agent` for what the model words; what a person does with their own hands is theirs."""
    return Asker(
        workspace=visit.workspace,
        brand=brand,
        member=visit.id,
        conversation="",
        surface=SURFACE,
        language=visit.language,
        zone=visit.zone.key,
        by_agent=by_agent,
    )
