"""A provider that people's requests go to, on a thread of its own; it can be down in any of its ways."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.copy_model import copywriting, schema_of
from tests.fakes.model_server import Call, Reply, Request, Say
from tests.fakes.openai_server import OpenAIServer

TEXT = "Our workshop opens on Monday. Come and see it."
DRAFTS = Call("draft_posts", {"posts": [{"topic": "our workshop", "facts": ["our workshop opens on Monday"]}]})


def revised(asking: Request) -> Say:
    """Every account's text, shorter."""
    document = json.loads(asking.body["messages"][-1]["content"])
    versions = [{"account": each["account"], "text": "Our workshop opens on Monday."} for each in document["needs"]]
    filled = {"understood": True, "versions": versions}
    wanted = asking.body.get("response_format")
    return Say(json.dumps(filled)) if wanted else Say(calls=(Call("RevisedCopy", filled),))


class Provider(OpenAIServer):
    """Drafts one post for whatever is asked, and says so; `down` is its answer to everything while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.down: Reply | None = None
        self.answer = self._answered

    def _answered(self, asking: Request) -> Reply:
        if self.down is not None:
            return self.down
        if "draft_posts" not in str(asking.body.get("tools")):
            if schema_of(asking) == "RevisedCopy":
                return revised(asking)
            return copywriting(asking, TEXT, title="Workshop")
        done = '"tool"' in json.dumps(asking.body["messages"])
        return Say("Your draft is ready.") if done else Say(calls=(DRAFTS,))


@contextmanager
def provider() -> Iterator[Provider]:
    """Answering while the block runs."""
    server, loop = Provider(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
