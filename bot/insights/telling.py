"""A summary in words and as a table: every figure is taken from its cell by code, no model has a part in it."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from bot.insights.amounts import amount, change, counted_as, ends, label, lacking, title, usually
from bot.insights.report import counted
from bot.insights.summary import Figure, Looks, PostLine, Summary
from bot.llm.prices import dollars
from bot.words import Phrasebook, words

# What the tiles show, the first four of those that are known.
TILES: Final = ("reach", "rate", "clicks", "engagements", "views", "followers", "posts")
COLUMNS: Final = ("reach", "views", "engagements", "clicks")
CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MOST_MOVES: Final = 3
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Remark:
    """One line about the numbers, behind its sign."""

    sign: str
    text: str
    tone: Literal["good", "bad", ""] = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What an account has of the main figure, as a share of the most; None where nobody told, as `shown` says."""

    name: str
    shown: str
    share: float | None


def apart(text: str) -> str:
    """Words of a script that runs the other way, so that what stands beside them stays in its place."""
    plain = "".join(ch for ch in text if ch not in CONTROLS)
    other = any(unicodedata.bidirectional(ch) in ("R", "AL") for ch in plain)
    return f"\u2068{plain}\u2069" if other else plain


def headline(book: Phrasebook, summary: Summary) -> str:
    """ "18 live · 1 failed · 2 lapsed unapproved"; that nothing was due otherwise."""
    return counted(book, summary.counts, len(summary.lapsed)) or book.text("Nothing was due.")


def sentences(book: Phrasebook, summary: Summary) -> tuple[str, ...]:
    """What moved, the best and the weakest post, and what is missing; each begins with its sign."""
    return tuple(f"{each.sign} {each.text}" for each in remarks(book, summary))


def remarks(book: Phrasebook, summary: Summary, most: int = MOST_MOVES) -> tuple[Remark, ...]:
    found = [_move(book, name, figure, summary) for name, figure in summary.moves[:most]]
    if not found and (figure := _chief(summary)) is not None and figure.value is not None:
        found = [Remark("→", _amount_and_range(book, "", figure, summary))]
    found += [Remark("★", text, "good") for text in _posts(book, summary.best, summary)]
    if summary.worst is not None and summary.worst != summary.best:
        found += [Remark("·", text) for text in _posts(book, summary.worst, summary)]
    if summary.looks is not None and summary.looks.all:
        found.append(Remark("·", side_by_side(book, summary.looks)))
    for each in summary.missing:
        if each.why != "never":
            found.append(Remark("—", f"{apart(each.name)}: {lacking(book, each, summary.zone, summary.made_at)}"))
    return tuple(found)


def side_by_side(book: Phrasebook, looks: Looks) -> str:
    """All looks at links, what was taken out of them, and what is left: a count of clicks never stands alone."""
    return book.text(
        "Looks at links: {every} · known bots: {bots} · clicks by people: {valid}",
        every=book.number(looks.all),
        bots=book.number(looks.bots),
        valid=book.number(looks.valid),
    )


def digest_lines(book: Phrasebook, summary: Summary, most: int = 2) -> tuple[str, ...]:
    """For a week's digest: what rose, the star, what fell, and what is missing."""
    found = remarks(book, summary, most=1000)
    said = list[Remark]()
    for sign, count in (("▲", most), ("→", 1), ("★", 1), ("▼", most), ("—", 1000)):
        said += [each for each in found if each.sign == sign][:count]
    return tuple(f"{each.sign} {each.text}" for each in said)


def reading_cost(book: Phrasebook, summary: Summary) -> str:
    """What channels took for being asked; "" where nothing cost anything."""
    if not summary.reading_cost:
        return ""
    return book.text("Reading numbers this month: {cost}", cost=dollars(summary.reading_cost))


def in_words(book: Phrasebook, summary: Summary) -> str:
    """The numbers of the picture in one sentence each, for who does not see it."""
    said = [f"{title(book, summary)}."]
    for figure in tiles(summary):
        if figure.value is not None:
            parts = [amount(book, figure.metric, figure.value), change(book, figure), usual_or_before(book, figure)]
            said.append(f"{label(book, figure.metric)}: {', '.join(part for part in parts if part)}.")
    main = summary.main
    if main is not None and (rows := shares(book, summary, main)):
        listed = "; ".join(f"{bar.name}: {bar.shown}" for bar in rows)
        said.append(book.text("{metric} by account: {list}.", metric=label(book, main.metric), list=listed))
    said += [f"{each}." for each in sentences(book, summary)]
    return " ".join(said)


