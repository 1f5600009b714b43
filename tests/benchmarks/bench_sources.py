"""What a source costs: extraction of ordinary pages, PDFs and feeds, and the time and memory of the worst ones.

Each runs as in life, in a process of its own that can be killed; its memory is what the system says of that process.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Mapping
from contextlib import suppress

from bot.drafting.confined import MEMORY_BYTES, SECONDS, Unreadable
from bot.drafting.extracted import PDF
from bot.drafting.extraction import MOST_BYTES, extract
from tests.benchmarks.telling import percentile, tell
from tests.bot.drafting.feeds import RSS, Item, rss
from tests.bot.drafting.pdfs import article, lines, pdf, text
from tests.bot.drafting.site import GERMAN, PLAIN_ARTICLE, SHOP

HTML = "text/html; charset=utf-8"
ROUNDS = 10
WORDS = [f"Bike number {number} is ready for its rider in the shop of Bern." for number in range(1500)]
LONG = "".join(f"<p>{each}</p>" for each in WORDS)
ORDINARY: Mapping[str, tuple[str, tuple[bytes, ...]]] = {
    "page": (HTML, (PLAIN_ARTICLE.encode(), GERMAN.encode(), SHOP.encode())),
    "PDF": (PDF, (article(), pdf(*lines(WORDS[:200])))),
    "feed": (RSS, (rss([Item(f"https://velo.example/{each}", each, f"<p>{each}</p>") for each in WORDS[:50]]),)),
}
WORST: Mapping[str, tuple[str, bytes]] = {
    "1 MB of <p>": (HTML, b"<p>" * (MOST_BYTES // 3)),
    "1 MB of <div>": (HTML, b"<div>" * (MOST_BYTES // 5)),
    "1 MB of tables": (HTML, b"<table><tr><td>" * (MOST_BYTES // 15)),
    "an article of 1,500 paragraphs": (HTML, f"<article><h1>Bikes</h1>{LONG}</article>".encode()),
    "a PDF of two million letters": (PDF, pdf(text("x" * 2_000_000, size=4), packed=True)),
    "a PDF of 100,000 strokes": (PDF, pdf("0 0 m 595 842 l 300 w S " * 100_000, packed=True)),
    "a PDF page of 28 MB": (PDF, pdf("0 0 m 1 1 l S " * 2_000_000, packed=True)),
    "a feed of 3 MB": (RSS, rss([Item(f"https://velo.example/{n}", "x" * 100) for n in range(10_000)])[:3_000_000]),
}


def main() -> int:
    return asyncio.run(_measure())


async def _measure() -> int:
    missed = 0
    for kind, (content_type, bodies) in ORDINARY.items():
        taken = [await _timed(body, content_type) for _ in range(ROUNDS) for body in bodies]
        missed += tell(f"{kind} taken apart, p50", percentile(taken, 50), "s", 1.0)
        tell(f"{kind} taken apart, p95", percentile(taken, 95), "s")
    worst, before = 0.0, _most_memory()
    for name, (content_type, body) in WORST.items():
        seconds = await _timed(body, content_type)
        worst = max(worst, seconds)
        tell(f"{name}, time", seconds, "s")
        tell("… and the most memory of any child until here", _most_memory() / 1e6, "MB")
    missed += tell("the worst, time", worst, "s", SECONDS + 1)
    missed += tell("the worst, memory", max(before, _most_memory()) / 1e6, "MB", MEMORY_BYTES / 1e6)
    return missed


async def _timed(body: bytes, content_type: str) -> float:
    started = time.perf_counter()
    with suppress(Unreadable):
        await extract(body, content_type, "https://velo.example/")
    return time.perf_counter() - started


def _most_memory() -> int:
    """Bytes of the largest child that ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
