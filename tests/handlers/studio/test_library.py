"""The library and a post's evidence in the studio and over REST: names, tags, rights, and the zip."""

from __future__ import annotations

import io
from collections.abc import Iterator
from zipfile import ZipFile

import pytest

from tests.bot.artwork.samples import encoded, photo
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_receipts import published
from tests.handlers.studio.test_safety import Person


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("library")) as running:
        yield running


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


def test_a_picture_is_described_found_and_no_longer_taken_once_its_rights_lapse(served: Served, owner: Person) -> None:
    with served.client(served.token("read", "propose")) as client:
        kept = client.post(f"{API}/media", content=encoded(photo(640, 480, seed=21), "JPEG")).json()
        again = client.post(f"{API}/media", content=encoded(photo(640, 480, seed=21).resize((320, 240)))).json()
        assert again["alike"] == [kept["sha256"]]
        said = {"name": "<b>Shop</b>", "tags": ["Front", "#summer"], "alt": "Our shop", "rights_until": "2020-01-31"}
        put = client.put(f"{API}/media/{kept['sha256']}", json=said)
        assert put.status_code == 200, put.text
        assert put.json()["tags"] == ["front", "summer"]
        assert [each["sha256"] for each in client.get(f"{API}/media?tag=summer").json()["items"]] == [kept["sha256"]]
        refused = client.post(f"{API}/requests", json={"text": "A post, please", "images": [kept["sha256"]]})
        assert refused.status_code == 422
        assert "rights" in refused.json()["title"] + refused.json()["detail"]
    page = owner.get("/library?tag=front").text
    assert "&lt;b&gt;Shop&lt;/b&gt;" in page
    assert "Its rights ended on 2020-01-31" in page
    form = {"name": "Shop front", "tags": "front", "alt": "Our shop", "rights_until": "", "rights_note": "ours"}
    assert owner.post(f"/library/media/{kept['sha256']}", form).status_code in (200, 303)
    assert "Its rights ended" not in owner.get("/library?tag=front").text
    bad = owner.post(f"/library/media/{kept['sha256']}", {"rights_until": "soon"})
    assert bad.status_code in (400, 422)


def test_a_posts_evidence_is_one_press_for_the_team(served: Served, owner: Person) -> None:
    post = published(served, "we mend <i>bells</i>")
    assert f'href="/studio/posts/{post}/evidence"' in owner.get(f"/posts/{post}").text
    answer = owner.get(f"/posts/{post}/evidence")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    with served.client(served.token("read")) as client:
        data = client.get(f"{API}/posts/{post}/evidence").content
        assert client.get(f"{API}/posts/p_nothing/evidence").status_code == 404
    for each in (answer.content, data):
        with ZipFile(io.BytesIO(each)) as zipped:
            assert {"evidence.html", "evidence.json", "payload.json"} <= set(zipped.namelist())
            assert b"<i>bells" not in zipped.read("evidence.html")
