"""A brand leaves, in the studio and at the terminal: taken along, asked for, undone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from tests.handlers.serving import Served, serving, until
from tests.handlers.studio.test_safety import Person


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("leaving")) as running:
        yield running


def test_an_owner_takes_everything_along(served: Served) -> None:
    draft = served.draft("Tell people that we open a shop in Bern. Feed, tomorrow 9am.")
    owner = Person(served)
    assert "Take everything along" in owner.get("/settings/brand").text
    answer = owner.get("/settings/leaving/export")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        assert any(draft["id"] in name for name in found.namelist())
    owner.http.close()


def test_others_do_not(served: Served) -> None:
    ana = served.owner("POST", "/members", {"name": "Ana", "roles": ["approver"]}).json()["id"]
    person = Person(served, ana)
    assert "Take everything along" not in person.get("/settings/brand").text
    assert person.get("/settings/leaving/export").status_code == 403
    person.http.close()
    with served.client(served.token("read", "propose", "decide", member=ana)) as program:
        refused = program.post(f"/api/v1/brands/{draft_brand(served)}/export", json={"path": "/tmp/none.zip"})
    assert refused.status_code == 403


def draft_brand(served: Served) -> str:
    return served.admind.workspace.default_brand


def test_erasing_is_asked_for_by_name_and_undone_with_one_press(served: Served) -> None:
    owner = Person(served)
    wrong = owner.post("/settings/leaving/erase", {"name": "Another"})
    assert wrong.status_code == 422 and "not the brand" in wrong.text
    brand = draft_brand(served)
    name = next(each["name"] for each in served.owner("GET", "/brands").json()["items"] if each["id"] == brand)
    asked = owner.post("/settings/leaving/erase", {"name": name})
    assert asked.status_code == 303 and asked.headers["location"] == "/studio/settings/leaving"
    page = owner.get("/settings/leaving").text
    assert name in page and f"/studio/settings/leaving/{brand}/keep" in page
    assert "This brand leaves" in owner.get("/settings/brand").text
    told = until(
        lambda: [each["card"]["title"] for each in served.owner("GET", "/notices").json()["items"]],
        lambda titles: any("leaves AdMind" in title for title in titles),
        "people are told",
    )
    assert told
    (leaving,) = served.owner("GET", "/leavings").json()["items"]
    assert (leaving["brand"], leaving["state"]) == (brand, "cooling")
    assert owner.post(f"/settings/leaving/{brand}/keep").status_code == 303
    assert "No brand leaves." in owner.get("/settings/leaving").text
    owner.http.close()


def test_over_rest_the_same(served: Served) -> None:
    brand = draft_brand(served)
    assert served.owner("POST", f"/brands/{brand}/erasure", {"name": "Another"}).status_code == 422
    name = next(each["name"] for each in served.owner("GET", "/brands").json()["items"] if each["id"] == brand)
    asked = served.owner("POST", f"/brands/{brand}/erasure", {"name": name})
    assert asked.status_code == 202 and asked.json()["state"] == "cooling"
    with served.client(served.token("read", "propose", "decide")) as program:
        assert program.delete(f"/api/v1/brands/{brand}/erasure").status_code == 403, "for the owner at the machine"
    assert served.owner("DELETE", f"/brands/{brand}/erasure").json()["state"] == "kept"
    assert served.owner("DELETE", f"/leavings/{brand}").status_code == 422
