"""Slash commands over signed HTTP from many clients, with so little work of its own that the app is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from tests.fakes.slack.records import Channel
from tests.fakes.slack.talking import Talker
from tests.fakes.slack_server import SlackServer


async def over_http(slack: SlackServer, person: Talker, room: Channel, clients: int, count: int) -> list[float | None]:
    """Seconds until each of so many commands was acknowledged with 200, None for one that was not."""
    address = urlsplit(slack.http.address)
    requests = iter([_request(slack, person, room, address.netloc, address.path) for _ in range(count)])
    took = list[float | None]()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            await _ask(reader, writer, requests, took)
        finally:
            writer.close()

    await asyncio.gather(*(ask() for _ in range(clients)))
    return took


def _request(slack: SlackServer, person: Talker, room: Channel, host: str, path: str) -> bytes:
    body = urlencode(person.command(room, "/admind", "help"))
    headers = {
        "Host": host,
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **slack.http.signed(body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n{body}".encode()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Iterator[bytes], took: list[float | None]
) -> None:
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        if length:
            await reader.readexactly(length)
        took.append(time.perf_counter() - started if lines[0].startswith(b"http/1.1 200") else None)
