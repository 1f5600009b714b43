"""The sealed payload: exactly what will be handed to a channel, and the digest over it.

What a person approves is a digest; what the publisher sends is the payload that has that digest. Everything that
changes bytes happens before: publishing neither encodes, signs nor rewrites.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import AfterValidator, Field

from storage.record import Frozen

DOMAIN = b"admind-digest-v1\0"


def _encodable(text: str) -> str:
    text.encode("utf-8")  # a lone surrogate has no bytes: refuse it here, not at nine o'clock
    return text


Text = Annotated[str, AfterValidator(_encodable)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Medium(Frozen):
    """One picture as it will be sent: `sha256` is over its final bytes, which lie in the blob store."""

    sha256: Sha256
    mime: str
    size: int = Field(ge=0, description="bytes")
    width: int = Field(ge=1, description="pixels")
    height: int = Field(ge=1, description="pixels")
    alt: Text = ""
    source: Literal["card", "upload", "generated"] = "card"


class Link(Frozen):
    """A link as the text shows it and where it leads in the end."""

    shown: Text
    destination: Text


class Part(Frozen):
    """One post of a thread (most payloads have one): exact wire text and its media."""

    text: Text
    media: tuple[Medium, ...] = ()
    facets: tuple[dict[str, Any], ...] = ()
    link_card: dict[str, str] | None = None


class SealedPayload(Frozen):
    """Everything the digest covers. Times are ISO 8601 UTC, amounts are strings."""

    payload_version: int = 1
    workspace: str
    channel: str
    account: str
    remote_id: str = Field("", description="the remote account's verified id")
    server: str = Field("", description="origin the post is sent to, empty for channels inside AdMind")
    destination: str = Field("", description="page, board, room or list on the channel")
    not_before: str | None = None
    not_after: str | None = None
    title: Text = ""
    language: str = "en"
    parts: tuple[Part, ...] = Field(min_length=1)
    links: tuple[Link, ...] = ()
    first_comment: Text = ""
    visibility: str = "public"
    disclosure: tuple[str, ...] = ()
    price_cap: str = ""
    extra: dict[str, str] = Field(default_factory=dict, description="fields only this channel knows")

    def canonical(self) -> bytes:
        """RFC 8785 form of the payload: the bytes that are stored and hashed."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """64 hex characters: SHA-256 over the domain tag and the canonical form."""
        return hashlib.sha256(DOMAIN + self.canonical()).hexdigest()


def digest_of(versions: dict[str, str]) -> str:
    """A draft's digest: over its versions' digests, by account id."""
    return hashlib.sha256(DOMAIN + rfc8785.dumps({"versions": dict(sorted(versions.items()))})).hexdigest()
