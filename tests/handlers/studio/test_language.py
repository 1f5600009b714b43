"""The studio speaks one language at a time: that of the member, or of the browser where nobody is signed in."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest

from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person

COPY = "Hi [brand]! 37% off, best in town, ask @ana. http://localhost/x"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture(scope="module")
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    assert person.post("/settings/me", {"language": "de", "zone": "UTC"}).status_code == 303
    yield person
    person.http.close()


def page(person: Person, path: str, **headers: str) -> str:
    return html.unescape(person.get(path, **headers).text)


def test_what_was_found_is_read_in_german(served: Served, owner: Person) -> None:
    draft = served.draft()
    account = draft["versions"][0]["account"]
    with served.client(served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"{API}/drafts/{draft['id']}/versions/{account}", json={"text": COPY})
        assert edited.status_code == 200, edited.text
        english = [text for each in edited.json()["findings"] for text in (each["reason"], each["fix"])]
    shown = page(owner, f"/drafts/{draft['id']}")
    assert len(english) >= 8 and not [text for text in english if text in shown]
    for german in ("„[brand]“ sieht aus, als wäre es noch auszufüllen.", "Für „Best in town“ fehlt ein Beleg."):
        assert german in shown
    assert "Von Hand bearbeitet." in shown
    moved = owner.post(f"/drafts/{draft['id']}/schedule", {"when": "in 5 days at 9am"})
    assert moved.status_code == 303, moved.text
    assert "Die Zeit war" in page(owner, f"/drafts/{draft['id']}/diff")


def test_the_doctor_speaks_german(owner: Person) -> None:
    shown = page(owner, "/settings/system")
    assert "eingebautes Valkey" in shown and "Bewahr anderswo eine Kopie auf" in shown and "offline writer" not in shown


def test_an_error_is_one_page_in_one_language(served: Served, owner: Person) -> None:
    missing = page(owner, "/drafts/d_nothing", **{"Accept-Language": "en"})
    assert "Einen Entwurf d_nothing gibt es nicht." in missing and "Zurück ins Studio" in missing
    with served.client() as stranger:
        for language, said in (("de-AT", "Unter dieser Adresse gibt es nichts."), ("fr", "There is nothing at this")):
            assert said in stranger.get("/studio/nowhere", headers={"Accept-Language": language}).text


def test_who_asks_in_german_is_told_in_german_what_to_mend(served: Served) -> None:
    asked = "Kündige unseren Frühlingsverkauf an: „Alles 20 % billiger bei [brand]!“ Feed, morgen 9 Uhr."
    done = served.ask(asked)
    assert "sieht aus, als wäre es noch auszufüllen" in done["reply"], done["reply"]
    assert "looks like" not in done["reply"]
