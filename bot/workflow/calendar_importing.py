"""A file of planned posts becomes drafts to approve: looked at first, then taken in whole or not at all.

Taking a file in is one write that names every row; the drafts are made of it one by one, through crashes and by
whichever process is there. A draft's id comes from what its row says, so that the same file, or the same row in another
file, never becomes a second one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import Card, own_conversation
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from bot.planning.sheet_rows import Fault, Rows, Understanding
from bot.planning.sheets import KEPT, Sheet, read_sheet
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import reader, reading, retold, told, words
from bot.workflow.due_entry import DueEntry
from bot.workflow.requests import Asker, Idea, Requests
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.versions import Versions
from storage.audit import AuditWriter
from storage.calendar_imports import CalendarImport, CalendarImportStore, FailedRow, PlannedRow, import_of
from storage.commit import Change, commit
from storage.drafts import Brief
from storage.redis import Database, StorageFull, StorageUnavailable
from storage.stores import DraftStore, TeamStore
from storage.team import Brand, Member, Role

log = logging.getLogger(__name__)
__all__ = ["CalendarImport", "CalendarImporting", "Checked", "Fault"]  # handlers know `bot` only
SURFACE: Final = "import"
AT_ONCE: Final = 25  # drafts before it is written down how far it is
TRIES: Final = 6
APART: Final = timedelta(minutes=5)  # doubled with each try
SHOWN_BEFORE: Final = timedelta(days=7)  # a card goes up so long before its time, so that thousands never come at once
NAMED: Final = 10  # rows of which no draft came, in one message
STATEMENT: Final = 5  # words from which on a topic is something that may be said


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would become. Nothing was made; `already` rows are drafts or posts by now."""

    rows: int
    new: tuple[PlannedRow, ...]
    already: int
    faults: tuple[Fault, ...]
    unread: tuple[str, ...] = ()
    read_as: str = ""
    taken: CalendarImport | None = field(default=None)

    @property
    def first(self) -> datetime | None:
        return min((row.at for row in self.new), default=None)

    @property
    def last(self) -> datetime | None:
        return max((row.at for row in self.new), default=None)


