"""What a process has loaded by now stays for its life: the garbage collector need not look at it again and again."""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 20, 20)  # of new objects, then of runs before the older ones are looked at


def settle() -> None:
    """Once, when everything is loaded. Of what Slack's events cost, a fifth was the collector walking AdMind's code."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
