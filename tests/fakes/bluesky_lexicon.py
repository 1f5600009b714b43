"""What a server of the AT Protocol demands of a post's record, told apart from the product's own code: lexicons, record
keys, content ids (an encoder of its own), blobs, byte offsets.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import regex

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
FIELDS = {"$type", "text", "createdAt", "langs", "facets", "embed", "labels", "reply"}
IMAGE_BYTES, THUMB_BYTES = 2_000_000, 1_000_000


class Invalid(Exception):
    """The name of the protocol's error, and its message."""

    def __init__(self, message: str, error: str = "InvalidRequest") -> None:
        super().__init__(message)
        self.error = error


def cid_of(record: Any) -> str:
    return _cid(0x71, hashlib.sha256(_cbor(record)).digest())


def blob_cid(data: bytes) -> str:
    return _cid(0x55, hashlib.sha256(data).digest())


def _cid(codec: int, digest: bytes) -> str:
    return "b" + base64.b32encode(bytes((1, codec, 0x12, 0x20)) + digest).decode().lower().rstrip("=")


def _cbor(value: Any) -> bytes:
    """DAG-CBOR of JSON: https://ipld.io/specs/codecs/dag-cbor/spec/, links as tag 42."""
    if value is None or isinstance(value, bool):
        return bytes((0xF6,)) if value is None else bytes((0xF5 if value else 0xF4,))
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, str):
        data = value.encode()
        return _head(3, len(data)) + data
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(_cbor(each) for each in value)
    if isinstance(value, dict):
        if set(value) == {"$link"}:
            text = value["$link"][1:].upper()
            raw = b"\0" + base64.b32decode(text + "=" * (-len(text) % 8))
            return bytes((0xD8, 42)) + _head(2, len(raw)) + raw
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return _head(5, len(value)) + b"".join(_cbor(key) + _cbor(value[key]) for key in keys)
    raise Invalid(f"not in the data model: {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    for size, mark in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 24:
            return bytes((major << 5 | number,))
        if number < 1 << (8 * size):
            return bytes((major << 5 | mark,)) + number.to_bytes(size, "big")
    raise Invalid("integer too large")


def check_post(record: Any, blobs: Mapping[str, tuple[str, int]], known: Mapping[str, str]) -> None:
    """Raises Invalid. `blobs`: content id → kind and size; `known`: address of each record → its content id."""
    if not isinstance(record, dict) or record.get("$type") != "app.bsky.feed.post" or not set(record) <= FIELDS:
        raise Invalid("Invalid app.bsky.feed.post record")
    text = record.get("text")
    if not isinstance(text, str) or len(text.encode()) > 3000:
        raise Invalid("Record/text must not be longer than 3000 characters")
    if len(regex.findall(r"\X", text)) > 300:
        raise Invalid("Record/text must not be longer than 300 graphemes")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(record.get("createdAt"))):
        raise Invalid("Record/createdAt must be an valid atproto datetime")
    datetime.fromisoformat(record["createdAt"])
    langs = record.get("langs", [])
    if (
        not isinstance(langs, list)
        or len(langs) > 3
        or not all(re.fullmatch(r"[a-z]{2,3}(-[\w-]+)?", x) for x in langs)
    ):
        raise Invalid("Record/langs must be well-formed BCP 47 language tags")
    _check_facets(record.get("facets", []), text.encode())
    _check_labels(record.get("labels"))
    for blob, most in _blobs(record.get("embed")):
        _check_blob(blob, most, blobs)
    for name in ("root", "parent") if "reply" in record else ():
        ref = record["reply"][name]
        if set(ref) != {"uri", "cid"} or known.get(ref["uri"]) != ref["cid"]:
            raise Invalid(f"Record/reply/{name} refers to nothing that stands there")


def _check_facets(facets: Any, text: bytes) -> None:
    end = 0
    for facet in facets:
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not end <= start < stop <= len(text):
            raise Invalid("Record/facets: range outside the text, or over another")
        text[start:stop].decode()  # raises within a character
        end = stop
        [feature] = facet["features"]
        kind = feature["$type"].removeprefix("app.bsky.richtext.facet#")
        needed = {"link": "uri", "mention": "did", "tag": "tag"}[kind]
        value = feature[needed]
        if set(feature) != {"$type", needed} or not value:
            raise Invalid("Record/facets: unknown feature")
        if kind == "mention" and not DID.fullmatch(value):
            raise Invalid("Record/facets: did must be a valid did")
        if kind == "tag" and (len(regex.findall(r"\X", value)) > 64 or len(value.encode()) > 640):
            raise Invalid("Record/facets: tag too long")
        if kind == "link" and not re.match(r"[a-z]+:[^\s]+", value):
            raise Invalid("Record/facets: uri must be a uri")


def _check_labels(labels: Any) -> None:
    if labels is None:
        return
    values = labels["values"]
    if labels["$type"] != "com.atproto.label.defs#selfLabels" or not 0 < len(values) <= 10:
        raise Invalid("Record/labels")
    if any(set(each) != {"val"} or len(each["val"]) > 128 for each in values):
        raise Invalid("Record/labels/values")


def _blobs(embed: Any) -> Iterator[tuple[dict[str, Any], int]]:
    if embed is None:
        return
    if embed["$type"] == "app.bsky.embed.images":
        if not 0 < len(embed["images"]) <= 4:
            raise Invalid("Record/embed/images must not have more than 4 elements")
        for image in embed["images"]:
            ratio = image["aspectRatio"]
            if not isinstance(image["alt"], str) or not (ratio["width"] >= 1 and ratio["height"] >= 1):
                raise Invalid("Record/embed/images")
            yield image["image"], IMAGE_BYTES
    elif embed["$type"] == "app.bsky.embed.external":
        card = embed["external"]
        if not {"uri", "title", "description"} <= set(card) <= {"uri", "title", "description", "thumb"}:
            raise Invalid("Record/embed/external")
        if not re.match(r"https?://[^\s]+", card["uri"]):
            raise Invalid("Record/embed/external/uri must be a uri")
        if "thumb" in card:
            yield card["thumb"], THUMB_BYTES
    else:
        raise Invalid("Record/embed: unknown $type")


def _check_blob(blob: dict[str, Any], most: int, blobs: Mapping[str, tuple[str, int]]) -> None:
    if blob["$type"] != "blob" or set(blob) != {"$type", "ref", "mimeType", "size"}:
        raise Invalid("not a blob reference")
    kept = blobs.get(blob["ref"]["$link"])
    if kept is None:
        raise Invalid("Could not find blob: " + blob["ref"]["$link"], "BlobNotFound")
    if kept[1] > most:
        raise Invalid("This file is too large.", "BlobTooLarge")
    if kept != (blob["mimeType"], blob["size"]):
        raise Invalid("Referenced Mimetype does not match stored blob.", "InvalidMimeType")
    if not blob["mimeType"].startswith("image/"):
        raise Invalid("Wrong type of file.", "InvalidMimeType")