class CalendarImporting:
    def __init__(
        self,
        database: Database,
        *,
        requests: Requests,
        versions: Versions,
        shelf: Shelf,
        board: Board,
        audit: AuditWriter,
        room: Room,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = CalendarImportStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._requests = requests
        self._versions = versions
        self._shelf = shelf
        self._board = board
        self._audit = audit
        self._room = room
        self._clock = clock

    async def check(self, workspace: str, by: str, brand_id: str, data: bytes) -> Checked:
        """What this file would become, and all that is wrong with it, by line. Nothing is made.

        Raises BadInput, NotFound, NotAllowed.
        """
        _, brand = await self._who(workspace, by, brand_id)
        sheet = await asyncio.to_thread(read_sheet, data)
        return await self._check(brand, sheet)

    async def take(self, workspace: str, by: str, brand_id: str, data: bytes, surface: str) -> Checked:
        """Take it in: every new row becomes a draft to approve. The same file again changes nothing.

        Raises BadInput when a single row is wrong: then nothing was taken in.
        """
        member, brand = await self._who(workspace, by, brand_id)
        found = await self._check(brand, await asyncio.to_thread(read_sheet, data))
        if found.faults:
            count = len({fault.line for fault in found.faults})
            raise BadInput(
                f"{count} rows of this file are wrong." if count > 1 else "A row of this file is wrong.",
                kept=KEPT,
                do_next="Look at the file first: it is told which ones, by line.",
            )
        if not found.new:
            return found
        await self._room.left()
        now = self._clock.now()
        taken = CalendarImport(
            id=import_of(brand.id, (row.draft for row in found.new)),
            workspace=workspace,
            brand=brand.id,
            by=member.id,
            rows=len(found.new),
            created_at=now,
        )
        known = await self._store.find(workspace, brand.id, taken.id)
        if known is not None and known[0].state == "working":
            return Checked(found.rows, found.new, found.already, (), found.unread, found.read_as, known[0])
        if known is not None:  # what had come of it is gone by now
            taken = taken.changed(id=import_of(brand.id, [taken.id, str(milliseconds(now))]))
        change = self._store.begin(Change(workspace), taken, found.new, milliseconds(now))
        entry = await self._audit.prepare(
            workspace,
            "calendar imported",
            subject=member.subject,
            about=taken.id,
            at=now,
            brand=brand.id,
            details={"rows": str(taken.rows), "surface": surface},
        )
        try:
            await commit(self._database, change.audit(entry))
        except Conflict:  # the same file at the same moment
            known = await self._store.find(workspace, brand.id, taken.id)
            taken = known[0] if known else taken
        return Checked(found.rows, found.new, found.already, (), found.unread, found.read_as, taken)

    async def state(self, workspace: str, by: str, brand_id: str, import_id: str) -> CalendarImport:
        """How far an import is. Raises NotFound, NotAllowed."""
        await self._who(workspace, by, brand_id)
        found = await self._store.find(workspace, brand_id, import_id)
        if found is None:
            raise NotFound("There is no such import.", do_next="Imports are known for 90 days.")
        return found[0]

    async def work(self, workspace: str, name: str) -> None:
        """Make the next drafts of `<brand>/<import>`. Again: no difference."""
        brand_id, _, import_id = name.partition("/")
        async with DueEntry(self._database, workspace, f"import:{name}") as due:
            found = await self._store.find(workspace, brand_id, import_id)
            brand = await self._team.brands.find(workspace, brand_id)
            if found is None or brand is None or found[0].state == "done":
                return
            taken, ver = found
            home = (await self._team.workspaces.get(workspace, workspace)).record
            with reading(home.language):
                rows = await self._store.rows(taken, AT_ONCE)
                over, again = await self._make(taken, brand.record, home.zone, rows)
                taken = taken.changed(
                    made=taken.made + sum(why is None for why in over.values()),
                    failed=(*taken.failed, *(FailedRow(line=n, why=why) for n, why in over.items() if why)),
                    tries=taken.tries + 1 if again and not over else 0,
                )
                now = self._clock.now()
                if not again and len(rows) < AT_ONCE:
                    taken = taken.changed(state="done", ended_at=now)
                else:
                    due.again_at = now + (APART * 2 ** (taken.tries - 1) if taken.tries else timedelta(0))
                await commit(self._database, self._store.save(Change(workspace), taken, ver=ver, over=over))
                if taken.state == "done":
                    await self._tell(taken, brand.record)

    async def _make(
        self, taken: CalendarImport, brand: Brand, zone: str, rows: Sequence[PlannedRow]
    ) -> tuple[dict[int, str | None], bool]:
        """Lines that need no more work, each with why nothing came of it, or None; and whether to wait a while."""
        over: dict[int, str | None] = {}
        for row in rows:
            try:
                await self._draft(taken, brand, zone, row)
                over[row.line] = None
            except (StorageUnavailable, StorageFull):
                raise
            except AdMindError as error:
                if not isinstance(error, BadInput | NotFound | NotAllowed) and taken.tries + 1 < TRIES:
                    return over, True
                over[row.line] = retold(error.sentence())
        return over, False

    async def _draft(self, taken: CalendarImport, brand: Brand, zone: str, row: PlannedRow) -> None:
        if await self._drafts.find(taken.workspace, row.draft) is not None:
            return
        if row.at <= self._clock.now():
            raise BadInput("Its time passed before it became a draft.")
        asker = Asker(
            workspace=taken.workspace,
            brand=taken.brand,
            member=taken.by,
            conversation=own_conversation(taken.by, taken.brand, row.draft),
            surface=SURFACE,
            language=brand.language,
            zone=brand.zone or zone,
        )
        idea = Idea(
            _brief(row, brand.language),
            accounts=row.accounts,
            draft=row.draft,
            due=row.at,
            text=row.text,
            shown_at=row.at - SHOWN_BEFORE,
        )
        try:
            await self._requests.draft(asker, [idea])
        except Conflict:  # another worker was faster
            if await self._drafts.find(taken.workspace, row.draft) is None:
                raise

    async def _check(self, brand: Brand, sheet: Sheet) -> Checked:
        home = (await self._team.workspaces.get(brand.workspace, brand.workspace)).record
        accounts = [
            account
            for account in await self._team.all(self._team.accounts, brand.workspace)
            if account.brand == brand.id and account.closed_at is None
        ]
        against = Understanding(
            brand.id, ZoneInfo(brand.zone or home.zone), accounts, self._clock.now(), self._versions.measure
        )
        ours = await self._store.there(brand.workspace, [row.fields.get("id", "") for row in sheet.rows])
        reader_, good, faults, already = Rows(sheet.rows, against), list[PlannedRow](), list[Fault](), 0
        for number, row in enumerate(sheet.rows):
            if number % 100 == 0:
                await asyncio.sleep(0)  # others are served meanwhile
            if row.fields.get("id") in ours and await self._is_ours(brand, row.fields["id"]):
                already += 1
                continue
            found = reader_.read(row)
            if isinstance(found, PlannedRow):
                good.append(found)
            else:
                faults += found
        faults += await self._pictures(brand, good)
        there = await self._store.there(brand.workspace, [row.draft for row in good])
        new = tuple(row for row in good if row.draft not in there)
        faults.sort(key=lambda fault: fault.line)
        return Checked(len(sheet.rows), new, already + len(good) - len(new), tuple(faults), sheet.unread, sheet.read_as)

    async def _is_ours(self, brand: Brand, draft: str) -> bool:
        kept = await self._drafts.find(brand.workspace, draft)
        return kept is not None and kept.record.brand == brand.id

    async def _pictures(self, brand: Brand, rows: Sequence[PlannedRow]) -> list[Fault]:
        """What is wrong with pictures that rows name, each name looked up once."""
        wrong: dict[str, str] = {}
        for name in dict.fromkeys(row.picture for row in rows if row.picture):
            try:
                await self._shelf.pick(brand, name)
            except BadInput as error:
                wrong[name] = error.what
        return [Fault(row.line, "picture", wrong[row.picture]) for row in rows if row.picture in wrong]

    async def _who(self, workspace: str, by: str, brand_id: str) -> tuple[Member, Brand]:
        """Raises NotFound for a brand that is not theirs, NotAllowed for its clients."""
        member = (await self._team.members.get(workspace, by)).record
        kept = await self._team.brands.find(workspace, brand_id)
        held = member.roles.get(brand_id)
        if kept is None or not held or member.erased_at is not None:
            raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")
        if held == {Role.client}:
            raise NotAllowed("Only the brand's team can import.", kept=KEPT)
        return member, kept.record

    async def _tell(self, taken: CalendarImport, brand: Brand) -> None:
        book = words(reader())
        failed = [told("Line {line}: {why}", line=each.line, why=each.why) for each in taken.failed[:NAMED]]
        more = len(taken.failed) - NAMED
        card = Card(
            title=told("The calendar was imported"),
            status=book.many(
                "{count} draft waits for approval. Its card comes up a week before its time.",
                "{count} drafts wait for approval. Their cards come up a week before their time.",
                taken.made,
            ),
            notes=(*failed, *([told("… and {count} more.", count=more)] if more > 0 else [])),
        )
        key = f"import:{taken.brand}/{taken.id}"
        try:
            await self._board.tell(taken.workspace, brand.id, card, key=key, or_else=f"owners:{brand.id}")
        except Undelivered as error:  # the inbox has it
            log.info("import told in the inbox alone ws=%s why=%s", taken.workspace, error.what)


def _brief(row: PlannedRow, language: str) -> Brief:
    asked = row.topic or row.text
    return Brief(
        request=asked[:2000],
        topic=row.topic[:300],
        goal="inform",
        facts=(row.topic,) if row.topic and not row.text and len(row.topic.split()) >= STATEMENT else (),
        link=row.link,
        links=(row.link,) if row.link else (),
        language=language,
        hashtags=row.hashtags,
        verbatim=row.text,
        image="upload" if row.picture else "none",
        library=row.picture,
        campaign=row.campaign,
        pillar=row.pillar,
    )
