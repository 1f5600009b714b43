"""The audit, for people: who did what in the brands they work for, and whether the record is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.audit import AuditWriter
from storage.journal import Journal
from storage.stores import TeamStore
from storage.team import Member, Role


@dataclass(frozen=True, slots=True)
class Told:
    """One entry with names instead of subjects."""

    sequence: int
    at: datetime
    kind: str
    who: str | None
    about: str
    details: dict[str, str]
    hash: str


@dataclass(frozen=True, slots=True)
class ToldPage:
    items: tuple[Told, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Verified:
    ok: bool
    entries: int
    reason: str


class History:
    def __init__(self, audit: AuditWriter, team: TeamStore, journal: Journal) -> None:
        self._audit = audit
        self._team = team
        self._journal = journal

    async def read(
        self,
        workspace: str,
        member: Member,
        *,
        about: str = "",
        kind: str = "",
        after: int = 0,
        limit: int = 50,
        newest_first: bool = False,
    ) -> ToldPage:
        """Entries of the brands in whose team the member is, oldest first; `about` is a record's id. With
        `newest_first` what stands before `after` (0: before nothing), backwards.

        What belongs to no brand is told to those who work with whoever did it, and AdMind's own to the first brand's.
        """
        members = await self._team.all(self._team.members, workspace)
        names = {member.subject: member.name for member in members}
        draft = about if about.startswith("d_") else ""
        found = await self._audit.read(
            workspace,
            kinds=[kind] if kind else (),
            about="" if draft else about,
            draft=draft,
            after_seq=0 if newest_first else after,
            before_seq=after if newest_first and after else None,
            newest_first=newest_first,
            limit=limit + 1,
        )
        teams = {brand for brand, held in member.roles.items() if held != {Role.client}}
        near = {each.subject for each in members if set(each.roles) & teams} | {member.subject}
        home = await self._team.workspaces.find(workspace, workspace)
        at_home = home is not None and home.record.default_brand in teams
        mine = [
            entry
            for entry in found[:limit]
            if (entry.brand in teams if entry.brand else entry.subject in near or (not entry.subject and at_home))
        ]
        items = tuple(
            Told(
                sequence=entry.seq,
                at=entry.at,
                kind=entry.kind,
                who=names.get(entry.subject) or ("erased" if entry.erased else None),
                about=entry.about,
                details={**entry.details, **entry.content},
                hash=entry.hash,
            )
            for entry in mine
        )
        return ToldPage(items, str(found[limit - 1].seq) if len(found) > limit else "")

    async def verify(self, workspace: str) -> Verified:
        """Chain what is new, then recompute everything and compare with the heads in the journals."""
        await self._audit.seal(workspace)
        found = await self._audit.verify(workspace, await self._journal.read_all())
        return Verified(found.ok, found.entries, found.reason)
