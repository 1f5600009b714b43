"""The OpenAPI document is true: whatever it allows is answered as it says, and never with an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from bot.bootstrap import AdMind
from handlers.web.app import create_app
from tests.handlers.serving import API, Served, serving


def described() -> Any:
    """The document, from an application whose services nobody calls."""
    settings_ = SimpleNamespace(host="localhost", public_url="", links_url="", public_port=None, mcp="off")
    return create_app(cast(AdMind, SimpleNamespace(settings=settings_))).openapi()


@pytest.fixture(scope="module")
def document(running: Served) -> Any:
    with running.client() as client:
        return client.get(f"{API}/openapi.json").json()


def test_the_contracts_addresses_are_there(document: Any) -> None:
    there = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    for method, path in (
        ("POST", "/requests"),
        ("GET", "/requests/{request_id}"),
        ("GET", "/requests/{request_id}/events"),
        ("GET", "/drafts"),
        ("GET", "/drafts/{draft}"),
        ("POST", "/drafts/{draft}/decisions"),
        ("PATCH", "/drafts/{draft}/versions/{account}"),
        ("POST", "/drafts/{draft}/revisions"),
        ("GET", "/posts"),
        ("POST", "/posts/{post}/cancel"),
        ("POST", "/posts/{post}/resolutions"),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("GET", "/calendar.ics"),
        ("GET", "/audit"),
        ("POST", "/media"),
    ):
        assert (method, API + path) in there, path
    assert {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")} <= there


OPERATIONS: list[Any] = [
    cast(Any, found).ok() for found in schemathesis.openapi.from_dict(described()).get_all_operations()
]
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::hypothesis.errors.HypothesisDeprecationWarning"
)
SKIPPED = ("/events", "/backup", "/export")  # endless, or about this machine's files


@pytest.fixture(scope="session")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An AdMind of its own: what it is asked here pauses, closes and renames."""
    with serving(tmp_path_factory.mktemp("rough")) as served:
        yield served


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method.upper()} {each.path}")
def test_whatever_it_allows_is_answered_without_an_error_of_ours(rough: Served, operation: Any) -> None:
    if operation.path.endswith(SKIPPED):
        pytest.skip("looked at elsewhere")

    @given(case=operation.as_strategy())
    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any) -> None:
        arguments = case.as_transport_kwargs(base_url=rough.url)
        names = ("method", "url", "headers", "params", "json", "content", "files")
        sent = {name: arguments[name] for name in names if arguments.get(name) is not None}
        if isinstance(data := arguments.get("data"), bytes | str):
            sent["content"] = data
        sent["headers"] = {**dict(sent.get("headers", {})), "Authorization": _bearer(rough)}
        try:
            answer = client.request(**sent)
        except (UnicodeError, httpx2.InvalidURL, httpx2.LocalProtocolError):
            return  # no such request can be sent
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            assert answer.json()["status"] == answer.status_code

    with httpx2.Client(timeout=60, trust_env=False) as client:
        holds()


def _bearer(served: Served) -> str:
    return f"Bearer {served.token('read', 'propose', 'decide')}"
