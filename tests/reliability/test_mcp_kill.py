"""The real `admind run` is killed while a program's request is under way: asked again with its key, it is the same."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.handlers.cli.admind import AdMindHere
from tests.handlers.web.programs import called, program

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(180)]


async def test_a_request_that_broke_off_is_the_same_when_it_is_asked_again(tmp_path: Path) -> None:
    here = AdMindHere(tmp_path, extra={"ADMIND_MCP": "on", "ADMIND_REDELIVERY_SECONDS": "1.6"})
    asked = {"text": "Tell people that we open a shop. Feed, tomorrow 9am.", "key": "shop"}
    with here.running() as first:
        token = (here.data / "token").read_text().strip()  # of this machine's programs: reads and proposes
        async with program(here.url, token) as client:
            begun = await called(client, "ask", **asked, wait_seconds=0)
        first.kill()
        first.wait(10)
    async with AsyncExitStack() as connected:
        with here.running():  # its end is as quick and clean as ever, with a program still connected
            client = await connected.enter_async_context(program(here.url, token))
            again = await called(client, "ask", **asked, wait_seconds=0)
            assert again["request"] == begun["request"]
            assert again["status"] in ("queued", "working", "done")  # whoever was killed may hold it for a minute
            other = await called(client, "ask", text="what is scheduled?", key="shop", wait_seconds=0)
            assert other["request"] != begun["request"]
            drafts = (await called(client, "list_drafts"))["items"]
        assert len(drafts) <= 1
