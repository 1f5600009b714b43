"""The audit: who did what, when and from where; and whether the record is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from handlers.web.studio.draw import draw
from handlers.web.studio.visit import Visitor

router = APIRouter()
A_PAGE = 60


@router.get("/settings/audit")
async def audit(
    request: Request,
    visit: Visitor,
    about: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=50)] = "",
    before: Annotated[str, Query(pattern=r"^\d{0,15}$")] = "",
    verify: bool = False,
) -> Response:
    """Newest first; with `verify` the whole chain is recomputed and compared with what was written down outside."""
    found = await visit.admind.history.read(
        visit.workspace,
        visit.seen.member,
        about=about.strip(),
        kind=kind.strip(),
        after=int(before or 0),
        limit=A_PAGE,
        newest_first=True,
    )
    checked = await visit.admind.history.verify(visit.workspace) if verify else None
    return draw(
        request, visit, "audit.html", entries=found.items, next=found.next, about=about, kind=kind, checked=checked
    )
