"""`admind doctor`: every setting, key, permission and clock, and what to do about each that is not well."""

from __future__ import annotations

import click
from rich.text import Text

from handlers.cli.painting import console, table
from handlers.cli.talk import as_json, command, line, show_json

SIGNS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}


@click.command()
@as_json
@command
async def doctor(json_: bool) -> None:
    """Check everything, and say what to do. Exit status 1 when something must be mended."""
    async with line() as opened:
        found = await opened.get("/doctor")
        items = found["items"]
        if not opened.running:
            items.append({"what": "running", "state": "note", "found": "no", "do": "Start it with `admind run`."})
    if json_:
        show_json({"items": items})
    else:
        rows = [
            (Text(SIGNS[each["state"]][0], style=SIGNS[each["state"]][1]), each["what"], each["found"], each["do"])
            for each in items
        ]
        console().print(table(("", "what", "found", "what to do"), rows))
    if any(each["state"] == "bad" for each in items):
        raise SystemExit(1)
