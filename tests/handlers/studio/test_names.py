"""One person under two names, in the studio and over REST: both sides confirm, an owner takes it apart again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.handlers.serving import Served, serving, until
from tests.handlers.studio.test_safety import Person

MEMBERS = "/settings/members"
CODE = re.compile(r"/admind link ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("names")) as running:
        yield running


def added(served: Served, name: str, role: str = "approver") -> str:
    return str(served.owner("POST", "/members", {"name": name, "roles": [role]}).json()["id"])


def test_two_names_are_linked_from_both_sides_and_unlinked_by_an_owner(served: Served) -> None:
    there = sorted(each["name"] for each in served.owner("GET", "/names").json()["people"])
    ana = added(served, "Ana Roth")
    owner, other = Person(served), Person(served, ana)
    page = other.post("/settings/names")
    found = CODE.search(page.text)
    assert page.status_code == 200 and found, page.text
    code = found[1]
    shown = owner.post("/settings/names/look", {"code": code})
    assert "Are you Ana Roth (the studio)?" in shown.text
    assert owner.post("/settings/names/agree", {"code": code}).status_code in (200, 303)
    assert "Are you Owner" in other.post("/settings/names/look", {"code": code}).text
    assert other.post("/settings/names/agree", {"code": code}).status_code in (200, 303)
    gone = until(lambda: other.get("/drafts").status_code, lambda status: status == 303, "the other name is signed out")
    assert gone == 303
    page = owner.get(MEMBERS)
    assert "Ana Roth" in page.text and f'name="name" value="{ana}"' in page.text
    me = next(each for each in served.owner("GET", "/names").json()["people"] if "Owner" in each["name"])
    assert [name["id"] for name in me["names"] if name["linked"]] == [ana]
    owner.post(f"{MEMBERS}/{me['id']}/unlink", {"name": ana})
    again = next(each for each in served.owner("GET", "/names").json()["people"] if each["id"] == ana)
    assert not again["distinct"] and sorted(again["maybe"]) == there, "they count as one until an owner says otherwise"
    until(lambda: owner.get("/drafts").status_code, lambda status: status == 303, "both are signed out")
    owner.http.close()
    owner = Person(served)
    assert "Owner" in there and "May be one person with Owner" in owner.get(MEMBERS).text
    owner.post(f"{MEMBERS}/{ana}/distinct", {"yes": "true"})
    again = next(each for each in served.owner("GET", "/names").json()["people"] if each["id"] == ana)
    assert again["distinct"] and not again["maybe"]
    for person in (owner, other):
        person.http.close()


def test_a_link_that_gives_rights_waits_for_an_owner_on_the_page(served: Served) -> None:
    eva, evi = added(served, "Eva"), added(served, "Evi", "requester")
    owner, one, two = Person(served), Person(served, eva), Person(served, evi)
    found = CODE.search(one.post("/settings/names").text)
    assert found
    for person in (two, one):
        assert person.post("/settings/names/agree", {"code": found[1]}).status_code in (200, 303)
    page = owner.get(MEMBERS).text
    assert "Eva and Evi say that they are one person" in page
    assert "say that they are one person" not in one.get(MEMBERS).text, "for owners alone"
    waiting = served.owner("GET", "/names").json()["waiting"]
    assert len(waiting) == 1
    refused = one.post(f"/settings/names/{waiting[0]['id']}/allow", {"yes": "true"})
    assert refused.status_code == 403
    owner.post(f"/settings/names/{waiting[0]['id']}/allow", {"yes": "true"})
    people = {each["id"] for each in served.owner("GET", "/names").json()["people"]}
    assert eva in people and evi not in people
    for person in (owner, one, two):
        person.http.close()


def test_over_rest_a_wrong_code_says_what_to_do(served: Served) -> None:
    made = served.owner("POST", "/names/codes")
    assert made.status_code == 201 and len(made.json()["code"]) == 14
    wrong = served.owner("POST", "/names/look", {"code": "AAAA-BBBB-CCCC"})
    assert wrong.status_code == 422
    assert "not good" in wrong.text
    early = served.owner("POST", "/names/agree", {"code": made.json()["code"]})
    assert "Nobody has used this code yet" in early.text
    with served.client(served.token("read", "propose", "decide")) as program:
        assert program.get("/api/v1/names").status_code == 403, "for the owner at the machine alone"
