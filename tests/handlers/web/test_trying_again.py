"""A provider's failure is said in words; the request is kept, and the same one is tried again once for each press."""

from __future__ import annotations

import html
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.copy_model import copywriting, schema_of
from tests.fakes.model_server import Call, Fail, Reply, Request, Say
from tests.fakes.provider import TEXT, Provider, provider
from tests.handlers.serving import API, Served, serving, settled, until
from tests.handlers.studio.test_safety import Person

ASKED = "Post about our workshop, which opens on Monday"


@pytest.fixture
def model() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def served(tmp_path: Path, model: Provider) -> Iterator[Served]:
    # The provider on the same machine has a price of its own here.
    given = {"ADMIND_MODEL": "openai:gpt-4o", "ADMIND_MODEL_PRICES": "openai:gpt-4o=1000/10000", **model.keys()}
    with serving(tmp_path, given) as here:
        yield here


@pytest.mark.parametrize(
    ("down", "words"),
    [
        (Fail(429, retry_after="3600"), "The language model is busy and asked us to wait."),
        (Fail(401, "key"), "openai refused OPENAI_API_KEY"),
        (Fail(429, "quota"), "has no credit left"),
        (Fail(503, retry_after="3600"), "The language model has a problem of its own."),
    ],
    ids=["throttled", "key refused", "no credit", "down"],
)
def test_what_a_provider_refused_is_kept_and_done_when_tried_again(
    served: Served, model: Provider, down: Reply, words: str
) -> None:
    model.down = down
    failed = served.ask(ASKED)
    assert failed["status"] == "failed" and failed["again"] and failed["tries"] == 1
    assert words in failed["reply"] and "Your request is kept." in failed["reply"]
    assert f"admind requests retry {failed['id']}" in failed["reply"]
    model.down = None
    with served.client(served.token("read", "propose")) as client:
        again = client.post(f"{API}/requests/{failed['id']}/retry", params={"tries": 1})
        assert again.status_code == 202, again.text
        done = settled(client, failed["id"])
        assert (done["status"], done["tries"], done["again"], done["text"]) == ("done", 2, False, ASKED)
        assert done["reply"] == "Your draft is ready." and len(done["drafts"]) == 1
        assert client.post(f"{API}/requests/{failed['id']}/retry", params={"tries": 1}).status_code == 202
        refused = client.post(f"{API}/requests/{failed['id']}/retry")
        assert refused.status_code == 409 and "nothing to try again" in refused.json()["detail"]
        assert len(client.get(f"{API}/drafts").json()["items"]) == 1


def test_many_presses_at_once_try_it_once(served: Served, model: Provider) -> None:
    model.down = Fail(401, "key")
    failed = served.ask(ASKED)
    model.down = None
    token = served.token("read", "propose")

    def press(_: int) -> int:
        with served.client(token) as client:
            return client.post(f"{API}/requests/{failed['id']}/retry", params={"tries": 1}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(8))) == {202}
    with served.client(token) as client:
        done = settled(client, failed["id"])
        assert (done["status"], done["tries"]) == ("done", 2)
        assert len(client.get(f"{API}/drafts").json()["items"]) == 1


def test_one_that_fails_again_can_be_tried_again(served: Served, model: Provider) -> None:
    model.down = Fail(401, "key")
    failed = served.ask(ASKED)
    with served.client(served.token("read", "propose")) as client:
        client.post(f"{API}/requests/{failed['id']}/retry", params={"tries": 1})
        second = settled(client, failed["id"])
        assert (second["status"], second["tries"], second["again"]) == ("failed", 2, True)
        kinds = client.get(f"{API}/requests/{failed['id']}/events").text
        assert kinds.count("event: failed") == 1 and "event: queued" in kinds


def test_what_its_words_lack_is_no_case_for_trying_again(served: Served) -> None:
    done = served.ask("help")
    with served.client(served.token("read", "propose")) as client:
        assert client.post(f"{API}/requests/{done['id']}/retry").status_code == 409
        assert client.post(f"{API}/requests/r_nothing/retry").status_code == 404


def test_what_was_made_before_the_failure_is_never_made_twice(served: Served, model: Provider) -> None:
    plans: list[str] = []

    def second_fails(asking: Request) -> Reply:
        if "draft_posts" in str(asking.body.get("tools")):
            return Say(calls=(Call("draft_posts", {"posts": [{"topic": "our workshop"}, {"topic": "our café"}]}),))
        if schema_of(asking) == "PostPlan":
            plans.append("asked")
        return Fail(401, "key") if len(plans) > 1 else copywriting(asking, TEXT, title="Workshop")

    model.answer = second_fails
    failed = served.ask("Post about our workshop and about our café")
    assert (failed["status"], failed["again"], len(failed["drafts"])) == ("failed", False, 1)
    assert "refused OPENAI_API_KEY" in failed["reply"] and "your draft is safe: “Workshop”" in failed["reply"]
    with served.client(served.token("read", "propose")) as client:
        assert client.post(f"{API}/requests/{failed['id']}/retry").status_code == 409
        assert len(client.get(f"{API}/drafts").json()["items"]) == 1


