"""A draft as the checks see it, with a channel's real limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Capabilities, Measure, Problem
from bot.checks.base import CheckedVersion, Subject
from storage.accounts import Account
from storage.drafts import Brief, Version
from storage.sealed import Medium, Part, SealedPayload
from storage.sources import Source
from storage.team import Brand, Fact, Labels

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BRIEF = Brief(
    request="our spring sale: 20% off all bikes until 31 May, doors open at 2 pm",
    topic="our spring sale",
    offer="20% off all bikes",
    deadline="until 31 May",
    facts=("the Commuter 3 costs CHF 2'490", "three new colours"),
    link="https://velo.example/sale",
)
LABELS = Labels()
GOOD = "20% off all bikes until 31 May.\n\nhttps://velo.example/sale"


def subject(
    *texts: str,
    brief: Brief = BRIEF,
    recent: tuple[tuple[str, str], ...] = (),
    media: tuple[Medium, ...] = (),
    edited_by: str = "",
    problems: tuple[Problem, ...] = (),
    due: datetime | None = None,
    pages: tuple[Source, ...] = (),
    page_texts: tuple[str, ...] = (),
    disclosure: tuple[str, ...] = (),
    labels: Labels = LABELS,
    **capabilities: Any,
) -> Subject:
    fields: dict[str, Any] = {"channel": "x", "title": "X", "text_limit": 280, "unit": "characters"} | capabilities
    can = Capabilities(**fields)
    brand = Brand(
        id="b_1",
        workspace="w_1",
        name="Velo",
        labels=labels,
        facts=(Fact(text="Founded in 1987", evidence="register"),),
        created_at=NOW,
    )
    versions = []
    for number, text in enumerate(texts, 1):
        account = Account(
            id=f"a_{number}", workspace="w_1", brand="b_1", channel="x", name=f"X {number}", created_at=NOW
        )
        payload = SealedPayload(
            workspace="w_1",
            channel="x",
            account=account.id,
            parts=(Part(text=text),),
            not_before=due.isoformat() if due else None,
            disclosure=disclosure,
        )
        version = Version(
            account=account.id, channel="x", text=text, media=media, payload="p", digest=payload.digest,
            length=len(text), edited_by=edited_by,
        )  # fmt: skip
        measured = Measure(len(text), can.text_limit, can.unit)
        versions.append(CheckedVersion(version, account, can, payload, measured, problems))
    return Subject(tuple(versions), brief, brand, recent, NOW, pages, page_texts)
