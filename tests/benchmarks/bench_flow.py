"""From a request to its card with the offline model: the whole way through REST's own services, real storage."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from bot.bootstrap import AdMind
from bot.chat import ChatRequest, new_conversation
from bot.settings import Settings
from storage.accounts import Account
from storage.commit import Change, commit
from storage.record import new_id
from tests.benchmarks.telling import percentile, tell

ROUNDS = 20
WITHOUT = "Announce our spring sale: 20% off all bikes until 31 May, details at https://example.com/sale. Tomorrow 9am."
WITH = WITHOUT.replace("Tomorrow 9am.", "Tomorrow 9am, with an image.")


def main() -> int:
    logging.disable(logging.WARNING)
    return asyncio.run(_measure())


async def _measure() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        async with AdMind(settings) as admind:
            await admind.start()
            await _second_account(admind)
            await _ask(admind, WITH)
            plain = [await _ask(admind, WITHOUT) for _ in range(ROUNDS)]
            drawn = [await _ask(admind, WITH) for _ in range(ROUNDS)]
    missed = tell("request to card, two accounts, no image, p50", percentile(plain, 50), "s", 0.15)
    missed += tell("request to card, two accounts, one image, p50", percentile(drawn, 50), "s", 0.8)
    tell("request to card, one image, p95", percentile(drawn, 95), "s")
    tell("ratio with image / without", percentile(drawn, 50) / percentile(plain, 50), "x")
    return missed


async def _second_account(admind: AdMind) -> None:
    now = admind.clock.now()
    account = Account(
        id=new_id("a"),
        workspace=admind.workspace.id,
        brand=admind.workspace.default_brand,
        channel="feed",
        name="News",
        posted=True,
        created_at=now,
    )
    change = Change(admind.workspace.id)
    admind.people.store.accounts.put(change, account, account.id, ver=None, at=now.timestamp())
    await commit(admind.database, change)


async def _ask(admind: AdMind, text: str) -> float:
    owner = await admind.setup.local_owner(admind.workspace.id)
    assert owner is not None
    started = time.perf_counter()
    request = await admind.desk.receive(
        ChatRequest(
            workspace=admind.workspace.id,
            surface="bench",
            member=owner.id,
            conversation=new_conversation(),
            text=text,
        )
    )
    async for _ in admind.desk.events(admind.workspace.id, request):
        pass
    view = await admind.desk.view(admind.workspace.id, owner.id, request)
    assert view.drafts, view.reply
    await admind.looking.draft_card(admind.workspace.id, owner.id, view.drafts[0])
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
