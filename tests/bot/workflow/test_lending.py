"""The doctor fetches from the bucket as channels do, by its public name, and says what stands in the way."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.fetch import safe_client
from bot.workflow.lending import trouble
from storage.blobs.address import BucketAddress
from storage.blobs.bucket import BucketBlobs
from tests.fakes.certificates import certificates
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, Act, S3Server, s3_server

NAME = "pictures.velo.example"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


async def found_at(server: S3Server, public: str, *, trusted: ssl.SSLContext | bool = True) -> tuple[str, str]:
    """What the doctor finds where every name leads to this machine."""

    async def here(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    port = public.rpartition(":")[2]
    hosts = {f"{NAME}:{port}", f"127.0.0.1:{port}"}
    blobs = BucketBlobs(BucketAddress.parse(f"{server.url}&public={public}"), ACCESS_KEY, SECRET_KEY)
    try:
        async with safe_client(allow_hosts=hosts, resolver=here, verify=trusted) as client:
            return await trouble(blobs, blobs, client)
    finally:
        blobs.close()
        assert server.objects == {}, "the canary is taken away"


async def test_all_is_well_when_the_public_name_serves_what_was_put(server: S3Server, tmp_path: Path) -> None:
    made = certificates(tmp_path, NAME)
    with s3_server(tmp_path / "server.pem") as edge:
        edge.objects, edge.put_at = server.objects, server.put_at  # one bucket behind both names
        assert await found_at(server, f"https://{NAME}:{edge.port}", trusted=made.client) == ("", "")
        (asked,) = edge.asked
        assert asked.method == "GET" and asked.headers["host"] == f"{NAME}:{edge.port}" and asked.query


async def test_what_stands_in_the_way_is_named_with_what_to_do(server: S3Server) -> None:
    plain = f"http://{NAME}:{server.port}"
    found, do = await found_at(server, plain)
    assert "without https" in found and "https://" in do
    server.now = lambda: datetime.now(UTC) + timedelta(minutes=6)
    found, do = await found_at(server, plain)
    assert "answers 403" in found and "public=" in do and "clocks" in do
    server.now = lambda: datetime.now(UTC)
    for act, said in (
        (Act(status=502, page=b"<html>", method="GET"), "answers 502"),
        (Act(status=200, page=b"<html>console", method="GET"), "something other"),
        (Act(resets=True, method="GET"), "does not answer"),
    ):
        server.always = act
        found, do = await found_at(server, plain)
        assert said in found and do and "X-Amz" not in found + do, act
        server.always = None


async def test_a_name_that_leads_inside_is_not_fetched_from(server: S3Server) -> None:
    found, do = await found_at(server, "https://10.0.0.5")
    assert "cannot be fetched from" in found and "public=" in do
    assert not [asked for asked in server.asked if asked.method == "GET"]
