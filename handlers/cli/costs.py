"""`admind costs`: what language models took, by brand and model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from bot.insights.costs import what_it_took
from bot.views import CostsView
from handlers.cli.painting import console, table
from handlers.cli.talk import as_json, command, line, show_json


@click.command()
@click.option("--days", type=click.IntRange(1, 400), default=30, show_default=True, help="Up to today, in UTC.")
@as_json
@command
async def costs(days: int, json_: bool) -> None:
    """What language models took, by the providers' own numbers and the prices that are known."""
    last = datetime.now(UTC).date()
    async with line() as opened:
        found = await opened.get("/costs", first=str(last - timedelta(days=days - 1)), last=str(last))
        if json_:
            show_json(found)
            return
        view = CostsView(**found)
        if not view.items:
            click.echo("No language model was asked in these days.")
            return
        names = {each["id"]: each["name"] for each in (await opened.get("/brands"))["items"]}
        rows = [(names.get(row.brand, row.brand), row.model, what_it_took(row.usage)) for row in view.items]
        console().print(table(("brand", "model", "took"), rows))
        click.echo(f"Together: {what_it_took(view.total)}")
