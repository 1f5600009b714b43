"""Plans, campaigns, advice, best times and experiments from the terminal: in words, as JSON, and where nothing is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("planning"))
    with found.running():
        yield found


def test_where_nothing_is_each_says_what_to_do(here: AdMindHere) -> None:
    assert here.json("experiments")["offer"]["may"] is False
    assert "Feed: not enough data for a best time" in here.run("best-time").stdout
    [account] = here.json("best-time")["items"]
    assert account["posts"] == 0 and account["usable"] is False
    assert "nothing is left to say there: add points to the plan" in here.run("advise").stdout
    assert len(here.json("advise", "--count", "2")["items"]) <= 2
    assert "There is not enough data for an experiment: 0 posts" in here.run("experiments").stdout


def test_a_plan_is_said_read_back_changed_and_shown(here: AdMindHere) -> None:
    assert "Nothing is planned yet: admind plan add" in here.run("plan").stdout
    assert "At what time?" in here.run("plan", "add", "Feed Mondays tip", code=None).stderr
    added = here.run("plan", "add", "Feed Mon and Wed 9:00 tip", "--yes").stdout
    assert "• Feed · every Monday, 09:00 · tip" in added and "Planned." in added
    again = here.json("plan", "add", "Feed Mon and Wed 9:00 tip", "--yes")["items"]
    plan = here.json("plan")
    assert [each["id"] for each in plan["plan"]["recurring"]] == [each["id"] for each in again], "not twice"
    assert "every Wednesday, 09:00" in here.run("plan", COLUMNS="200").stdout
    slot = plan["slots"][-1]["id"]
    assert "left out" in here.run("plan", "skip", slot).stdout
    assert "back" in here.run("plan", "skip", slot, "--back").stdout
    assert "being filled." in here.run("plan", "fill").stdout
    assert here.run("plan", "pause", "--from", "2031-01-01").stdout == "Paused.\n"
    assert "goes on" in here.run("plan", "go-on").stdout
    assert "Removed." in here.run("plan", "remove", again[0]["id"]).stdout
    assert "no such" in here.run("plan", "remove", again[0]["id"], code=None).stderr


def test_a_campaign_is_proposed_changed_and_started(here: AdMindHere) -> None:
    assert "There is no campaign yet" in here.run("campaigns").stdout
    launch = "Launch the Gravel 2 in 5 weeks, three weeks of build-up, Feed, goal pre-orders"
    made = here.json("campaigns", "new", launch)
    assert made["status"] == "proposed" and made["posts"]
    assert "Gravel 2" in here.run("campaigns", COLUMNS="200").stdout
    assert here.json("campaigns")["items"][0]["id"] == made["id"]
    fewer = here.json("campaigns", "change", made["id"], "one post fewer a week")
    assert len(fewer["posts"]) < len(made["posts"])
    assert "did not understand" in here.run("campaigns", "change", made["id"], "make it pop", code=None).stderr
    assert made["id"] in here.run("campaigns", "show", made["id"], COLUMNS="200").stdout
    assert here.json("campaigns", "start", made["id"])["status"] == "running"
    assert here.json("campaigns", "end", made["id"])["status"] == "ended"
