"""A refresh token that is good once: workers that renew in the same moment, and one that is killed in between."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.accounts.access import packed, renewal
from bot.accounts.care import CUT_OFF, REFUSED
from bot.channels.base import Account
from bot.channels.oauth import App, Tokens
from bot.clock import MovableClock
from storage.redis import Database, connect
from tests.bot.channels.contract import AT
from tests.fakes.faulty_http import Seen, listening
from tests.fakes.x_server import CLIENT, SECRET, XServer
from tests.reliability.dying import EVERY, Dying
from tests.reliability.dying_database import DyingDatabase
from tests.reliability.renewer import Looked, looked_after

pytestmark = pytest.mark.timeout(120)
APP = App(CLIENT, SECRET, "https://velo.example/oauth/return", "tweet.read")
EXCHANGE = "POST /2/oauth2/token"


@dataclass
class DyingX(Dying, XServer):
    pass


@dataclass
class Pair:
    """Two AdMinds on one database, and an account of X whose access is to be renewed now."""

    server: DyingX
    clock: MovableClock
    database: Database
    one: Looked
    other: Looked
    account: Account

    async def now(self) -> Account:
        return next(account for account, _ in await self.one.book.all("w_1") if account.id == self.account.id)

    async def secret(self, name: str) -> str:
        return await self.one.credentials.get("w_1", self.account.id, name) or ""

    def exchanges(self) -> int:
        return sum(f"{seen.method} {seen.path}" == EXCHANGE for seen in self.server.seen)

    async def well(self) -> bool:
        """Whether what is kept is what the server gave last."""
        access, refresh = await self.secret("access_token"), await self.secret("refresh_token")
        return access in self.server.tokens and list(self.server.refreshes) == [refresh]

    async def process(self, *, together: int = 1, lease: float = 0.5, url: str = "") -> Process:
        command = [sys.executable, "-m", "tests.reliability.renewer", url or self.database.url, self.server.origin]
        now = self.clock.now().isoformat()
        return await asyncio.create_subprocess_exec(*command, now, str(lease), str(together))


@pytest.fixture
async def pair(database: Database) -> AsyncIterator[Pair]:
    async with a_pair(database) as found:
        yield found


@asynccontextmanager
async def a_pair(database: Database) -> AsyncIterator[Pair]:
    clock = MovableClock(AT)
    async with (
        listening(DyingX()) as server,
        connect(database.url) as second,
        looked_after(database, server.origin, clock) as one,
        looked_after(second, server.origin, clock) as other,
    ):
        server.refreshes["first"] = "velo"
        tokens = Tokens(server.token_for("velo"), "first", timedelta(hours=2))
        options = dict(renewal(tokens, clock.now()))
        account = await one.accounts.connect("w_1", "b_1", "x", "Velo", options, packed(APP, tokens))
        clock.move(timedelta(minutes=81))
        yield Pair(server, clock, database, one, other, account)


async def test_two_that_renew_in_the_same_moment_hand_the_token_in_once(pair: Pair) -> None:
    for _ in range(5):
        before = pair.exchanges()
        await asyncio.gather(pair.one.care.renew_all(["w_1"]), pair.other.care.renew_all(["w_1"]))
        assert pair.exchanges() == before + 1 and await pair.well()
        assert (await pair.now()).health.state == "ok"
        pair.clock.move(timedelta(minutes=81))


async def test_so_do_processes(pair: Pair) -> None:
    processes = [await pair.process(together=3, lease=60) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert pair.exchanges() == 1 and await pair.well()
    assert (await pair.now()).options["renew_access_at"] > pair.clock.now().isoformat()


async def test_one_that_was_killed_before_the_server_heard_of_it_is_made_up_for(pair: Pair) -> None:
    pair.server.deadly_at, pair.server.process = 0, await pair.process()
    assert await pair.server.process.wait() == -signal.SIGKILL
    pair.server.process = None
    await pair.one.care.renew_all(["w_1"])
    assert pair.server.asked == [EXCHANGE] and await pair.well()
    assert (await pair.now()).health.state == "ok"


async def test_after_one_that_was_killed_between_exchange_and_write_the_old_access_lasts_and_people_know(
    pair: Pair,
) -> None:
    pair.server.deadly_at, pair.server.after, pair.server.process = 0, True, await pair.process()
    assert await pair.server.process.wait() == -signal.SIGKILL
    pair.server.process = None
    old = await pair.secret("access_token")
    await pair.one.care.renew_all(["w_1"])
    found = await pair.now()
    assert (found.health.state, found.health.reason) == ("attention", CUT_OFF)
    assert await pair.secret("access_token") == old and old in pair.server.tokens, "posts go out until it ends"
    await pair.other.care.examine("w_1", pair.account.id)
    assert (await pair.now()).health.state == "attention", "a look at what still works does not hide it"
    del pair.server.tokens[old]
    await pair.other.care.examine_all(["w_1"])
    assert (await pair.now()).health.state == "broken"


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_write_it_is_made_up_for_or_people_know_and_nothing_is_used_before_it_is_kept(
    database: Database, after: bool
) -> None:
    behind = database.url[len("unix://") :]
    async with a_pair(database) as alive, listening(DyingDatabase(socket=behind)) as between:
        between.process = alive.server.process = process = await alive.process(url=between.url)
        assert await process.wait() == 0
        writes = between.asked
        assert alive.server.asked[0] == EXCHANGE and len(alive.server.asked) > 1, "it used what it was given"
    ends: Counter[str] = Counter()
    numbers = range(len(writes)) if EVERY else range(after, len(writes), 3)
    for number in numbers:
        await cast(Any, database.client).flushall()
        async with a_pair(database) as pair, listening(DyingDatabase(socket=behind)) as between:
            old = await pair.secret("access_token")
            between.deadly_at, between.after = number, after
            between.process = await pair.process(url=between.url)
            assert await between.process.wait() == -signal.SIGKILL, writes[number]
            kept = await pair.secret("access_token")
            assert {bearer(seen) for seen in pair.server.seen} <= {"", old, kept}, "kept before it was used"
            await pair.one.care.renew_all(["w_1"])
            health = (await pair.now()).health
            if await pair.well():
                assert health.state == "ok"
            else:
                assert (health.state, health.reason) == ("attention", CUT_OFF), writes[number]
                assert await pair.secret("access_token") == old and old in pair.server.tokens
            ends[health.state] += 1
    assert ends["attention"] <= 2 and ends["ok"] >= len(numbers) - 2, (ends, writes)


def bearer(seen: Seen) -> str:
    kind, _, token = seen.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


async def test_a_refused_renewal_is_told_of_as_that(pair: Pair) -> None:
    pair.server.refreshes.clear()
    await pair.one.care.renew_all(["w_1"])
    found = (await pair.now()).health
    assert (found.state, found.reason) == ("attention", REFUSED)


async def test_a_server_that_is_away_for_a_moment_costs_nothing(pair: Pair) -> None:
    pair.server.answers["/2/oauth2/token"] = [(503, b"", ()), (429, b"", ())]
    for _ in range(2):
        await pair.one.care.renew_all(["w_1"])
        assert (await pair.now()).health.state == "ok"
    await pair.one.care.renew_all(["w_1"])
    assert await pair.well()


async def test_what_a_person_connected_meanwhile_stands(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that slept with new tokens in its hands does not put them over what came after."""
    fresh = Tokens(pair.server.token_for("velo"), "theirs", timedelta(hours=2))
    swap = pair.one.credentials.swap

    async def later(*asked: Any) -> bool:
        options = dict(renewal(fresh, pair.clock.now()))
        await pair.other.accounts.connect("w_1", "b_1", "x", "Velo", options, packed(APP, fresh))
        return await swap(*asked)

    monkeypatch.setattr(pair.one.credentials, "swap", later)
    await pair.one.care.renew_all(["w_1"])
    assert (await pair.secret("access_token"), await pair.secret("refresh_token")) == (fresh.access, "theirs")
    assert (await pair.now()).health.state == "ok"
