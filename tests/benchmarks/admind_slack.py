"""AdMind as it hears Slack, in a process of its own that answers nothing: what a durable acknowledgement costs.

`python -m tests.benchmarks.admind_slack FOLDER API TOKEN SECRET OWNER [APP_TOKEN] [--answers]` prints its port and
serves; with an app's token it opens a WebSocket instead, and with `--answers` it answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvicorn
from starlette.applications import Starlette

from bot.bootstrap import AdMind
from bot.engine.outbox import QUEUES, Queue
from bot.settings import load_settings
from handlers.settled import settle
from handlers.slack.living import lived


async def serve(given: dict[str, str], queues: frozenset[Queue]) -> None:
    settings = load_settings(given)
    async with AdMind(settings, queues=queues) as admind, lived(admind) as living:
        await admind.start(warm=False)
        site = living.mount(Starlette())
        server = uvicorn.Server(
            uvicorn.Config(
                site, port=0, log_level="warning", access_log=False, lifespan="off", proxy_headers=False, ws="none"
            )
        )
        settle()
        task = asyncio.create_task(server.serve())
        async with living.heard():
            while not server.started:  # noqa: ASYNC110 - uvicorn offers only the flag
                await asyncio.sleep(0.01)
            sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
            sys.stdout.flush()
            await task


def main() -> None:
    queues = QUEUES if "--answers" in sys.argv else frozenset[Queue]()
    folder, api, token, secret, owner, *app_token = (each for each in sys.argv[1:] if each != "--answers")
    given = {
        "ADMIND_DATA_DIR": folder,
        "ADMIND_TIMEZONE": "UTC",
        "ADMIND_SLACK_API_URL": api,
        "ADMIND_SLACK_BOT_TOKEN": token,
        "ADMIND_SLACK_SIGNING_SECRET": secret,
        "ADMIND_OWNERS": f"slack:{owner}",
    }
    if app_token:
        given["ADMIND_SLACK_APP_TOKEN"] = app_token[0]

    async def run() -> None:
        await serve(given, queues)

    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvicorn.Config(run).get_loop_factory()) as runner,
    ):
        runner.run(run())


if __name__ == "__main__":
    main()
