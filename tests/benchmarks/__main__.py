"""Runs the benchmarks: all of them, or those named. Each prints numbers with their target, as ratios where it compares.

`make bench`, or `python -m tests.benchmarks start flow`. Nothing here is asserted in the unit tests.
"""

from __future__ import annotations

import importlib
import sys

BENCHES = (
    "start", "flow", "turn", "copy", "checks", "sources", "cards", "schedule", "plan", "burst", "studio", "slack",
    "homes", "year", "day", "links", "clicks", "insights", "rehearse", "learning",
)  # fmt: skip


def main() -> int:
    wanted = sys.argv[1:] or BENCHES
    missed = 0
    for name in wanted:
        if name not in BENCHES:
            sys.stderr.write(f"There is no benchmark {name}; there are {', '.join(BENCHES)}.\n")
            return 2
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        missed += int(importlib.import_module(f"tests.benchmarks.bench_{name}").main() or 0)
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
