"""The mix is counted from approved drafts alone, and compared with what the team declared."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bot.insights.mix import concentration, effective, look_at
from storage.drafts import Brief, Draft, DraftStatus, Version
from storage.profile import Audience

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DECLARED = (
    Audience(name="Commuters", share=60),
    Audience(name="Families", share=30),
    Audience(name="Racers", share=10),
)


def _draft(number: int, audience: str, text: str = "", status: DraftStatus = DraftStatus.approved) -> Draft:
    version = Version(account="a_1", channel="x", text=text, payload="p", digest=f"{number:064x}", length=len(text))
    return Draft(
        id=f"d_{number}", workspace="w_1", brand="b_1", title="T", brief=Brief(request="r", audience=audience),
        requested_by="m_1", authors=frozenset({"m_1"}), status=status, versions=(version,), created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "as_many", "together"),
    [([5], 1.0, 1.0), ([1, 1, 1, 1], 4.0, 0.25), ([3, 1], math.exp(0.5623351446188083), 0.625), ([2, 0], 1.0, 1.0)],
)
def test_effective_number_and_concentration(counts: list[int], as_many: float, together: float) -> None:
    assert effective(counts) == pytest.approx(as_many)
    assert concentration(counts) == pytest.approx(together)


def test_shares_stand_beside_the_declared_mix_and_who_is_never_addressed_is_named() -> None:
    drafts = [
        _draft(1, "commuters", "#velo #spring"),
        _draft(2, "our Commuters and families", "#Velo"),
        _draft(3, "", "no tags"),
        _draft(4, "Students", "#velo"),
        _draft(5, "Racers", "#velo", DraftStatus.waiting),
        _draft(6, "Racers", "#velo", DraftStatus.rejected),
    ]
    mix = look_at(drafts, DECLARED)
    assert mix.posts == 4
    said = {each.name: (each.posts, round(each.percent), each.wanted) for each in mix.audiences.shares}
    assert said == {"Commuters": (2, 50, 60), "Families": (1, 25, 30), "Students": (1, 25, None)}
    assert mix.audiences.unnamed == 1 and mix.audiences.never == ("Racers",)
    assert {each.name: each.posts for each in mix.tags.shares} == {"velo": 3, "spring": 1}
    assert mix.goals.shares[0].name == "announce"


def test_nothing_is_worked_out_of_nothing() -> None:
    mix = look_at([], DECLARED)
    assert mix.posts == 0 and mix.audiences.effective is None and mix.audiences.hhi is None
