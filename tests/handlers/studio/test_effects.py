"""Effects of forms and times stand on one scale, with their interval and sample, and only where they are known."""

from __future__ import annotations

from bot.insights.best_time import Effect, Pattern
from bot.words import words
from handlers.web.studio.effects import MOST_ROWS, shown

EFFECTS = (
    Effect("form", "question", 0.5, 0.25, 1.0, 32),
    Effect("hour", "9", -0.2, -0.5, 0.1, 24),
    Effect("day", "0", 0.004, -0.1, 0.1, 20),
)


def test_rows_share_one_scale_on_which_none_is_marked() -> None:
    found = shown(words("de"), Pattern(144, True, 0.12, EFFECTS))
    assert [title for title, _ in found] == ["Form", "Stunde"], "what is shrunk to nothing is no effect"
    [[question], [nine]] = [rows for _, rows in found]
    assert (question.name, question.share, question.interval, question.posts) == (
        "question", "+50 %", "+25 % bis +100 %", "32"
    )  # fmt: skip
    assert (question.left, question.wide, question.zero, question.way) == (50.0, 50.0, 33.3, "up")
    assert (nine.name, nine.left, nine.zero, nine.way) == ("9–12 h", 0.0, 33.3, "")


def test_the_best_and_the_worst_are_shown_of_many_and_nothing_of_what_is_not_known() -> None:
    many = tuple(Effect("form", f"form {n}", 0.1 * n, 0.0, 2.0, 9) for n in range(1, 12))
    [(_, rows)] = shown(words("en"), Pattern(144, True, 0.12, many))
    assert len(rows) == MOST_ROWS and (rows[0].name, rows[-1].name) == ("form 11", "form 1")
    assert shown(words("en"), Pattern(144, False, 0.0, many)) == []
