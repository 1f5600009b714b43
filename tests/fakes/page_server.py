"""A loopback website: pages by path, as hostile as a test wants them, and a journal of what was asked for."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Page:
    """`hangs`: the answer's head is sent and nothing after it."""

    body: bytes = b""
    content_type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


@dataclass
class PageServer:
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        """For the operator's list of what may be reached."""
        return f"127.0.0.1:{self.port}"

    def put(self, path: str, html: str) -> str:
        """A page of HTML; its address."""
        return self.add(path, Page(html.encode()))

    def add(self, path: str, page: Page) -> str:
        self.pages[path] = page
        return f"http://{self.host}{path}"

    def redirect(self, path: str, to: str) -> str:
        return self.add(path, Page(status=302, headers={"Location": to}))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self.asked.append(path)
            self.heads.append(head.decode("latin-1"))
            page = self.pages.get(path, Page(b"<h1>Not here</h1>", status=404))
            length = {} if page.hangs else {"Content-Length": str(len(page.body))}
            fields = {"Content-Type": page.content_type, **length, "Connection": "close", **page.headers}
            lines = [f"HTTP/1.1 {page.status} X", *(f"{name}: {value}" for name, value in fields.items())]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + page.body)
            await writer.drain()
            if page.hangs:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def bomb(unpacked_bytes: int) -> Page:
    """Kilobytes that unpack to megabytes."""
    return Page(gzip.compress(b" " * unpacked_bytes), headers={"Content-Encoding": "gzip"})


@asynccontextmanager
async def page_server() -> AsyncIterator[PageServer]:
    site = PageServer()
    listener = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = listener.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        listener.close()
        await listener.wait_closed()
