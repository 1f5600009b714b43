"""Cards and lists in the terminal: the same order and words as in the chats."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from handlers.cli.talk import clean

STATES = {
    "waiting": ("◌", "yellow"),
    "approved": ("✓", "green"),
    "scheduled": ("◷", "cyan"),
    "sending": ("➜", "cyan"),
    "published": ("✓", "green"),
    "rejected": ("✗", "red"),
    "failed": ("✗", "red"),
    "unknown": ("?", "magenta"),
    "missed": ("!", "magenta"),
    "late": ("!", "magenta"),
    "held": ("‖", "blue"),
    "paused": ("‖", "blue"),
    "changes": ("✎", "yellow"),
    "cancelled": ("–", "dim"),
    "replaced": ("–", "dim"),
}


def console(*, stderr: bool = False) -> Console:
    return Console(highlight=False, stderr=stderr)


def card(found: Mapping[str, Any], *, picture: Path | None = None, draft: str = "") -> Panel:
    """A card as a panel. Text of people and models is drawn as it is, never as markup or as control characters."""
    parts: list[RenderableType] = []
    if found.get("when"):  # in the body: a narrow terminal cuts the frame's title, and the time must never be cut
        parts.append(shown(found["when"], "bold"))
    if found.get("status"):
        parts.append(shown(found["status"], "italic"))
    if picture is not None:
        alt = (found.get("picture") or {}).get("alt", "")
        parts.append(
            Text.assemble("\n", ("Picture  ", "dim"), (str(picture), "underline"), "\n", (f"Alt  {clean(alt)}", "dim"))
        )
    for section in found.get("sections", []):
        name = clean(section["heading"])
        heading = Text.assemble("\n", (name, "bold"), ("  " + clean(section.get("meter", "")), "dim"))
        parts += [heading, shown(section["text"])] if section.get("text") else [heading]
    notes = [shown(note, "yellow") for note in found.get("notes", [])]
    if notes:
        parts += [Text(""), *notes]
    if found.get("footer"):
        parts.append(shown("\n" + str(found["footer"]), "dim"))
    title = Text(clean(found["title"]), style="bold")
    return Panel(
        Group(*parts),
        title=title,
        title_align="left",
        subtitle=Text(draft, style="dim") if draft else None,
        subtitle_align="right",
        box=box.ROUNDED,
        padding=(0, 2),
        width=min(console().width, 92),
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        drawn.add_column(column, overflow="fold", no_wrap=column == "id")
    for row in rows:
        drawn.add_row(*[cell if isinstance(cell, Text) else shown(cell) for cell in row])
    return drawn


def shown(text: object, style: str = "") -> Text:
    return Text(clean(str(text)), style=style)


def state(name: str) -> Text:
    sign, style = STATES.get(name, ("·", ""))
    return Text(f"{sign} {name}", style=style)


def local_time(text: str | None, zone: str = "") -> str:
    """An ISO instant as a person reads it, in the given zone or this machine's."""
    if not text:
        return "as soon as approved"
    from zoneinfo import ZoneInfo

    instant = datetime.fromisoformat(text).astimezone(ZoneInfo(zone) if zone else None)
    return f"{instant:%a} {instant.day} {instant:%b %Y, %H:%M %Z}"


def inline_picture(data: bytes) -> str:
    """The escape sequence that draws a picture, for terminals known to draw; empty elsewhere."""
    if not sys.stdout.isatty():
        return ""
    encoded = base64.b64encode(data).decode()
    if os.environ.get("TERM_PROGRAM") in ("iTerm.app", "WezTerm"):
        return f"\x1b]1337;File=inline=1;width=40;preserveAspectRatio=1:{encoded}\a"
    return ""
