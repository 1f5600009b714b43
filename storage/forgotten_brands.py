"""After a restore: brands that were erased since the backup go again, and those that were about to go get time anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast

from storage import keys
from storage.audit import bury
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.forgetting import Survey, forget, settle_home, survey
from storage.journal import Entry
from storage.leaving import BESIDE, COOLING, Beside, beside, leaving_store, scope_of
from storage.links import LinkStore
from storage.redis import Database
from storage.stores import TeamStore
from storage.unnamed import discard

FILES = "restored"  # in place of a brand's id: what the files of all are known by that were forgotten in one restore
KEPT_ASIDE: Final[tuple[Beside, ...]] = ("ids", "files")


async def forget_brands(database: Database, workspace: str, journal: Iterable[Entry], now: datetime) -> None:
    """Everything of brands that a journal says were erased; their files are noted for `discard_brands`."""
    here = [each.fields for each in journal if each.kind == "erased" and each.fields["workspace"] == workspace]
    erased = {fields["subject"].removeprefix("b:") for fields in here if fields["subject"].startswith("b:")}
    lead_on = {fields["subject"].removeprefix("l:") for fields in here if fields["subject"].startswith("l:")}
    team, store, client = TeamStore(database), leaving_store(database), cast(Any, database.client)
    for brand in sorted(erased):
        kept = await store.find(workspace, brand)
        half = kept is not None and kept.record.state != "gone"
        if not half and await team.brands.find(workspace, brand) is None:
            continue
        known = await client.smembers(beside(workspace, brand, "ids"))
        found = await survey(database, workspace, brand, known=map(str, known))
        found.files |= {str(name) for name in await client.smembers(beside(workspace, brand, "files"))}
        found.threads |= {str(name) for name in await client.smembers(beside(workspace, brand, "threads"))}
        await client.sadd(beside(workspace, FILES, "ids"), *found.ids)
        if found.files:
            await client.sadd(beside(workspace, FILES, "files"), *found.files)
        for draft in (each for each in found.ids if each.startswith("d_")):
            await bury(database, workspace, f"d:{draft}")
        await settle_home(database, workspace, brand, now)
        await LinkStore(database).leave_behind(workspace, brand, keep=brand in lead_on)
        await forget(database, workspace, brand, found)
        change = Change(workspace).undue(f"leaving:{brand}")
        change.do("HDEL", keys.control(workspace), f"pause:{scope_of(brand)}")
        if half:
            store.leave(change.do("DEL", store.key(workspace, brand)), brand, "all")
        for what in BESIDE:
            change.do("DEL", beside(workspace, brand, what))
        await commit(database, change)
    await _begin_anew(database, workspace, now)


async def discard_brands(
    database: Database, blobs: BlobStore, workspaces: Iterable[str], now: datetime, copies: Iterable[BlobStore] = ()
) -> None:
    """Their files, unless something that is kept names them too; in `copies` as well."""
    there, client = list(workspaces), cast(Any, database.client)
    for workspace in there:
        ids, names = [
            {str(name) for name in await client.smembers(beside(workspace, FILES, what))} for what in KEPT_ASIDE
        ]
        if ids:  # the restore itself has just put the files, and nobody else writes
            later = now + timedelta(days=36500)
            about = Survey(ids).names
            await discard(
                database, blobs, names, about=about, workspaces=there, unless_put_since=later, copies=tuple(copies)
            )
            await client.delete(*(beside(workspace, FILES, what) for what in KEPT_ASIDE))


async def _begin_anew(database: Database, workspace: str, now: datetime) -> None:
    """Nobody knows any more whether it was undone: its owners get the whole time again."""
    store = leaving_store(database)
    for leaving in await TeamStore(database).all(store, workspace):
        if leaving.state == "cooling":
            kept = await store.get(workspace, leaving.brand)
            longer = kept.record.changed(asked_at=now, ends_at=now + COOLING)
            change = store.put(Change(workspace), longer, leaving.brand, ver=kept.ver, at=now.timestamp())
            await commit(database, change.due(f"leaving:{leaving.brand}", round(now.timestamp() * 1000)))
