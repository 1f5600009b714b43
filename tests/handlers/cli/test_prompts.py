"""`admind prompts`: what models are told, and how well one writes by it, compared and held to a share."""

from __future__ import annotations

from pathlib import Path

from tests.handlers.cli.admind import AdMindHere


def test_prompts_are_listed_and_shown_with_what_they_are_for(tmp_path: Path) -> None:
    here = AdMindHere(tmp_path)
    listed = here.json("prompts")
    assert [each["id"] for each in listed] == [
        "agent", "campaign_arc", "copywriter", "critic", "describer", "importer", "picture", "planner", "reader",
        "report", "reviser", "slides", "swap",
    ]  # fmt: skip
    shown = here.run("prompts", "show", "copywriter").stdout
    assert "Writes one post for one account" in shown and "need" in shown and "## What you may say" in shown
    assert "`admind prompts` lists them" in here.run("prompts", "show", "poet", code=1).stderr
    assert not here.data.exists(), "looking at prompts opens no data"


def test_a_table_compares_two_versions_and_a_share_decides_the_exit(tmp_path: Path) -> None:
    here, older = AdMindHere(tmp_path), tmp_path / "older"
    older.mkdir()
    (older / "critic.md").write_text("---\nid: critic\nversion: 1\n---\nName every fault.", encoding="utf-8")
    told = here.run("prompts", "eval", "--brief", "bike-sale", "--brief", "two-languages", "--prompts", str(older))
    assert "offline · older" in told.stdout and "3/3" in told.stdout and "written in en, not de" in told.stdout
    assert told.stdout.count("80%") >= 2, "four of the five texts pass, by both versions"
    [found] = here.json("prompts", "eval", "--brief", "bike-sale", "--least", "1")
    assert (found["model"], found["passed"], found["texts"], found["usage"]["calls"]) == ("offline", 1, 3, 0)
    short = here.run("prompts", "eval", "--brief", "two-languages", "--least", "0.9", code=1)
    assert "Fewer than 90% of the texts passed" in short.stderr
    assert "There is no golden brief nothing" in here.run("prompts", "eval", "--brief", "nothing", code=1).stderr
    assert not here.data.exists(), "an evaluation touches no data of anybody"
