"""A brand's export: one zip of pages, tables and pictures that people read without AdMind, written while it is read.

Its parts come one after the other from the database, the archive and the blob store; at most one draft, one picture
and the titles for the table of contents are held. Secrets, hashes of tokens and sessions are not in it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.leaving.readable import Names
from bot.leaving.writing import Writing
from bot.leaving.zipping import file_name
from bot.words import words
from storage.audit import AuditWriter
from storage.belongings import Belongings
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Role


@dataclass(frozen=True, slots=True)
class Export:
    """`name` is what the file may be called; `parts` are its bytes, made while they are taken."""

    name: str
    parts: AsyncIterator[bytes]


class Exporting:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._blobs = blobs
        self._audit = audit
        self._clock = clock

    async def brand(self, workspace: str, by: str, brand_id: str) -> Export:
        """Everything of a brand, for one of its owners. Raises NotFound, NotAllowed; it stands in the audit."""
        member = (await self._team.members.get(workspace, by)).record
        belongings, now = Belongings(self._database, workspace, brand_id), self._clock.now()
        profile = await belongings.profile()
        if profile is None or not member.roles.get(brand_id):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        if not member.may(brand_id, Role.owner):
            raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing was written.")
        entry = await self._audit.prepare(
            workspace, "brand exported", subject=member.subject, about=brand_id, at=now, brand=brand_id
        )
        await commit(self._database, Change(workspace).audit(entry))
        home = (await self._team.workspaces.get(workspace, workspace)).record
        everybody = await self._team.all(self._team.members, workspace)
        zone = ZoneInfo(member.zone or profile.zone or home.zone)
        accounts = {each.id: each.name for each in await belongings.accounts()}
        names = Names(words(member.language), zone, {each.id: each.name for each in everybody}, accounts)
        writing = Writing(self._database, self._blobs, self._audit, belongings, names, now)
        name = f"{file_name(profile.name)} {now.astimezone(zone):%Y-%m-%d}.zip"
        return Export(name, writing.parts({each.subject: each for each in everybody}))

    async def to_file(self, workspace: str, by: str, brand_id: str, path: str) -> tuple[str, int]:
        """The same into a new file (0600) on this machine; where it is, and its bytes. Also raises BadInput and
        AdMindError; then there is none.
        """
        out = Path(path)
        if not out.is_absolute():
            raise BadInput("Name the whole path of the file.", kept="Nothing was written.")
        found, size = await self.brand(workspace, by, brand_id), 0
        try:
            descriptor = await asyncio.to_thread(os.open, out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise BadInput("There is already a file of this name.", kept="It was left as it is.") from error
        except OSError as error:
            raise _unwritable() from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for part in found.parts:
                    size += await asyncio.to_thread(file.write, part)
        except BaseException as error:
            await asyncio.to_thread(out.unlink, missing_ok=True)
            if isinstance(error, OSError):
                raise _unwritable() from error
            raise
        return str(out), size


def _unwritable() -> AdMindError:
    return AdMindError(
        "The file cannot be written there.",
        kept="Nothing was changed.",
        do_next="Check the folder's rights and the disk's room.",
    )
