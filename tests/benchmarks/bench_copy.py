"""What AdMind adds to a draft apart from the model: for each account, and for each check.

    python -m tests.benchmarks copy

The model is a function in this process that answers at once, so that what is left is the chain, the channels' forms,
the checks and the database. Targets are for two quiet cores.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.bootstrap import AdMind
from bot.checks.base import CheckedVersion, Subject
from bot.checks.run import CHECKS
from bot.drafting.copy import AccountCopy, CardText, CopyReview, PostPlan
from bot.drafting.copywriter import Copywriter
from bot.settings import Settings
from bot.workflow.requests import Asker, Idea
from storage.accounts import Account
from storage.commit import Change, commit
from storage.drafts import Brief, Draft
from storage.team import Member
from tests.benchmarks.telling import percentile, tell

ROUNDS = 20
FEW, MANY = 1, 9
CHANNELS = ("feed", "mastodon", "linkedin", "bluesky", "x", "telegram", "facebook", "email", "threads")
TARGET_ACCOUNT_MS, TARGET_CHECK_MS = 20.0, 3.0  # for one more account; for one check of one version
LINK = "https://ridgeway.example/sale"
TEXT = f"Spring sale: 20% off all bikes until 31 May. All bikes of last season are included. {LINK}"
BRIEF = Brief(
    request=f"Announce our spring sale, 20% off all bikes until 31 May {LINK}",
    topic="our spring sale",
    goal="promote",
    facts=("all bikes of last season are included",),
    offer="20% off all bikes",
    deadline="until 31 May",
    link=LINK,
)


async def instant(schema: type[Any], _messages: list[Any]) -> Any:
    """A model that takes no time and makes no mistake."""
    if schema is PostPlan:
        return PostPlan(facts=["20% off all bikes"], ideas=["The price."], title="Sale", card=CardText(headline="Sale"))
    return CopyReview() if schema is CopyReview else AccountCopy(text=TEXT)


def main() -> int:
    return asyncio.run(_measure())


async def _measure() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with AdMind(Settings(data_dir=Path(folder) / "data"), queues=frozenset()) as admind:
            await admind.loaded()
            admind.requests.means.copywriter = lambda asker: Copywriter(instant, rounds=admind.settings.repair_rounds)
            owner = await admind.setup.local_owner(admind.workspace.id)
            assert owner is not None
            await _accounts(admind)
            took = {count: [await _drafted(admind, owner, count) for _ in range(ROUNDS)] for count in (FEW, MANY)}
            draft = took[MANY][-1][1]
            subject = await _subject(admind, draft)
            missed = _tell_drafts({count: [seconds for seconds, _ in runs] for count, runs in took.items()})
            return missed + await _checks(subject)


def _tell_drafts(took: dict[int, list[float]]) -> int:
    few, many = (percentile(took[count], 50) * 1000 for count in (FEW, MANY))
    tell(f"a draft for {FEW} account apart from the model, p50", few, "ms")
    tell(f"a draft for {MANY} accounts apart from the model, p50", many, "ms")
    tell(f"a draft for {MANY} accounts apart from the model, p95", percentile(took[MANY], 95) * 1000, "ms")
    return tell("one more account, p50", (many - few) / (MANY - FEW), "ms", TARGET_ACCOUNT_MS)


async def _checks(subject: Subject) -> int:
    missed = 0
    for name, (_, check) in CHECKS.items():
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            await check(subject)
            times.append((time.process_time() - started) * 1000 / len(subject.versions))
        missed += tell(f"check {name}, of one version (CPU, median)", statistics.median(times), "ms", TARGET_CHECK_MS)
    return missed


async def _accounts(admind: AdMind) -> None:
    now, change = admind.clock.now(), Change(admind.workspace.id)
    for number, channel in enumerate(CHANNELS):
        account = Account(
            id=f"a_{number}",
            workspace=admind.workspace.id,
            brand=admind.workspace.default_brand,
            channel=channel,
            name=f"Account {number}",
            remote_id=f"a_{number}",
            posted=True,
            created_at=now,
        )
        admind.people.store.accounts.put(change, account, account.id, ver=None, at=now.timestamp())
    await commit(admind.database, change)


async def _drafted(admind: AdMind, owner: Member, count: int) -> tuple[float, Draft]:
    home = admind.workspace
    asker = Asker(home.id, home.default_brand, owner.id, "", "bench", "en", "UTC")
    names = tuple(f"Account {number}" for number in range(count))
    started = time.perf_counter()
    (draft,) = await admind.requests.draft(asker, [Idea(brief=BRIEF, accounts=names)])
    return time.perf_counter() - started, draft


async def _subject(admind: AdMind, draft: Draft) -> Subject:
    store = admind.people.store
    accounts = {each.id: each for each in await store.all(store.accounts, draft.workspace)}
    brand = (await store.brands.get(draft.workspace, draft.brand)).record
    checked = []
    for version in draft.versions:
        account, channel = accounts[version.account], admind.channels[version.channel]
        payload = await admind.versions.payload(version)
        checked.append(
            CheckedVersion(
                version=version,
                account=account,
                capabilities=channel.capabilities_for(account),
                payload=payload,
                measured=channel.measure(version.text, account),
                problems=channel.validate(payload, account),
            )
        )
    recent = tuple((account, TEXT.replace("20%", f"{number}%")) for number, account in enumerate(list(accounts) * 5))
    return Subject(versions=tuple(checked), brief=draft.brief, brand=brand, recent=recent, now=admind.clock.now())


if __name__ == "__main__":
    sys.exit(main())
