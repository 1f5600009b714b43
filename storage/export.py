"""Everything that a workspace owns, in readable form: one JSON-able document a thing, secrets left out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from storage import packs, snapshot
from storage.audit import AuditWriter
from storage.audit_chain import heads_key
from storage.credentials import Vault
from storage.redis import Database

# Machinery, and what only opens something: a tool that reads an export has no use for it.
LEFT_OUT = frozenset({"keys", "chain", "heads", "once", "audit", "due", "packs", "packed", "segments"})
HIDDEN_FIELDS = frozenset({"hash", "claim", "till", "fence", "doc"})
PAGE = 500


async def export(database: Database, vault: Vault, workspace: str) -> AsyncIterator[dict[str, object]]:
    """`{kind, id, …}` for every record, index and counter, then for what is archived, and every entry of the audit.

    Of secrets only the names are told. Pictures are named by their SHA-256, as in a backup.
    """
    names = [name async for name in snapshot.names_of(database, workspace) if name != heads_key(workspace)]
    async for kept in snapshot.read_workspace(database, workspace, names):
        kind, _, name = kept.key.partition("}:")[2].partition(":")
        if kind == "secrets":
            yield {"kind": kind, "id": "", "names": sorted(snapshot.pairs(kept.value))}
        elif kind not in LEFT_OUT:
            yield {"kind": kind, "id": name, **_readable(kept)}
    async for _, pack in packs.every(database, workspace):
        here = await packs.still_here(database, workspace, pack.kind, list(pack.documents))
        for record_id in sorted(here):
            yield {"kind": pack.kind, "id": record_id, **_fields(pack.documents[record_id]), "archived": True}
    audit, last = AuditWriter(database, vault), 0
    while entries := await audit.read(workspace, after_seq=last, limit=PAGE):
        for entry in entries:
            yield {"kind": "audit", "id": str(entry.seq), "record": entry.model_dump(mode="json")}
        last = entries[-1].seq


def _readable(kept: snapshot.Kept) -> dict[str, object]:
    if kept.kind == "string":
        return {"value": _document(kept.value)}
    if kept.kind == "hash":
        return _fields(snapshot.pairs(kept.value))
    if kept.kind == "zset":
        return {"order": list(snapshot.pairs(kept.value).items())}
    return {"items": [_document(each) for each in kept.value]}


def _fields(fields: Mapping[str, str]) -> dict[str, object]:
    rest = {name: _document(value) for name, value in fields.items() if name not in HIDDEN_FIELDS}
    if "doc" not in fields:
        return {"fields": rest}
    return {"record": _document(fields["doc"]), **({"also": rest} if rest else {})}


def _document(value: Any) -> Any:
    """A JSON object or list as such; anything else as the text that it is."""
    if isinstance(value, str) and value[:1] in "{[" and value:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
