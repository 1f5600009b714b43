"""An AdMind of the next version, for a rolling update: it adds fields, seals another payload and knows a new task.

python -m tests.reliability.versions seed URL FOLDER PORT COUNT ACCOUNT…   approves posts, and prints "seeded"
python -m tests.reliability.versions older|newer URL FOLDER PORT           works until it is killed

The classes take their places before anything of `bot` is imported; the product knows nothing of it.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import model_validator

from storage import drafts, posts, record, sealed

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.posts import Post
    from tests.world import World

CELEBRATED = "admind:{sys}:celebrated"
ROUTE, MOOD = "by air", "sunny"


def sunny(values: Any) -> Any:
    """The new field, said by the new code itself: what equals a default is not written."""
    return {"mood": MOOD, **values} if isinstance(values, dict) else values


Sunny = model_validator(mode="before")(sunny)


class NextAttempt(posts.Attempt):
    route: str = ROUTE


class NextPost(posts.Post):
    SCHEMA: ClassVar[int] = posts.Post.SCHEMA + 1
    MIGRATIONS: ClassVar[Mapping[int, record.Migration]] = {
        **posts.Post.MIGRATIONS,
        posts.Post.SCHEMA: lambda old: {**old, "mood": "lifted"},
    }

    mood: str = ""
    _sunny = Sunny
    attempts: tuple[NextAttempt, ...] = ()


class NextBrief(drafts.Brief):
    mood: str = ""
    _sunny = Sunny


class NextDraft(drafts.Draft):
    SCHEMA: ClassVar[int] = drafts.Draft.SCHEMA + 1
    MIGRATIONS: ClassVar[Mapping[int, record.Migration]] = {
        **drafts.Draft.MIGRATIONS,
        drafts.Draft.SCHEMA: lambda old: old,
    }

    mood: str = ""
    _sunny = Sunny
    brief: NextBrief


class NextPayload(sealed.SealedPayload):
    VERSION: ClassVar[int] = sealed.SealedPayload.VERSION + 1
    SEALS: ClassVar[frozenset[int]] = frozenset({VERSION})
    LIFTS: ClassVar[Mapping[int, record.Migration]] = {
        **sealed.SealedPayload.LIFTS,
        sealed.SealedPayload.VERSION: lambda old: {**old, "payload_version": NextPayload.VERSION, "mood": "lifted"},
    }

    payload_version: int = sealed.SealedPayload.VERSION + 1
    mood: str = ""
    _sunny = Sunny


def become_newer() -> None:
    """From here on this process is the next version."""
    for module, name, newer in (
        (posts, "Attempt", NextAttempt),
        (posts, "Post", NextPost),
        (drafts, "Brief", NextBrief),
        (drafts, "Draft", NextDraft),
        (sealed, "SealedPayload", NextPayload),
    ):
        setattr(module, name, newer)


async def seed(url: str, folder: Path, port: str, count: int, *accounts: str) -> None:
    """Drafts with the new fields, approved here: posts of the new form, with payloads of the new version."""
    world_on = importlib.import_module("tests.world").world_on
    connect = importlib.import_module("storage.redis").connect
    hosts = frozenset({f"127.0.0.1:{port}"})
    async with connect(url) as database, world_on(database, folder, allow_hosts=hosts, worker="seed") as world:
        known = [(await world.people.store.accounts.get(world.ws, account)).record for account in accounts]
        await approved(world, count, known, "The next version's")


async def approved(world: World, count: int, accounts: Sequence[Account], whose: str) -> list[Post]:
    """Posts for these accounts in turn, due in a moment; ten at a time, as each waits for the disk most of its time."""
    made: list[Post] = []

    async def one(number: int) -> tuple[Post, ...]:
        text, account = f"{whose} loaf {number}.", accounts[number % len(accounts)]
        decided = await world.decide(await world.draft(account, text=text, due_in=timedelta(seconds=5)))
        assert len(decided.posts) == 1, decided.sentence
        return decided.posts

    for first in range(0, count, 10):
        for posts_made in await asyncio.gather(*map(one, range(first, min(first + 10, count)))):
            made += posts_made
    return made


async def work(url: str, folder: Path, port: str, *, newer: bool) -> None:
    worker = importlib.import_module("tests.reliability.worker")
    async with importlib.import_module("storage.redis").connect(url) as database:

        async def celebrate(_: str, name: str) -> None:
            await cast(Any, database.client).rpush(CELEBRATED, name)

        await worker.work(
            url,
            folder,
            "newer" if newer else "older",
            port,
            times=worker.Times(
                lease=timedelta(seconds=5),
                redelivery=timedelta(seconds=10),
                deadline=timedelta(seconds=20),
                settle=timedelta(seconds=1),
                unknown_seconds=0.5,
            ),
            more={"celebrate": celebrate} if newer else {},
        )


def main(what: str, url: str, folder: str, port: str, *more: str) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if what != "older":
        become_newer()
    if what == "seed":
        asyncio.run(seed(url, Path(folder), port, int(more[0]), *more[1:]))
        sys.stdout.write("seeded\n")
    else:
        asyncio.run(work(url, Path(folder), port, newer=what == "newer"))


if __name__ == "__main__":
    main(*sys.argv[1:])
