"""Watched feeds and files of text from the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.drafting.pdfs import article
from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("feeds"))
    with found.running():
        yield found


def test_what_cannot_be_watched_is_said_and_nothing_is(here: AdMindHere) -> None:
    for address in ("http://127.0.0.1:9/feed", "file:///etc/passwd", "http://169.254.169.254/"):
        assert "be opened" in here.run("feeds", "add", address, code=None).stderr
    assert "no account" in here.run("feeds", "add", "https://velo.example/f", "--account", "X", code=None).stderr
    assert here.json("feeds")["items"] == []
    assert "no watched feed" in here.run("feeds", "remove", "wf_none", code=None).stderr


def test_a_file_is_asked_about(here: AdMindHere) -> None:
    (here.folder / "release.pdf").write_bytes(article())
    done = here.json("ask", "Write a post about this file", "--file", "release.pdf")
    assert "40 bikes to try" in done["cards"][0]["versions"][0]["text"]
    (here.folder / "a.exe").write_bytes(b"MZ")
    assert "text files" in here.run("ask", "Post this", "--file", "a.exe", code=None).stderr
