"""What one audit entry consists of: open facts, sealed personal data, and a hash over both.

Open, for ever: kind, time, ids. Sealed: everything that may name a person or quote one, AES-256-GCM under the key of
its owners (a subject or a draft, and a brand; else the workspace). Destroying one of these keys erases the data, while
the hash still fits: it covers the ciphertext, and a salted commitment to the plain text whose salt lies inside the
ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field

from storage.record import Frozen

DOMAIN = b"admind-audit-v1\0"
OPEN_FIELDS = ("subject", "about", "draft", "brand", "lost_from", "lost_to")
_PLAIN_ABOUT = re.compile(r"[a-z]{0,20}:?(?:[a-z]{1,4}_[0-9A-Za-z_-]{1,60})?")


class AuditEntry(Frozen):
    """One entry as people read it. `erased`: some of it was sealed under a key that has been destroyed."""

    seq: int
    kind: str
    at: datetime
    subject: str = Field("", description="random id that stands for a person")
    about: str = ""
    draft: str = ""
    brand: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    content: dict[str, str] = Field(default_factory=dict)
    erased: bool = False
    hash: str


def open_fields(kind: str, at: datetime, **ids: str) -> dict[str, str]:
    """The facts of an entry that stay readable; empty ones are left out."""
    if at.tzinfo is None:
        raise ValueError("an audit entry needs a time with a zone")
    fields = {"v": "1", "id": secrets.token_hex(8), "kind": kind, "at": at.astimezone(UTC).isoformat()}
    return fields | {name: ids[name] for name in OPEN_FIELDS if ids.get(name)}


def is_plain(about: str) -> bool:
    """Whether this is an id or a plain word, and no wording of a person's."""
    return _PLAIN_ABOUT.fullmatch(about) is not None


def hash_of(workspace: str, fields: Mapping[str, str]) -> str:
    """The entry's hash: over the workspace and every field but the hash itself and its signature.

    Over sorted pairs of text as JSON: for these it is as unambiguous as RFC 8785, and faster (8 against 30 µs).
    """
    covered = sorted((name, value) for name, value in fields.items() if name not in ("hash", "mac"))
    document = json.dumps([workspace, covered], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(DOMAIN + document.encode("utf-8", "surrogatepass")).hexdigest()


def joined_key(keys: Sequence[bytes]) -> bytes:
    """What opens a part that has several owners: without any one of their keys nobody can make it."""
    return keys[0] if len(keys) == 1 else hashlib.sha256(b"admind-audit-owners-v1\0" + b"".join(keys)).digest()


def seal_part(key: bytes, place: str, data: Mapping[str, str]) -> tuple[str, str]:
    """Ciphertext and commitment of some details; `place` ties them to their workspace, owner and part."""
    salt = secrets.token_bytes(32)
    plain = rfc8785.dumps({name: value.encode("utf-8", "replace").decode() for name, value in data.items()})
    nonce = secrets.token_bytes(12)
    document = json.dumps({"salt": salt.hex(), "data": plain.decode()}).encode()
    sealed = nonce + AESGCM(key).encrypt(nonce, document, place.encode())
    return base64.b64encode(sealed).decode("ascii"), hashlib.sha256(salt + plain).hexdigest()


def open_part(key: bytes, place: str, sealed: str, commitment: str) -> dict[str, str] | None:
    """The details; None when they do not fit this key, this place or their commitment."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        document = json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], place.encode()))
        plain = document["data"].encode()
        fits = hashlib.sha256(bytes.fromhex(document["salt"]) + plain).hexdigest()
        return dict(json.loads(plain)) if hmac.compare_digest(fits, commitment) else None
    except (InvalidTag, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None
