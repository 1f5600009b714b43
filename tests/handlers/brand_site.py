"""A brand's whole website on loopback, on a loop and a thread of its own, for tests that speak HTTP or run commands."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from tests.bot.drafting.site import ABOUT, IMPRINT, LOOK, PLAIN_HOMEPAGE
from tests.bot.workflow.test_importing import logo
from tests.fakes.page_server import Page, PageServer, page_server


@contextlib.contextmanager
def brand_site() -> Iterator[PageServer]:
    """Its homepage is at `/`."""
    started: list[PageServer] = []
    there, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with page_server() as server:
            started.append(server)
            there.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert there.wait(20)
    (found,) = started
    for path, page in (("/", PLAIN_HOMEPAGE), ("/about", ABOUT), ("/imprint", IMPRINT)):
        found.put(path, page)
    found.add("/look.css", Page(LOOK.encode(), "text/css"))
    found.add("/velo-logo.png", Page(logo(), "image/png"))
    try:
        yield found
    finally:
        over.set()
        thread.join(20)
