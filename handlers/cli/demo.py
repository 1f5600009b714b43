"""`admind demo`: the whole main job on throw-away data, unattended, each step told; exit 0 only if every step held."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import httpx2

from handlers.cli.painting import card, console, local_time
from handlers.cli.talk import Refused, command

REQUEST = (
    "Announce our spring sale: 20% off all bikes until 31 May, details at https://example.com/sale. "
    "Feed, in 12 seconds, with an image."
)
START_SECONDS, PUBLISH_SECONDS = 20, 30
MEDIA = "{http://search.yahoo.com/mrss/}content"


@click.command()
@click.option("--keep", is_flag=True, help="Keep the throw-away data, to look at the picture.")
@command
async def demo(keep: bool) -> None:
    """The whole main job in under a minute: request, draft, approval, post, receipt."""
    folder = Path(tempfile.mkdtemp(prefix="admind-demo-"))
    started = time.monotonic()
    try:
        await _play(folder)
    finally:
        if not keep:
            import shutil

            shutil.rmtree(folder, ignore_errors=True)
    click.secho(f"\nEvery step held, in {time.monotonic() - started:.0f} seconds.", fg="green", bold=True)
    if keep:
        click.echo(f"The data is in {folder}.")


async def _play(folder: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ADMIND_")}
    environ |= {
        "ADMIND_DATA_DIR": str(folder / "data"),
        "ADMIND_PORT": str(_free_port()),
        "ADMIND_LOG_LEVEL": "warning",
        "ADMIND_MODEL": "offline",
    }
    base = f"http://127.0.0.1:{environ['ADMIND_PORT']}"
    _step(1, "AdMind starts, with a database of its own and no key or account anywhere.")
    log = (folder / "log").open("wb")
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handlers", "run", env=environ, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=log,
        stderr=log,
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(base_url=base, timeout=30, trust_env=False) as client:
            await _ready(client, server, folder / "log")
            await _main_job(client, environ)
    finally:
        if server.returncode is None:
            server.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(server.wait(), 10)
        except TimeoutError:
            server.kill()
            raise Refused("AdMind did not stop within 10 seconds.") from None
        finally:
            log.close()


async def _main_job(client: httpx2.AsyncClient, environ: Mapping[str, str]) -> None:
    owner = await _owner_token(environ)
    client.headers["Authorization"] = f"Bearer {owner}"
    _step(2, "Somebody asks in plain words:")
    console().print(f"   “{REQUEST}”", style="italic", markup=False)
    done = await _asked(client)
    console().print("   " + str(done["reply"]).replace("\n", "\n   "), markup=False)
    _hold(len(done["drafts"]) == 1, "The request did not lead to one draft.")
    draft = (await _get(client, f"/api/v1/drafts/{done['drafts'][0]}")).json()
    shown = (await _get(client, f"/api/v1/drafts/{draft['id']}/card")).json()
    media = draft["versions"][0]["media"]
    _hold(len(media) == 1, "The draft has no picture.")
    picture = await _get(client, media[0]["url"])
    path = Path(environ["ADMIND_DATA_DIR"]).parent / "card.jpg"
    path.write_bytes(picture.content)
    _step(3, "The draft, with its picture, waits for a person. Nothing has gone out.")
    console().print(card(shown, picture=path, draft=draft["id"]))
    _hold(await _feed_items(client) == [], "Something is in the feed before the approval.")
    _step(4, "The demo's owner approves exactly these bytes.")
    body = {"verdict": "approve", "digest": draft["digest"]}
    decided = await client.post(f"/api/v1/drafts/{draft['id']}/decisions", json=body)
    _hold(decided.status_code == 200, f"The approval was refused: {decided.text}")
    click.echo(f"   {decided.json()['sentence']}")
    stale = await client.post(
        f"/api/v1/drafts/{draft['id']}/decisions", json={"verdict": "approve", "digest": "0" * 64}
    )
    _hold(stale.status_code == 409, "An approval of other bytes was not refused.")
    await _published(client, draft)


async def _published(client: httpx2.AsyncClient, draft: dict[str, Any]) -> None:
    _step(5, "At its time it goes out, once.")
    post = await _until_published(client)
    receipt = post["receipt"]
    items = await _feed_items(client)
    _hold(len(items) == 1, f"The feed holds {len(items)} posts instead of one.")
    item = items[0]
    picture = item.find(MEDIA)
    if picture is None:
        raise Refused("The demo stopped: The post in the feed has no picture.")
    shown = await _get(client, str(httpx2.URL(picture.attrib["url"]).path))
    approved = draft["versions"][0]["media"][0]["sha256"]
    import hashlib

    _hold(hashlib.sha256(shown.content).hexdigest() == approved, "The picture is not the one that was approved.")
    click.echo(f"   In {client.base_url}/feed.xml: “{item.findtext('title')}”, with the approved picture.")
    _step(6, "The receipt.")
    click.echo(f"   {receipt['url']}  at {local_time(receipt['at'])}; read back: {receipt['compared']} as approved")
    _hold(receipt["compared"] == "same", "What stands there was not found to be what was approved.")
    late = (_seconds(receipt["at"]) - _seconds(post["due"])) * 1000
    click.echo(f"   {late:.0f} ms after its time. Approved by {', '.join(post['approved_by'])}.")
    verified = (await _get(client, "/api/v1/audit/verify")).json()
    _hold(verified["ok"], "The audit does not verify.")
    click.echo(f"   The audit verifies: {verified['entries']} entries, from the request to the receipt.")


async def _ready(client: httpx2.AsyncClient, server: asyncio.subprocess.Process, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.returncode is None:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise Refused("AdMind did not start.\n" + log.read_text(encoding="utf-8", errors="replace")[-2000:])


async def _owner_token(environ: Mapping[str, str]) -> str:
    """What the local owner does at the terminal: make a token that may decide."""
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handlers", "tokens", "create", "--scope", "read,propose,decide", "--json",
        env=dict(environ), cwd=Path(environ["ADMIND_DATA_DIR"]).parent, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await made.communicate()
    _hold(made.returncode == 0, "No token could be made.")
    return str(json.loads(out)["token"])


async def _asked(client: httpx2.AsyncClient) -> dict[str, Any]:
    accepted = await client.post("/api/v1/requests", json={"text": REQUEST})
    _hold(accepted.status_code == 202, f"The request was refused: {accepted.text}")
    request = accepted.json()["id"]
    async with client.stream("GET", f"/api/v1/requests/{request}/events", timeout=60) as events:
        kind = ""
        async for line in events.aiter_lines():
            kind = line[7:] if line.startswith("event: ") else kind
            if line.startswith("data:") and kind == "progress":
                click.secho(f"   · {json.loads(line[5:])['text']}", dim=True)
    done: dict[str, Any] = (await _get(client, f"/api/v1/requests/{request}")).json()
    _hold(done["status"] == "done", str(done.get("reply")))
    return done


async def _until_published(client: httpx2.AsyncClient) -> dict[str, Any]:
    end = time.monotonic() + PUBLISH_SECONDS
    while time.monotonic() < end:
        posts = (await _get(client, "/api/v1/posts")).json()["items"]
        if posts and posts[0]["status"] == "published":
            return dict(posts[0])
        await asyncio.sleep(0.1)
    raise Refused("The post did not go out in time.")


async def _feed_items(client: httpx2.AsyncClient) -> list[ET.Element]:
    text = (await _get(client, "/feed.xml")).text
    return ET.fromstring(text).findall("./channel/item")  # noqa: S314 - our own server's, on throw-away data


async def _get(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    response = await client.get(path)
    _hold(response.status_code == 200, f"{path} answered {response.status_code}.")
    return response


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _step(number: int, text: str) -> None:
    click.secho(f"\n{number}. {text}", bold=True)


def _hold(condition: bool, sentence: str) -> None:
    if not condition:
        raise Refused(f"The demo stopped: {sentence}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
