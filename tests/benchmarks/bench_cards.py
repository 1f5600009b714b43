"""What does a card cost? CPU-seconds of a 1080 × 1080 card, and against the least that any picture costs.

The least is what no renderer can avoid: pasting a ready overlay on a ready background and encoding the JPEG. Run it
with `python -m tests.benchmarks.bench_cards`; compare ratios of one run, not seconds of two machines.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from bot.artwork.cards import JPEG_QUALITY, LAYOUTS, CardSpec, proof_of, render_card

ROUNDS = 7
TARGET_SECONDS = 0.25


def cpu_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median CPU time of this process, all threads, for one call."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main() -> int:
    spec = CardSpec(
        headline="Spring starts on two wheels",
        sub="20% off every city and gravel bike until 30 April.",
        kicker="Spring sale",
        cta="Find your bike",
        offer="20%",
        brand="Velo",
    )
    start = time.process_time()
    render_card(spec)
    first = time.process_time() - start
    proof = proof_of(spec)

    def least() -> None:
        card = proof.ground.copy()
        card.paste(proof.overlay, (0, 0), proof.overlay)
        card.save(BytesIO(), "JPEG", quality=JPEG_QUALITY, subsampling=0)

    floor = cpu_seconds(least)
    print(f"first card (fonts read)  {first:6.3f} CPU-s")  # noqa: T201
    print(f"paste and encode only    {floor:6.3f} CPU-s")  # noqa: T201
    slowest = 0.0
    for layout in LAYOUTS:
        # another headline each time: nothing may come from Typst's memory of the last page
        numbers = iter(range(1000))
        seconds = cpu_seconds(
            lambda layout=layout, numbers=numbers: render_card(  # type: ignore[misc]
                replace(spec, layout=layout, headline=f"Spring starts on {next(numbers) + 2} wheels")
            )
        )
        slowest = max(slowest, seconds)
        print(f"{layout:<10} 1080 × 1080   {seconds:6.3f} CPU-s   {seconds / floor:5.1f} × paste and encode")  # noqa: T201
    verdict = "within" if slowest <= TARGET_SECONDS else "over"
    print(f"slowest {slowest:.3f} CPU-s: {verdict} the target of {TARGET_SECONDS} CPU-s")  # noqa: T201
    return 0 if slowest <= TARGET_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
