"""Posts with what was counted of them over time, as reports read them: in bulk, and without what only sending needs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from storage import packs
from storage.posts import PostState
from storage.redis import Database
from storage.series import Reading, unpacked
from storage.stores import PostStore

PAGE: Final = 500
FIELDS: Final = ("doc", "state", "due", "receipt", "series")


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A post of one brand as it was read once: equal to itself alone.

    `out_at` is None for one that is not out; `down_at` when it was taken down.
    """

    id: str
    brand: str
    account: str
    channel: str
    title: str
    campaign: str
    due: datetime
    state: PostState
    out_at: datetime | None
    down_at: datetime | None
    url: str
    payload: str
    readings: tuple[Reading, ...]
    draft: str = ""


async def counted_between(
    database: Database, workspace: str, brand: str, start: datetime, end: datetime
) -> AsyncIterator[Counted]:
    """The brand's posts that were due in this time, archived ones too, by when they were due."""
    store, client = PostStore(database), cast(Any, database.client)
    index, offset = store.index_key(workspace, f"of:{brand}"), 0
    while True:
        ids = await client.zrange(index, start.timestamp(), end.timestamp(), byscore=True, offset=offset, num=PAGE)
        for post in await counted(database, workspace, [str(each) for each in ids]):
            if post.brand == brand:
                yield post
        if len(ids) < PAGE:
            return
        offset += PAGE


async def counted(database: Database, workspace: str, ids: Sequence[str]) -> list[Counted]:
    """Those of these posts that there are."""
    store = PostStore(database)
    pipe = database.client.pipeline(transaction=False)
    for each in ids:
        pipe.hmget(store.key(workspace, each), list(FIELDS))
    answers = await pipe.execute() if ids else []
    found: dict[str, Mapping[str, str]] = {
        each: {name: value for name, value in zip(FIELDS, answer, strict=True) if value}
        for each, answer in zip(ids, answers, strict=True)
    }
    absent = [each for each, fields in found.items() if "doc" not in fields]
    if absent:
        found |= await packs.find(database, workspace, "post", absent)
    return [_read(fields) for fields in found.values() if "doc" in fields]


def _read(fields: Mapping[str, str]) -> Counted:
    document = json.loads(fields["doc"])
    receipt = json.loads(fields["receipt"]) if fields.get("receipt") else None
    due = datetime.fromtimestamp(int(fields["due"]) / 1000, UTC)
    out_at = datetime.fromisoformat(receipt["at"]) if receipt else None
    down_at = datetime.fromisoformat(receipt["taken_down_at"]) if receipt and receipt.get("taken_down_at") else None
    return Counted(
        id=document["id"],
        brand=document["brand"],
        account=document["account"],
        channel=document["channel"],
        draft=document.get("draft", ""),
        title=document.get("called") or document["title"],
        campaign=document.get("campaign", ""),
        due=due,
        state=PostState(fields["state"]),
        out_at=out_at,
        down_at=down_at,
        url=receipt.get("url", "") if receipt else "",
        payload=document.get("payload", ""),
        readings=unpacked(out_at, fields.get("series", "")) if out_at is not None else (),
    )
