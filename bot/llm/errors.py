"""What can go wrong with a language model, in words for the person who waits for it.

Misconfigured (bot.errors)
└── ModelMisconfigured   a setting is wrong, a key is refused, a model does not exist: names the setting
AdMindError
├── ModelUnavailable     busy, down, slow or cut off, and so is the fallback; `retry_after_seconds` when known
├── ModelRefused         the provider's filter or the model itself declined
├── ModelTooLong         the conversation or the answer does not fit the model
├── ModelMuddled         answers came, but none that could be used, even after asking again
├── ModelScrambled       what stands for personal data came back so that nobody knows whose it is
└── TurnStopped          a limit of ours ended the turn (steps, repetition); `OverBudget` is in storage.budget

This file imports no LangChain, so that chat-side code can catch these errors without loading it.
"""

from __future__ import annotations

from bot.errors import AdMindError, Misconfigured
from bot.words import noted

NOTHING_SENT = "Nothing was published, and what was made before is kept."


class ModelMisconfigured(Misconfigured):
    pass


class ModelUnavailable(AdMindError):
    """`provider` is ours to log. `retry_after_seconds` is None when the provider named no time."""

    def __init__(self, what: str, *, do_next: str = "", retry_after_seconds: float | None = None) -> None:
        wait = _in_words(retry_after_seconds) if retry_after_seconds else noted("a minute")
        super().__init__(
            what,
            kept=NOTHING_SENT,
            do_next=do_next or f"Try again in {wait}; commands work without the model.",
            retry_after_seconds=retry_after_seconds,
        )


class ModelRefused(AdMindError):
    def __init__(self) -> None:
        super().__init__(
            "The language model declined to answer this.",
            kept=NOTHING_SENT,
            do_next="Put it in other words, or write the text yourself and I will check and post it.",
        )


class ModelTooLong(AdMindError):
    def __init__(self, what: str = "This conversation is too long for the language model.") -> None:
        super().__init__(
            what,
            kept=NOTHING_SENT,
            do_next="Start a new thread, or send the request with shorter texts and fewer sources.",
        )


class ModelMuddled(AdMindError):
    def __init__(self) -> None:
        super().__init__(
            "The language model's answer could not be used, even after asking again.",
            kept=NOTHING_SENT,
            do_next="Ask again in other words, or split the request into smaller ones.",
        )


class ModelScrambled(AdMindError):
    def __init__(self) -> None:
        super().__init__(
            "The language model mixed up personal data that was kept from it, so I did not use its answer.",
            kept=NOTHING_SENT,
            do_next="Ask again, or leave the numbers and addresses out and write them in by hand.",
        )


class TurnStopped(AdMindError):
    pass


def _in_words(seconds: float) -> str:
    if seconds < 90:
        shown = max(1, round(seconds))
        return noted(f"about {shown} seconds")
    if seconds < 5400:
        minutes = round(seconds / 60)
        return noted(f"about {minutes} minutes")
    hours = round(seconds / 3600)
    return noted(f"about {hours} hours")
