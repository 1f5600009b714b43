"""How a command talks to AdMind: over HTTP to the one that runs, or to one opened in this process on the same data.

Both ways are the same REST interface. Opened in this process, AdMind drafts and keeps, and never publishes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar
from urllib.parse import quote

import click

from bot.errors import AdMindError, Misconfigured, unexpected
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    import httpx2

    from bot.bootstrap import AdMind

P = ParamSpec("P")
T = TypeVar("T")
SERVER_FILE = "server.json"
MOMENT_SECONDS = 0.6
API = "/api/v1"
As = Literal["program", "decider", "owner"]
"""In whose name a call is made: a program's (the token of the environment or of the data directory), the person's at
this terminal unless the environment holds a token, or always the owner's of this data directory."""


class Refused(click.ClickException):
    """What AdMind answered instead, in its own words."""

    def __init__(self, sentence: str, *, code: int = 1, document: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        setattr(self, "exit_code", code)  # noqa: B010 - click declares it on the class
        self.document = dict(document or {"detail": sentence})

    def show(self, file: Any = None) -> None:
        if _wants_json():
            show_json(self.document)
        else:
            click.secho(clean(self.message), fg="red", err=True)


Beside = Callable[["AdMind"], contextlib.AbstractAsyncContextManager[None]]


@dataclass(slots=True)
class Line:
    """An open line. `running` tells whether a server answers, or AdMind was opened in this process."""

    client: httpx2.AsyncClient
    settings: Settings
    running: bool
    token: str = ""

    async def get(self, path: str, **params: str | int) -> Any:
        return await self._call("GET", path, params={k: v for k, v in params.items() if v not in ("", None)})

    async def every(self, path: str, *, most: int = 2000, **params: str | int) -> dict[str, Any]:
        """A list, part by part, up to `most` items; `next` leads on."""
        found: dict[str, Any] = await self.get(path, **params, limit=200)
        items = list(found["items"])
        while found["next"] and len(items) < most:
            found = await self.get(path, **params, limit=200, after=found["next"])
            items += found["items"]
        return {"items": items, "next": found["next"]}

    async def send(self, method: str, path: str, body: object | None = None, *, as_: As = "program") -> Any:
        return await self._call(method, path, body=body, as_=as_)

    async def put_file(self, path: str, data: bytes, mime: str) -> Any:
        headers = {"Authorization": self._bearer(), "Content-Type": mime}
        with _heard(), busy("Sending the file"):
            return _read(await self.client.post(API + path, content=data, headers=headers))

    async def raw(self, path: str) -> bytes:
        with _heard():
            response = await self.client.get(API + path, headers={"Authorization": self._bearer()})
        _read(response, parse=False)
        return response.content

    @contextlib.asynccontextmanager
    async def stream(self, path: str, *, lost: str) -> AsyncIterator[httpx2.Response]:
        """`lost` is what to say when it breaks off. Raises Refused."""
        headers = {"Authorization": self._bearer()}
        with _heard(lost):
            async with self.client.stream("GET", API + path, headers=headers, timeout=None) as response:
                yield response

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: object | None = None,
        params: Mapping[str, str | int] | None = None,
        as_: As = "program",
    ) -> Any:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        request = self.client.build_request(method, API + path, content=content or None, params=params)
        request.headers["Content-Type"] = "application/json"
        signed = as_ == "owner" or (as_ == "decider" and not self.token)
        target = request.url.raw_path.decode()
        request.headers["Authorization"] = self._signed(method, target, content) if signed else self._bearer()
        with _heard(), busy("Working"):
            return _read(await self.client.send(request))

    def _bearer(self) -> str:
        token = self.token
        if not token:
            with contextlib.suppress(OSError):
                token = (self.settings.data_dir / "token").read_text(encoding="ascii").strip()
        return f"Bearer {token}"

    def _signed(self, method: str, target: str, content: bytes) -> str:
        from bot.team.local import local_signature

        return local_signature(self.settings, method, target, content, datetime.now(UTC))


