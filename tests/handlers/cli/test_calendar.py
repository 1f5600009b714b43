"""The calendar from the terminal: what is planned, a file looked at and taken in, the address for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.handlers.cli.admind import AdMindHere
from tests.handlers.serving import until


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("calendar"))
    with found.running():
        yield found


def test_a_file_goes_in_and_comes_out_again(here: AdMindHere) -> None:
    ahead = datetime.now(UTC) + timedelta(days=40)  # another month, whichever it is now
    month, name = f"{ahead:%Y-%m}", f"{ahead:%B}"
    file = here.folder / "plan.csv"
    file.write_text("date,time,text\n2026-02-30,09:00,One\n,soon,Two\n", encoding="utf-8")
    refused = here.run("calendar", "import", str(file), "--yes", code=1)
    assert "line 2, date: There is no day 2026-02-30." in refused.stdout
    assert "line 3, date: It has no day." in refused.stdout and "line 3, time:" in refused.stdout
    assert "2 rows are wrong. Nothing was imported." in refused.stderr
    file.write_text(f"date,time,text\n{month}-05,09:00,One\n{month}-06,10:00,Two\n", encoding="utf-8")
    looked = here.run("calendar", "import", str(file))
    assert "2 rows: 2 new" in looked.stdout and "--yes" in looked.stdout
    assert here.json("calendar", name)["items"] == []
    assert "2 rows become drafts" in here.run("calendar", "import", str(file), "--yes").stdout
    found = until(lambda: here.json("calendar", name)["items"], lambda each: len(each) == 2, "they are drafts")
    assert [(each["title"], each["state"]) for each in found] == [("One", "waiting"), ("Two", "waiting")]
    assert "nothing new" in here.run("calendar", "import", str(file), "--yes").stdout
    assert len(here.json("calendar", name, "--account", "feed", "--state", "open")["items"]) == 2
    assert here.json("calendar", name, "--pillar", "Service")["items"] == []
    assert "There are: Feed" in here.run("calendar", name, "--account", "Nowhere", code=1).stderr
    shown = here.run("calendar", name.lower()).stdout
    assert "One" in shown and "Two" in shown and "09:00" in shown and "Nothing for Feed from" in shown
    out = here.folder / "out.json"
    here.run("calendar", "export", str(out), "--from", f"{month}-01")
    assert [each["text"] for each in json.loads(out.read_text(encoding="utf-8"))["entries"]] == ["One", "Two"]
    moved = here.json("reschedule", found[0]["id"], f"{month}-09", "11:00")
    assert (moved["status"], moved["due"][:16]) == ("waiting", f"{month}-09T11:00")


def test_the_address_for_programs_is_made_renewed_and_taken_away(here: AdMindHere) -> None:
    first = here.json("calendar", "subscribe")["url"]
    assert here.json("calendar", "subscribe")["url"] == first and first.endswith(".ics")
    assert here.json("calendar", "subscribe", "--renew")["url"] != first
    assert "off" in here.run("calendar", "subscribe", "--off").stdout
    assert here.run("calendar", "--ics").stdout.startswith("BEGIN:VCALENDAR")
