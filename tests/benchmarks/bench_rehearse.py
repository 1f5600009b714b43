"""A year of a plan of twenty accounts, run ahead: how long it takes, and that every slot ends as it must.

Eight slots a week share the accounts, drafted by the offline model, reviewed by three people in three zones of whom
four of five drafts are approved, and sent to simulated channels. What is asserted here holds for the lean version in
`tests/bot/rehearsal`, too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.rehearsal.running import rehearse, run
from tests.benchmarks.telling import tell
from tests.bot.rehearsal.planning import material, whole

DAYS, MOST_SECONDS, PATIENCE_SECONDS = 365, 60.0, 600.0
MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="admind-bench-") as folder:
        return run(_measure(Path(folder)))


async def _measure(folder: Path) -> int:
    fortnight = await rehearse(material(MONDAY), folder / "fortnight", days=14, approve="0.8")
    tell("14 days of 20 accounts, begun and ended", fortnight.seconds, "s")
    began = time.process_time()
    view = await rehearse(material(MONDAY), folder / "year", days=DAYS, approve="0.8", seconds=PATIENCE_SECONDS)
    assert not view.cut_short
    whole(view)
    tell("slots of the year", float(len(view.slots)), "")
    tell("drafts", float(view.counts["drafted"]), "")
    tell("posts", float(view.counts["post"]), "")
    tell("processor time of the year, without the database's", time.process_time() - began, "s")
    tell("a slot", view.seconds / len(view.slots) * 1000, "ms")
    return tell("a year of 20 accounts", view.seconds, "s", MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
