"""The public edge: the feed for people, approval links, and the doctor's look from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.fakes.bluesky_server import VELO, BlueskyServer
from tests.fakes.faces import face_of
from tests.fakes.faulty_http import on_a_thread
from tests.handlers.serving import Served, serving, until
from tests.handlers.studio.test_safety import TOKEN, Person

HOST = "posts.example.com"


@pytest.fixture(scope="module")
def sky() -> Iterator[BlueskyServer]:
    with on_a_thread(BlueskyServer()) as server:
        server.avatar = face_of("velo")
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sky: BlueskyServer) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("edge")
    environ = {"ADMIND_PUBLIC_URL": f"https://{HOST}", "ADMIND_ALLOW_HOSTS": f"127.0.0.1:{sky.port}"}
    with serving(folder, environ, public=True) as running:
        yield running


@pytest.fixture
def outside(served: Served) -> Iterator[httpx2.Client]:
    """A browser somewhere on the internet, behind whatever terminates TLS."""
    headers = {"host": HOST, "x-forwarded-proto": "https"}
    with httpx2.Client(base_url=served.public_url, headers=headers, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def client_member(served: Served) -> str:
    return str(served.owner("POST", "/members", {"name": "Clara", "roles": ["client"]}).json()["id"])


def link(owner: Person, draft: dict[str, Any], member: str) -> str:
    """The path of a fresh approval link, made on the draft's page."""
    made = owner.post(f"/drafts/{draft['id']}/links", {"digest": draft["digest"], "member": member})
    assert made.status_code == 200, made.text
    found = made.text.partition(f"https://{HOST}")[2].partition("<")[0]
    assert found.startswith("/approve/")
    return found


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


def status(served: Served, draft: str) -> dict[str, Any]:
    with served.client(served.token("read")) as client:
        found: dict[str, Any] = client.get(f"/api/v1/drafts/{draft}").json()
        return found


def test_a_client_sees_the_face_of_the_account_and_of_no_other(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str, sky: BlueskyServer
) -> None:
    options = {"handle": "velo.bsky.example", "app_view": sky.origin, "directory": sky.origin}
    body = {"channel": "bluesky", "name": "Himmel", "options": options}
    made = served.connect(body | {"secrets": {"app_password": sky.people[VELO].password}})
    face = made["face"]
    assert face
    path = link(owner, served.draft("Tell people that we open on Mondays. Himmel, tomorrow 9am."), client_member)
    assert f'<img class="sky-face portrait" src="{path}/{face}"' in outside.get(path).text
    shown = outside.get(f"{path}/{face}")
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    other = link(owner, served.draft("Tell people that we open on Tuesdays. Feed, tomorrow 9am."), client_member)
    assert outside.get(f"{other}/{face}").status_code == 404
    assert served.owner("DELETE", f"/accounts/{made['id']}").status_code < 300


