"""What a brand drafted lately, in which words: every new draft is compared with it, several times while it is made."""

from __future__ import annotations

from typing import Any, Final, cast

from storage.drafts import Draft
from storage.redis import Database
from storage.stores import DraftStore
from storage.team import Brand

RECENT: Final = 60  # drafts that a new one is compared with
MOST_KNOWN: Final = 2000  # of one process


class Recents:
    """Each draft is read once for each of its versions: the same ones are asked for again and again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._known: dict[str, tuple[str, str, str, tuple[tuple[str, str], ...]]] = {}  # id → ver, brand, status, texts

    async def texts(self, brand: Brand, but: str = "") -> tuple[tuple[str, str], ...]:
        """Account id and text of each version, the newest first; without the draft `but`, and what was rejected."""
        client, index = cast(Any, self._database.client), self._drafts.index_key(brand.workspace)
        ids = list(await client.zrange(index, "+inf", "-inf", byscore=True, desc=True, offset=0, num=RECENT))
        pipe = client.pipeline(transaction=False)
        for each in ids:
            pipe.hget(self._drafts.key(brand.workspace, each), "ver")
        vers = dict(zip(ids, await pipe.execute() if ids else [], strict=True))
        new = [each for each in ids if self._known.get(each, ("",))[0] != (vers[each] or "archived")]
        if len(self._known) + len(new) > MOST_KNOWN:
            self._known.clear()
            new = ids
        for draft in await self._drafts.many(brand.workspace, new):
            self._known[draft.id] = (vers[draft.id] or "archived", draft.brand, draft.status, _texts(draft))
        found = (self._known[each][1:] for each in ids if each in self._known and each != but)
        return tuple(
            text for of, status, texts in found if of == brand.id and status not in ("rejected", "replaced")
            for text in texts
        )  # fmt: skip


def _texts(draft: Draft) -> tuple[tuple[str, str], ...]:
    return tuple((version.account, version.text) for version in draft.versions)
