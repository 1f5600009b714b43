"""What keeps the studio shut: sessions, forms, origins, hosts, policies, and brands as boundaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from tests.e2e.browser import sign_in_path
from tests.fakes.clocks import NEXT_YEAR
from tests.handlers.serving import Served, serving

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


class Person:
    """A browser without its engine: cookies, forms, no script."""

    def __init__(self, served: Served, member: str = "") -> None:
        self.http = served.client()
        path = sign_in_path(served, member)
        self.entered = self.http.post(path)
        assert self.entered.status_code == 303, self.entered.text

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.http.get(f"/studio{path}", headers=headers)

    def form(self, page: str = "/stop/ask") -> str:
        found = TOKEN.search(self.get(page).text)
        assert found
        return found[1]

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        return self.http.post(f"/studio{path}", data={"form_token": self.form(), **(fields or {})}, headers=headers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


PLACES = (
    "/",
    "/chat",
    "/drafts",
    "/calendar",
    "/calendar/files",
    "/posts",
    "/library",
    "/stop/ask",
    "/settings/audit",
    "/live",
)


@pytest.mark.parametrize("path", PLACES)
def test_a_stranger_is_shown_the_door(served: Served, path: str) -> None:
    with served.client() as stranger:
        answer = stranger.get(f"/studio{path}")
        assert answer.status_code == 303 and answer.headers["location"] == "/studio/in"
        part = stranger.get(f"/studio{path}", headers={"hx-request": "true"})
        assert part.status_code == 401 and part.headers["hx-redirect"] == "/studio/in"


def test_the_cookie_is_kept_from_scripts_and_other_sites(owner: Person) -> None:
    cookie = owner.entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/studio" in cookie
    assert "Secure" not in cookie, "this server is not behind TLS"


def test_behind_tls_the_cookie_travels_over_tls_alone(served: Served) -> None:
    with served.client() as http:
        entered = http.post(sign_in_path(served), headers={"x-forwarded-proto": "https"})
    assert "Secure" in entered.headers["set-cookie"]


def test_looking_at_a_link_does_not_use_it_up(served: Served) -> None:
    path = sign_in_path(served)
    with served.client() as http:
        for _ in range(3):  # a chat's preview, a virus scanner, a person
            assert "Hello, Owner." in http.get(path).text
        assert http.post(path).status_code == 303
        assert http.post(path).status_code == 410


def test_a_form_of_another_session_or_none_changes_nothing(served: Served, owner: Person) -> None:
    other = Person(served)
    for token in ("", "0" * 96, other.form()):
        refused = owner.http.post("/studio/stop", data={"form_token": token, "scope": "workspace"})
        assert refused.status_code == 403, token
    assert owner.http.post("/studio/stop", data={"scope": "workspace"}).status_code == 403
    with served.client(served.token("read")) as client:
        assert client.get("/api/v1/pauses").json()["items"] == []
    other.http.close()


def test_pages_of_other_origins_get_nowhere(owner: Person) -> None:
    fields = {"scope": "workspace"}
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        assert owner.post("/stop", fields, origin=origin).status_code == 403, origin


def test_a_host_that_nobody_named_is_refused(owner: Person) -> None:
    assert owner.get("/drafts", host="evil.example").status_code == 421


class Active(HTMLParser):
    """What in a page would run, or need a policy that lets it; words that only look like it are words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self.found += [tag] if tag == "script" and "src" not in names else []
        self.found += [name for name in names if name.startswith("on") or name == "style"]
        self.found += [value for _, value in attrs if value and value.strip().lower().startswith("javascript:")]


def test_every_page_forbids_what_it_does_not_need(owner: Person) -> None:
    for path in ("/chat", "/drafts", "/in", "/nowhere"):
        answer = owner.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY" and answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        page = Active()
        page.feed(answer.text)
        assert page.found == [], path


def test_who_guesses_links_has_to_wait(tmp_path: Path) -> None:
    with serving(tmp_path / "guessed") as fresh, fresh.client() as http:
        wrong = f"/studio/in/{fresh.admind.workspace.id}.i_23456789abcd." + "x" * 43
        codes = [http.get(wrong).status_code for _ in range(12)]
        assert codes[:10] == [410] * 10 and codes[10:] == [429, 429]
        assert http.get(sign_in_path(fresh)).status_code == 429, "even with the right one, from that place"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", '"><img src=x onerror=alert(1)>'])
