"""A rehearsal as one page: plain HTML that fetches nothing and runs nothing, all words of people escaped."""

from __future__ import annotations

import html
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.rehearsal.report import EventView, Kind, RehearsalView, SlotOutcome
from bot.words import Phrasebook, words

_STYLE: Final = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STATES: Final = ("approved", "drafted", "expired", "empty", "skipped")
MOST_SHOWN: Final = 3000  # events: more than people read, and than browsers like


def page(view: RehearsalView, language: str = "en") -> str:
    book, zone = words(language), ZoneInfo(view.zone)
    first, last = view.start.astimezone(zone).date(), view.end.astimezone(zone).date()
    title = book.text("{brand}: {days} rehearsed", brand=view.brand, days=book.interval(first, last))
    cut = book.text("It took too long and was stopped at {when}.", when=book.when(view.end, zone))
    nothing = book.text("A rehearsal: nothing of this happened")
    parts = [
        f'<span class="calm">{_safe(nothing)}</span>',
        f"<h1>{_safe(title)}</h1>",
        f'<p class="lead">{_safe(_lead(view, book))}</p>',
        f'<p class="cut">{_safe(cut)}</p>' if view.cut_short else "",
        _sums(view, book),
        _weeks(view, book, zone, first, last),
        *_days(view, book, zone),
    ]
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{_safe(title)}</title>'
        f"<style>{_STYLE}</style>"
    )
    return f'<!doctype html><html lang="{book.language}"><head>{head}</head><body>{"".join(parts)}</body></html>'


def labels(book: Phrasebook) -> dict[Kind, str]:
    """What each kind of event is called."""
    return {
        "drafted": book.text("Draft"),
        "gap": book.text("Gap"),
        "open": book.text("Still open"),
        "free": book.text("Left free"),
        "reminder": book.text("Reminder"),
        "decision": book.text("Approval"),
        "expired": book.text("Too late"),
        "post": book.text("Post"),
        "failed": book.text("Not sent"),
        "told": book.text("Message"),
        "problem": book.text("Problem"),
    }


def _lead(view: RehearsalView, book: Phrasebook) -> str:
    approve = {
        "all": book.text("People approved every draft, in their own hours."),
        "none": book.text("Nobody approved anything."),
    }.get(view.approve) or book.text("People approved a part of the drafts ({share}).", share=view.approve)
    ahead = book.text("The plan was run ahead on a copy, with simulated people and channels.")
    clock = book.text("Times are those of {zone}.", zone=view.zone)
    return f"{ahead} {approve} {clock}"


def _sums(view: RehearsalView, book: Phrasebook) -> str:
    cells = [(len(view.slots), book.many("slot", "slots", len(view.slots)))]
    cells += [(view.counts[kind], name) for kind, name in counted_labels(book, view.counts).items()]
    listed = "".join(f'<li><b class="num">{book.number(n)}</b><span>{_safe(name)}</span></li>' for n, name in cells)
    return f'<ul class="sums">{listed}</ul>'


def counted_labels(book: Phrasebook, counts: Mapping[str, int]) -> dict[Kind, str]:
    """What so many of each kind are called; those that there are."""
    n, count = book.many, Counter(counts)
    found: dict[Kind, str] = {
        "drafted": n("draft", "drafts", count["drafted"]),
        "gap": n("gap", "gaps", count["gap"]),
        "open": book.text("still open"),
        "free": book.text("left free"),
        "reminder": n("reminder", "reminders", count["reminder"]),
        "decision": n("approval", "approvals", count["decision"]),
        "expired": book.text("not approved in time"),
        "post": n("post", "posts", count["post"]),
        "failed": book.text("not sent"),
        "told": n("message", "messages", count["told"]),
        "problem": n("problem", "problems", count["problem"]),
    }
    return {kind: name for kind, name in found.items() if count[kind]}