def part(name: str) -> str:
    """What a person typed, as one part of an address."""
    return quote(name, safe="")


UNKNOWN = (
    "AdMind did not answer to the end, so it is not known whether this was carried out. "
    "Look whether it still runs, and at `admind drafts` and `admind posts`, before you repeat it."
)


@contextlib.contextmanager
def _heard(lost: str = UNKNOWN) -> Iterator[None]:
    """An answer that did not come becomes a sentence."""
    import httpx2

    try:
        yield
    except httpx2.TransportError as error:
        raise Refused(lost) from error


def _read(response: httpx2.Response, *, parse: bool = True) -> Any:
    if response.status_code < 400:
        return response.json() if parse and response.content else None
    try:
        document = response.json()
    except ValueError:
        document = {"detail": f"AdMind answered with status {response.status_code}."}
    sentence = str(document.get("detail", ""))
    for wrong in document.get("errors", []):
        sentence += f"\n  {str(wrong['field']).removeprefix('body.')}: {wrong['reason']}"
    raise Refused(sentence, code=2 if response.status_code == 409 else 1, document=document)


@contextlib.asynccontextmanager
async def line(*, publish_hint: bool = False, beside: Beside | None = None) -> AsyncIterator[Line]:
    """A line to the running AdMind, else to one opened here; `publish_hint` then says that nothing goes out, and
    `beside` is opened with it.
    """
    settings = settings_here()
    token = _token()
    url = await known_server(settings.data_dir)
    import httpx2

    if url:
        async with httpx2.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:
            yield Line(client, settings, True, token)
        return
    if publish_hint:
        click.secho("AdMind is not running, so nothing goes out by itself: start `admind run`.", fg="yellow", err=True)
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    async with contextlib.AsyncExitStack() as stack:
        with busy("Opening AdMind's data"):
            from bot.bootstrap import AdMind
            from handlers.web.app import create_app

            admind = await stack.enter_async_context(AdMind(settings, queues=frozenset({"chat", "upkeep"}), name="cli"))
            if admind.too_old is None:
                await admind.start(warm=False)
            if beside is not None:
                await stack.enter_async_context(beside(admind))
        if admind.too_old is not None:
            click.secho(admind.too_old.sentence(), fg="yellow", err=True)
        transport = httpx2.ASGITransport(app=create_app(admind), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as client:
            yield Line(client, settings, False, token)


def settings_here() -> Settings:
    return load_settings(os.environ, dotenv=Path(".env"))


def _token() -> str:
    """A token in the environment, in whose name everything is done then."""
    token, file = os.environ.get("ADMIND_TOKEN", "").strip(), os.environ.get("ADMIND_TOKEN_FILE", "").strip()
    if token or not file:
        return token
    try:
        return Path(file).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise Refused("The file that ADMIND_TOKEN_FILE names cannot be read.") from error


async def known_server(data_dir: Path) -> str:
    """The address of the AdMind that works on this data directory; empty when none answers."""
    try:
        known = json.loads((data_dir / SERVER_FILE).read_text(encoding="utf-8"))
        url = str(known["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
            answer = await client.get(f"{url}/healthz")
        return url if answer.status_code == 200 else ""
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        return ""


def _to_file() -> None:
    """What nobody foresaw is written down in full beside the data, never into the terminal."""
    with contextlib.suppress(Exception):
        folder = settings_here().data_dir
        handler = logging.FileHandler(folder / "errors.log", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().handlers[:] = [handler]


def command(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run an asynchronous command; errors end it with their sentence, never with a stack trace."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return asyncio.run(work(*args, **kwargs))
        except AdMindError as error:
            raise Refused(error.sentence(), code=78 if isinstance(error, Misconfigured) else 1) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            raise Refused(_of_system(error)) from error
        except Exception as error:
            _to_file()
            raise Refused(unexpected(error, "doing this").sentence()) from error

    return run


def _of_system(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return (
        f"This machine refused something: {error.strerror or type(error).__name__}{where}. Mend that, then try again."
    )


def as_json(function: Callable[P, T]) -> Callable[P, T]:
    return click.option("--json", "json_", is_flag=True, help="Print JSON.")(function)


def group(default: str) -> Callable[[Callable[[], None]], click.Group]:
    """A group of commands that does the one called `default` when none is named; it takes --json then."""

    def made(function: Callable[[], None]) -> click.Group:
        @click.group(invoke_without_command=True, help=function.__doc__)
        @as_json
        @click.pass_context
        def found(ctx: click.Context, json_: bool) -> None:
            if ctx.invoked_subcommand is None:
                ctx.invoke(found.commands[default], json_=json_)

        return found

    return made


def _wants_json() -> bool:
    return "--json" in sys.argv


def show_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def clean(text: str) -> str:
    """Text of people and models as a terminal may have it: no control character but newline and tab does anything."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    code = ord(character)
    if character in "\n\t" or not (code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000):
        return character
    return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"


@contextlib.contextmanager
def busy(what: str) -> Iterator[None]:
    """Show that something goes on, to people only, once it takes longer than a moment."""
    if not sys.stderr.isatty() or _wants_json():
        yield
        return
    from rich.console import Console

    status, turn, over = Console(stderr=True).status(what), threading.Lock(), False

    def late() -> None:
        with turn:
            if not over:
                status.start()

    timer = threading.Timer(MOMENT_SECONDS, late)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with turn:
            over = True
            status.stop()


def at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def somebody_decides(opened: Line) -> None:
    """Raises Refused where nobody sits: programs need a token that may decide."""
    if not opened.token and not at_a_terminal():
        raise Refused(
            "Deciding needs you at a terminal, or a token that may decide: "
            "make one with `admind tokens create --scope read,propose,decide` and set ADMIND_TOKEN. Nothing changed.",
            code=3,
        )


async def at_terminal(question: str, opened: Line) -> None:
    """Ask the local owner. Raises Refused where nobody sits."""
    somebody_decides(opened)
    if opened.token:
        return
    if not click.confirm(question, default=False, err=True):
        raise Refused("Nothing changed.", code=1)


def sure(question: str, yes: bool) -> None:
    """Ask before something that cannot be undone. Raises Refused where nobody can be asked and none said --yes."""
    if yes:
        return
    if not at_a_terminal():
        raise Refused("This asks you first, and nobody sits here: say --yes. Nothing changed.", code=3)
    if not click.confirm(question, default=False, err=True):
        raise Refused("Nothing changed.", code=1)


async def brand_id(opened: Line, named: str) -> str:
    """The id of the brand of that name or id; empty for none named. Raises Refused."""
    if not named:
        return ""
    every = (await opened.get("/brands"))["items"]
    found = [each["id"] for each in every if named.casefold() in (each["id"], each["name"].casefold())]
    if len(found) != 1:
        raise Refused(f"There is no brand {clean(named)!r}. Brands: {', '.join(clean(b['name']) for b in every)}.")
    return str(found[0])


async def account_names(opened: Line) -> dict[str, str]:
    """What accounts are called, by their ids."""
    return {each["id"]: each["name"] for each in (await opened.get("/accounts"))["items"]}


async def one_brand(opened: Line, named: str) -> str:
    """The same; none named: the brand that new things go to. Raises Refused."""
    found = await brand_id(opened, named)
    every = (await opened.get("/brands"))["items"]
    if not found and not every:
        raise Refused("There is no brand yet.")
    return found or str(every[0]["id"])


def brand_option(function: Callable[P, T]) -> Callable[P, T]:
    """--brand, for commands that are about one brand."""
    help_ = "Of which brand, by name or id, when there are several."
    return click.option("--brand", default="", help=help_)(function)


def yes_option(function: Callable[P, T]) -> Callable[P, T]:
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)
