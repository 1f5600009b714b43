"""AdMind as it hears Slack, in a process of its own that answers nothing: what a durable acknowledgement costs.

`python -m tests.benchmarks.admind_slack FOLDER API TOKEN SECRET OWNER [APP_TOKEN]` prints its port and serves; with an
app's token it opens a WebSocket instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvicorn
from starlette.applications import Starlette

from bot.bootstrap import AdMind
from bot.settings import load_settings
from handlers.slack.living import lived


async def serve(given: dict[str, str]) -> None:
    settings = load_settings(given)
    async with AdMind(settings, queues=frozenset()) as admind, lived(admind) as living:
        await admind.start(warm=False)
        site = Starlette()
        living.mount(site)
        server = uvicorn.Server(uvicorn.Config(site, port=0, log_level="warning", lifespan="off", ws="none"))
        task = asyncio.create_task(server.serve())
        async with living.heard():
            while not server.started:  # noqa: ASYNC110 - uvicorn offers only the flag
                await asyncio.sleep(0.01)
            sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
            sys.stdout.flush()
            await task


def main() -> None:
    folder, api, token, secret, owner, *app_token = sys.argv[1:]
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
        await serve(given)

    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvicorn.Config(run).get_loop_factory()) as runner,
    ):
        runner.run(run())


if __name__ == "__main__":
    main()
