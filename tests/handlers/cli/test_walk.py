"""The newcomer's walk, with the real command line: run, ask, show, approve, published, kept, restored."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pexpect
import pytest

from tests.handlers.cli.admind import AdMindHere
from tests.handlers.serving import until

SALE = (
    "Announce our spring sale: 20% off all bikes until 31 May, details at https://example.com/sale. "
    "Feed, in 15 seconds, with an image."
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("walk"))
    with found.running():
        yield found


def test_from_a_sentence_to_the_feed_and_back_from_a_backup(here: AdMindHere, tmp_path: Path) -> None:
    told = here.run("ask", SALE).stdout
    draft = json.loads(here.run("drafts", "--json").stdout)["items"][0]
    assert draft["id"] in told and "20%" in told
    assert all(line in here.run("show", draft["id"]).stdout for line in draft["versions"][0]["text"].split("\n"))
    assert "<item>" not in here.text("/feed.xml")
    assert "Approved" in here.answered("approve", draft["id"])
    post = until(lambda: here.json("posts")["items"][0], lambda found: found["status"] == "published", "it goes out")
    _stands_in_the_feed(here, draft)
    audit = here.json("audit", "show", draft["id"])["items"]
    assert any(entry["details"].get("surface") == "terminal" for entry in audit)
    assert here.json("audit", "verify")["ok"] is True
    kept = tmp_path / "kept.tar"
    assert here.json("backup", str(kept), "--with-keys")["bytes"] > 0
    assert "already" in here.run("backup", str(kept), code=None).stderr
    records = [json.loads(line) for line in here.run("export").stdout.splitlines()]
    assert any(record["id"] == post["id"] for record in records)
    _comes_back_paused(kept, tmp_path / "other", post)


def _stands_in_the_feed(here: AdMindHere, draft: dict[str, Any]) -> None:
    item = ET.fromstring(here.text("/feed.xml")).find("./channel/item")
    assert item is not None
    picture = item.find("{http://search.yahoo.com/mrss/}content")
    assert picture is not None and "20%" in ET.tostring(item, "unicode")
    with urllib.request.urlopen(picture.attrib["url"].replace("localhost", "127.0.0.1"), timeout=10) as answer:
        sha256 = hashlib.sha256(answer.read()).hexdigest()
    assert sha256 == draft["versions"][0]["media"][0]["sha256"]


def _comes_back_paused(kept: Path, folder: Path, post: dict[str, Any]) -> None:
    folder.mkdir()
    other = AdMindHere(folder)
    assert "paused" in other.run("restore", str(kept)).stdout
    assert "Nothing" in other.run("restore", str(kept), code=None).stderr, "not over what is there"
    with other.running():
        assert other.json("posts")["items"][0]["id"] == post["id"]
        assert "20%" in other.text("/feed.xml")
        draft = other.json("ask", "--new", "Tell people that we are back. Feed, in 12 seconds.")["drafts"][0]
        other.answered("approve", draft)
        until(
            lambda: [p["status"] for p in other.json("posts")["items"] if p["draft"] == draft],
            lambda found: found == ["paused"],
            "nothing goes out before somebody looked",
        )


def test_nobody_at_a_terminal_decides_without_a_token(here: AdMindHere) -> None:
    draft = here.json("ask", "--new", "Tell people that we hire. Feed, tomorrow 9am.")["drafts"][0]
    for command in (["approve"], ["reject"], ["hold"], ["withdraw"], ["changes", "--reason", "x"]):
        assert "ADMIND_TOKEN" in here.run(command[0], draft, *command[1:], code=3).stderr
    assert here.json("show", draft)["decisions"] == []
    weak = here.json("tokens", "create", "--scope", "read,propose")["token"]
    assert "decide" in here.run("approve", draft, code=1, ADMIND_TOKEN=weak).stderr
    strong = here.json("tokens", "create", "--scope", "read,propose,decide")["token"]
    assert here.json("approve", draft, ADMIND_TOKEN=strong)["draft"]["status"] == "approved"
    assert here.json("show", draft)["decisions"][0]["surface"] == "api"


def test_no_at_the_terminal_changes_nothing(here: AdMindHere) -> None:
    draft = here.json("ask", "--new", "Tell people that we sing. Feed, tomorrow 9am.")["drafts"][0]
    assert "Nothing changed" in here.answered("approve", draft, answer="n")
    assert here.json("show", draft)["decisions"] == []


def test_a_claim_is_shown_given_evidence_and_taken_on(here: AdMindHere) -> None:
    here.run("ask", "--new", "Announce 20% off all bikes. Feed, tomorrow 9am.")
    draft = here.json("drafts")["items"][0]["id"]
    here.run("edit", draft, "--text", "20% off all bikes. Now CHF 1990, guaranteed.")
    listed = here.run("evidence", draft).stdout
    assert "“20%” – from the brief" in listed and "“CHF 1990” – no evidence" in listed
    refused = here.run("evidence", draft, "CHF 1990", "our", "list", code=None)
    assert refused.returncode != 0 and "“CHF 1990” – no evidence" in here.run("evidence", draft).stdout
    given = here.terminal("evidence", draft, "CHF 1990", "our", "price", "list")
    given.expect("our price list")
    given.expect(pexpect.EOF)
    here.answered("take-on", draft, "guaranteed", "--reason", "Our terms say so")
    claims = {each["text"]: each["support"] for each in here.json("evidence", draft)}
    assert claims["CHF 1990"]["sentence"] == "our price list"
    assert claims["guaranteed"]["taken_on"] and claims["guaranteed"]["sentence"] == "Our terms say so"


def test_an_ask_goes_on_with_the_last_one_unless_it_is_new(here: AdMindHere) -> None:
    first = here.json("ask", "--new", "Tell people that we bake. Feed, tomorrow 9am.")
    again = here.json("ask", "add the hashtag #bread")
    fresh = here.json("ask", "--new", "what is planned?")
    assert again["conversation"] == first["conversation"] != fresh["conversation"]
    assert again["drafts"] == first["drafts"]


def test_wordings_to_choose_from_are_shown(here: AdMindHere) -> None:
    told = here.run(
        "ask", "--new", "Three options for a post about our winter service: 49 CHF until 20 December"
    ).stdout
    draft = here.json("drafts")["items"][0]
    assert len(draft["options"]) == 2 and "Wording 2" in told and "Wording 3" in told
    second = next(iter(draft["options"][0].values()))
    assert second.splitlines()[0] in told
    here.run("ask", "use the second one")
    assert here.json("drafts")["items"][0]["versions"][0]["text"] == second


def test_text_of_others_does_nothing_to_the_terminal(here: AdMindHere) -> None:
    draft = here.json("ask", "--new", "Tell people that we paint. Feed, tomorrow 9am.")["drafts"][0]
    here.run("edit", draft, "--text", "red \x1b]0;owned\x07 \x1b[31m[bold]words[/bold]")
    for command in (["show", draft], ["drafts"], ["calendar"], ["notices"]):
        assert "\x1b" not in here.run(*command).stdout
    assert "[bold]words[/bold]" in here.run("show", draft).stdout


LISTS = [
    ["drafts"], ["posts"], ["members"], ["members", "list"], ["accounts"], ["accounts", "list"], ["tokens"],
    ["tokens", "list"], ["audit"], ["audit", "show"], ["notices"],
]  # fmt: skip


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_lists_are_the_same_shape_everywhere(here: AdMindHere, command: list[str]) -> None:
    found = here.json(*command)
    assert set(found) == {"items", "next"} and isinstance(found["items"], list)


def test_refusals_are_documents_too(here: AdMindHere) -> None:
    wrong = (["show", "d_none"], ["approve", "d_none"], ["cancel", "p_none"], ["show", "../../x"])
    for command in (*wrong, ["accounts", "release", "a_none"]):
        done = here.run(*command, "--json", code=None)
        assert json.loads(done.stdout)["detail"] and not done.stderr


def test_setting_up_needs_no_terminal(here: AdMindHere) -> None:
    ana = here.json("members", "add", "Ana", "--role", "approver")
    assert here.json("members", "roles", ana["id"], "requester")["id"] == ana["id"]
    assert here.json("members", "away", ana["id"], "2031-01-01")["away_until"].startswith("2031-01-01")
    assert here.json("brand", "--name", "Bikes", "--colour", "#0a7d5a")["palette"] == ["#0a7d5a"]
    token = here.json("tokens", "create", "--member", ana["id"])
    assert here.json("tokens", "revoke", token["id"])["revoked"] is True
    assert "--yes" in here.run("members", "erase", ana["id"], code=3).stderr
    assert here.json("members", "erase", ana["id"], "--yes")["erased"] is True


def test_a_second_one_on_the_same_data_is_refused(here: AdMindHere) -> None:
    same_port = here.run("run", code=1)
    assert "already" in same_port.stderr and "Nothing was started" in same_port.stderr
    other_port = here.run("run", code=1, ADMIND_PORT="0")
    assert "data directory" in other_port.stderr
    assert here.status("/readyz") == 200


def test_ctrl_c_at_a_terminal_stops_it(tmp_path: Path) -> None:
    found = AdMindHere(tmp_path)
    child = found.terminal("run")
    child.expect("1. What is your brand called")
    child.sendline("Canary Bikes")
    child.expect("2. Your time zone")
    child.sendline("Nowhere/Land")
    child.expect("no such zone")
    child.sendline("Europe/Zurich")
    child.expect("3. Your colours")
    child.sendline("#0a7d5a #f4f1ea")
    child.expect("Try this first")
    brand = found.json("brand")
    assert (brand["name"], brand["palette"]) == ("Canary Bikes", ["#0a7d5a", "#f4f1ea"])
    child.sendcontrol("c")
    child.expect("Stopped")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_closing_the_terminal_stops_it_and_its_database(tmp_path: Path) -> None:
    found, ours = (
        AdMindHere(tmp_path),
        signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # `nohup` hands on that it is ignored
    try:
        with found.running() as process:
            database = int((found.data / "valkey" / "valkey.pid").read_text())
            process.send_signal(signal.SIGHUP)
            assert process.wait(10) == 0
    finally:
        signal.signal(signal.SIGHUP, ours)
    with pytest.raises(ProcessLookupError):
        os.kill(database, 0)


def test_the_questions_are_skipped_with_enter_and_asked_once(tmp_path: Path) -> None:
    found = AdMindHere(tmp_path)
    for first in (True, False):
        child = found.terminal("run")
        if first:
            for question in ("1. What", "2. Your", "3. Your"):
                child.expect(question)
                assert found.status("/healthz") == 200, "it serves meanwhile"
                child.sendline("")
        child.expect("Try this first")
        assert first or "1. What" not in str(child.before)
        child.sendcontrol("c")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0


def test_ctrl_c_at_a_question_stops_it_too(tmp_path: Path) -> None:
    child = AdMindHere(tmp_path).terminal("run")
    child.expect("1. What is your brand called")
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and "Traceback" not in str(child.before)


def test_the_studio_opens_by_a_link_from_the_terminal(here: AdMindHere) -> None:
    told = here.run("studio").stdout
    assert "good once" in told
    link = next(word for word in told.split() if word.startswith("http"))
    with urllib.request.urlopen(link, timeout=10) as page:
        assert "Hello, Owner." in page.read().decode()
    entered = urllib.request.Request(link, method="POST")
    with urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(entered, timeout=10) as page:
        assert page.status == 200 and "/studio/" in page.url
    assert here.json("studio")["url"] != link


def test_without_a_running_admind_there_is_no_studio(tmp_path: Path) -> None:
    assert "admind run" in AdMindHere(tmp_path).run("studio", code=None).stderr
