"""The sealed payload: exactly what will be handed to a channel, and the digest over it.

What a person approves is a digest; what the publisher sends is the payload that has that digest. Everything that
changes bytes happens before: publishing neither encodes, signs nor rewrites.

What was approved under one version of AdMind is sent under the next: an older payload is lifted for reading, and keeps
the digest of the bytes that were approved. A newer one is left to whoever understands all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import rfc8785
from pydantic import AfterValidator, Field, PrivateAttr

from storage.errors import AdMindError
from storage.record import Frozen, Migration

DOMAIN = b"admind-digest-v1\0"


def _encodable(text: str) -> str:
    text.encode("utf-8")  # a lone surrogate has no bytes: refuse it here, not at nine o'clock
    return text


Text = Annotated[str, AfterValidator(_encodable)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NewerPayload(AdMindError):
    """A newer AdMind sealed it: what this one would send may not be what was approved."""

    def __init__(self) -> None:
        super().__init__(
            "This was approved with a newer AdMind than this one.",
            kept="Nothing was sent by this one.",
            do_next="Run the newer version; it sends what it sealed.",
            retry_after_seconds=1.0,
        )


Origin = Literal["card", "upload", "generated"]
"""Drawn by code from words, sent by a person, or made by an image model."""


class Medium(Frozen):
    """One picture as it will be sent: `sha256` is over its final bytes, which lie in the blob store."""

    sha256: Sha256
    mime: str
    size: int = Field(ge=0, description="bytes")
    width: int = Field(ge=1, description="pixels")
    height: int = Field(ge=1, description="pixels")
    alt: Text = ""
    source: Origin = "card"


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
    """Everything the digest covers. Times are ISO 8601 UTC, amounts are strings.

    `VERSION` is the newest that this code seals; `LIFTS[n]` makes a document of version n one of n + 1. One version
    back must stay sendable: what is approved today goes out after tomorrow's update.
    """

    VERSION: ClassVar[int] = 2
    COMMENTED: ClassVar[int] = 2  # has a first comment, which those that know 1 alone would leave out in silence
    SEALS: ClassVar[frozenset[int]] = frozenset({1, COMMENTED})
    LIFTS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}

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

    _older: bytes = PrivateAttr(default=b"")  # as an older version sealed it

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """The payload in these stored bytes. Raises NewerPayload, and ValueError for what is no payload."""
        document = json.loads(stored)
        version = document.get("payload_version") if isinstance(document, dict) else None
        if type(version) is not int or version < 1:
            raise ValueError("no sealed payload")
        if version > cls.VERSION:
            raise NewerPayload
        if version in cls.SEALS:
            return cls.model_validate_json(stored)
        for step in range(version, cls.VERSION):
            document = cls.LIFTS[step](document)
        payload = cls.model_validate_json(json.dumps(document))
        payload._older = stored
        return payload

    def canonical(self) -> bytes:
        """RFC 8785 form of the payload: the bytes that are stored and hashed."""
        return self._older or rfc8785.dumps(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; a changed one is no longer what an older version sealed."""
        copy = super().model_copy(update=update, deep=deep)
        if update:
            copy._older = b""
        return copy

    @property
    def comment_after(self) -> str:
        """The first comment that is written after the post; "" where there is none, or where it is its last part."""
        return "" if self.parts[-1].text == self.first_comment else self.first_comment

    @property
    def words(self) -> str:
        """All that people would read: title, texts and first comment."""
        return "\n".join([self.title, *(part.text for part in self.parts), self.comment_after])

    @property
    def digest(self) -> str:
        """64 hex characters: SHA-256 over the domain tag and the canonical form."""
        return hashlib.sha256(DOMAIN + self.canonical()).hexdigest()


def digest_of(versions: dict[str, str]) -> str:
    """A draft's digest: over its versions' digests, by account id."""
    return hashlib.sha256(DOMAIN + rfc8785.dumps({"versions": dict(sorted(versions.items()))})).hexdigest()
