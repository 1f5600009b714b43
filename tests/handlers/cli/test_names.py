"""Names from the terminal: a code is made, shown, and refused in words when it is no good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("names"))
    with found.running():
        yield found


def test_who_is_who_from_the_terminal(here: AdMindHere) -> None:
    told = here.run("names", "link").stdout
    code = told.split("/admind link ")[1][:14]
    assert f"admind names link {code}" in told
    assert "Nobody has used this code yet" in here.run("names", "link", code, "--yes", code=None).stderr
    assert "not good" in here.run("names", "link", "AAAA-BBBB-CCCC", "--yes", code=None).stderr
    ana = here.json("members", "add", "Ana", "--role", "approver")["id"]
    here.json("names", "distinct", ana, "--no")
    assert "Ana" in here.run("names").stdout
    people = {each["id"]: each for each in here.json("names")["people"]}
    assert people[ana]["maybe"] == ["Owner"]
    assert "counted again" in here.run("names", "distinct", ana).stdout
    assert "no linked name" in here.run("names", "unlink", ana, "slack|T1|U1", code=None).stderr
