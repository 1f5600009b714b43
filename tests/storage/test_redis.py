"""One database interface over a single server and a cluster."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, cast

import pytest

from storage.embedded import EmbeddedValkey
from storage.errors import AdMindError
from storage.redis import Database, Script, StorageFull, StorageUnavailable, connect
from storage.redis_urls import described, sentinels
from tests.fakes.valkey import replicated_valkey
from tests.fakes.waiting import until

ADD = Script("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])")


async def test_a_script_runs_whether_or_not_the_server_knows_it(database: Database) -> None:
    assert await database.run(ADD, ["admind:{w}:n"], [2]) == 2
    assert await database.run(ADD, ["admind:{w}:n"], [3]) == 5
    await cast(Any, database.client).script_flush()
    assert await database.run(ADD, ["admind:{w}:n"], [1]) == 6
    assert await database.run("return ARGV[1]", ["admind:{w}:n"], ["plain"]) == "plain"


async def test_scripts_pipelines_and_time_work_on_a_cluster(cluster_database: Database) -> None:
    for workspace in ("w1", "w2", "w3", "w4"):  # lie on different nodes
        assert await cluster_database.run(ADD, [f"admind:{{{workspace}}}:n"], [2]) == 2
    pipe = cast(Any, cluster_database.client.pipeline(transaction=False))
    for workspace in ("w1", "w2", "w3", "w4"):
        pipe.get(f"admind:{{{workspace}}}:n")
    assert await pipe.execute() == ["2"] * 4
    assert await cluster_database.server_time_ms() > 1_700_000_000_000
    identity = await cluster_database.identity()
    assert identity.role == "cluster"
    assert not identity.durable
    assert identity.run_id.count("+") == 2
    assert await cluster_database.run_replicated(ADD, ["admind:{w3}:n"], [2], timeout_ms=10) == (4, 0)


async def test_replication_is_reported_as_what_it_is(database: Database) -> None:
    assert await database.run_replicated(ADD, ["admind:{w}:n"], [4], count=1, timeout_ms=10) == (4, 0)
    assert await database.wait_replicas(1, 10) == 0


@pytest.mark.crash
async def test_a_sentinels_master_is_followed_and_its_replicas_counted() -> None:
    with replicated_valkey() as servers:
        async with connect(servers.url) as found:
            before = await found.identity()
            assert before.fails_over
            assert not before.durable
            assert await found.run_replicated(ADD, ["admind:{w}:n"], [4], timeout_ms=2000) == (4, 1)
            assert await found.wait_replicas(1, 2000) == 1
            servers.primary.kill()

            async def promoted() -> bool:
                try:
                    return int(await found.run(ADD, ["admind:{w}:n"], [1])) >= 5
                except StorageUnavailable:
                    return False

            await until(promoted, "the replica took over", seconds=30)
            after = await found.identity()
    assert after.run_id != before.run_id
    assert after.master_replid != before.master_replid


async def test_identity_tells_a_durable_server_from_one_that_is_not(
    database: Database, durable_database: Database
) -> None:
    loose, durable = await database.identity(), await durable_database.identity()
    assert not loose.durable
    assert durable.durable
    assert durable.maxmemory_policy == "noeviction"
    assert loose.run_id != durable.run_id
    assert durable.max_memory > durable.used_memory > 0


async def test_a_full_server_is_told_from_a_silent_one(durable_database: Database) -> None:
    client = cast(Any, durable_database.client)
    await client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StorageFull) as caught:
            await durable_database.run(ADD, ["admind:{w}:n"], [1])
        with pytest.raises(StorageFull):
            await client.set("admind:{w}:x", "1")
        pipe = client.pipeline(transaction=True)
        pipe.set("admind:{w}:x", "1")
        with pytest.raises(StorageFull):
            await pipe.execute()
    finally:
        await client.config_set("maxmemory", 0)
    assert caught.value.retry_after_seconds == 60


async def test_a_server_that_went_away_is_storage_unavailable(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as running, contextlib.AsyncExitStack() as stack:
        server = await running.enter_async_context(EmbeddedValkey(tmp_path))
        found = await stack.enter_async_context(connect(server.url))
        await found.run(ADD, ["admind:{w}:n"], [1])
        await running.aclose()
        for call in (found.run(ADD, ["admind:{w}:n"], [1]), cast(Any, found.client).get("admind:{w}:n")):
            with pytest.raises(StorageUnavailable) as caught:
                await call
            assert caught.value.retry_after_seconds


async def test_an_address_where_nobody_answers_is_named_without_its_password() -> None:
    with pytest.raises(StorageUnavailable) as caught:
        async with connect("redis://someone:s3cret@127.0.0.1:1/0"):
            pass
    assert "127.0.0.1:1" in caught.value.sentence()
    assert "s3cret" not in caught.value.sentence()


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", "redis+sentinel://h1", "redis://h:port/0", ""])
async def test_an_address_that_cannot_be_read_says_so(url: str) -> None:
    with pytest.raises(AdMindError) as caught:
        async with connect(url):
            pass
    assert not isinstance(caught.value, StorageUnavailable)


def test_a_sentinel_address_is_taken_apart() -> None:
    found = sentinels("rediss+sentinel://me:p%40ss@h1:1,[::1]:2,h3/main/4?sentinel_password=w&ssl_cert_reqs=none")
    assert found.hosts == (("h1", 1), ("::1", 2), ("h3", 26379))
    assert (found.master, found.data["db"], found.data["password"]) == ("main", 4, "p@ss")
    assert found.watch == {"password": "w", "ssl": True, "ssl_cert_reqs": "none"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:p@h:1/0", "redis://h:1"),
        ("redis+sentinel://u:p@h1,h2/main", "redis+sentinel://h1,h2"),
        ("unix://u:p@/run/x.sock?db=1", "unix:///run/x.sock"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert described(url) == shown


@pytest.mark.one_server
async def test_reads_sent_together_are_repeated_when_the_connection_breaks_and_writes_are_not(
    database: Database, tmp_path: Path
) -> None:
    await cast(Any, database.client).set("admind:{w}:n", "7")
    breaks, valkey = 0, database.url.removeprefix("unix://").partition("?")[0]

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass everything on, but hang up when the commands of interest come."""
        nonlocal breaks
        answers, questions = await asyncio.open_unix_connection(valkey)
        copying = asyncio.create_task(pass_on(answers, writer))
        while asked := await reader.read(65536):
            if breaks and b"admind:{w}:n" in asked:
                breaks -= 1
                break
            questions.write(asked)
        copying.cancel()
        questions.close()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await reader.read(65536):
            writer.write(answer)

    async with (
        await asyncio.start_unix_server(between, tmp_path / "between.sock"),
        connect(f"unix://{tmp_path}/between.sock") as shaky,
    ):
        breaks = 2
        pipe = cast(Any, shaky.client.pipeline(transaction=False))
        assert await pipe.get("admind:{w}:n").exists("admind:{w}:n").execute() == ["7", 1]
        assert breaks == 0
        breaks = 1
        pipe = cast(Any, shaky.client.pipeline(transaction=False))
        with pytest.raises(StorageUnavailable):
            await pipe.get("admind:{w}:n").incr("admind:{w}:n").execute()
        assert await cast(Any, database.client).get("admind:{w}:n") == "7"
