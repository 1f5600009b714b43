"""The real `admind run`, by a clock that a test moves, with short deadlines on the channels of a day.

python -m tests.reliability.moved CLOCK_FILE DEADLINE_SECONDS SETTLE_SECONDS

Whoever moves the clock waits until nothing is on its way: a request must not be overtaken by it.
"""

from __future__ import annotations

import dataclasses
import sys
from datetime import timedelta
from pathlib import Path

import bot.bootstrap
from bot.channels.discord import Discord
from bot.channels.mastodon import Mastodon
from bot.channels.telegram import Telegram
from bot.channels.webhook import Webhook
from handlers.cli import cli
from tests.fakes.clocks import SharedClock

HURRIED = (Webhook, Mastodon, Telegram, Discord)


def main(clock_file: str, deadline: str, settle: str) -> None:
    for adapter in HURRIED:
        shortened = dataclasses.replace(
            adapter.capabilities, deadline=timedelta(seconds=float(deadline)), settle=timedelta(seconds=float(settle))
        )
        setattr(adapter, "capabilities", shortened)  # noqa: B010 - a class's, seen by every account
    setattr(bot.bootstrap, "SystemClock", lambda: SharedClock(Path(clock_file)))  # noqa: B010
    cli.main(["run"], prog_name="admind")


if __name__ == "__main__":
    main(*sys.argv[1:])
