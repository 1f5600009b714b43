"""The calendar over REST: what stands on it, its feed, files in and out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx2
import pytest
from icalendar import Calendar

from tests.bot.planning.strict_ics import faults
from tests.fakes.clocks import NEXT_YEAR
from tests.handlers.serving import API, Served, until

SPAN = {"from": f"{NEXT_YEAR}-08-01", "until": f"{NEXT_YEAR}-09-01"}


def sent(client: httpx2.Client, body: str | bytes, *, dry_run: bool, **query: str) -> httpx2.Response:
    data = body.encode() if isinstance(body, str) else body
    return client.post(
        f"{API}/calendar/import",
        params={"dry_run": str(dry_run).lower(), **query},
        content=data,
        headers={"Content-Type": "text/csv"},
    )


def done(client: httpx2.Client, name: str) -> dict[str, Any]:
    return until(
        lambda: client.get(f"{API}/calendar/imports/{name}").json(),
        lambda found: found["done"],
        "the import is done",
    )


def test_what_is_planned_with_clashes_gaps_and_parts(running: Served, decider: httpx2.Client) -> None:
    for about in ("the quay", "the pier", "the dock"):
        running.draft(f"Tell people about {about}. Feed, on 3 August {NEXT_YEAR} at 10:00.")
    found = decider.get(f"{API}/calendar", params=SPAN | {"limit": 2}).json()
    assert (found["total"], found["clashes"], len(found["items"])) == (3, 3, 2)
    assert all(each["clash"] and each["moves"] and each["state"] == "waiting" for each in found["items"])
    rest = decider.get(f"{API}/calendar", params=SPAN | {"limit": 2, "after": found["next"]}).json()
    assert rest["next"] is None and len(rest["items"]) == 1
    assert not {each["id"] for each in rest["items"]} & {each["id"] for each in found["items"]}
    account = found["items"][0]["accounts"][0]
    gap = next(each for each in found["gaps"] if each["account"] == account)
    assert (gap["first"], gap["last"]) == (f"{NEXT_YEAR}-08-04", f"{NEXT_YEAR}-08-31"), "not the two days before"
    assert decider.get(f"{API}/calendar", params=SPAN | {"state": "planned"}).json()["total"] == 0
    assert decider.get(f"{API}/calendar", params=SPAN | {"account": "a_other"}).json()["total"] == 0
    assert decider.get(f"{API}/calendar", params={"from": "2026-02-01", "until": "2026-01-01"}).status_code == 422
    assert decider.get(f"{API}/calendar", params={"brand": "b_strange"}).status_code == 404


def test_programs_subscribe_to_it_until_an_owner_says_no(running: Served, decider: httpx2.Client) -> None:
    assert decider.post(f"{API}/calendar/feed").status_code == 403, "for the owner at the machine"
    url = running.owner("POST", "/calendar/feed").json()["url"]
    assert running.owner("GET", "/calendar/feed").json() == {"on": True, "url": url}
    path = httpx2.URL(url).path
    with running.client() as program:
        seen = program.get(path)
        assert seen.status_code == 200 and seen.headers["content-type"].startswith("text/calendar")
        assert faults(seen.content) == [] and Calendar.from_ical(seen.content)
        again = program.get(path, headers={"If-None-Match": seen.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"") and program.head(path).status_code == 200
        assert program.get(path.replace(".ics", "x.ics")).status_code == 404
        assert running.owner("DELETE", "/calendar/feed").json() == {"on": False, "url": ""}
        assert program.get(path).status_code == 404


def test_a_file_is_looked_at_then_taken_in_once(running: Served, decider: httpx2.Client) -> None:
    text = (
        "Datum;Uhrzeit;Beitrag;Link;Hashtags;Kampagne;Pillar\r\n"
        f"5.8.{NEXT_YEAR};09:00;Der Markt öffnet.;https://velo.example/markt;markt #herbst;Herbst;Service\r\n"
        f"6.8.{NEXT_YEAR};10:00;=1+1 ist zwei;;;;\r\n"
    )
    body = text.encode("cp1252")
    looked = sent(decider, body, dry_run=True).json()
    assert (looked["rows"], looked["new"], looked["faults"], looked["taken"]) == (2, 2, [], None)
    assert looked["read_as"] == "Windows-1252"
    before = decider.get(f"{API}/calendar", params=SPAN | {"campaign": "Herbst"}).json()["total"]
    assert before == 0, "nothing is made by looking"
    taken = sent(decider, body, dry_run=False).json()["taken"]
    assert done(decider, taken["id"])["made"] == 2
    [entry] = decider.get(f"{API}/calendar", params=SPAN | {"campaign": "herbst"}).json()["items"]
    draft = decider.get(f"{API}/drafts/{entry['id']}").json()
    assert draft["status"] == "waiting", "a file approves nothing"
    [version] = draft["versions"]
    assert version["text"] == "Der Markt öffnet.\n\nhttps://velo.example/markt\n\n#markt #herbst"
    assert entry["at"].startswith(f"{NEXT_YEAR}-08-05T09:00")
    only = {"pillar": "service", "channel": "feed", "campaign": "Herbst"}
    assert [each["id"] for each in decider.get(f"{API}/calendar", params=SPAN | only).json()["items"]] == [entry["id"]]
    for other in ({"pillar": "Safety"}, {"channel": "bluesky"}, {"form": "tip"}, {"audience": "Commuters"}):
        assert decider.get(f"{API}/calendar", params=SPAN | only | other).json()["total"] == 0, other
    again = sent(decider, body, dry_run=False).json()
    assert (again["new"], again["already"], again["taken"]) == (0, 2, None)

    exported = decider.get(f"{API}/calendar/export", params=SPAN)
    assert exported.headers["content-disposition"].endswith('.csv"')
    lines = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    cell = next(line["text"] for line in lines if "1+1" in line["text"])
    assert cell == "'=1+1 ist zwei", "no spreadsheet calculates it"
    back = sent(decider, exported.content, dry_run=True).json()
    assert (back["new"], back["faults"]) == (0, []) and back["already"] == len(lines)
    as_json = decider.get(f"{API}/calendar/export", params=SPAN | {"format": "json"})
    assert [each["text"] for each in as_json.json()["entries"]] == [line["text"].removeprefix("'") for line in lines]
    assert sent(decider, as_json.content, dry_run=True).json()["already"] == len(lines)
    approved = {"verdict": "approve", "digest": draft["digest"]}
    assert decider.post(f"{API}/drafts/{entry['id']}/decisions", json=approved).status_code < 300
    [post] = decider.get(f"{API}/calendar", params=SPAN | only).json()["items"]
    assert (post["kind"], post["pillar"]) == ("post", "Service"), "what is approved is still found by its pillar"


def test_five_thousand_rows_with_a_hundred_bad_ones_name_each_and_take_in_none(
    running: Served, decider: httpx2.Client
) -> None:
    wrong = {line: line % 4 for line in range(40, 5001, 50)}
    rows = ["date,time,accounts,text"]
    for line in range(2, 5002):
        day, clock, account, text = (
            f"{NEXT_YEAR}-09-{line % 28 + 1:02d}",
            f"{line % 24:02d}:{line % 60:02d}",
            "",
            f"Row {line}",
        )
        match wrong.get(line):
            case 0:
                day = f"{NEXT_YEAR}-02-30"
            case 1:
                clock = "late"
            case 2:
                account = "Nowhere"
            case 3:
                text = ""
        rows.append(f"{day},{clock},{account or 'Feed'},{text}")
    body = "\n".join(rows)
    found = sent(decider, body, dry_run=True).json()
    assert len(wrong) == 100 and found["rows"] == 5000
    assert [each["line"] for each in found["faults"]] == sorted(wrong)
    columns = ["date", "time", "accounts", "text"]
    assert [each["column"] for each in found["faults"]] == [columns[kind] for _, kind in sorted(wrong.items())]
    refused = sent(decider, body, dry_run=False)
    assert refused.status_code == 422 and "100 rows" in refused.json()["detail"]
    days = {"from": f"{NEXT_YEAR}-09-01", "until": f"{NEXT_YEAR}-10-01"}
    assert decider.get(f"{API}/calendar", params=days).json()["total"] == 0, "none, not the good ones alone"


@pytest.mark.parametrize("form", [False, True])
def test_a_file_that_cannot_be_read_says_why(decider: httpx2.Client, reader: httpx2.Client, form: bool) -> None:
    if form:
        answer = decider.post(f"{API}/calendar/import", files={"file": ("plan.xlsx", b"PK\x03\x04")})
    else:
        answer = sent(decider, b"PK\x03\x04", dry_run=True)
    assert answer.status_code == 422 and "workbook" in answer.json()["detail"]
    assert sent(reader, json.dumps([]), dry_run=True).status_code == 403, "a token that only reads"
