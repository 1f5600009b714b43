"""`admind doctor`: every setting, key, permission and clock, and what to do about each that is not well."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from handlers.cli.painting import console, table
from handlers.cli.talk import Refused, as_json, command, line, show_json

if TYPE_CHECKING:
    from bot.bootstrap import AdMind

SIGNS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}


@contextlib.asynccontextmanager
async def _chats(admind: AdMind) -> AsyncIterator[None]:
    """What the doctor asks of the chats although AdMind does not run: nothing is posted or heard by it."""
    async with contextlib.AsyncExitStack() as asked:
        if admind.settings.in_slack:
            from handlers.slack import health as slack
            from handlers.slack.teams import Teams

            teams = Teams(admind)
            asked.push_async_callback(teams.close)
            admind.doctor.also(slack.WHAT, slack.Health(teams).look)
        if admind.settings.in_discord:
            from handlers.discord import health as discord
            from handlers.discord.client import Client

            client = Client(admind.settings)
            asked.push_async_callback(client.close)
            admind.doctor.also(discord.WHAT, discord.Health(admind, client).look)
        yield


def _make_test_certificate(folder: Path, *, json_: bool) -> None:
    from bot.artwork.trial_certificate import make_trial_certificate

    chain, key = (folder / name for name in ("c2pa-test-chain.pem", "c2pa-test-key.pem"))
    if chain.exists() or key.exists():
        raise Refused(f"There is a test certificate in {folder} already. Nothing was written.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make_trial_certificate(datetime.now(UTC))
    chain.write_bytes(made.chain)
    key.touch(mode=0o600)
    key.write_bytes(made.key)
    settings = {"ADMIND_C2PA_CHAIN": str(chain.absolute()), "ADMIND_C2PA_KEY": str(key.absolute())}
    if json_:
        show_json(settings)
        return
    click.echo("A certificate to try it out, good for 30 days. Nobody trusts it: for real posts get one from a CA.")
    for name, value in settings.items():
        click.echo(f"{name}={value}")


@click.command()
@click.option("--repair", is_flag=True, help="First make look-ups and lists again, from the records themselves.")
@click.option(
    "--make-test-cert",
    "certificate",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Only make a certificate to try the signing of pictures with, into this folder.",
)
@as_json
@command
async def doctor(repair: bool, certificate: Path | None, json_: bool) -> None:
    """Check everything, and say what to do. Exit status 1 when something must be mended."""
    if certificate is not None:
        _make_test_certificate(certificate, json_=json_)
        return
    async with line(beside=_chats) as opened:
        made = await opened.send("POST", "/doctor/repair", as_="owner") if repair else None
        found = await opened.get("/doctor")
        items = found["items"]
        if not opened.running:
            items.append({"what": "running", "state": "note", "found": "no", "do": "Start it with `admind run`."})
    if json_:
        show_json({"items": items} | ({"repaired": made} if made else {}))
    else:
        if made:
            click.echo(
                f"Made again: {made['tokens']} tokens, {made['feed_pages']} pages of feeds, "
                f"the places of {made['drafts']} drafts and {made['posts']} posts in their lists."
            )
        rows = [
            (Text(SIGNS[each["state"]][0], style=SIGNS[each["state"]][1]), each["what"], each["found"], each["do"])
            for each in items
        ]
        console().print(table(("", "what", "found", "what to do"), rows))
    if any(each["state"] == "bad" for each in items):
        raise SystemExit(1)
