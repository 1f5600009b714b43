"""What a member sees of the calendar, as lines of a file: of drafts and of what they became."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.planning.export import Line
from bot.workflow.looking import Looking
from storage.drafts import Draft
from storage.redis import Database
from storage.stores import DraftStore, TeamStore

MOST: Final = 20_000
AT_ONCE: Final = 500


class CalendarExporting:
    def __init__(self, database: Database) -> None:
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)

    async def lines(
        self,
        looking: Looking,
        workspace: str,
        member: str,
        start: datetime,
        end: datetime,
        zone: ZoneInfo,
        *,
        brands: frozenset[str] | None = None,
    ) -> list[Line]:
        """By time, in this zone. Raises BadInput for more than a file should hold."""
        entries = [each for each in await looking.planned(workspace, member, start, end, brands) if each.draft]
        if len(entries) > MOST:
            raise BadInput(f"These are more than {MOST} entries.", do_next="Export fewer days at a time.")
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, workspace)}
        drafts: dict[str, Draft] = {}
        ids = list(dict.fromkeys(each.draft for each in entries))
        for at in range(0, len(ids), AT_ONCE):
            drafts |= {draft.id: draft for draft in await self._drafts.many(workspace, ids[at : at + AT_ONCE])}
        found: list[Line] = []
        for entry in entries:
            draft, local = drafts.get(entry.draft), entry.at.astimezone(zone)
            found.append(
                Line(
                    id=entry.draft,
                    date=f"{local:%Y-%m-%d}",
                    time=f"{local:%H:%M}",
                    zone=zone.key,
                    accounts=tuple(names.get(each, "") for each in entry.accounts),
                    state=entry.state,
                    title=entry.title,
                    text=_text(draft, entry.accounts),
                    topic=draft.brief.topic if draft else "",
                    picture=draft.brief.library if draft else "",
                    link=draft.brief.link if draft else "",
                    hashtags=draft.brief.hashtags if draft else (),
                    campaign=entry.campaign,
                    pillar=draft.brief.pillar if draft else "",
                )
            )
        return found


def _text(draft: Draft | None, accounts: Iterable[str]) -> str:
    """Of the first of these accounts that it has."""
    versions = [draft.version(account) for account in accounts] if draft else []
    return next((version.text for version in versions if version is not None), "")
