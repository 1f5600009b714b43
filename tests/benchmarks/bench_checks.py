"""How much the checks say of copy that is all right: findings for each post, and for each rule.

    python -m tests.benchmarks checks

Every check over ordinary posts of many trades (each is its own brief, as if a person had said just that) and over the
drafts that the offline writer makes of the golden briefs. A rule that speaks of many good posts is read by nobody.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bot.bootstrap import AdMind
from bot.checks.run import run_checks
from bot.settings import Settings
from bot.workflow.evaluating import UNREACHED, evaluate
from bot.workflow.golden import golden_briefs
from storage.drafts import Brief, Finding
from storage.stores import DraftStore
from tests.benchmarks.telling import tell
from tests.bot.checks.subjects import subject
from tests.bot.privacy.ordinary import ORDINARY

MOST_A_POST: Final = 0.25  # warnings and blocks, on average
MOST_OF_A_RULE: Final = 0.05  # of the posts, for one rule


def main() -> int:
    return asyncio.run(_measure())


async def _measure() -> int:
    missed = _tell("ordinary posts", len(ORDINARY), [each for text in ORDINARY for each in await _of(text)])
    with tempfile.TemporaryDirectory() as folder:
        async with AdMind(Settings(data_dir=Path(folder) / "data"), queues=frozenset()) as admind:
            await admind.loaded()
            owner = await admind.setup.local_owner(admind.workspace.id)
            assert owner is not None
            await evaluate(
                golden_briefs(),
                database=admind.database,
                requests=admind.requests,
                owner=owner,
                channels=admind.channels,
                clock=admind.clock,
            )
            drafts = (await DraftStore(admind.database).page(admind.workspace.id, limit=500)).items
    found = [each for draft in drafts for each in draft.findings if each.rule != UNREACHED]
    return missed + _tell("golden drafts", len(drafts), found)


async def _of(text: str) -> Iterable[Finding]:
    brief = Brief(request=text)
    return [each for each in await run_checks(subject(text, brief=brief, text_limit=None)) if each.rule != UNREACHED]


def _tell(what: str, posts: int, found: Iterable[Finding]) -> int:
    """Notes are shown and not counted: nobody has to do anything about them."""
    rules = Counter((each.severity, each.rule) for each in found)
    loud = {rule: count for rule, count in rules.items() if rule[0] != "note"}
    missed = tell(f"{what} ({posts}): warnings and blocks a post", sum(loud.values()) / posts, "", MOST_A_POST)
    for (severity, rule), count in rules.most_common():
        target = MOST_OF_A_RULE if severity != "note" else None
        missed += tell(f"  {severity} {rule}", count / posts, "", target)
    if not rules:
        sys.stdout.write("  nothing\n")
    return missed


if __name__ == "__main__":
    sys.exit(main())
