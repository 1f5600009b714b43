"""The studio with 100 brands and 10,000 posts a month: how fast its pages come, and what 100 open ones cost.

Pages are asked for by plain HTTP, signed in, as the owner of every brand and as a member of one: the ratio of the two
shows whether what others have makes one's own pages slower.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx2
import psutil

from bot.bootstrap import AdMind
from storage.commit import Change, commit
from storage.posts import PostState
from storage.record import new_id
from storage.stores import DraftStore, PostStore
from tests.benchmarks.telling import percentile, tell
from tests.e2e.browser import sign_in_path
from tests.handlers.serving import Served, serving
from tests.samples import a_post

BRANDS, POSTS, DRAFTS, ROUNDS, OPEN_PAGES = 100, 10_000, 300, 20, 100
PAGES = ("/chat", "/drafts", "/drafts/{draft}", "/calendar", "/calendar?view=week",
         "/calendar?view=list", "/posts", "/posts?show=all",
         "/library", "/settings/members")  # fmt: skip


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        missed += _open_pages(served)  # first: what it takes is not hidden in memory that was given back
        draft = served.draft("Tell people that the shop opens at nine. Feed, tomorrow 9am, with an image.")
        served.on_loop(lambda: _fill(served.admind, draft["id"]))
        ben = served.owner("POST", "/members", {"name": "Ben", "roles": ["owner"]}).json()["id"]
        everything, one = _times(served, "", draft["id"]), _times(served, ben, draft["id"])
        for path in PAGES:
            mine, theirs = everything[path], one[path]
            missed += tell(f"{path:22} all brands p50", statistics.median(mine) * 1000, "ms", 300)
            tell(f"{path:22} all brands p95", percentile(mine, 95) * 1000, "ms")
            tell(f"{path:22} one brand  p50", statistics.median(theirs) * 1000, "ms")
            tell(f"{path:22} one brand  p95", percentile(theirs, 95) * 1000, "ms")
        missed += _calendar_api(served)
    return missed


async def _fill(admind: AdMind, sample: str) -> None:
    """Brands with a feed each, posts over the month, drafts that wait."""
    database, workspace, now = admind.database, admind.workspace.id, admind.clock.now()
    owner = await admind.setup.local_owner(workspace)
    assert owner is not None
    brands = [await admind.office.add_brand(workspace, owner.id, f"Brand {number}") for number in range(BRANDS - 1)]
    accounts = {
        account.brand: account.id for account in await admind.people.store.all(admind.people.store.accounts, workspace)
    }
    posts, drafts = PostStore(database), DraftStore(database)
    for number in range(POSTS):
        brand = brands[number % len(brands)].id
        post = a_post(
            id=new_id("p"),
            workspace=workspace,
            brand=brand,
            account=accounts[brand],
            draft=sample,
            title=f"Post {number}",
            state=PostState.scheduled,
            due=now + timedelta(days=30 * number / POSTS, hours=1),
            created_at=now,
        )
        await commit(database, posts.save(Change(workspace), post, ver=None))
    template = (await drafts.get(workspace, sample)).record
    for number in range(DRAFTS):
        brand = brands[number % len(brands)].id
        version = template.versions[0].model_copy(update={"account": accounts[brand]})
        copy = template.changed(id=new_id("d"), brand=brand, versions=(version,), title=f"Draft {number}")
        await commit(database, drafts.save(Change(workspace), copy, ver=None))


def _times(served: Served, member: str, draft: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {path: [] for path in PAGES}
    with served.client() as http:
        http.post(sign_in_path(served, member))
        for round_ in range(ROUNDS + 2):
            for path in PAGES:
                began = time.perf_counter()
                answer = http.get("/studio" + path.format(draft=draft))
                took = time.perf_counter() - began
                assert answer.status_code == 200, (path, answer.status_code)
                if round_ >= 2:  # the first ones load templates
                    found[path].append(took)
    return found


def _calendar_api(served: Served) -> int:
    """The calendar over REST: a month of everything in parts of 500, with clashes and gaps of the whole."""
    missed = 0
    with served.client(served.token("read")) as http:
        for query in ("", "?state=open", "?limit=1000"):
            took = []
            for round_ in range(ROUNDS + 2):
                began = time.perf_counter()
                answer = http.get(f"/api/v1/calendar{query}")
                if round_ >= 2:
                    took.append(time.perf_counter() - began)
                assert answer.status_code == 200, answer.text
            missed += tell(f"API calendar{query:14} p50", statistics.median(took) * 1000, "ms", 200)
            missed += tell(f"API calendar{query:14} p95", percentile(took, 95) * 1000, "ms", 200)
    return missed


def _open_pages(served: Served) -> int:
    """Memory of this process (server and readers in one, so an upper bound) for pages with live updates."""
    process = psutil.Process()
    with served.client() as http:
        http.post(sign_in_path(served))
        before = process.memory_info().rss
        limits = httpx2.Limits(max_connections=OPEN_PAGES + 10)
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(
                httpx2.Client(base_url=served.url, cookies=http.cookies, limits=limits, timeout=60, trust_env=False)
            )
            for _ in range(OPEN_PAGES):
                answer = stack.enter_context(client.stream("GET", "/studio/live"))
                assert answer.status_code == 200
            grown = process.memory_info().rss - before
    return tell(f"memory of {OPEN_PAGES} open pages", grown / 2**20, "MB", 50)


if __name__ == "__main__":
    raise SystemExit(main())
