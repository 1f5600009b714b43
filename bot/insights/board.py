"""A summary as a board that can be drawn. Loaded late: drawing is slow to load."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from bot.artwork.boards import Bar, Board, Chart, Line, Note, Table, Tile, Tone, nice_ticks
from bot.insights.amounts import amount, change, days, ends, label, title
from bot.insights.summary import AccountLine, Figure, Looks, PostLine, Summary
from bot.insights.telling import (
    COLUMNS,
    Remark,
    in_words,
    looks_heads,
    remarks,
    shares,
    subtitle,
    tiles,
    usual_or_before,
)
from bot.words import Phrasebook, words

MOST_ROWS: Final = 1200  # of posts in a PDF: a table of more is for the CSV
MOST_DAYS: Final = 7  # that are named below a chart
MOST_POINTS: Final = 62  # of a line by day; a longer span is drawn by week
MOST_BARS: Final = 5
WEEK: Final = 7  # days


def board_of(
    summary: Summary,
    language: str,
    *,
    palette: tuple[str, ...] = (),
    logo: bytes | None = None,
    said: Sequence[str] = (),
) -> Board:
    """`said`: paragraphs about the numbers, each checked already."""
    book, main = words(language), summary.main
    found = shares(book, summary, main) if main is not None else ()
    bars = tuple(Bar(each.name, each.shown, each.share) for each in found)
    tables = _tables(book, summary)
    lacks = any(cell == "–" for table in tables for row in table.rows for cell in row)
    return Board(
        title=title(book, summary),
        subtitle=subtitle(book, summary),
        brand=summary.brand_name,
        tiles=tuple(_tile(book, figure, summary.looks) for figure in tiles(summary)),
        chart=_chart(book, summary, main),
        bars_title=book.text("{metric} by account", metric=label(book, main.metric)) if main else "",
        bars=bars[:MOST_BARS],
        more=book.many("… and {count} more account", "… and {count} more accounts", len(bars) - MOST_BARS)
        if bars[MOST_BARS:]
        else "",
        notes=_three(remarks(book, summary)),
        words=tuple(said),
        tables=tables,
        alt=in_words(book, summary),
        foot=book.text(
            "{brand} · read until {when}",
            brand=summary.brand_name,
            when=book.when(summary.made_at, ZoneInfo(summary.zone)),
        ),
        lacks=book.text("– stands for a number that nobody told: it is missing, not zero.") if lacks else "",
        palette=palette,
        logo=logo,
        language=language,
    )


def _tile(book: Phrasebook, figure: Figure, looks: Looks | None) -> Tile:
    tone: Tone = "good" if figure.moved == "up" else "bad" if figure.moved == "down" else ""
    value = amount(book, figure.metric, figure.value or 0, short=True)
    note = usual_or_before(book, figure, short=True)
    name = label(book, figure.metric)
    if figure.metric == "clicks" and looks is not None:
        every, bots = book.number(looks.all), book.number(looks.bots)
        name = book.text("{metric} · {every} looks, {bots} known bots", metric=name, every=every, bots=bots)
    return Tile(name, value, change(book, figure), note, tone, _known(_points(figure.days, figure.metric)))


def _chart(book: Phrasebook, summary: Summary, main: Figure | None) -> Chart:
    first, _ = ends(summary)
    if main is None:
        empty = book.text("No channel has told any numbers yet.")
        return Chart(book.text("Per day"), (), ((0.0, "0"), (1.0, "1")), (), empty=empty)
    step_days = WEEK if len(main.days) > MOST_POINTS else 1
    now = _points(main.days, main.metric)
    lines = [Line(days(book, summary), now)]
    if any(main.days_before):
        before = book.month(_month_before(first)) if summary.kind == "month" else book.text("the period before")
        lines.append(Line(before, _points(main.days_before[: len(main.days)], main.metric, like=len(main.days))))
    known = [value for line in lines for value in line.values if value is not None]
    ticks = tuple((value, amount(book, main.metric, value, short=True)) for value in nice_ticks(known))
    last = next((value for value in reversed(now) if value is not None), None)
    step = max(1, -(-len(now) // MOST_DAYS))
    labels = tuple(
        (place, book.date_short(date.fromordinal(first.toordinal() + place * step_days)))
        for place in range(0, len(now), step)
    )
    name = label(book, main.metric)
    by_week = book.text("{metric} per week", metric=name)
    return Chart(
        by_week if step_days == WEEK else book.text("{metric} per day", metric=name),
        tuple(lines),
        ticks,
        labels,
        last=amount(book, main.metric, last) if last is not None else "",
        empty=book.text("No channel has told any numbers yet."),
    )


def _points(values: Sequence[float | None], metric: str, *, like: int = 0) -> tuple[float | None, ...]:
    """As they are, or of a long span (`like`: as long as that one) by week: a week that is not whole is not known."""
    if max(len(values), like) <= MOST_POINTS:
        return tuple(values)
    weeks = [values[start : start + WEEK] for start in range(0, len(values) - WEEK + 1, WEEK)]
    found = list[float | None]()
    for week in weeks:
        known = [value for value in week if value is not None]
        # there is no rate of a day on which hardly anybody looked
        whole = len(known) == WEEK or (metric == "rate" and known)
        found.append((sum(known) / len(known) if metric == "rate" else sum(known)) if whole else None)
    return tuple(found)


def _month_before(first: date) -> date:
    return date.fromordinal(first.toordinal() - 1).replace(day=1)


def _tables(book: Phrasebook, summary: Summary) -> tuple[Table, ...]:
    known = [m for m in COLUMNS if any(line.figure(m) is not None for line in summary.accounts)]
    heads = [label(book, metric) for metric in known] + (list(looks_heads(book)) if summary.looks else [])
    accounts = Table(
        book.text("Accounts"),
        (book.text("Account"), book.text("Posts"), *heads),
        tuple(_account_row(book, line, known, summary) for line in summary.accounts),
        (False, True, *(True for _ in heads)),
    )
    rows = sorted(summary.posts, key=lambda row: -(row.values.get(summary.ranked_by) or -1))
    posts = Table(
        book.text("Posts"),
        (book.text("Post"), book.text("Account"), book.text("Went out"), *heads),
        tuple(_post_row(book, row, known, summary) for row in rows[:MOST_ROWS]),
        (False, False, False, *(True for _ in heads)),
    )
    return tuple(table for table in (accounts, posts) if table.rows)


def _account_row(book: Phrasebook, line: AccountLine, known: Sequence[str], summary: Summary) -> tuple[str, ...]:
    cells = [line.name, book.number(line.posts)]
    for metric in known:
        figure = line.figure(metric)
        cells.append(amount(book, metric, figure.value) if figure and figure.value is not None else "–")
    return (*cells, *_looks(book, line.looks, summary))


def _post_row(book: Phrasebook, row: PostLine, known: Sequence[str], summary: Summary) -> tuple[str, ...]:
    at = book.when(row.out_at, ZoneInfo(summary.zone))
    values = [row.values.get(metric) for metric in known]
    cells = ["–" if v is None else amount(book, m, v) for m, v in zip(known, values, strict=True)]
    return (row.title, row.name, at, *cells, *_looks(book, row.looks, summary))


def _looks(book: Phrasebook, looks: Looks | None, summary: Summary) -> tuple[str, ...]:
    """Beside the clicks, where these are counted on our own links: all looks, and known bots."""
    if summary.looks is None:
        return ()
    return (book.number(looks.all), book.number(looks.bots)) if looks else ("–", "–")


def _known(days: Sequence[float | None]) -> tuple[float | None, ...]:
    """Without days at the end of which nothing is known; nothing where nothing came at all."""
    last = max((place for place, value in enumerate(days) if value is not None), default=-1)
    return tuple(days[: last + 1]) if any(days) else ()


def _three(found: Sequence[Remark]) -> tuple[Note, ...]:
    """A picture has room for three: what moved most, the star, and all that is missing."""
    moved = [Note(each.sign, each.text, each.tone) for each in found if each.sign in "▲▼→"]
    star = [Note(each.sign, each.text, each.tone) for each in found if each.sign == "★"]
    lacking = [each.text for each in found if each.sign == "—"]
    missing = [Note("—", " · ".join(lacking))] if lacking else []
    room = 3 - len(star[:1]) - len(missing)
    return (*moved[:room], *star[:1], *missing)
