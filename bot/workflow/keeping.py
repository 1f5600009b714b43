"""Backup, restore and export, new encryption keys, and look-ups made again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.accounts.installations import Installations
from bot.clock import Clock
from bot.errors import AdMindError, BadInput
from bot.settings import Settings
from storage.audit import AuditWriter
from storage.backup import backup, restore
from storage.blobs.base import BlobStore
from storage.blobs.opening import open_blobs
from storage.commit import Change, commit
from storage.credentials import Credentials, Vault, keys_rotated
from storage.due import DueSets
from storage.embedded import EmbeddedValkey
from storage.export import export
from storage.feed import FeedStore
from storage.homes import HomeStore
from storage.redis import Database, connect
from storage.reindexing import reindex
from storage.retention import LIVES, Life
from storage.serving import ServedPlaces
from storage.standing import StandingPictures
from storage.stores import TeamStore
from storage.tokens import TokenStore


@dataclass(frozen=True, slots=True)
class Rotated:
    """`renewed` secrets came under the newest key. `added`: that was made for it, and `older` ones stand after it in
    `file`; empty: keys are configured elsewhere."""

    renewed: int
    added: bool
    older: int
    file: str


class Keeping:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        blobs: BlobStore,
        audit: AuditWriter,
        data_dir: Path,
        clock: Clock,
        configured_keys: Sequence[str],
    ) -> None:
        self._database = database
        self._vault = vault
        self._blobs = blobs
        self._audit = audit
        self._team = TeamStore(database)
        self._data_dir = data_dir
        self._clock = clock
        self._configured_keys = configured_keys

    @staticmethod
    def lives() -> Mapping[str, Life]:
        """How long each family is kept, and what comes then; all else is kept until somebody erases it."""
        return LIVES

    async def rotate(self, workspace: str, by: str) -> Rotated:
        """Bring everything that is encrypted or signed under a new key, made here unless keys are configured.

        Everything stays readable all along, and doing so again finishes what was cut off. Raises AdMindError.
        """
        file = self._vault.file
        if file is not None:
            try:
                await asyncio.to_thread(self._vault.add_key)
            except OSError as error:
                raise AdMindError(
                    "The new key could not be written.",
                    kept="Nothing was changed.",
                    do_next="Look at the data directory.",
                ) from error
        credentials, renewed = Credentials(self._database, self._vault), 0
        member = (await self._team.members.get(workspace, by)).record
        entry = await self._audit.prepare(
            workspace, "keys rotated", subject=member.subject, about="workspace", at=self._clock.now()
        )
        await commit(self._database, Change(workspace).audit(entry))
        for each in await self._team.workspace_ids():
            await self._audit.seal(each)  # what is not sealed is held by signatures of older keys
            renewed += await credentials.rotate(each) + await self._audit.rotate(each)
            await self._audit.resign(each)
        renewed += await Installations(self._database, self._vault).rotate()
        await keys_rotated(self._database, self._vault)
        return Rotated(renewed, file is not None, self._vault.count - 1, str(file or ""))

    async def repair(self) -> dict[str, int]:
        """Make again what can be made from the records: look-ups, hints and places in lists; how many of each."""
        tokens, feed = TokenStore(self._database, self._clock.now), FeedStore(self._database)
        homes = HomeStore(self._database)
        done = {"tokens": 0, "homes": 0, "feed_pages": 0, "pictures": 0, "drafts": 0, "posts": 0}
        done["due"] = await DueSets(self._database).sweep()
        for workspace in await self._team.workspace_ids():
            done["tokens"] += await tokens.rebuild(workspace)
            done["homes"] += await homes.rebuild(workspace)
            await ServedPlaces(self._database).rebuild(workspace)
            done["pictures"] += await StandingPictures(self._database).rebuild(workspace)
            for account in await self._team.all(self._team.accounts, workspace):
                done["feed_pages"] += await feed.rebuild(workspace, account.id)
            for kind, count in (await reindex(self._database, workspace)).items():
                done[kind] += count
        return done

    async def backup(self, path: str, *, with_keys: bool) -> tuple[str, int]:
        """Write a backup to a new file on this machine; where it is, and its bytes. Raises BadInput, AdMindError."""
        out = Path(path)
        if not out.is_absolute():
            raise BadInput("Name the whole path of the file.", kept="Nothing was written.")
        _, size = await backup(
            self._database,
            self._data_dir,
            out,
            now=self._clock.now(),
            with_keys=with_keys,
            configured_keys=self._configured_keys,
            blobs=self._blobs,
        )
        return str(out), size

    async def export(self, workspace: str, limit: int) -> list[dict[str, object]]:
        """Everything that the workspace owns, in readable form, a document a record."""
        found: list[dict[str, object]] = []
        async for document in export(self._database, self._vault, workspace):
            found.append(document)
            if len(found) == limit:
                break
        return found


async def restore_into(settings: Settings, archive: Path, *, force: bool) -> dict[str, str | int]:
    """Put a backup into this data directory while nothing runs on it. Raises AdMindError; then nothing was changed."""
    configured = [key.get_secret_value() for key in settings.secret_keys]
    name, secret = settings.bucket_key
    async with AsyncExitStack() as stack:
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
        else:
            url = (await stack.enter_async_context(EmbeddedValkey(settings.data_dir))).url
        database = await stack.enter_async_context(connect(url))
        blobs = await stack.enter_async_context(
            open_blobs(settings.data_dir, settings.blobs_url, access_key=name, secret_key=secret)
        )
        done = await restore(
            database,
            settings.data_dir,
            archive,
            now=datetime.now(UTC),
            force=force,
            configured_keys=configured,
            blobs=blobs,
        )
    return {
        "created_at": done.created_at.isoformat(),
        "keys": done.keys,
        "blobs": done.blobs,
        "aside": str(done.aside or ""),
    }
