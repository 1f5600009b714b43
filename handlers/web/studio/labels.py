"""What states, verdicts and steps are called on a page."""

from __future__ import annotations

from bot.words import Phrasebook


def state_names(words: Phrasebook) -> dict[str, str]:
    """States of drafts and posts, as people say them."""
    text = words.text
    return {
        "waiting": text("Waiting"),
        "changes": text("Changes wanted"),
        "held": text("On hold"),
        "rejected": text("Rejected"),
        "approved": text("Approved"),
        "late": text("Too late"),
        "replaced": text("Replaced"),
        "scheduled": text("Scheduled"),
        "sending": text("On its way"),
        "published": text("Posted"),
        "failed": text("Not posted"),
        "unknown": text("We can't tell"),
        "missed": text("Missed"),
        "cancelled": text("Dropped"),
        "paused": text("Stopped"),
    }


def health_reasons(words: Phrasebook) -> dict[str, str]:
    """Why an account does not work, as it is kept, in the reader's language."""
    text = words.text
    return {
        "The server no longer accepts AdMind's access.": text("The server no longer accepts AdMind's access."),
        "The access is for another account now.": text("The access is for another account now."),
    }


def verdict_names(words: Phrasebook) -> dict[str, str]:
    """What somebody did, after their name."""
    text = words.text
    return {
        "approve": text("approved"),
        "reject": text("rejected"),
        "changes": text("asked for changes"),
        "hold": text("put it on hold"),
        "withdraw": text("took it back"),
    }
