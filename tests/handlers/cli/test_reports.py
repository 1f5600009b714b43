"""Reports and numbers from the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("reports"))
    with found.running():
        yield found


def test_a_report_is_said_and_written_and_a_wrong_file_changes_nothing(here: AdMindHere) -> None:
    said = here.run("report", "last", "week", "--to", "a.pdf", "--to", "a.csv").stdout
    assert "in numbers · Nothing was due." in said and "Written: a.pdf" in said
    assert (here.folder / "a.pdf").read_bytes().startswith(b"%PDF")
    assert here.json("report")["posts"] == []
    assert "must end with" in here.run("report", "--to", "a.docx", code=None).stderr
    (here.folder / "n.csv").write_text("post,read_at,views\np_x,2026-01-01,3\n")
    wrong = here.run("numbers", "n.csv", "--write", code=None).stdout
    assert "line 2: No post of this brand" in wrong and "Nothing was changed." in wrong
