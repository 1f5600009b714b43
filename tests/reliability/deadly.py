"""The real `admind run`, which ends itself by SIGKILL at one step of its work.

python -m tests.reliability.deadly [STEP WHEN COUNT]

Steps: claim, attempt, journal, check, finish; webhook and feed (handing over to that channel); note (telling people);
recover (the look at what may have been lost). It dies "before" or "after" the step's COUNT-th call. Webhooks get a
short deadline, so that a doubt is looked into soon. All of it is wrapped here; the product knows nothing of it.
"""

from __future__ import annotations

import dataclasses
import sys
from datetime import timedelta
from typing import Any

from bot.channels.feed import Feed
from bot.channels.webhook import Webhook
from bot.publishing.recovery import Recovery
from bot.workflow.upkeep import Upkeep
from handlers.cli import cli
from storage.journal import Journal
from storage.sending import Sending
from tests.reliability.worker import deadly

OWNERS: dict[str, tuple[type, str]] = {
    "journal": (Journal, "append"),
    "webhook": (Webhook, "send"),
    "feed": (Feed, "send"),
    "note": (Upkeep, "note"),
    "recover": (Recovery, "recover"),
    **{step: (Sending, step) for step in ("claim", "attempt", "check", "finish")},
}


def only_attempts(arguments: tuple[Any, ...]) -> bool:
    """Of the journal's entries, those that stand before a send."""
    return "attempt" in arguments


def main(*point: str) -> None:
    Webhook.capabilities = dataclasses.replace(
        Webhook.capabilities, deadline=timedelta(seconds=1.5), settle=timedelta(seconds=0.5)
    )
    if point:
        step, when, count = point
        owner, name = OWNERS[step]
        counts = only_attempts if step == "journal" else None
        setattr(owner, name, deadly(getattr(owner, name), when, int(count), counts))
    cli.main(["run"], prog_name="admind")


if __name__ == "__main__":
    main(*sys.argv[1:])