def as_csv(summary: Summary, language: str) -> bytes:
    """One row a post, UTF-8 with a mark for spreadsheets. What is missing is empty; no cell begins as a formula."""
    book, out = words(language), io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            *(book.text(each) for each in ("Post", "Account", "Went out", "Link")),
            *(label(book, metric) for metric in COLUMNS),
            *looks_heads(book),
            book.text("Numbers read"),
        ]
    )
    for row in summary.posts:
        cells = [row.title, row.name, row.out_at.isoformat(), row.url]
        values = [row.values.get(metric) for metric in COLUMNS]
        cells += ["" if value is None else str(round(value)) for value in values]
        cells += [str(row.looks.all), str(row.looks.bots)] if row.looks else ["", ""]
        table.writerow([harmless(each) for each in [*cells, row.read_at.isoformat() if row.read_at else ""]])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def looks_heads(book: Phrasebook) -> tuple[str, str]:
    """What stands in tables beside clicks on our own links."""
    return book.text("Looks at links"), book.text("Known bots")


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) and not cell.lstrip("-").isdigit() else cell


def subtitle(book: Phrasebook, summary: Summary) -> str:
    posts = sum(line.posts for line in summary.accounts)
    places = sum(line.posts > 0 for line in summary.accounts)
    said = book.many("{count} post", "{count} posts", posts)
    where = book.many("{count} account", "{count} accounts", places)
    said = book.text("{posts} on {accounts}", posts=said, accounts=where) if posts else book.text("no post went out")
    first, last = ends(summary)
    return f"{book.interval(first, last)} · {said}" if summary.kind == "month" else said


def tiles(summary: Summary) -> list[Figure]:
    known = [figure for name in TILES if (figure := summary.figure(name)) is not None and figure.value is not None]
    return known[:4]


def _chief(summary: Summary) -> Figure | None:
    order = ("clicks", "engagements", "reach", "views")
    return next((figure for name in order if (figure := summary.figure(name)) is not None), None)


def usual_or_before(book: Phrasebook, figure: Figure, *, short: bool = False) -> str:
    """What a figure is held against. Short, beside its change, that is the period before where nothing is usual yet."""
    if figure.metric == "rate" or (short and figure.usual is None and change(book, figure)):
        return book.text("against the period before") if figure.before is not None else ""
    return usually(book, figure, short=short)


def shares(book: Phrasebook, summary: Summary, main: Figure) -> tuple[Share, ...]:
    why = {each.account: each for each in summary.missing}
    found = list[tuple[float, Share]]()
    for line in summary.accounts:
        figure = line.figure(main.metric)
        if figure is not None and figure.value is not None:
            found.append((figure.value, Share(line.name, amount(book, main.metric, figure.value, short=True), 0.0)))
        elif line.account in why and line.posts:
            found.append(
                (-1.0, Share(line.name, lacking(book, why[line.account], summary.zone, summary.made_at), None))
            )
        elif line.posts:
            found.append((-1.0, Share(line.name, book.text("not told"), None)))
    most = max((value for value, _ in found), default=0.0)
    ordered = sorted(found, key=lambda pair: -pair[0])
    return tuple(
        bar if bar.share is None else Share(bar.name, bar.shown, max(0.0, value / most) if most > 0 else 0.0)
        for value, bar in ordered
    )


def _move(book: Phrasebook, name: str, figure: Figure, summary: Summary) -> Remark:
    up = figure.moved == "up"
    return Remark("▲" if up else "▼", _amount_and_range(book, name, figure, summary), "good" if up else "bad")


def _amount_and_range(book: Phrasebook, name: str, figure: Figure, summary: Summary) -> str:
    """ "Clicks 1,204 (usual 800–1,100; known bots removed: 96)"."""
    what = label(book, figure.metric)
    if name:
        said = what.lower() if book.language == "en" else what
        what = book.text("{account} {metric}", account=apart(name), metric=said)
    aside = usually(book, figure)
    if figure.metric == "clicks" and not name and summary.bots:
        aside += "; " + book.text("known bots removed: {count}", count=book.number(summary.bots))
    return f"{what} {amount(book, figure.metric, figure.value or 0)} ({aside})"


def _posts(book: Phrasebook, row: PostLine | None, summary: Summary) -> list[str]:
    if row is None or not summary.ranked_by:
        return []
    value = counted_as(book, summary.ranked_by, row.values.get(summary.ranked_by) or 0)
    return [book.text("“{title}”, {account}: {value}", title=apart(row.title), account=apart(row.name), value=value)]
