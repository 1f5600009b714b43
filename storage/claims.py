"""The claims that a draft makes, and what each one rests on: the ledger that is kept with the draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from storage.record import Frozen
from storage.sources import Source

ClaimKind = Literal[
    "percent", "money", "date", "time", "year", "ordinal", "number", "quotation", "url", "price", "superlative",
    "guarantee", "health", "green", "legal", "urgency",
]  # fmt: skip
MOST_SENTENCE: Final = 400  # characters of a supporting sentence that are kept


class Support(Frozen):
    """Where a claim is said, word for word, and who says so."""

    where: Literal["brief", "fact", "source", "person", "campaign"]
    sentence: str = Field(description="what says it, as it stands there")
    url: str = Field("", description="of the page, as a person wrote it")
    read_at: datetime | None = Field(None, description="when the page was read, or the person spoke; UTC")
    digest: str = Field(description="sha256 of the whole text that the sentence stands in")
    by: str = Field("", description="member who supplied it")
    worked: str = Field(
        "", description="how the claim follows from the sentence, where it does not stand there: 2 × €40 = €80"
    )
    taken_on: bool = Field(False, description="an owner answers for it without evidence; the sentence is the reason")


class Claim(Frozen):
    """One claim of one version as it is written. `span` counts characters of the text, its first comment below it."""

    id: str = Field(description="the same wherever the same is claimed in the same role")
    kind: ClaimKind
    text: str
    account: str
    span: tuple[int, int]
    support: Support | None = None


class Evidence(Frozen):
    """What a person supplied for a claim. It holds wherever `meaning` is claimed among some of the words `near` it."""

    claim: str
    kind: ClaimKind
    text: str = Field(description="the claim's words")
    meaning: str
    near: tuple[str, ...] = ()
    support: Support
    source: Source | None = Field(None, description="the page, where a link was given")


class ChangedSource(Frozen):
    """A supporting sentence that a page says no more: what it was, and what stands there now."""

    claim: str
    said: str = Field(description="the claim's words in the post")
    url: str
    read_at: datetime
    old: str
    new: str = Field("", description="the nearest sentence that stands there now; empty: nothing like it does")


class Reread(Frozen):
    """What reading a post's sources again came to."""

    at: datetime
    changed: tuple[ChangedSource, ...] = ()
    unread: tuple[str, ...] = Field((), description="pages that could not be read; they keep nothing back")
    pages: tuple[Source, ...] = Field((), description="the pages that changed, as they are now")
    accepted_by: str = Field("", description="member who sends it as it is all the same")


def digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def ledger_digest(claims: Iterable[Claim]) -> str:
    """One SHA-256 over the whole ledger, for the audit entry."""
    lines = [json.dumps(claim.model_dump(mode="json"), sort_keys=True, ensure_ascii=False) for claim in claims]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def rests_on_pages(claims: Iterable[Claim], account: str) -> bool:
    """Whether what this account's version claims rests on a page that can be read again."""
    return any(each.account == account and each.support is not None and each.support.url for each in claims)
