"""Words about a summary that hold no figure of their own: each stands in a named cell, and is put in by code.

What a model writes is taken sentence by sentence: one that holds a digit, a word for a number, a cell that there is
not, or a direction that its cells do not show is dropped. A check whether a figure occurs somewhere in the table would
find next to nothing: 96 % of wrong figures do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.insights.amounts import amount, between, change, counted_as, days, label, lacking
from bot.insights.summary import Figure, Summary
from bot.insights.telling import apart
from bot.words import Phrasebook

MOST: Final = 3
LONGEST: Final = 240
_CELL: Final = re.compile(r"\{([a-z0-9_.]{1,60})\}")
_NUMBERS: Final = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundreds?|thousands?|millions?|billions?|"
    r"half|halved|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|thirds?|quarters?|percent\w*|per cent|"
    r"zwei\w*|drei\w*|vier\w*|fünf\w*|sechs\w*|sieben\w*|acht|neun\w*|zehn\w*|elf|zwölf\w*|dutzend\w*|hundert\w*|"
    r"tausend\w*|million\w*|hälfte|halb\w*|doppel\w*|verdoppel\w*|verdreifach\w*|drittel\w*|viertel\w*|prozent\w*)\b",
    re.I,
)
_UP: Final = re.compile(
    r"\b(?:rose|rises?|risen|rising|grew|grows?|grown|growing|growth|gained?|gains|increas\w+|up|more|higher|climb\w*|"
    r"better|improv\w+|surg\w+|jump\w*|stieg\w*|steig\w*|gestiegen|wuchs\w*|wächst|gewachsen|mehr|höher\w*|zugelegt|"
    r"zunahme|zugenommen|besser\w*|verbesser\w*)\b",
    re.I,
)
_DOWN: Final = re.compile(
    r"\b(?:fell|falls?|fallen|falling|dropp\w*|drops?|declin\w+|decreas\w+|down|less|fewer|lower|lost|loses?|sank|sunk|"
    r"shr[aiu]nk\w*|worse|slump\w*|fiel\w*|fällt|gefallen|sank\w*|sinkt|gesunken|weniger|niedriger\w*|tiefer\w*|"
    r"verlor\w*|verloren|rückgang\w*|abnahme|abgenommen|schlechter\w*)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in it, and the way that its figure moved."""

    shown: str
    way: Literal["up", "down", ""] = ""


def cells_of(book: Phrasebook, summary: Summary) -> dict[str, Cell]:
    """Every fact that words may name."""
    found = {"days": Cell(days(book, summary)), "brand": Cell(apart(summary.brand_name))}
    for figure in summary.figures:
        found |= _figure(book, figure.metric, figure)
    for place, line in enumerate((each for each in summary.accounts if each.figures), 1):
        found[f"account{place}.name"] = Cell(apart(line.name))
        for figure in line.figures:
            found |= _figure(book, f"account{place}.{figure.metric}", figure)
    for name, row in (("best", summary.best), ("weakest", summary.worst)):
        if row is not None and summary.ranked_by:
            found[f"{name}.title"] = Cell(apart(row.title))
            found[f"{name}.account"] = Cell(apart(row.name))
            value = row.values.get(summary.ranked_by) or 0
            found[f"{name}.value"] = Cell(counted_as(book, summary.ranked_by, value))
    for place, each in enumerate((each for each in summary.missing if each.why != "never"), 1):
        said = lacking(book, each, summary.zone, summary.made_at)
        found[f"missing{place}"] = Cell(f"{apart(each.name)}: {said}")
    return found


def checked(sentences: Sequence[str], cells: Mapping[str, Cell]) -> tuple[str, ...]:
    """Those that say only what their cells say, filled in."""
    found = [filled for each in sentences[:MOST] if (filled := _checked(each, cells))]
    return tuple(found)


def by_template(book: Phrasebook, summary: Summary) -> tuple[str, ...]:
    """The same by rule: what an offline house says."""
    said = list[str]()
    for figure in summary.figures[:2]:
        if figure.value is None or figure.metric == "posts":
            continue
        name = label(book, figure.metric)
        value, share = amount(book, figure.metric, figure.value), figure.change
        part = book.percent(abs(share or 0), digits=1)
        if share is not None and share > 0:
            text = book.text(
                "{metric}: {count}, {share} more than in the period before.", metric=name, count=value, share=part
            )
        elif share is not None and share < 0:
            text = book.text(
                "{metric}: {count}, {share} less than in the period before.", metric=name, count=value, share=part
            )
        else:
            text = book.text("{metric}: {count}.", metric=name, count=value)
        if figure.moved and figure.usual is not None:
            usual = between(book, figure.metric, figure.usual)
            text += " " + book.text("The usual range is {range}.", range=usual)
        said.append(text)
    if summary.best is not None and summary.ranked_by:
        value = counted_as(book, summary.ranked_by, summary.best.values.get(summary.ranked_by) or 0)
        best, where = apart(summary.best.title), apart(summary.best.name)
        text = book.text("Most came from “{title}” on {account}: {value}.", title=best, account=where, value=value)
        said.append(text)
    return tuple(said)


def _figure(book: Phrasebook, name: str, figure: Figure) -> dict[str, Cell]:
    if figure.value is None:
        return {}
    way: Literal["up", "down", ""] = ""
    if figure.before is not None and figure.value != figure.before:
        way = "up" if figure.value > figure.before else "down"
    found = {f"{name}.now": Cell(amount(book, figure.metric, figure.value), way)}
    if moved := change(book, figure):
        found[f"{name}.change"] = Cell(moved, way)
    if figure.usual is not None:
        found[f"{name}.usual"] = Cell(between(book, figure.metric, figure.usual), way)
    return found


def _checked(sentence: str, cells: Mapping[str, Cell]) -> str:
    """ "" where it is dropped."""
    text = " ".join(sentence.split())
    named, bare = _CELL.findall(text), _CELL.sub(" ", text)
    if not named or len(text) > LONGEST * 2 or any(name not in cells for name in named):
        return ""
    if any(ch.isnumeric() for ch in bare) or "{" in bare or "}" in bare or "%" in bare or _NUMBERS.search(bare):
        return ""
    ways = {cells[name].way for name in named if cells[name].way}
    up, down = bool(_UP.search(bare)), bool(_DOWN.search(bare))
    if up != down and ways != {"up" if up else "down"}:
        return ""
    if up and down and ways != {"up", "down"}:
        return ""
    return _CELL.sub(lambda found: cells[found[1]].shown, text)
