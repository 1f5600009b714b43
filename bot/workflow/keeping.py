"""Backup, restore and export: everything in one file, and back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import Clock
from bot.errors import BadInput
from bot.settings import Settings
from bot.team.signin import IDLE_LIFE
from bot.workflow.client_links import LIFE
from storage.backup import backup, restore
from storage.blobs.base import BlobStore
from storage.blobs.opening import open_blobs
from storage.credentials import Vault
from storage.embedded import EmbeddedValkey
from storage.export import export
from storage.redis import Database, connect
from storage.requests import EVENTS_SECONDS as PROGRESS
from storage.requests import LIFE_SECONDS as REQUESTS
from storage.threads import LIFE_SECONDS as CONVERSATIONS

DAY = 86_400


class Keeping:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        blobs: BlobStore,
        data_dir: Path,
        clock: Clock,
        configured_keys: Sequence[str],
    ) -> None:
        self._database = database
        self._vault = vault
        self._blobs = blobs
        self._data_dir = data_dir
        self._clock = clock
        self._configured_keys = configured_keys

    @staticmethod
    def lives() -> dict[str, int]:
        """What goes by itself, and after how many days; all else is kept until somebody erases it."""
        return {
            "requests": REQUESTS // DAY,
            "conversations": CONVERSATIONS // DAY,
            "progress": PROGRESS // DAY,
            "sessions": IDLE_LIFE.days,
            "approval_links": LIFE.days,
        }

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
