"""The root of the error tree.

AdMindError                 something a person can act on
├── Conflict                somebody else changed it first; look again
├── NotFound                no such draft, post, account, …
└── (one subclass beside the code that raises it)
"""

from __future__ import annotations


class AdMindError(Exception):
    """Something went wrong that a person can act on.

    `what` happened, what was `kept`, what to `do_next`: whole sentences, fit to be shown in a chat as they are, never
    holding a secret, an address of ours or an exception's text. `retry_after_seconds` is set when trying again later
    may help.
    """

    def __init__(
        self, what: str, *, kept: str = "", do_next: str = "", retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.kept = kept
        self.do_next = do_next
        self.retry_after_seconds = retry_after_seconds

    def again(self) -> AdMindError:
        """The same once more, to be raised at another place."""
        found = AdMindError.__new__(type(self))
        AdMindError.__init__(
            found, self.what, kept=self.kept, do_next=self.do_next, retry_after_seconds=self.retry_after_seconds
        )
        return found

    def sentence(self) -> str:
        """All that the person should read, in one paragraph."""
        return " ".join(part for part in (self.what, self.kept, self.do_next) if part)


class Conflict(AdMindError):
    """A compare-and-set found another version than expected. Nothing was written."""


class NotFound(AdMindError):
    """No such thing, or none that this person may know of."""
