"""Records, cards and views as the product makes them, for what Slack shows of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards import Words, draft_card
from bot.chat import Card
from bot.views import DraftView, draft_view
from bot.words import reading
from storage.accounts import Account
from storage.drafts import Brief, Decision, Draft, Finding, RevisionMark, Verdict, Version
from storage.sealed import Medium
from storage.team import Brand

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
ZONE = "Europe/Zurich"
PICTURE = "a" * 64
COPY = "20% off all bikes until 31 May. Come by, ride one, and take it home: https://example.com/sale"
BRAND = Brand(id="b_velo", workspace="w_1", name="Velo", created_at=NOW)


def medium(sha256: str = PICTURE, alt: str = "Red gravel bike on a wet road") -> Medium:
    return Medium(sha256=sha256, mime="image/jpeg", size=1000, width=1200, height=675, alt=alt)


def version(number: int, words: str = COPY, *, picture: Medium | None = None, **fields: Any) -> Version:
    return Version(
        **{
            "account": f"a_{number}",
            "channel": "feed",
            "text": words,
            "payload": "1" * 64,
            "digest": f"{number:064x}",
            "length": len(words),
            "limit": 3000,
            "media": (picture,) if picture else (),
        }
        | fields
    )


def draft(*versions: Version, **fields: Any) -> Draft:
    return Draft(
        **{
            "id": "d_spring",
            "workspace": "w_1",
            "brand": BRAND.id,
            "title": "Spring sale",
            "brief": Brief(request="Announce our spring sale"),
            "requested_by": "m_tom",
            "authors": frozenset({"m_tom"}),
            "versions": versions,
            "due": DUE,
            "decide_by": DUE - timedelta(minutes=15),
            "created_at": NOW,
            "updated_at": NOW,
        }
        | fields
    )


def names(count: int = 2, language: str = "en") -> Words:
    called = ["LinkedIn · Velo AG", "X · @velo", *(f"Feed {number}" for number in range(2, count))]
    return Words(
        brand=BRAND,
        zone=ZONE,
        accounts={
            f"a_{number}": Account(
                id=f"a_{number}", workspace="w_1", brand=BRAND.id, channel="feed", name=called[number], created_at=NOW
            )
            for number in range(count)
        },
        members={"m_tom": "Tom", "m_ana": "Ana"},
        language=language,
    )


def card(of: Draft, *, language: str = "en") -> Card:
    with reading(language):
        return draft_card(of, names(max(2, len(of.versions)), language), missing="Waiting for Ana or Ben.")


def view(of: Draft) -> DraftView:
    missing = {each.account: "Waiting for Ana or Ben." for each in of.versions if not each.post}
    return draft_view(of, names(max(2, len(of.versions))), missing=missing, media_url="/media")


def spring(**fields: Any) -> Draft:
    """The draft of the design's example."""
    return draft(
        version(0, picture=medium()),
        version(1, "20% off. All bikes. Until 31 May.", picture=medium(), limit=280, price="$0.20"),
        findings=(Finding(severity="warn", rule="claims", reason="“Best in town” has no source."),),
        **fields,
    )


def decided() -> Draft:
    said = Decision(
        id="c_1",
        member="m_ana",
        verdict=Verdict.changes,
        digest="0" * 64,
        versions={},
        surface="slack",
        reason="Shorter, <!channel>",
        at=NOW,
    )
    mark = RevisionMark(number=1, by="m_tom", at=NOW, why="shorter", digest="0" * 64, snapshot="2" * 64)
    return spring(decisions=(said,), history=(mark,))
