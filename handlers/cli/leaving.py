"""A brand leaves: everything of it in one file to take along."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from handlers.cli.talk import as_json, brand_id, busy, clean, command, line, part, show_json, sure, yes_option


@click.command()
@click.argument("brand")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A zip file that is not there."
)
@yes_option
@as_json
@command
async def export(brand: str, file: Path | None, yes: bool, json_: bool) -> None:
    """Everything of BRAND (name or id) in one zip that people can read: admind brand export Velo --to velo.zip"""
    async with line() as opened:
        which = await brand_id(opened, brand)
        out = (file or Path(f"{which}-{datetime.now(UTC):%Y-%m-%d}.zip")).absolute()
        sure(f"Write everything of {clean(brand)}, in clear, into {out}?", yes)
        with busy("Gathering everything"):
            made = await opened.send("POST", f"/brands/{part(which)}/export", {"path": str(out)}, as_="owner")
        show_json(made) if json_ else click.echo(f"{made['path']}, {made['bytes'] / 1e6:.1f} MB")


COMMANDS: Final = (export,)
