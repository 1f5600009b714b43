"""The least a bolt app can be, in its default mode, on the server that AdMind is on: what AdMind is measured against.

`python -m tests.benchmarks.bare_bolt API TOKEN SECRET [APP_TOKEN]` prints its port and serves; with an app's token it
opens a WebSocket instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes_slack.bolt import bolt_server


def bare_app(api: str, token: str, secret: str) -> AsyncApp:
    app = AsyncApp(client=AsyncWebClient(token, base_url=api), signing_secret=secret)

    async def command(ack: Any) -> None:
        await ack()

    async def event() -> None: ...

    app.command("/admind")(command)
    app.event("app_mention")(event)
    app.event("message")(event)
    return app


async def serve(app: AsyncApp) -> None:
    async with bolt_server(app) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def connect(app: AsyncApp, app_token: str) -> None:
    await AsyncSocketModeHandler(app, app_token).connect_async()  # type: ignore[no-untyped-call]
    await asyncio.Event().wait()


def main() -> None:
    api, token, secret, *app_token = sys.argv[1:]

    async def run() -> None:
        app = bare_app(api, token, secret)
        await (connect(app, app_token[0]) if app_token else serve(app))

    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvicorn.Config(run).get_loop_factory()) as runner,
    ):
        runner.run(run())


if __name__ == "__main__":
    main()
