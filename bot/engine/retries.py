"""What happens to a task that failed: when is it tried again, and when is it given up?"""

from __future__ import annotations

import random
from dataclasses import dataclass

from storage.errors import AdMindError


@dataclass(frozen=True)
class Retries:
    """A failure that says when to come back is obeyed, up to `most_visits` in all; any other is tried again with
    growing pauses, `most_failures` times. What this version does not know yet is kept for a newer one.
    """

    most_failures: int = 6
    most_visits: int = 2000
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 300.0
    unknown_pause_seconds: float = 15.0

    def pause_after(self, error: Exception, *, failures: int, visits: int) -> float | None:
        """Seconds until the next try; None when it is to be given up. `failures` and `visits` count this one too."""
        asked = asked_pause(error)
        if asked is not None:
            return max(0.05, asked) if visits < self.most_visits else None
        if failures >= self.most_failures:
            return None
        pause = min(self.first_pause_seconds * 2.0 ** (failures - 1), self.longest_pause_seconds)
        return pause * random.uniform(0.8, 1.2)


def asked_pause(error: Exception) -> float | None:
    """How long the error itself asks to wait."""
    if isinstance(error, AdMindError):
        return error.retry_after_seconds
    return None