def test_hostile_words_are_words(served: Served, owner: Person, text: str) -> None:
    asked = served.ask(f"Tell people that {text} is our new name. Feed, tomorrow 9am.")
    for path in ("/chat", "/drafts", *(f"/drafts/{draft}" for draft in asked["drafts"])):
        page = owner.get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page, path


def test_two_brands_never_see_a_word_of_each_other(tmp_path: Path) -> None:
    canary = "Zwitschervogel"
    with serving(tmp_path / "brands") as two:
        other = two.owner("POST", "/brands", {"name": f"Brand {canary}"}).json()["id"]
        home = two.admind.workspace.default_brand
        ben = two.owner("POST", "/members", {"name": "Ben", "roles": ["owner"], "brand": home}).json()["id"]
        secret = two.draft(f"Tell people about {canary}. Feed, tomorrow 9am, with an image.", brand=other)
        with two.client(two.token("read", "propose", "decide")) as client:
            body = {"verdict": "approve", "digest": secret["digest"]}
            assert client.post(f"/api/v1/drafts/{secret['id']}/decisions", json=body).status_code == 200
            post = client.get(f"/api/v1/drafts/{secret['id']}").json()["posts"][0]
        picture = secret["versions"][0]["media"][0]["sha256"]
        account = secret["versions"][0]["account"]
        ana, person = Person(two), Person(two, ben)
        seen = ("/chat", "/drafts?show=all", "/calendar", "/calendar?view=list",
                "/calendar/files/export?days=400", "/calendar/files", "/posts?show=all", "/library",
                "/stop/ask",
                "/settings/brand", "/settings/members", "/settings/accounts", "/settings/tokens", "/settings/audit",
                "/settings/system", "/settings/me", "/settings/audit?about=" + secret["id"])  # fmt: skip
        assert canary in ana.get("/drafts?show=all").text, "the owner of both sees it"
        for path in seen:
            answer = person.get(path)
            assert (
                answer.status_code == 200
                and canary not in answer.text
                and secret["id"] not in answer.text.replace(f'value="{secret["id"]}"', "")
            ), path
        for path in (f"/drafts/{secret['id']}", f"/drafts/{secret['id']}/diff", f"/card/{secret['id']}",
                     f"/posts/{post}", f"/media/{picture}", f"/drafts/{secret['id']}/edit/{account}"):  # fmt: skip
            assert person.get(path).status_code == 404, path
        for path, fields in (
            (f"/drafts/{secret['id']}/decisions", {"verdict": "reject", "digest": secret["digest"]}),
            (f"/drafts/{secret['id']}/edit/{account}", {"digest": secret["versions"][0]["digest"], "text": "Mine"}),
            ("/calendar/move", {"draft": secret["id"], "to": f"{NEXT_YEAR}-01-02"}),
            (f"/posts/{post}/cancel", {}),
            ("/stop", {"scope": f"brand:{other}"}),
            (f"/settings/accounts/{account}/close", {}),
        ):
            answer = person.post(path, fields)
            assert answer.status_code in (403, 404, 422), (path, answer.status_code, answer.text[:300])
        assert person.post("/brand", {"brand": other}).status_code == 303
        assert canary not in person.get("/drafts?show=all").text
        ana.http.close()
        person.http.close()


def test_a_token_that_decides_is_made_by_owners_alone(served: Served, owner: Person) -> None:
    approver = served.owner("POST", "/members", {"name": "Aron", "roles": ["approver"]}).json()["id"]
    person = Person(served, approver)
    fields = {"name": "robot", "scope": "decide"}
    assert "decide in your name" not in person.get("/settings/tokens").text.partition("<form")[2]
    refused = person.post("/settings/tokens", fields)
    assert refused.status_code == 403 and "adm_" not in refused.text
    made = owner.post("/settings/tokens", fields)
    assert made.status_code == 200 and "adm_" in made.text and "adm_" not in owner.get("/settings/tokens").text
    person.http.close()
