"""Signatures that a receiver can verify with any Standard Webhooks library.

Specification: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
The signed text is `<webhook-id>.<webhook-timestamp>.<body>`, the algorithm HMAC-SHA256, the form `v1,<base64>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # of the timestamp, against what is sent again later
LEAST_KEY_BYTES = 24  # "between 24 bytes (192 bits) and 64 bytes (512 bits)"


def new_signing_key() -> str:
    """A fresh key in the form that people paste into their receiver: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_bytes(key: str) -> bytes:
    """The bytes to sign with. With the prefix `whsec_` the rest is base64; any other text stands for itself.

    Raises ValueError for a prefix without base64 behind it, and for fewer than 24 bytes.
    """
    if key.startswith(PREFIX):
        try:
            raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raise ValueError("the part after whsec_ is not base64") from None
    else:
        raw = key.encode()
    if len(raw) < LEAST_KEY_BYTES:
        raise ValueError(f"it has fewer than {LEAST_KEY_BYTES} bytes")
    return raw


def signed_headers(key: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of the specification. Raises ValueError for an unusable key or an id with a full stop."""
    if "." in message_id:
        raise ValueError("a full stop in the id would make the signed text ambiguous")
    timestamp = str(int(at.timestamp()))
    signature = _signature(key, message_id, timestamp, body)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def is_signed(key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of the signatures in these headers is of this body, with this key, and of about now."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    wanted = _signature(key, message_id, timestamp, body)
    given = [each.partition(",") for each in headers.get("webhook-signature", "").split()[:10]]
    return any(v == "v1" and hmac.compare_digest(each.encode(), wanted.encode()) for v, _, each in given)


def _signature(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key_bytes(key), signed, hashlib.sha256).digest()).decode()