def test_the_budget_of_the_day_keeps_a_request_too(tmp_path: Path, model: Provider) -> None:
    given = {"ADMIND_MODEL": "openai:gpt-4o", "ADMIND_DAILY_TOKENS": "10", **model.keys()}
    with serving(tmp_path, given) as here:
        failed = here.ask(ASKED)
    assert failed["status"] == "failed" and failed["again"] and not model.requests
    assert "Your workspace has used up today's budget" in failed["reply"]
    assert "Your request is kept." in failed["reply"]


def test_the_studio_has_a_button_for_it(served: Served, model: Provider) -> None:
    model.down, person = Fail(401, "key"), Person(served)
    assert person.post("/chat", {"text": ASKED}).status_code == 303
    owner = served.on_loop(lambda: served.admind.setup.local_owner(served.admind.workspace.id))
    assert owner is not None

    def latest() -> Any:
        return served.on_loop(lambda: served.admind.desk.recent(served.admind.workspace.id, owner.id))[-1]

    failed = _until_answered(latest)
    assert failed.again
    page = html.unescape(person.get("/chat").text)
    assert "press “Try again”" in page and f'action="/studio/chat/{failed.id}/retry"' in page
    model.down = None
    assert person.post(f"/chat/{failed.id}/retry", {"tries": "1"}).status_code == 303
    assert _until_answered(latest).status == "done"
    after = html.unescape(person.get("/chat").text)
    assert "Your draft is ready." in after and "/retry" not in after
    person.http.close()


def _until_answered(latest: Any) -> Any:
    return until(latest, lambda found: found.status in ("done", "failed"), "it is answered")


def test_what_a_draft_took_stands_under_its_details_and_grows_with_its_revisions(
    served: Served, model: Provider
) -> None:
    draft = served.draft(ASKED)
    took = draft["made_with"]["usage"]
    # plan, text and second look, each 11 tokens read and 7 written at $1,000 and $10,000 a million
    assert (took["calls"], took["tokens_in"], took["tokens_out"], took["cost"]) == (3, 33, 21, "0.243")
    assert took["models"] == ["openai:gpt-4o"] and took["unpriced"] == 0
    with served.client(served.token("read", "propose")) as client:
        revised = client.post(f"{API}/drafts/{draft['id']}/revisions", json={"instruction": "make it shorter"})
        assert revised.status_code in (200, 201), revised.text
        found = client.get(f"{API}/drafts/{draft['id']}").json()
    more = found["made_with"]["usage"]
    assert found["revision"] == 2 and more["calls"] > took["calls"] and float(more["cost"]) > float(took["cost"])
    person = Person(served)
    page = html.unescape(person.get(f"/drafts/{draft['id']}").text)
    assert f"{more['calls']} calls · {more['tokens']} tokens · $" in page
    person.http.close()


def test_costs_are_told_by_brand_and_model_and_not_to_clients(served: Served, model: Provider) -> None:
    served.draft(ASKED)
    report = served.ask("report today")["reply"]
    # two calls of the conversation, three of the draft
    assert "Language model: 5 calls · 90 tokens · $0.41" in report
    brand = served.admind.workspace.default_brand
    with served.client(served.token("read")) as client:
        found = client.get(f"{API}/costs").json()
        [row] = found["items"]
        assert (row["brand"], row["model"], row["usage"]["calls"]) == (brand, "openai:gpt-4o", 5)
        assert found["total"]["cost"] == row["usage"]["cost"] == "0.405"
        assert client.get(f"{API}/costs", params={"first": "2020-01-01", "last": "2020-01-31"}).json()["items"] == []
        assert client.get(f"{API}/costs", params={"first": "2020-01-01"}).status_code == 422
        told = client.get(f"{API}/drafts").json()["items"][0]
        assert told["made_with"]["usage"]["cost"] == "0.243"
    made = served.owner("POST", "/members", {"name": "Cleo", "brand": brand, "roles": ["client"]})
    assert made.status_code in (200, 201), made.text
    with served.client(served.token("read", member=made.json()["id"])) as client:
        assert client.get(f"{API}/costs").json()["items"] == []
