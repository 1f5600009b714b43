"""The first start at a terminal: three questions, each skipped with Enter, while AdMind works already."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot.errors import AdMindError

if TYPE_CHECKING:
    from bot.bootstrap import AdMind


async def welcome(admind: AdMind) -> None:
    """Ask, and keep the answers; nothing when that was done before. Ctrl-C and a closed terminal end it."""
    if admind.workspace.welcomed:
        return
    with _log_held():
        click.secho("\nWelcome to AdMind. Three questions; Enter skips each.", bold=True)
        name = (await _answer("1. What is your brand called? "))[:80]
        zone = await _zone(admind.workspace.zone)
        colours, logo = await _looks(admind)
        admind.workspace = await admind.setup.welcome(
            admind.workspace.id, name=name, zone=zone, palette=colours, logo=logo, now=admind.clock.now()
        )


async def _answer(question: str) -> str:
    """A line of the terminal, read without holding up the loop: AdMind serves, and signals are heard."""
    click.echo(question, nl=False)
    sys.stdout.flush()
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    terminal = sys.stdin.fileno()
    loop.add_reader(terminal, there.set)
    try:
        await there.wait()
        return os.read(terminal, 4096).decode("utf-8", "replace").strip()
    finally:
        loop.remove_reader(terminal)


async def _zone(known: str) -> str:
    while True:
        text = await _answer(f"2. Your time zone? [{known}] ")
        try:
            return text if not text or ZoneInfo(text) else ""
        except (KeyError, ValueError, OSError):
            click.echo("   I know no such zone. Write it like Europe/Zurich or America/New_York.")


async def _looks(admind: AdMind) -> tuple[tuple[str, ...], str]:
    """Colours as #rrggbb, or the picture of a logo; what cannot be read is asked again."""
    while True:
        text = await _answer("3. Your colours (#0a7d5a #f4f1ea) or your logo's file? ")
        colours = tuple(re.findall(r"#[0-9a-fA-F]{6}\b", text))
        if not text or colours:
            return colours[:5], ""
        try:
            owner = await admind.setup.local_owner(admind.workspace.id)
            data = Path(text.strip("'\"")).expanduser().read_bytes()
            if owner is None:
                return (), ""
            item = await admind.library.upload(admind.workspace.id, admind.workspace.default_brand, owner, data)
            return (), item.sha256
        except OSError:
            click.echo("   That is no colour like #0a7d5a, and no file that can be read.")
        except AdMindError as error:
            click.echo(f"   {error.sentence()}")


@contextlib.contextmanager
def _log_held() -> Iterator[None]:
    """Nothing of the log between the questions; it comes after them."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    held = logging.handlers.MemoryHandler(10_000, flushLevel=logging.CRITICAL + 1)
    root.handlers[:] = [held]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        for handler in handlers:
            held.setTarget(handler)
        held.flush()
