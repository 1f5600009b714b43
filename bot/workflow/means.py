"""What drafts are made and changed with, and what is the same for new ones and revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock, milliseconds
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer
from bot.drafting.reader import Reader
from bot.drafting.sources import Sources
from bot.drafting.swapping import Swapping
from bot.workflow.asking import Asker
from bot.workflow.decisions import Decisions, watch
from bot.workflow.declarations import discloses
from bot.workflow.free_slots import FreeSlots
from bot.workflow.pictures import Pictures
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.versions import Versions
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.claims import ledger_digest
from storage.commit import Change, commit
from storage.drafts import Draft, Finding, Version
from storage.redis import Database
from storage.stores import DraftStore
from storage.team import Member


@dataclass(slots=True, kw_only=True)
class Means:
    """`free` is None where there are no plans, `swapping` without a language model."""

    database: Database
    audit: AuditWriter
    blobs: BlobStore
    versions: Versions
    copywriter: Callable[[Asker], Copywriter]
    reader: Callable[[Asker], Reader]
    describer: Callable[[Asker], Describer]
    swapping: Callable[[Asker], Swapping] | None
    sources: Sources
    pictures: Pictures
    shelf: Shelf
    decisions: Decisions
    clock: Clock
    model_name: str
    room: Room
    free: FreeSlots | None

    async def questions(
        self,
        asker: Asker,
        versions: Sequence[Version],
        before: Sequence[Finding] = (),
        known: Mapping[str, str] | None = None,
    ) -> tuple[Finding, ...]:
        """What a reviewer may ask themselves of the words; of those that stayed, what was asked before."""
        if self.swapping is None:
            return ()
        known = known or {}
        kept = {version.account for version in versions if known.get(version.account) == version.text}
        new = {version.account: version.text for version in versions if version.account not in kept}
        again = tuple(each for each in before if each.rule == "swap" and each.account in kept)
        return (*again, *await self.swapping(asker).questions(new))

    async def write_new(self, draft: Draft, member: Member, surface: str, *, shown_at: datetime | None = None) -> None:
        """Keep a new draft, which people are shown at once or at `shown_at`."""
        now = self.clock.now()
        change = DraftStore(self.database).save(Change(draft.workspace), draft, ver=None)
        change.due(f"note:draft:{draft.id}", milliseconds(max(now, shown_at or now)))
        watch(change, draft, now)
        change.audit(
            await self.audit.prepare(
                draft.workspace,
                "drafted",
                subject=member.subject,
                about=draft.id,
                at=now,
                draft=draft.id,
                brand=draft.brand,
                details={
                    "digest": draft.digest,
                    "surface": surface,
                    "model": draft.made_with.model,
                    "prompts": " ".join(draft.made_with.prompts),
                    "request": draft.brief.request[:2000],
                    "replaces": draft.replaces,
                    "discloses": discloses(draft),
                    "claims": ledger_digest(draft.claims),
                    "sources": " ".join(f"{each.address} {each.body_sha256}" for each in draft.sources if each.address),
                },
            )
        )
        await commit(self.database, change)
