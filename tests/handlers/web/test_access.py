"""Who gets in: tokens and their scopes, the local owner's signature, known hosts, bounded bodies, problem documents."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from bot.team.local import local_signature
from tests.handlers.serving import API, Served

READ = [
    "/drafts",
    "/posts",
    "/pauses",
    "/calendar.ics",
    "/audit",
    "/audit/verify",
    "/doctor",
    "/notices",
    "/accounts",
    "/members",
    "/brands",
]
PROPOSE: tuple[tuple[str, str, object], ...] = (
    ("POST", "/requests", {"text": "hello"}),
    ("PATCH", "/drafts/d_x/versions/a_x", {"text": "x"}),
    ("POST", "/drafts/d_x/revisions", {"instruction": "shorter"}),
    ("POST", "/drafts/d_x/declarations", {"paid_partnership": True}),
    ("POST", "/drafts/d_x/schedule", {"when": "tomorrow 9am"}),
    ("POST", "/media", None),
    ("POST", "/pause", {"scope": "topic:nothing"}),
)
DECIDE: tuple[tuple[str, str, object], ...] = (
    ("POST", "/drafts/d_x/decisions", {"verdict": "approve", "digest": "0" * 64}),
    ("POST", "/drafts/d_x/evidence", {"claim": "20%", "text": "our price list"}),
    ("POST", "/drafts/d_x/taken-on", {"claim": "20%", "reason": "I know"}),
    ("POST", "/posts/p_x/cancel", None),
    ("POST", "/posts/p_x/resolutions", {"resolution": "live"}),
    ("POST", "/posts/p_x/take-down", None),
    ("POST", "/resume", {"scope": "topic:nothing"}),
    ("PUT", "/members/m_x/away", {}),
    ("POST", "/brands/b_x/rules/lr_x/accept", {}),
    ("POST", "/brands/b_x/rules/lr_x/decline", None),
    ("POST", "/brands/b_x/rules/lr_x/reconsider", None),
    ("DELETE", "/drafts/d_x", None),
)
OWNER: tuple[tuple[str, str, object], ...] = (
    ("POST", "/tokens", {"scopes": ["read"]}),
    ("GET", "/tokens", None),
    ("DELETE", "/tokens/k_x", None),
    ("POST", "/members", {"name": "X"}),
    ("PUT", "/members/m_x/roles", {"roles": []}),
    ("DELETE", "/members/m_x", None),
    ("POST", "/brands", {"name": "X"}),
    ("PATCH", "/brands/b_x", {}),
    ("POST", "/accounts/try", {"channel": "feed", "name": "X"}),
    ("POST", "/accounts", {"tried": "x"}),
    ("POST", "/accounts/decline", {"tried": "x"}),
    ("POST", "/brands/b_x/import", {"url": "https://velo.example"}),
    ("GET", "/brands/b_x/import", None),
    ("POST", "/brands/b_x/import/take", {"parts": ["facts"]}),
    ("DELETE", "/brands/b_x/import", None),
    ("PUT", "/accounts/a_x/rules", {}),
    ("DELETE", "/accounts/a_x", None),
    ("POST", "/backup", {"path": "/nowhere"}),
    ("GET", "/export", None),
    ("POST", "/keys/rotation", None),
    ("POST", "/doctor/repair", None),
)


def is_problem(answer: httpx2.Response, status: int) -> bool:
    document = answer.json()
    return (
        answer.status_code == document["status"] == status
        and answer.headers["content-type"] == "application/problem+json"
        and bool(document["title"])
        and bool(document["detail"])
    )


@pytest.mark.parametrize("path", READ)
def test_reading_needs_a_token_that_may_read(running: Served, path: str) -> None:
    with running.client() as stranger, running.client(running.token("propose")) as blind:
        refused = stranger.get(API + path)
        assert is_problem(refused, 401) and refused.headers["www-authenticate"] == "Bearer"
        assert is_problem(blind.get(API + path), 403)
    with running.client(running.token("read")) as reader:
        assert reader.get(API + path).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), PROPOSE + DECIDE)
def test_writing_needs_the_scope_for_it(running: Served, method: str, path: str, body: object) -> None:
    with running.client() as stranger:
        assert is_problem(stranger.request(method, API + path, json=body), 401)
    scopes = ("read",) if (method, path, body) in PROPOSE else ("read", "propose")
    with running.client(running.token(*scopes)) as client:
        assert is_problem(client.request(method, API + path, json=body), 403)


@pytest.mark.parametrize(("method", "path", "body"), OWNER)
def test_setting_up_is_the_local_owners_alone(running: Served, method: str, path: str, body: object) -> None:
    with running.client(running.token("read", "propose", "decide")) as client:
        assert is_problem(client.request(method, API + path, json=body), 403)
    with running.client() as stranger:
        assert is_problem(stranger.request(method, API + path, json=body), 401)


def test_what_is_not_there_is_a_problem_document(decider: httpx2.Client) -> None:
    digest = "0" * 64
    for method, path, body in (
        ("GET", "/drafts/d_none", None),
        ("GET", "/drafts/d_none/card", None),
        ("GET", "/posts/p_none", None),
        ("GET", "/requests/r_none", None),
        ("GET", "/media/" + digest, None),
        ("GET", "/nothing", None),
        ("POST", "/drafts/d_none/decisions", {"verdict": "approve", "digest": digest}),
        ("POST", "/posts/p_none/cancel", None),
        ("POST", "/posts/p_none/resolutions", {"resolution": "live"}),
        ("PATCH", "/drafts/d_none/versions/a_none", {"text": "x"}),
        ("POST", "/drafts/d_none/revisions", {"instruction": "shorter"}),
    ):
        assert is_problem(decider.request(method, API + path, json=body), 404), path


def test_a_token_is_useless_once_it_is_revoked(running: Served) -> None:
    secret = running.token("read", "propose", fresh=True)
    listed = running.owner("GET", "/tokens").json()["items"][0]
    with running.client(secret, **{"Idempotency-Key": "before"}) as client:
        assert client.post(f"{API}/requests", json={"text": "hello"}).status_code == 202
        assert running.owner("DELETE", f"/tokens/{listed['id']}").status_code == 204
        assert client.get(f"{API}/drafts").status_code == 401
        assert client.post(f"{API}/requests", json={"text": "hello"}).status_code == 401
    assert secret not in running.owner("GET", "/tokens").text


def test_the_token_in_the_data_directory_reads_and_proposes_and_no_more(running: Served) -> None:
    path = running.admind.settings.data_dir / "token"
    assert path.stat().st_mode & 0o777 == 0o600
    with running.client(path.read_text().strip()) as client:
        assert client.get(f"{API}/drafts").status_code == 200
        assert client.post(f"{API}/requests", json={"text": "hello"}).status_code == 202
        assert client.post(f"{API}/resume").status_code == 403


def test_a_member_who_was_erased_gets_in_no_more(running: Served) -> None:
    member = running.owner("POST", "/members", {"name": "Leaver", "roles": ["approver"]}).json()["id"]
    secret = running.token("read", member=member)
    assert running.owner("DELETE", f"/members/{member}").status_code == 204
    with running.client(secret) as client:
        assert client.get(f"{API}/drafts").status_code == 401


def test_a_signature_is_good_once_and_for_its_request_alone(running: Served) -> None:
    path = f"{API}/tokens"
    settings, now = running.admind.settings, running.admind.clock.now()
    signed = {"Authorization": local_signature(settings, "GET", path, b"", now)}
    with running.client() as client:
        assert client.get(f"{API}/export", headers=signed).status_code == 401
        assert client.get(path, headers=signed).status_code == 200
        assert client.get(path, headers=signed).status_code == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Basic eDp5", "AdMind-Local 1.2.3", "AdMind-Local", "\xff"])
def test_credentials_of_no_sense_are_a_strangers(running: Served, value: str) -> None:
    with running.client() as client:
        headers = {b"authorization": value.encode("latin-1")}
        assert is_problem(client.get(f"{API}/drafts", headers=headers), 401)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[", "admind:8484"])
def test_names_that_are_not_ours_lead_nowhere(running: Served, host: str) -> None:
    """A page that rebinds its own name to this machine reads nothing."""
    status, _ = raw(running.url, "GET", "/healthz", {"Host": host})
    assert status in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8484", "10.1.2.3:8484"])
def test_this_machines_names_and_bare_addresses_are_known(running: Served, host: str) -> None:
    assert raw(running.url, "GET", "/healthz", {"Host": host})[0] == 200


def test_pages_of_other_origins_reach_the_feed_and_nothing_else(running: Served, reader: httpx2.Client) -> None:
    foreign = {"Origin": "https://reader.example"}
    assert reader.get("/feed.xml", headers=foreign).headers["access-control-allow-origin"] == "*"
    assert is_problem(reader.get(f"{API}/drafts", headers=foreign), 403)
    assert reader.get(f"{API}/drafts", headers={"Origin": running.url}).status_code == 200


def test_bodies_are_bounded_before_they_are_read(running: Served, proposer: httpx2.Client) -> None:
    assert is_problem(proposer.post(f"{API}/requests", content=b"x" * 2_000_001), 413)
    assert is_problem(proposer.post(f"{API}/media", content=b"x" * 25_000_001), 413)


def test_bodies_of_unknown_length_are_bounded_too(proposer: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    assert is_problem(proposer.post(f"{API}/requests", content=endless()), 413)


NO_SENSE = (
    *(b"", b"{", b"[]", b"null", b"\xff\xfe"),
    *(b'{"text": 1}', b'{"text": "x", "more": 1}', b'{"text": "\\ud800"}'),
)


@pytest.mark.parametrize("body", NO_SENSE)
def test_bodies_of_another_form_are_told_what_is_wrong(proposer: httpx2.Client, body: bytes) -> None:
    answer = proposer.post(f"{API}/requests", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and is_problem(answer, answer.status_code)


def test_safe_headers_are_on_every_answer(running: Served, reader: httpx2.Client) -> None:
    for path in ("/healthz", f"{API}/drafts", f"{API}/nothing", "/feed.xml"):
        headers = reader.get(path).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_health_needs_no_token(running: Served) -> None:
    with running.client() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json()["status"] == "ready"
        metrics = client.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "\nadmind_ready 1.0\n" in metrics.text


def raw(url: str, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """A request with exactly these headers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
