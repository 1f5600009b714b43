"""A real AdMind behind a real listener, on a thread of its own, for tests that speak HTTP to it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn

from bot.bootstrap import AdMind
from bot.clock import Clock
from bot.settings import load_settings
from bot.team.local import local_signature
from handlers.web.app import create_app, create_public_app

T = TypeVar("T")
API = "/api/v1"


@dataclass
class Served:
    """`admind` lives on the thread's loop: `on_loop` runs something there."""

    url: str
    public_url: str
    admind: AdMind
    loop: asyncio.AbstractEventLoop
    tokens: dict[str, str] = field(default_factory=dict)
    made: dict[tuple[str, ...], str] = field(default_factory=dict)

    def on_loop(self, work: Callable[[], Awaitable[T]]) -> T:
        async def run() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(60)

    def client(self, token: str = "", **headers: str) -> httpx2.Client:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, headers=given | headers, timeout=60, trust_env=False)

    def owner(self, method: str, path: str, body: object | None = None, **headers: str) -> httpx2.Response:
        """What the command line does in the local owner's name."""
        with self.client() as client:
            request = client.build_request(method, API + path, json=body, headers=headers)
            target = request.url.raw_path.decode()
            request.headers["Authorization"] = local_signature(
                self.admind.settings, method, target, request.read(), self.admind.clock.now()
            )
            return client.send(request)

    def connect(self, body: Mapping[str, object]) -> dict[str, Any]:
        """An account, tried, looked at and confirmed in the local owner's name."""
        tried = self.owner("POST", "/accounts/try", body)
        assert tried.status_code == 201, tried.text
        made = self.owner("POST", "/accounts", {"tried": tried.json()["tried"], "brand": body.get("brand", "")})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def token(self, *scopes: str, member: str = "", brands: tuple[str, ...] = (), fresh: bool = False) -> str:
        """A token with these scopes; the same again unless `fresh`."""
        key = (*sorted(scopes), member, *brands)
        if not fresh and key in self.made:
            return self.made[key]
        made = self.owner("POST", "/tokens", {"scopes": list(scopes), "member": member, "brands": list(brands)})
        assert made.status_code == 201, made.text
        secret: str = made.json()["token"]
        if not fresh:
            self.made[key] = secret
        return secret

    def ask(self, text: str, token: str = "", **more: object) -> dict[str, Any]:
        """Ask, wait for the answer, and give it back."""
        with self.client(token or self.token("read", "propose", "decide")) as client:
            accepted = client.post(f"{API}/requests", json={"text": text, **more})
            assert accepted.status_code == 202, accepted.text
            return settled(client, accepted.json()["id"])

    def draft(self, text: str = "Tell people that we open a shop. Feed, tomorrow 9am.", **more: object) -> Any:
        done = self.ask(text, **more)  # type: ignore[arg-type]
        assert done["status"] == "done" and done["drafts"], done
        with self.client(self.token("read")) as client:
            return client.get(f"{API}/drafts/{done['drafts'][0]}").json()


def settled(client: httpx2.Client, request: str) -> dict[str, Any]:
    """The request once it is done or failed."""
    return until(
        lambda: client.get(f"{API}/requests/{request}").json(),
        lambda found: found["status"] in ("done", "failed"),
        "the request is answered",
    )


def until(look: Callable[[], T], good: Callable[[T], bool], what: str, *, seconds: float = 40) -> T:
    """What is seen once it is good. Raises AssertionError when it is not in time."""
    end = time.monotonic() + seconds
    while not good(found := look()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}; last seen: {found!r}"
        time.sleep(0.03)
    return found


@contextlib.contextmanager
def serving(
    folder: Path, environ: Mapping[str, str] | None = None, *, public: bool = False, clock: Clock | None = None
) -> Iterator[Served]:
    """AdMind on this folder, ready, with the model loaded. `{port}` and `{public}` in a setting stand for its ports."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2 if public else 1)]
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ports = [listener.getsockname()[1] for listener in listeners]
    given = {"ADMIND_DATA_DIR": str(folder), "ADMIND_PORT": str(ports[0]), "ADMIND_TIMEZONE": "UTC"}
    if public:
        given["ADMIND_PUBLIC_PORT"] = str(ports[1])
    for name, value in (environ or {}).items():
        given[name] = value.replace("{port}", str(ports[0])).replace("{public}", str(ports[-1]))
    settings = load_settings(given)
    started: list[Served] = []
    failed: list[BaseException] = []
    there, over = threading.Event(), threading.Event()

    async def run() -> None:
        try:
            async with AdMind(settings, clock=clock) as admind:
                await admind.start()
                await admind.loaded()
                apps = [create_app(admind)] + ([create_public_app(admind)] if public else [])
                async with _listening(apps, listeners):
                    urls = [f"http://127.0.0.1:{port}" for port in ports]
                    started.append(Served(urls[0], urls[-1], admind, asyncio.get_running_loop()))
                    there.set()
                    while not over.is_set():  # noqa: ASYNC110 - set from another thread
                        await asyncio.sleep(0.05)
        except BaseException as error:
            failed.append(error)
        finally:
            there.set()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="served", daemon=True)
    thread.start()
    there.wait(60)
    try:
        if failed:
            raise failed[0]
        yield started[0]
    finally:
        over.set()
        thread.join(60)
        stuck = thread.is_alive()
        for listener in listeners:
            listener.close()
    assert not stuck, "AdMind did not stop within a minute"
    if failed:
        raise failed[0]


@contextlib.asynccontextmanager
async def _listening(apps: Sequence[Any], listeners: Sequence[socket.socket]) -> Any:
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        for app in apps
    ]
    tasks = []
    for server, listener in zip(servers, listeners, strict=True):
        setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
    while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn offers only the flag
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
