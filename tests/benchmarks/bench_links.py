"""Does a short link lead on as fast as a bare redirect does? Both behind the same server, one after the other, in one
run: a route of Starlette that answers 302, and AdMind's, which looks the code up, counts and answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.bootstrap import AdMind
from bot.settings import load_settings
from handlers.web.app import create_public_app
from storage.commit import Change, commit
from storage.links import LinkStore, ShortLink, approve
from tests.benchmarks.telling import percentile, tell
from tests.bot.insights.agents import BROWSERS

ROUNDS, EACH, WARM, AT_ONCE = 5, 2_000, 480, 8
P50, P99 = 3.0, 3.0  # times the bare one
DESTINATION = "https://velo.example/sale?utm_source=linkedin&utm_medium=social&utm_campaign=spring-sale"


async def bare(_: Request) -> Response:
    return Response(status_code=302, headers={"Location": DESTINATION, "Cache-Control": "no-store"})


def main() -> int:
    return asyncio.run(_measure())


async def _measure() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            {"ADMIND_DATA_DIR": str(Path(folder) / "data"), "ADMIND_PUBLIC_URL": "http://127.0.0.1"}
        )
        async with AdMind(settings, queues=frozenset()) as admind:
            await admind.start(warm=False)
            code = await _link(admind)
            plain = Starlette(routes=[Route("/l/{code}", bare)])
            async with _serving(plain) as bare_port, _serving(create_public_app(admind)) as our_port:
                times: dict[int, list[float]] = {bare_port: [], our_port: []}
                for port in (bare_port, our_port):  # warm
                    await _ask(port, code, WARM)
                for _ in range(ROUNDS):
                    for port in times:
                        times[port] += await _ask(port, code, EACH)
            await admind.clicks.settle()
            counted = (await admind.clicks.of_links(admind.workspace.id, [code]))[code]
            missed = tell("looks that were not counted", WARM + ROUNDS * EACH - counted.all, "", 0)
    found = {}
    for name, port in (("bare", bare_port), ("short link", our_port)):
        found[name] = [percentile(times[port], percent) * 1e3 for percent in (50, 99)]
        tell(f"{name}, p50", found[name][0], "ms")
        tell(f"{name}, p99", found[name][1], "ms")
    missed += tell("short link / bare, p50", found["short link"][0] / found["bare"][0], "x", P50)
    missed += tell("short link / bare, p99", found["short link"][1] / found["bare"][1], "x", P99)
    sys.stdout.write(f"{AT_ONCE} connections at a time, {ROUNDS * EACH:,} requests of each\n")
    return missed


async def _link(admind: AdMind) -> str:
    now, home = admind.clock.now() - timedelta(days=1), admind.workspace
    link = ShortLink(code="abcdefghjk", workspace=home.id, brand=home.default_brand, draft="d_bench22222",
                     account="a_bench22222", given=DESTINATION, destination=DESTINATION, made_at=now)  # fmt: skip
    assert await LinkStore(admind.database).mint(link)
    change = Change(home.id)
    approve(change, link, "p_bench22222", now)
    await commit(admind.database, change)
    return link.code


async def _ask(port: int, code: str, many: int) -> list[float]:
    """Over connections that stay open, as behind a proxy."""
    request = (
        f"GET /l/{code} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {BROWSERS[0]}\r\nAccept: */*\r\n\r\n"
    ).encode()
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(many // AT_ONCE):
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 302 " in head.split(b"\r\n", 1)[0]
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return times


@contextlib.asynccontextmanager
async def _serving(app: Any) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers only the flag
        await asyncio.sleep(0.005)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        listener.close()
