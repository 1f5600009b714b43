"""What posts teach, over REST and in the studio: advice, times and experiments of one's own brand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes.tracked_posts import tracked
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person

DAY = timedelta(days=1)
ARMS = [{"name": "<b>calm</b>", "line": "without exclamation marks"}, {"name": "plain", "line": "shorter"}]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("learned")) as running:
        yield running


async def _seeded(running: Served) -> None:
    admind = running.admind
    now, workspace, brand = admind.clock.now(), admind.workspace.id, admind.workspace.default_brand
    account = (await admind.people.store.all(admind.people.store.accounts, workspace))[0].id
    for number in range(14):
        out_at = now - (8 + number) * DAY
        await tracked(admind.database, workspace, brand, account, out_at, impressions=500, clicks=10, likes=20)


def test_advice_times_and_experiments_say_what_they_know(served: Served) -> None:
    owner, body = Person(served), {"name": "Tone", "arms": ARMS}
    assert "Not enough data for an experiment" in owner.get("/what-works").text
    early = served.owner("POST", "/experiments", body)
    assert early.status_code == 422 and "not enough data" in early.json()["detail"]
    served.on_loop(lambda: _seeded(served))
    made = served.owner("POST", "/experiments", body).json()
    assert (made["state"], made["best"] in ("<b>calm</b>", "plain"), made["drawn"]) == ("too little", True, [])
    assert sum(each["chance"] for each in made["arms"]) == pytest.approx(1)
    draft = served.draft('Post exactly "We are open! Come by." Feed, tomorrow 9am.')
    with served.client(served.token("read", "propose")) as program:
        drawn = program.post(f"{API}/experiments/{made['id']}/draw", json={"draft": draft["id"]})
        assert drawn.status_code in (200, 422), drawn.text
        (noted,) = program.get(f"{API}/experiments").json()["items"][0]["drawn"]
        assert noted["draft"] == draft["id"] and noted["chances"].keys() == {"<b>calm</b>", "plain"}
        assert noted["applied"] is (drawn.status_code == 200)
        assert program.post(f"{API}/experiments/{made['id']}/stop").status_code == 403
        tips = program.get(f"{API}/advice", params={"count": 2}).json()["items"]
        assert 1 <= len(tips) <= 2 and all(each["reasons"] for each in tips)
        (time,) = program.get(f"{API}/best-time").json()["items"]
        assert (time["posts"], time["usable"], time["effects"]) == (14, False, [])
        for path in ("advice", "best-time", "experiments"):
            assert program.get(f"{API}/{path}", params={"brand": "b_23456789"}).status_code == 404
    page = owner.get("/what-works").text
    assert "&lt;b&gt;calm&lt;/b&gt;" in page and "<b>calm" not in page and "Start an experiment" in page
    assert re.search(r"not enough data for a best time: 14 posts", page) and "1 draw, with its probabilities" in page
    stopped = owner.post(f"/what-works/experiments/{made['id']}/stop")
    assert stopped.status_code == 303 and "stopped, undecided" in owner.get("/what-works").text
    owner.post("/what-works/experiments", {"name": "Form", "variants": "tip\nquestion", "over": "slots"})
    assert "Form" in owner.get("/what-works").text
    owner.http.close()
