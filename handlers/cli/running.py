"""`admind run`: health is answered first, then everything else is loaded and opened; signals end it within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from bot.settings import Settings
from handlers.cli.talk import SERVER_FILE, Refused, as_json, command, known_server, settings_here, show_json
from handlers.settled import settle
from handlers.web.front import Front

if TYPE_CHECKING:
    from bot.bootstrap import AdMind

ROLES: dict[str, frozenset[Literal["chat", "publish", "upkeep"]]] = {
    "all": frozenset({"chat", "publish", "upkeep"}),
    "web": frozenset(),
    "chat": frozenset({"chat"}),
    "worker": frozenset({"publish", "upkeep"}),
}
SERVING = ("all", "web")
HEARING = ("all", "chat")
MAKERS = ("create_app", "create_public_app")


@click.command()
@click.option("--role", type=click.Choice(list(ROLES)), default="all", help="Which part of AdMind this process is.")
@as_json
@command
async def run(role: str, json_: bool) -> None:
    """Start AdMind. Ctrl-C ends it; nothing half done is lost."""
    settings = settings_here()
    _log(settings)
    await serve(settings, role, json_=json_)


async def serve(settings: Settings, role: str, *, json_: bool = False) -> None:
    """Serve until SIGTERM, SIGINT or the terminal closes. Raises AdMindError, Refused when it cannot begin."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    ends = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
        ends.append(signal.SIGHUP)
    for number in ends:
        loop.add_signal_handler(number, stop.set)
    with contextlib.ExitStack() as sockets:
        listeners = await _listen(settings, sockets) if role in SERVING else []
        fronts = [Front() for _ in listeners]
        working = asyncio.create_task(_work(settings, role, listeners, fronts, json_=json_))
        stopping = asyncio.create_task(stop.wait())
        async with _served(fronts, listeners):
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                click.echo("\nStopping…", err=True)
        stopping.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    click.echo("Stopped. What is scheduled goes out when AdMind runs again.", err=True)


async def _work(
    settings: Settings, role: str, listeners: list[socket.socket], fronts: Sequence[Front], *, json_: bool
) -> None:
    """Load, open and start AdMind, and keep it open until this is cancelled."""
    modules = await asyncio.to_thread(_load, bool(listeners))
    admind: AdMind = modules[0].AdMind(settings, queues=ROLES[role], name=role)
    async with admind, _in_slack(admind, role) as slack, _in_discord(admind) as discord:
        apps = [getattr(modules[1], make)(admind) for make in MAKERS[: len(fronts)]]
        if slack is not None and apps:
            apps[-1] = slack.mount(apps[-1])
        await admind.start(warm=False)
        admind.stay()
        for front, app in zip(fronts, apps, strict=True):
            front.use(app)
        async with _announced(settings, listeners), _hearing(slack, role), _hearing(discord, role):
            if listeners and not json_ and sys.stdin.isatty() and sys.stdout.isatty():
                from handlers.cli.welcome import welcome

                await welcome(admind)
            _greet(settings, listeners, json_=json_, way_in=await _way_in(admind))
            if ROLES[role] != ROLES["worker"]:
                await admind.loaded()
            settle()
            await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _in_slack(admind: AdMind, role: str) -> AsyncIterator[Any]:
    """What speaks to Slack, in each process that may have to; None where no setting speaks of Slack."""
    if not admind.settings.in_slack:
        yield None
        return
    living = await asyncio.to_thread(importlib.import_module, "handlers.slack.living")
    async with living.lived(admind) as slack:
        yield slack


@contextlib.asynccontextmanager
async def _in_discord(admind: AdMind) -> AsyncIterator[Any]:
    """The same for Discord."""
    if not admind.settings.in_discord:
        yield None
        return
    living = await asyncio.to_thread(importlib.import_module, "handlers.discord.living")
    async with living.lived(admind) as discord:
        yield discord


@contextlib.asynccontextmanager
async def _hearing(chat: Any, role: str) -> AsyncIterator[None]:
    """One kind of process keeps the socket to a chat; by HTTP Slack is heard wherever the edge is served."""
    if chat is None or role not in HEARING:
        yield
        return
    async with chat.heard():
        yield


def _load(web: bool) -> list[Any]:
    """Import what is slow, off the loop's thread: health is answered meanwhile."""
    return [importlib.import_module(name) for name in ("bot.bootstrap", *(["handlers.web.app"] if web else []))]


