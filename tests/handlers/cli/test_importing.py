"""`admind brand import` and `admind brand rules`: shown, asked for part by part, taken; nothing without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.fakes.page_server import PageServer
from tests.handlers.brand_site import brand_site
from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def site() -> Iterator[PageServer]:
    with brand_site() as found:
        yield found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, site: PageServer) -> Iterator[AdMindHere]:
    """AdMind runs, so that commands are quick."""
    found = AdMindHere(tmp_path_factory.mktemp("importing"), extra={"ADMIND_ALLOW_HOSTS": site.host})
    with found.running():
        yield found


def brand(here: AdMindHere) -> Any:
    return here.json("brand")


def test_a_homepage_is_shown_and_parts_are_taken_by_name(here: AdMindHere, site: PageServer, tmp_path: Path) -> None:
    posts = tmp_path / "posts.txt"
    posts.write_text("One. #velowerk\n---\nTwo. #velowerk\n---\nThree. #velowerk\n", encoding="utf-8")
    shown = here.run("brand", "import", f"http://{site.host}/", "--posts", str(posts))
    assert "Velo Werk" in shown.stdout and "velowerk" in shown.stdout and "3 past posts" in shown.stdout
    assert "Nothing was taken." in shown.stdout and brand(here)["facts"] == []
    taken = here.json("brand", "import", "--take", "facts,palette")
    assert taken["palette"][0] == "#0f5c43" and len(taken["facts"]) >= 4 and taken["name"] != "Velo Werk"
    everything = here.json("brand", "import", "--take", "all")
    assert everything["name"] == "Velo Werk" and everything["profile"]["hashtags"]["always"] == ["velowerk"]
    assert "Nothing waits." in here.run("brand", "import", code=1).stderr


def test_at_a_terminal_each_part_is_asked_for(here: AdMindHere, site: PageServer) -> None:
    here.run("brand", "--name", "My shop", "--voice", "Dry.")
    child = here.terminal("brand", "import", f"http://{site.host}/")
    asked: list[str] = []
    while child.expect([r"Take (.+?)\? \[y/N\]", r"Taken: voice\."]) == 0:
        assert isinstance(child.match, re.Match)
        asked.append(child.match.group(1))
        child.sendline("y" if asked[-1] == "voice" else "n")
    assert asked[0] == "name" and "voice" in asked, asked
    child.expect(pexpect.EOF)
    child.close()
    assert brand(here)["name"] == "My shop" and "No exclamation marks." in brand(here)["voice"]
    assert here.json("brand", "import", "--throw-away")["thrown_away"] is True


def test_what_cannot_be_read_is_said(here: AdMindHere, site: PageServer) -> None:
    said = here.run("brand", "import", f"http://{site.host}/none", code=1).stderr
    assert "I could not read this homepage. There is no such page." in said
    said = here.run("brand", "import", "--take", "policy", code=1).stderr
    assert "There is no part" in said and "Nothing changed." in said


def test_rules_are_listed_and_decided_by_a_person(here: AdMindHere) -> None:
    assert "No rule yet" in here.run("brand", "rules").stdout
    here.run("brand", "--voice", "Dry.")
    for topic in ("spring sale", "new workshop", "open day"):
        done = here.json("ask", "--new", f'Post exactly "Our {topic} is here! Come by." Feed, tomorrow 9am.')
        draft = here.json("show", done["drafts"][0])
        text = draft["versions"][0]["text"].replace("!", ".")
        here.run("edit", draft["id"], "--text", text)
    (rule,) = here.json("brand", "rules")["items"]
    listed = here.run("brand", "rules").stdout
    assert rule["id"] in listed and "You take exclamation marks out." in listed and "3 of 3 edits" in listed
    assert "Our open day is here!" in listed and "becomes: No exclamation marks." in listed
    here.run("brand", "rules", "--accept", rule["id"], code=3)
    assert "Accepted." in here.answered("brand", "rules", "--accept", rule["id"])
    assert brand(here)["profile"]["manner"]["dont"] == ["No exclamation marks."]
    assert "Declined." in here.answered("brand", "rules", "--decline", rule["id"])
    assert brand(here)["profile"]["manner"]["dont"] == []