def _weeks(view: RehearsalView, book: Phrasebook, zone: ZoneInfo, first: date, last: date) -> str:
    """Each day a cell, each slot a mark that says how it would end."""
    by_day = defaultdict[date, list[SlotOutcome]](list)
    for slot in view.slots:
        by_day[slot.due.astimezone(zone).date()].append(slot)
    busy = {day for day, _ in view.days()}
    monday = first - timedelta(days=first.weekday())
    days = [monday + timedelta(days=n) for n in range((last - monday).days + 7 - last.weekday())]
    said = _outcomes(book)
    heads = "".join(f"<b>{_safe(book.weekday(day))}</b>" for day in days[:7])
    cells = []
    for day in days:
        marks = "".join(_mark(each, said, book, zone) for each in by_day[day])
        name = f'<time datetime="{day}">{_safe(book.date_short(day))}</time>'
        inside = name + (f'<div class="dots">{marks}</div>' if marks else "")
        outside = "" if first <= day <= last else " out"
        cells.append(
            f'<a class="cell{outside}" href="#d{day}">{inside}</a>'
            if day in busy
            else f'<div class="cell{outside}">{inside}</div>'
        )
    key = "".join(f'<li><span class="dot {state}"></span>{_safe(said[state])}</li>' for state in STATES)
    return f'<div class="weeks">{heads}{"".join(cells)}</div><ul class="key">{key}</ul>'


def _outcomes(book: Phrasebook) -> dict[str, str]:
    return {
        "approved": book.text("approved"),
        "drafted": book.text("waits for approval"),
        "drafting": book.text("being drafted"),
        "empty": book.text("nothing to say"),
        "expired": book.text("not approved in time"),
        "skipped": book.text("left free"),
    }


def _mark(slot: SlotOutcome, said: dict[str, str], book: Phrasebook, zone: ZoneInfo) -> str:
    state = "empty" if slot.state == "expired" and not slot.drafted else slot.state
    about = [book.clock(slot.due, zone), ", ".join(slot.accounts), slot.topic, said[state], book.said(slot.problem)]
    label = _safe(" · ".join(part for part in about if part))
    return f'<span class="dot {state}" role="img" title="{label}" aria-label="{label}"></span>'


def _days(view: RehearsalView, book: Phrasebook, zone: ZoneInfo) -> list[str]:
    names, shown, parts = labels(book), 0, list[str]()
    for day, events in view.days():
        if shown >= MOST_SHOWN:
            rest = book.text("The days after this are in the JSON.")
            parts.append(f"<p>{_safe(rest)}</p>")
            break
        shown += len(events)
        rows = "".join(_event(each, names, book, zone) for each in events)
        parts.append(f'<section id="d{day}"><h2>{_safe(book.long_day(day))}</h2><ol>{rows}</ol></section>')
    return parts


def _event(event: EventView, names: dict[Kind, str], book: Phrasebook, zone: ZoneInfo) -> str:
    small = [", ".join(event.accounts), _for(event, book, zone), event.who]
    small += [event.detail] if event.kind == "drafted" else []
    lines = [f"<b>{_safe(book.said(event.title))}</b>"]
    if about := " · ".join(part for part in small if part):
        lines.append(f'<div class="small">{_safe(about)}</div>')
    if event.detail and event.kind != "drafted":
        lines.append(f"<div>{_safe(book.said(event.detail))}</div>")
    if event.why:
        lines.append(f'<div class="small">{_safe(book.said(event.why))}</div>')
    if event.wordings:
        said = "".join(_wording(each.account, each.text, each.length, each.limit) for each in event.wordings)
        opens = book.text("What it says")
        lines.append(f"<details><summary>{_safe(opens)}</summary>{said}</details>")
    at = f'<time datetime="{event.at.isoformat()}">{_safe(book.clock(event.at, zone))}</time>'
    badge = f'<span class="badge">{_safe(names[event.kind])}</span>'
    return f'<li class="event e-{event.kind}">{at}{badge}<div class="what">{"".join(lines)}</div></li>'


def _for(event: EventView, book: Phrasebook, zone: ZoneInfo) -> str:
    """Of which time it speaks, where that is another than its own."""
    due: datetime | None = event.due
    if due is None or abs(due - event.at) < timedelta(minutes=1):
        return ""
    return book.text("for {when}", when=book.when(due, zone))


def _wording(account: str, text: str, length: int, limit: int | None) -> str:
    meter = f"{length}/{limit}" if limit else str(length)
    return f'<div class="words"><small>{_safe(account)} · {meter}</small>{_safe(text)}</div>'


def _safe(text: str) -> str:
    return html.escape(text, quote=True)
