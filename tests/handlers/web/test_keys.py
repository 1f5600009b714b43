"""Every key that AdMind leaves in its database has an expiry, a family with a life, or an owner that it dies with."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.clock import MovableClock
from storage.redis import connect
from storage.retention import EXPIRES, KINDS, LIVES, kind_of
from tests.handlers.serving import API, Served, serving, until
from tests.handlers.web.test_media import png

ENGINE = re.compile(r"\{?admind-[a-z]+\}?(:.*)?")  # docket's own: streams that are trimmed, workers that expire
DAY = timedelta(days=1)


async def every_key(url: str) -> dict[str, int]:
    """Key → its seconds to live, -1 without an expiry."""
    async with connect(url) as database:
        client = cast(Any, database.client)
        return {key: await client.ttl(key) async for key in client.scan_iter(count=1000)}


def orphans(found: dict[str, int]) -> list[str]:
    """Keys that nobody would ever remove."""
    left = []
    for key, ttl in found.items():
        if ENGINE.fullmatch(key):
            continue
        family = KINDS.get(kind_of(key), "") if key.startswith("admind:{") else ""
        known = family and (family != EXPIRES or ttl >= 0)
        # A look-up is a hint: those that count guesses end by themselves.
        if not known or (":lookup:tries:" in key and ttl < 0):
            left.append(f"{key} ({ttl})")
    return sorted(left)


def test_a_key_of_nobody_is_found() -> None:
    assert orphans({"admind:{w_1}:post:p_1": -1, "admind:{w_1}:session:s_1": 5, "admind-chat:stream": -1}) == []
    assert len(orphans({"admind:{w_1}:stray:1": -1, "admind:{w_1}:session:s_1": -1, "other": 5})) == 3
    assert {family for family in KINDS.values() if family not in ("kept", EXPIRES)} <= LIVES.keys()


@pytest.mark.slow
def test_every_key_has_an_owner_and_an_end(tmp_path: Path) -> None:
    clock = MovableClock()
    with serving(tmp_path, public=True, clock=clock) as served:
        draft = use_everything(served, clock)
        admind = served.admind
        url = admind.database.url
        found = asyncio.run(every_key(url))
        assert orphans(found) == []
        kinds = {kind_of(key) for key in found if key.startswith("admind:{")}
        assert {"draft", "post", "request", "thread", "session", "approval", "once", "idem", "media", "notice"} <= kinds
        served.on_loop(lambda: admind.blobs.put(b"nothing names this"))
        clock.move(LIVES["lists"].span + 91 * DAY)
        served.on_loop(admind.retention.retire)
        clock.move(2 * DAY)
        served.on_loop(admind.retention.retire)
        served.on_loop(admind.retention.sweep)
        after = asyncio.run(every_key(url))
        assert orphans(after) == []
        moved = {kind_of(key) for key in after if key.startswith("admind:{")}
        assert {"packed", "packs", "unnamed"} <= moved and not {"draft", "post"} & moved
        with served.client(served.token("read")) as client:
            shown = client.get(f"{API}/drafts/{draft}")
            assert shown.status_code == 200 and shown.json()["status"] == "approved"


def use_everything(served: Served, clock: MovableClock) -> str:
    """One of everything that people and programs do; a draft whose post is out."""
    admind, brand = served.admind, served.admind.workspace.default_brand
    served.owner("PATCH", f"/brands/{brand}", {"self_approval": "allowed"})
    member = served.owner("POST", "/members", {"name": "Cleo", "roles": ["client"]}).json()["id"]
    token = served.token("read", "propose", "decide")
    with served.client(token) as client:
        picture = client.post(f"{API}/media", content=png(), headers={"Content-Type": "image/png"})
        assert picture.status_code == 201, picture.text
        draft = served.draft("Tell people that we open a shop. Feed, in 2 minutes, with an image.")
        other = served.draft("Tell people that we close a shop. Feed, tomorrow 9am.")
        owner = served.on_loop(lambda: admind.setup.local_owner(admind.workspace.id))
        assert owner is not None
        ws = admind.workspace.id
        code = served.on_loop(lambda: admind.client_links.make(ws, owner.id, other["id"], other["digest"], member))
        assert code.count(".") == 2
        body = {"verdict": "reject", "digest": other["digest"]}
        path = f"{API}/drafts/{other['id']}/decisions"
        assert client.post(path, json=body, headers={"Idempotency-Key": "once"}).status_code == 200
        approve = {"verdict": "approve", "digest": draft["digest"]}
        assert client.post(f"{API}/drafts/{draft['id']}/decisions", json=approve).status_code == 200
        clock.move(timedelta(minutes=3))
        until(
            lambda: client.get(f"{API}/posts").json()["items"],
            lambda posts: bool(posts) and posts[0]["status"] == "published",
            "the post is out",
        )
        link = served.on_loop(lambda: admind.sign_in.link(ws, owner.id, surface="terminal"))
        served.on_loop(lambda: admind.sign_in.enter(link, "here", "browser"))
        served.on_loop(lambda: admind.sign_in.enter("wrong", "here", "browser"))
        served.owner("POST", "/pause", {"scope": "topic:rain"})
        served.owner("POST", "/resume", {"scope": "topic:rain"})
    return str(draft["id"])
