"""How long may each step of the engine take, so that nothing is taken up twice or left lying?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# Docket renews what a worker holds four times within this. A drain does not renew, so it must end well before.
DRAIN_SHARE = 3
MOST_DRAIN = timedelta(seconds=5)  # the whole process has 10 s to end: ticker, queues and database
CANCEL_GRACE = timedelta(seconds=1.5)


@dataclass(frozen=True)
class Leases:
    """Times that follow from one setting: after `redelivery` the work of a worker that vanished is taken up again."""

    redelivery: timedelta

    @property
    def claim_seconds(self) -> float:
        """The lease of a claim in the ledger: it has lapsed before the engine delivers again."""
        return self.redelivery.total_seconds() / 2

    @property
    def drain_seconds(self) -> float:
        """How long running tasks may finish at shutdown before they are cancelled and left to others."""
        return min(self.redelivery / DRAIN_SHARE, MOST_DRAIN).total_seconds()
