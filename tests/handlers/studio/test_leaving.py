"""A brand leaves, in the studio and at the terminal: taken along, asked for, undone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from tests.handlers.serving import Served, serving
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
