"""How benchmarks tell a number: what it is, what it should be, whether it is."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence


def tell(what: str, value: float, unit: str, target: float | None = None) -> int:
    """Print one number; 1 when it misses its target (at most `target`), else 0."""
    verdict = "" if target is None else f"   target ≤ {target:g} {unit}   {'ok' if value <= target else 'MISSED'}"
    sys.stdout.write(f"{what:<58} {value:>10.3f} {unit}{verdict}\n")
    sys.stdout.flush()
    return int(target is not None and value > target)


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