async def _listen(settings: Settings, sockets: contextlib.ExitStack) -> list[socket.socket]:
    """The main listener, then the public one when it has a port of its own. Raises Refused when a port is taken."""
    ports = {"ADMIND_PORT": settings.port}
    if settings.public_port is not None:
        ports["ADMIND_PUBLIC_PORT"] = settings.public_port
    found = []
    for name, port in ports.items():
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        try:
            listener = socket.create_server((settings.host, port), family=family, backlog=512)
            # asyncio sets it only on sockets that name their protocol: without it small answers wait 40 ms.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and (url := await known_server(settings.data_dir)):
                raise Refused(
                    f"AdMind runs already on this data directory, at {url}. Nothing was started. "
                    "Use it, or stop it first."
                ) from error
            if (error.errno or 0) in (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN):
                raise Refused(
                    f"ADMIND_HOST: {settings.host} is no address of this machine. Nothing was started. "
                    "Write 127.0.0.1 for this machine alone, or 0.0.0.0 for every network that it is in."
                ) from error
            raise Refused(
                f"Port {port} on {settings.host} cannot be used: {os.strerror(error.errno or 0)}. Nothing was started. "
                f"Stop what uses it, or choose another with {name}."
            ) from error
        found.append(sockets.enter_context(listener))
    return found


@contextlib.asynccontextmanager
async def _served(fronts: Sequence[Front], listeners: list[socket.socket]) -> AsyncIterator[None]:
    """Web servers on these listeners; they answer when this is entered."""
    if not listeners:
        yield
        return
    import uvicorn

    servers = []
    tasks = []
    for front, listener in zip(fronts, listeners, strict=True):
        config = uvicorn.Config(
            front,
            log_config=None,
            access_log=False,
            lifespan="off",
            proxy_headers=False,  # the sites read them themselves
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        setattr(server, "capture_signals", contextlib.nullcontext)  # noqa: B010 - ours are set already
        servers.append(server)
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
    while not all(server.started for server in servers):
        for task in tasks:
            if task.done():
                await task
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def _announced(settings: Settings, listeners: list[socket.socket]) -> AsyncIterator[None]:
    """Where commands on this machine find the server."""
    path = settings.data_dir / SERVER_FILE
    if listeners:
        path.write_text(json.dumps({"url": _url(settings, listeners[0]), "pid": os.getpid()}), encoding="utf-8")
        path.chmod(0o600)
    try:
        yield
    finally:
        if listeners:
            path.unlink(missing_ok=True)


def _url(settings: Settings, listener: socket.socket) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{listener.getsockname()[1]}"


async def _way_in(admind: AdMind) -> str:
    """The path of a fresh one-time link into the studio, for whoever started AdMind."""
    owner = await admind.setup.local_owner(admind.workspace.id)
    return f"/studio/in/{await admind.sign_in.link(owner.workspace, owner.id, surface='terminal')}" if owner else ""


def _greet(settings: Settings, listeners: list[socket.socket], *, json_: bool, way_in: str) -> None:
    url = _url(settings, listeners[0]) if listeners else ""
    if json_:
        show_json(
            {"url": url, "studio": url + way_in, "data_dir": str(settings.data_dir.absolute()), "model": settings.model}
        )
    elif not listeners:
        click.echo("AdMind works.")
    else:
        _greet_person(settings, url, _url(settings, listeners[-1]), way_in)
    sys.stdout.flush()


def _greet_person(settings: Settings, url: str, edge: str, way_in: str) -> None:
    public = settings.public_url or edge
    click.secho(f"\nAdMind runs at {url}", bold=True)
    click.echo(f"  Feed      {public}/feed.xml   (also /atom.xml, /feed.json)")
    click.echo(f"  REST      {url}/api/v1   described by /api/v1/openapi.json")
    click.echo(f"  Data      {settings.data_dir.absolute()}")
    model = (
        "the built-in offline writer; set ADMIND_MODEL for a language model"
        if settings.model == "offline"
        else settings.model
    )
    click.echo(f"  Model     {model}")
    click.secho("\nTry this first, in a second terminal:", bold=True)
    click.echo('  admind ask "Announce our spring sale: 20% off all bikes until 31 May, details at')
    click.echo('              https://example.com/sale. Feed, tomorrow 9am, with an image."')
    click.echo("  admind approve ID        approves it: you are the owner at this terminal")
    click.echo("\nHow to get in: commands here are you, the owner. Programs use a token:")
    click.echo("  admind tokens create --scope read,propose,decide")
    click.secho("\nOpen the studio in your browser (this link is good once; `admind studio` gives another):", bold=True)
    click.echo(f"  {url}{way_in}")
    click.echo("\nCtrl-C stops it; nothing is lost.\n")


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
        force=True,
    )
    for noisy in (
        "httpx2",
        "httpcore2",
        "httpx",
        "httpcore",
        "docket",
        "apscheduler",
        "uvicorn",
        "fontTools",
        "urllib3",
        "discord",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
