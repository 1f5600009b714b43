"""A sealed payload as records of a Bluesky repository: their keys, their content ids, one post or a thread.

Everything follows from the payload and the attempt's key, so that sending again writes the very same records. A post's
content id is known before it is written (SHA-256 of its DAG-CBOR, https://atproto.com/specs/data-model), and a
picture's is that of its bytes: so a thread whose posts refer to each other goes out in one write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import libipld

from bot.channels.base import AttemptKey
from storage.sealed import Medium, Part, SealedPayload

COLLECTION = "app.bsky.feed.post"
_TID = "234567abcdefghijklmnopqrstuvwxyz"  # base32-sortable, https://atproto.com/specs/tid
_RAW, _DAG_CBOR = 0x55, 0x71
_UNDATED = datetime(2023, 1, 1, tzinfo=UTC)  # where keys of posts without a time of their own lie
_YEAR_SECONDS = 365 * 86400


@dataclass(frozen=True, slots=True)
class Post:
    rkey: str
    record: dict[str, Any]
    cid: str


def posts(payload: SealedPayload, key: AttemptKey) -> tuple[Post, ...]:
    """The thread, its first post first; each after it replies to the one before."""
    found: list[Post] = []
    at = moment(payload) or key.first_at
    for number, (part, rkey) in enumerate(zip(payload.parts, rkeys(payload, key), strict=True)):
        record = _record(payload, part, at + timedelta(milliseconds=number))
        if found:
            record["reply"] = {name: _ref(payload, to) for name, to in (("root", found[0]), ("parent", found[-1]))}
        found.append(Post(rkey, record, cid_of(record)))
    return tuple(found)


def rkeys(payload: SealedPayload, key: AttemptKey) -> tuple[str, ...]:
    """The record keys: equal for every attempt, whatever is remembered of earlier ones, and rising along the thread."""
    seed = int.from_bytes(hashlib.sha256(b"admind-tid-v1\0" + key.key.encode()).digest()[:16], "big")
    at = moment(payload) or _UNDATED + timedelta(seconds=(seed >> 64) % _YEAR_SECONDS)
    first = int(at.timestamp()) * 1_000_000 + seed % 900_000
    clock = (seed >> 32) % 1024
    return tuple(tid((first + number) << 10 | clock) for number in range(len(payload.parts)))


def tid(number: int) -> str:
    """63 bits as 13 characters that sort as the numbers do."""
    return "".join(_TID[number >> shift & 31] for shift in range(60, -1, -5))


def moment(payload: SealedPayload) -> datetime | None:
    """When it shall go out, as it was approved."""
    return datetime.fromisoformat(payload.not_before) if payload.not_before else None


def cid_of(record: Mapping[str, Any]) -> str:
    return _cid(_DAG_CBOR, hashlib.sha256(libipld.encode_dag_cbor(_ipld(record))).digest())


def blob_cid(sha256: str) -> str:
    return _cid(_RAW, bytes.fromhex(sha256))


def blob(medium: Medium) -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": blob_cid(medium.sha256)}, "mimeType": medium.mime, "size": medium.size}


def held(record: Mapping[str, Any]) -> tuple[str, ...]:
    """SHA-256 of the pictures that a record refers to, as it stands on a server; what is no content id is left out."""
    embed = record.get("embed")
    external = embed.get("external") if isinstance(embed, dict) else None
    blobs = [each.get("image") for each in images(record)]
    blobs += [external.get("thumb")] if isinstance(external, dict) else []
    found = []
    for each in blobs:
        ref = each.get("ref") if isinstance(each, dict) else None
        try:
            found.append(bytes(libipld.decode_cid(ref["$link"])["hash"]["digest"]).hex() if ref else "")
        except (ValueError, TypeError, KeyError):
            found.append("")
    return tuple(sha256 for sha256 in found if sha256)


def images(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pictures of a record as it stands on a server, with their alt texts."""
    embed = record.get("embed")
    found = embed.get("images") if isinstance(embed, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def uploads(part: Part) -> tuple[Medium, ...]:
    """The pictures that a part's record refers to, each once."""
    return tuple({medium.sha256: medium for medium in part.media}.values())


def _record(payload: SealedPayload, part: Part, at: datetime) -> dict[str, Any]:
    created = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": created,
        "langs": [payload.language],
    }
    if part.facets:
        record["facets"] = [dict(facet) for facet in part.facets]
    if part.link_card:
        record["embed"] = {"$type": "app.bsky.embed.external", "external": _card(part)}
    elif part.media:
        pictures = [
            {"alt": medium.alt, "image": blob(medium), "aspectRatio": {"width": medium.width, "height": medium.height}}
            for medium in part.media
        ]
        record["embed"] = {"$type": "app.bsky.embed.images", "images": pictures}
    if payload.extra.get("labels"):
        values = [{"val": label} for label in payload.extra["labels"].split(",")]
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    return record


def _card(part: Part) -> dict[str, Any]:
    given = part.link_card or {}
    card: dict[str, Any] = {name: given.get(name, "") for name in ("uri", "title", "description")}
    return card | ({"thumb": blob(part.media[0])} if part.media else {})


def _ref(payload: SealedPayload, post: Post) -> dict[str, str]:
    return {"uri": f"at://{payload.remote_id}/{COLLECTION}/{post.rkey}", "cid": post.cid}


def _cid(codec: int, digest: bytes) -> str:
    return libipld.encode_cid(bytes((1, codec, 0x12, 0x20)) + digest)


def _ipld(value: Any) -> Any:
    """JSON as the data model writes it, with links as content ids in binary: what libipld takes for a link."""
    if isinstance(value, Mapping):
        if set(value) == {"$link"}:
            found = libipld.decode_cid(value["$link"])
            return bytes((1, found["codec"], 0x12, 0x20)) + bytes(found["hash"]["digest"])
        return {name: _ipld(inner) for name, inner in value.items()}
    return [_ipld(each) for each in value] if isinstance(value, list | tuple) else value
