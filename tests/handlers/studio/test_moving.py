"""Moving what is planned, from every home but the chats': what was approved needs a word again, the mover's own or
another's, and until then nothing goes out at another time than somebody approved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.clocks import NEXT_YEAR
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("moving")) as running:
        yield running


def look(served: Served, draft: str) -> dict[str, Any]:
    with served.client(served.token("read")) as client:
        found: dict[str, Any] = client.get(f"{API}/drafts/{draft}").json()
        posts = [client.get(f"{API}/posts/{post}").json() for post in found["posts"]]
    return {"status": found["status"], "due": found["due"][:16], "posts": [(p["status"], p["due"][:16]) for p in posts]}


def approved(served: Served, about: str, day: int) -> str:
    draft = served.draft(f"Tell people about {about}. Feed, on {day} March {NEXT_YEAR} at 10:00.")
    with served.client(served.token("read", "propose", "decide")) as client:
        body = {"verdict": "approve", "digest": draft["digest"]}
        assert client.post(f"{API}/drafts/{draft['id']}/decisions", json=body).json()["draft"]["status"] == "approved"
    return str(draft["id"])


def test_in_words_the_one_that_is_named_moves_and_what_is_approved_stands(served: Served) -> None:
    ferry = served.draft(f"Tell people about the ferry. Feed, on 3 March {NEXT_YEAR} at 10:00.", conversation="c1")
    served.draft(f"Tell people about the bakery. Feed, on 4 March {NEXT_YEAR} at 10:00.", conversation="c1")
    done = served.ask(f"move the ferry to 9 March {NEXT_YEAR} 9am", conversation="c1")
    assert done["drafts"] == [ferry["id"]], done
    assert look(served, ferry["id"]) == {"status": "waiting", "due": f"{NEXT_YEAR}-03-09T09:00", "posts": []}
    with served.client(served.token("read", "propose", "decide")) as client:
        digest = client.get(f"{API}/drafts/{ferry['id']}").json()["digest"]
        client.post(f"{API}/drafts/{ferry['id']}/decisions", json={"verdict": "approve", "digest": digest})
    done = served.ask(f"move the ferry to 10 March {NEXT_YEAR} 9am", conversation="c1")
    (other,) = done["drafts"]
    assert other != ferry["id"], "a message moves nothing that was approved: it proposes"
    assert look(served, other)["status"] == "waiting"
    assert look(served, ferry["id"])["posts"] == [("scheduled", f"{NEXT_YEAR}-03-09T09:00")]


def test_over_rest_a_program_proposes_and_who_decides_approves_thereby(served: Served) -> None:
    draft, when = approved(served, "the quay", 11), {"when": f"{NEXT_YEAR}-03-12 11:00"}
    with served.client(served.token("read", "propose")) as program:
        proposed = program.post(f"{API}/drafts/{draft}/schedule", json=when).json()
    assert proposed["id"] != draft and proposed["status"] == "waiting"
    assert look(served, draft)["posts"] == [("scheduled", f"{NEXT_YEAR}-03-11T10:00")]
    with served.client(served.token("read", "propose", "decide")) as decider:
        moved = decider.post(f"{API}/drafts/{draft}/schedule", json=when).json()
    assert (moved["id"], moved["status"]) == (draft, "approved")
    assert ("scheduled", f"{NEXT_YEAR}-03-12T11:00") in look(served, draft)["posts"]


def test_in_the_studio_by_day_and_hour_and_by_who_may_not_approve(served: Served) -> None:
    draft, owner = approved(served, "the pier", 15), Person(served)
    fields = {"draft": draft, "to": f"{NEXT_YEAR}-03-16", "view": "week", "hour": "14", "kept": "&state=open"}
    answer = owner.post("/calendar/move", fields)
    assert answer.headers["location"] == f"/studio/calendar?view=week&on={NEXT_YEAR}-03-16&state=open"
    found = look(served, draft)
    assert (found["status"], found["due"]) == ("approved", f"{NEXT_YEAR}-03-16T14:00"), "the owner approves the result"
    for wrong in ({"to": "soon"}, {"hour": "x"}, {"kept": "&x=//evil.example\r\nSet-Cookie: a=b"}, {"view": "year"}):
        assert owner.post("/calendar/move", fields | wrong).status_code == 422, wrong
    tim = served.owner("POST", "/members", {"name": "Tim", "roles": ["requester"]}).json()["id"]
    requester = Person(served, tim)
    assert requester.post("/calendar/move", fields | {"to": f"{NEXT_YEAR}-03-17"}).status_code == 303
    found = look(served, draft)
    assert (found["status"], found["due"]) == ("waiting", f"{NEXT_YEAR}-03-17T14:00"), "it needs an approval again"
    assert not [post for post in found["posts"] if post[0] == "scheduled"], "nothing goes out at either time"
    owner.http.close()
    requester.http.close()