def test_a_client_approves_exactly_what_the_link_shows(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    brand = served.admind.workspace.default_brand
    served.owner("PATCH", f"/brands/{brand}", {"client_approvals": 1, "self_approval": "allowed"})
    draft = served.draft("Tell people that we open on Sundays. Feed, tomorrow 9am, with an image.")
    path = link(owner, draft, client_member)
    page = outside.get(path)
    assert (
        page.status_code == 200 and "Clara, please look" in page.text and draft["versions"][0]["text"][:20] in page.text
    )
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in page.headers["content-security-policy"] and "noindex" in page.headers["x-robots-tag"]
    picture = draft["versions"][0]["media"][0]["sha256"]
    assert outside.get(f"{path}/{picture}").headers["content-type"].startswith("image/")
    assert outside.get(f"{path}/{'0' * 64}").status_code == 404
    assert status(served, draft["id"])["decisions"] == [], "looking decides nothing"
    done = outside.post(path, data={"verdict": "approve"})
    assert done.status_code == 200, done.text
    [decision] = status(served, draft["id"])["decisions"]
    assert decision["member"] == "Clara" and decision["surface"] == "approval link" and decision["verdict"] == "approve"
    served.owner("PATCH", f"/brands/{brand}", {"client_approvals": 0})


def test_a_link_belongs_to_the_first_browser_that_acts(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    draft = served.draft("Tell people that we open at eight. Feed, tomorrow 9am.")
    path = link(owner, draft, client_member)
    assert outside.post(path, data={"verdict": "changes", "reason": "Nine, please"}).status_code == 200
    with httpx2.Client(base_url=served.public_url, headers={"host": HOST}, trust_env=False) as forwarded:
        assert forwarded.get(path).status_code == 200
        refused = forwarded.post(path, data={"verdict": "approve"})
        assert refused.status_code == 403 and "another browser" in refused.text
    found = status(served, draft["id"])
    assert found["status"] == "changes" and found["decisions"][0]["reason"] == "Nine, please"


def test_previews_decide_nothing_and_what_is_sent_again_decides_nothing_more(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    draft = served.draft("Tell people that we bake at four. Feed, tomorrow 9am.")
    path = link(owner, draft, client_member)
    with httpx2.Client(base_url=served.public_url, headers={"host": HOST}, trust_env=False) as preview:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):  # a chat's preview, a mail scanner, a browser that looks ahead
            preview.request(method, path, headers={"sec-purpose": "prefetch"})
    assert status(served, draft["id"])["decisions"] == []
    assert outside.post(path, data={"verdict": "changes", "reason": "At five"}).status_code == 200, "still the first"
    before = status(served, draft["id"])["decisions"]
    again = outside.post(path, data={"verdict": "changes", "reason": "At five"})
    assert again.status_code < 500 and status(served, draft["id"])["decisions"] == before, "once, however often"
    with httpx2.Client(base_url=served.public_url, headers={"host": HOST}, trust_env=False) as copied:
        assert copied.post(path, data={"verdict": "changes", "reason": "At five"}).status_code == 403
    assert status(served, draft["id"])["decisions"] == before


def test_a_link_ends_with_the_wording_it_was_made_for(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    draft = served.draft("Tell people that the bakery has a garden. Feed, tomorrow 9am.")
    path = link(owner, draft, client_member)
    with served.client(served.token("read", "propose", "decide")) as client:
        account = draft["versions"][0]["account"]
        client.patch(f"/api/v1/drafts/{draft['id']}/versions/{account}", json={"text": "Our garden is open."})
    assert "This has changed since the link was made" in outside.get(path).text
    assert outside.post(path, data={"verdict": "approve"}).status_code == 409
    assert status(served, draft["id"])["decisions"] == []


def test_a_revoked_link_opens_nothing(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    draft = served.draft("Tell people that the bakery has a stove. Feed, tomorrow 9am.")
    path = link(owner, draft, client_member)
    name = path.split(".")[1]
    assert owner.post(f"/drafts/{draft['id']}/links/{name}/revoke").status_code == 303
    assert outside.get(path).status_code == 410 and outside.post(path, data={"verdict": "approve"}).status_code == 410


def test_a_link_can_neither_reject_nor_publish(
    served: Served, owner: Person, outside: httpx2.Client, client_member: str
) -> None:
    draft = served.draft("Tell people that the bakery has a cellar. Feed, tomorrow 9am.")
    path = link(owner, draft, client_member)
    for verdict in ("reject", "hold", "withdraw"):
        assert outside.post(path, data={"verdict": verdict}).status_code == 422
    assert status(served, draft["id"])["decisions"] == []


def test_links_go_only_to_those_whose_word_counts(served: Served, owner: Person) -> None:
    somebody = served.owner("POST", "/members", {"name": "Rita", "roles": ["requester"]}).json()["id"]
    draft = served.draft("Tell people that the bakery has a roof. Feed, tomorrow 9am.")
    fields = {"digest": draft["digest"], "member": somebody}
    assert owner.post(f"/drafts/{draft['id']}/links", fields).status_code == 422
    fields = {"digest": "0" * 64, "member": somebody}
    assert owner.post(f"/drafts/{draft['id']}/links", fields).status_code == 409
    rita = Person(served, somebody)
    assert rita.post(f"/drafts/{draft['id']}/links", {"digest": draft["digest"], "member": somebody}).status_code == 403
    rita.http.close()


def test_without_a_public_address_no_page_offers_a_link(running: Served) -> None:
    draft = running.draft("Tell people that the bakery has a bell. Feed, tomorrow 9am.")
    person = Person(running)
    page = person.get(f"/drafts/{draft['id']}").text
    assert "Ask somebody outside" not in page and TOKEN.search(page)
    refused = person.post(f"/drafts/{draft['id']}/links", {"digest": draft["digest"], "member": "m_x"})
    assert refused.status_code == 422 and "public address" in refused.text
    person.http.close()


def test_the_edge_shows_the_feed_to_people_and_nothing_private(served: Served, outside: httpx2.Client) -> None:
    with served.client(served.token("read", "propose", "decide")) as client:
        brand = served.admind.workspace.default_brand
        served.owner("PATCH", f"/brands/{brand}", {"self_approval": "allowed"})
        draft = served.draft("Tell people that our bread is on the feed. Feed, now.")
        body = {"verdict": "approve", "digest": draft["digest"]}
        assert client.post(f"/api/v1/drafts/{draft['id']}/decisions", json=body).status_code == 200
        [post] = client.get(f"/api/v1/drafts/{draft['id']}").json()["posts"]
        due = client.get(f"/api/v1/posts/{post}").json()["status"]
    assert due in ("scheduled", "sending", "published")
    page = outside.get("/feed")
    assert page.status_code == 200 and "text/html" in page.headers["content-type"] and 'href="/feed.xml"' in page.text
    assert outside.get("/").headers["location"] == "/feed"
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert outside.get(style).headers["content-type"].startswith("text/css")
    for private in (
        "/studio",
        "/studio/in",
        "/api/v1/drafts",
        "/readyz",
        "/metrics",
        style.replace("edge.css", "studio.js"),
    ):
        assert outside.get(private).status_code == 404, private


def test_the_doctor_looks_from_outside(served: Served, outside: httpx2.Client, running: Served) -> None:
    rows = served.owner("GET", "/doctor").json()["items"]
    [row] = [row for row in rows if row["what"] == "public address"]
    assert row["state"] == "bad" and HOST in row["found"], "nothing of ours answers at that name here"
    mark = outside.get("/.well-known/admind").json()["mark"]
    assert mark == served.admind.doctor.mark != running.admind.doctor.mark
    assert {"journal", "disk", "encryption key"} <= {row["what"] for row in rows}
    assert until(lambda: outside.get("/.well-known/admind").status_code, lambda code: code == 200, "it stays there")
