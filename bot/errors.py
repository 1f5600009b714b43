"""Sentences that people read when something fails, and the errors that stages hand to each other.

AdMindError (storage.errors)
├── NotAllowed          this person may not do this here
├── BadInput            what was asked cannot be done as it stands
├── ChangedSince        the digest named is not the current one
├── Paused              a pause forbids it
├── Misconfigured       a setting is wrong; names it and the fix
└── publishing
    ├── ChannelRefused  clearly refused: nothing stands on the channel
    ├── ProvenNotSent   no byte left: sending again is safe
    └── OutcomeUnknown  anything else: look before sending again
"""

from __future__ import annotations

import logging
import secrets

from storage.errors import AdMindError, Conflict, NotFound

__all__ = [
    "AdMindError",
    "BadInput",
    "ChangedSince",
    "ChannelRefused",
    "Conflict",
    "Misconfigured",
    "NotAllowed",
    "NotFound",
    "OutcomeUnknown",
    "Paused",
    "ProvenNotSent",
    "unexpected",
]

log = logging.getLogger(__name__)


class NotAllowed(AdMindError):
    pass


class BadInput(AdMindError):
    pass


class ChangedSince(AdMindError):
    pass


class Paused(AdMindError):
    pass


class Misconfigured(AdMindError):
    pass


class ChannelRefused(AdMindError):
    """`code` is short and stable (`too_long`, `unauthorized`, `rate_limited`, …): callers branch on it.

    With `retry_after_seconds` the channel asked to come back later and took nothing.
    """

    def __init__(
        self,
        what: str,
        *,
        code: str,
        kept: str = "",
        do_next: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(what, kept=kept, do_next=do_next, retry_after_seconds=retry_after_seconds)
        self.code = code


class ProvenNotSent(AdMindError):
    pass


class OutcomeUnknown(AdMindError):
    pass


def unexpected(error: BaseException, doing: str) -> AdMindError:
    """A sentence for an error that nobody foresaw: logged in full under a reference that the person can name."""
    reference = secrets.token_hex(4)
    log.error("unexpected reference=%s doing=%s", reference, doing, exc_info=error)
    return AdMindError(
        f"Something went wrong while {doing}.",
        kept="Nothing was published by this.",
        do_next=f"Please try again; if it stays, tell whoever runs AdMind the reference {reference}.",
    )
