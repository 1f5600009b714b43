"""Connecting over REST and from the terminal: whose it is stands there before anything counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bluesky_server import ANA, VELO, BlueskyServer
from tests.fakes.faulty_http import on_a_thread
from tests.handlers.cli.admind import AdMindHere
from tests.handlers.serving import Served, serving


@pytest.fixture(scope="module")
def sky() -> Iterator[BlueskyServer]:
    with on_a_thread(BlueskyServer()) as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sky: BlueskyServer) -> Iterator[Served]:
    allowed = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{sky.port}"}
    with serving(tmp_path_factory.mktemp("connecting"), allowed) as running:
        yield running


def body(sky: BlueskyServer, who: str = VELO, **more: object) -> dict[str, object]:
    person = sky.people[who]
    options = {"handle": person.handle, "app_view": sky.origin, "directory": sky.origin}
    return {"channel": "bluesky", "options": options, "secrets": {"app_password": person.password}, **more}


def names(served: Served) -> set[str]:
    with served.client(served.token("read")) as client:
        found = client.get("/api/v1/accounts").json()["items"]
    return {each["name"] for each in found if each["channel"] == "bluesky" and not each["closed"]}


def test_whose_it_is_stands_there_before_it_counts(served: Served, sky: BlueskyServer) -> None:
    tried = served.owner("POST", "/accounts/try", body(sky, name="Sky"))
    assert tried.status_code == 201, tried.text
    seen = tried.json()
    assert seen["handle"] == f"@{sky.people[VELO].handle}" and seen["name"] == "Sky" and seen["brand"]
    assert not seen["known"] and sky.people[VELO].password not in tried.text
    assert names(served) == set()
    made = served.owner("POST", "/accounts", {"tried": seen["tried"]})
    assert made.status_code == 201 and made.json()["name"] == "Sky"
    assert names(served) == {"Sky"}
    again = served.owner("POST", "/accounts", {"tried": seen["tried"]})
    assert again.status_code == 404, "it is good once"
    assert served.owner("POST", "/accounts/try", body(sky)).json()["known"]


def test_what_is_declined_is_forgotten(served: Served, sky: BlueskyServer) -> None:
    seen = served.owner("POST", "/accounts/try", body(sky, ANA)).json()
    assert served.owner("POST", "/accounts/decline", {"tried": seen["tried"]}).status_code == 204
    assert served.owner("POST", "/accounts", {"tried": seen["tried"]}).status_code == 404


def test_what_somebody_else_tried_is_not_theirs_to_confirm(served: Served, sky: BlueskyServer) -> None:
    seen = served.owner("POST", "/accounts/try", body(sky, ANA)).json()
    other = served.owner("POST", "/members", {"name": "Eva", "roles": ["owner"]}).json()["id"]
    with served.client(served.token("read", "propose", "decide", member=other)) as client:
        assert client.post("/api/v1/accounts", json={"tried": seen["tried"]}).status_code == 403
    assert sky.people[ANA].handle not in str(names(served))


def test_the_terminal_shows_it_and_asks(tmp_path: Path, sky: BlueskyServer) -> None:
    here = AdMindHere(tmp_path, extra={"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{sky.port}"})
    person = sky.people[VELO]
    add = ["accounts", "add", "bluesky", "Sky", "--secret", f"app_password={person.password}"]
    for option in (f"handle={person.handle}", f"app_view={sky.origin}", f"directory={sky.origin}"):
        add += ["--option", option]
    with here.running():
        refused = here.run(*add, code=3)
        assert person.handle in refused.stdout and "--yes" in refused.stderr
        assert all(each["channel"] != "bluesky" for each in here.json("accounts", "list")["items"])
        told = here.run(*add, "--yes").stdout
        assert person.handle in told and "last post" in told and "Sky is connected" in told
        assert person.password not in told + refused.stdout + refused.stderr
