"""How well are programs told from people, and what does counting cost? Our own labelled lists; a million clicks."""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.clock import MovableClock
from bot.insights import clicks as counting
from bot.insights.clicks import Clicks
from bot.insights.traffic import Looked, is_declared, judged
from storage.links import counts_key
from storage.redis import connect
from tests.benchmarks.telling import tell
from tests.bot.insights.agents import BROWSERS, IN_APPS, PROGRAMS
from tests.bot.insights.test_clicks import link_out_at
from tests.fakes.valkey import throwaway_valkey

CLICKS, LINKS = 1_000_000, 200
RECALL, FALSE = 97.0, 0.0  # percent
MICROSECONDS, BYTES = 500.0, 60.0


def main() -> int:
    missed = _filter()
    with throwaway_valkey() as url:
        return missed + asyncio.run(_million(url))


def _filter() -> int:
    caught = sum(judged(Looked("GET", agent)) == "bot" for agent in PROGRAMS)
    sys.stdout.write(f"{'declared programs caught':<58} {caught} of {len(PROGRAMS)}\n")
    missed = tell("missed", 100 - 100 * caught / len(PROGRAMS), "%", 100 - RECALL)
    for name, agents in (("in-app browsers", IN_APPS), ("ordinary browsers", BROWSERS)):
        wronged = sum(judged(Looked("GET", agent)) != "click" for agent in agents)
        sys.stdout.write(f"{f'{name} taken for programs':<58} {wronged} of {len(agents)}\n")
        missed += tell(f"{name} wronged", 100 * wronged / len(agents), "%", FALSE)
    unseen = [f"{agent} x{number}" for number, agent in enumerate(BROWSERS * 20)]
    began = time.perf_counter()
    for agent in unseen:
        is_declared(agent)
    tell("an agent that was not seen before", (time.perf_counter() - began) / len(unseen) * 1e6, "µs")
    return missed


async def _million(url: str) -> int:
    """As fast as they can be taken, by 50,000 people with 94 browsers and all programs."""
    async with connect(url) as database:
        await cast(Any, database.client).flushall()
        clock = MovableClock()
        clock.move_to(datetime(2027, 3, 2, 12, tzinfo=UTC))
        out_at, names = clock.now() - timedelta(days=1), [f"ab{n:08d}".replace("0", "z") for n in range(LINKS)]
        leads = [await link_out_at(database, out_at, name, f"p_{name}".lower()) for name in names]
        chance, agents = random.Random(1), (*BROWSERS, *IN_APPS, *PROGRAMS)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        clicks, began = Clicks(database, clock), time.perf_counter()
        for number in range(CLICKS):
            address = f"10.{chance.randrange(200)}.{chance.randrange(250)}.1"
            clicks.note(leads[chance.randrange(LINKS)], Looked("GET", chance.choice(agents)), address)
            if number % 10_000 == 9_999:
                await clicks.settle()
                clock.move(timedelta(minutes=15))  # a million within a day
        await clicks.settle()
        took = time.perf_counter() - began
        totals = await clicks.of_links("w_sample", [each.code for each in leads])
        every = sum(each.all for each in totals.values())
        valid, declared = (sum(getattr(each, name) for each in totals.values()) for name in ("valid", "declared"))
        tell("clicks counted a second", CLICKS / took, "/s")
        missed = tell("a click", took / CLICKS * 1e6, "µs", MICROSECONDS)
        sys.stdout.write(f"{'counted / valid / known bots':<58} {every:,} / {valid:,} / {declared:,}\n")
        missed += tell("lost", CLICKS - every, "clicks", 0)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        tell("memory of the process, grown", grown / 1024, "MB")
        client, hours = cast(Any, database.client), 0
        visits = [key async for key in client.scan_iter(match="*:visit:*", count=10_000)]
        tell("people known for ten minutes each, at the end", len(visits), "")
        size = 0
        for each in leads:
            size += await client.memory_usage(counts_key("w_sample", each.code), samples=0)
            hours += len(await clicks.by_hour("w_sample", each.code))
        tell("in the database for good", size / 1e6, "MB")
        missed += tell("for each link and hour in which somebody came", size / hours, "B", BYTES)
        return missed + tell("waiting in memory at most", counting.MOST_WAITING, "looks")
