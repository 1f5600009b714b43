"""`admind rehearse`: what the plan would bring in the coming days, day by day, and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from bot.words import words
from handlers.cli.painting import console, shown
from handlers.cli.talk import as_json, brand_id, brand_option, busy, clean, command, line, show_json

if TYPE_CHECKING:
    from bot.rehearsal.report import RehearsalView

SIGNS = {
    "drafted": ("✎", "cyan"),
    "decision": ("✓", "green"),
    "post": ("➜", "green"),
    "reminder": ("◷", "yellow"),
    "gap": ("○", "yellow"),
    "open": ("◌", "dim"),
    "free": ("–", "dim"),
    "expired": ("!", "magenta"),
    "failed": ("✗", "red"),
    "told": ("·", "dim"),
    "problem": ("✗", "red"),
}


@click.command()
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="How far ahead.")
@click.option(
    "--approve",
    default="all",
    show_default=True,
    help="Which drafts people approve: all, none, or a part of them such as 0.8.",
)
@brand_option
@click.option(
    "--page", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a page: rehearsal.html."
)
@as_json
@command
async def rehearse(days: int, approve: str, brand: str, file: Path | None, json_: bool) -> None:
    """Run the plan ahead on a copy: every draft, reminder, gap and post that would come. Nothing goes out."""
    from bot.rehearsal.page import page
    from bot.rehearsal.report import RehearsalView

    async with line() as opened:
        chosen = await brand_id(opened, brand)
        with busy("Rehearsing"):
            found = await opened.get("/plan/rehearsal", days=days, approve=approve, brand=chosen)
    view = RehearsalView.model_validate(found)
    if file is not None:
        file.write_text(page(view), encoding="utf-8")
    if json_:
        show_json(found)
        return
    _told(view)
    if file is not None:
        click.echo(f"Written: {file}")


def _told(view: RehearsalView) -> None:
    zone, out = ZoneInfo(view.zone), console()
    out.print(Text.assemble((clean(view.brand), "bold"), f"  {_span(view.start, view.end, zone)}, approving "
                            f"{clean(view.approve)}. Nothing of this happened."))  # fmt: skip
    for day, events in view.days():
        summary = _counts(Counter(each.kind for each in events))
        out.print(Text.assemble("\n", (f"{day:%a} {day.day} {day:%b}", "bold"), (f"  {summary}", "dim")))
        for each in events:
            sign, style = SIGNS[each.kind]
            about = f" for {_moment(each.due, zone)}" if each.due and each.kind in ("drafted", "gap", "open") else ""
            who = f" · {each.who}" if each.who else ""
            detail = f": {each.detail}" if each.detail and each.kind not in ("drafted", "decision") else ""
            names = f" ({', '.join(each.accounts)})" if each.accounts else ""
            local = each.at.astimezone(zone)
            out.print(
                Text.assemble(
                    (f"  {local:%H:%M} ", "dim"), (f"{sign} ", style), shown(f"{each.title}{names}{about}{who}{detail}")
                )
            )
    total = _counts(view.counts)
    out.print(Text.assemble("\n", (f"{len(view.slots)} slots", "bold"), f": {total or 'nothing'}. "
                            f"{view.seconds:.0f} s."))  # fmt: skip
    if view.cut_short:
        out.print(Text(f"It took too long and stopped at {_moment(view.end, zone)}.", style="yellow"))


def _counts(counts: Mapping[str, int]) -> str:
    from bot.rehearsal.page import counted_labels

    return ", ".join(f"{counts[kind]} {name}" for kind, name in counted_labels(words("en"), counts).items())


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
