"""Words about numbers hold no figure that is not the cell that they name; whatever else they hold is dropped."""

from __future__ import annotations

import pytest

from bot.insights.wording import Cell, by_template, cells_of, checked
from bot.words import words
from tests.prompts.golden import SUMMARY

CELLS = {
    "clicks.now": Cell("1,204", "up"),
    "clicks.change": Cell("↑ 12%", "up"),
    "reach.now": Cell("3,100", "down"),
    "best.title": Cell("20% off, until 3 May"),
    "brand": Cell("Velo"),
}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Clicks came to {clicks.now}.", "Clicks came to 1,204."),
        ("Clicks rose to {clicks.now} ({clicks.change}).", "Clicks rose to 1,204 (↑ 12%)."),
        ("Most came of “{best.title}”.", "Most came of “20% off, until 3 May”."),
        ("Clicks grew to {clicks.now}, reach fell to {reach.now}.", "Clicks grew to 1,204, reach fell to 3,100."),
        ("Die Reichweite sank auf {reach.now}.", "Die Reichweite sank auf 3,100."),
    ],
)  # fmt: skip
def test_what_names_its_cells_is_filled_in(sentence: str, said: str) -> None:
    assert checked([sentence], CELLS) == (said,)


@pytest.mark.parametrize(
    "sentence",
    [
        "Clicks came to 1,204.",  # right, but from nowhere
        "Clicks came to {clicks.now}, twice as many as in October.",
        "Clicks came to {clicks.now}, up ٣٠.",
        "Clicks came to {clicks.now}, about two thirds of them from phones.",
        "Clicks came to {likes.now}.",
        "Clicks fell to {clicks.now}.",
        "Reach grew to {reach.now}.",
        "Reach and clicks rose: {reach.now}, {clicks.now}.",
        "{brand} did better.",  # no cell shows it
        "Everything went well.",
        "Clicks came to {clicks.now} %.",
        "Die Klicks haben sich auf {clicks.now} verdoppelt.",
        "Die Klicks sanken auf {clicks.now}." .replace("sanken", "fielen"),
    ],
)  # fmt: skip
def test_what_holds_a_figure_of_its_own_or_a_wrong_direction_is_dropped(sentence: str) -> None:
    assert checked([sentence], CELLS) == ()


def test_by_template_every_figure_is_the_summarys() -> None:
    assert by_template(words("en"), SUMMARY) == ("Engagements: 1,204, 20.4% more than in the period before.",)
    assert cells_of(words("en"), SUMMARY)["engagements.change"] == Cell("↑ 20%", "up")
