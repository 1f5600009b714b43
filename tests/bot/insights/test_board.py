"""What a report's picture and pages are drawn from says what the figures say, however long the span is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.insights.board import board_of
from bot.insights.clicked import Clicked, Hour
from bot.insights.summing import Range, summed
from tests.bot.insights.test_summing import DAY, LAST_WEEK, NOW, material, steady


def test_a_long_span_is_drawn_by_whole_weeks() -> None:
    span = Range("span", NOW.date() - timedelta(days=85), 86, "Europe/Zurich")
    summary = summed(material(steady({"likes": 100, "reach": 1000}, weeks=26)), span)
    board, figure = board_of(summary, "en"), summary.figure("engagements")
    assert figure is not None and len(figure.days) == 86
    line = board.chart.lines[0].values
    assert board.chart.title == "Engagements per week" and len(line) == 12, "two days are no week"
    assert line[0] == pytest.approx(sum(value or 0 for value in figure.days[:7]))
    assert [place for place, _ in board.chart.days] == list(range(0, 12, 2)) and board.chart.days[1][1] == "20 Sept"
    rate = next(tile for tile in board.tiles if tile.label == "Engagement rate")
    assert rate.spark and all(value is None or 50 < value < 200 for value in rate.spark)
    month = board_of(summed(material(steady({"likes": 9})), Range("month", date(2026, 11, 1), 30, "UTC")), "en")
    assert month.chart.title == "Engagements per day" and len(month.chart.lines[0].values) == 30


def test_clicks_stand_beside_all_looks_and_known_bots_in_the_picture_and_the_tables() -> None:
    posts = steady({"likes": 10})
    linked = next(each for each in posts if each.out_at and each.out_at < NOW - 3 * DAY)
    hours = {linked.id: [Hour(NOW - 2 * DAY, 1352, 96, 1204)]}
    board = board_of(summed(material(posts, clicks=Clicked(hours)), LAST_WEEK), "en")
    [tile] = [each for each in board.tiles if each.label.startswith("Clicks")]
    assert (tile.label, tile.shown) == ("Clicks · 1,352 looks, 96 known bots", "1,204")
    accounts, table = board.tables
    assert accounts.head[-3:] == table.head[-3:] == ("Clicks", "Looks at links", "Known bots")
    assert accounts.rows[0][-3:] == table.rows[0][-3:] == ("1,204", "1,352", "96")
    assert table.rows[1][-3:] == ("–", "–", "–") and "not zero" in board.lacks
    assert board_of(summed(material(posts), LAST_WEEK), "en").lacks == ""


def test_a_change_says_what_it_is_against_where_nothing_is_usual_yet() -> None:
    for weeks, note in ((3, "against the period before"), (12, "usual ")):
        board = board_of(summed(material(steady({"likes": 10}, weeks=weeks)), LAST_WEEK), "en")
        tile = next(each for each in board.tiles if each.label == "Engagements")
        assert tile.change and tile.note.startswith(note), tile
    first = board_of(summed(material(steady({"likes": 10}, weeks=1)), LAST_WEEK), "en")
    assert next(each for each in first.tiles if each.label == "Engagements").note == "not enough data"
