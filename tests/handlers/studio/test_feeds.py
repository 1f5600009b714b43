"""Watched feeds and files of text, over REST and in the studio: owners watch, others look, nobody reaches inside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from tests.bot.drafting.feeds import RSS, Item, rss
from tests.bot.drafting.pdfs import article
from tests.fakes.page_server import Page, PageServer
from tests.handlers.serving import API, Served, serving, settled, until
from tests.handlers.studio.test_safety import Person

PAGE = "/settings/feeds"


@pytest.fixture(scope="module")
def site() -> PageServer:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return PageServer(port=listener.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, site: PageServer) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("feeds"), {"ADMIND_ALLOW_HOSTS": site.host}) as running:
        server = running.on_loop(lambda: asyncio.start_server(site.answer, "127.0.0.1", site.port))
        yield running
        running.loop.call_soon_threadsafe(server.close)


def test_an_owner_watches_and_stops(served: Served, site: PageServer) -> None:
    url = site.add("/feed", Page(rss([Item(f"http://{site.host}/a", "Old")], title="<b>Velo</b> news"), RSS))
    owner = Person(served)
    added = owner.post(PAGE, {"url": url})
    assert (added.status_code, added.headers.get("location", "")) == (303, "/studio/settings/feeds")
    page = owner.get(PAGE).text
    assert url in page and "&lt;b&gt;" not in page and "Stop watching" in page
    (feed,) = served.owner("GET", "/feeds").json()["items"]
    assert (feed["url"], feed["accounts"], feed["problem"], feed["leads_to"]) == (url, [], None, "")
    again = owner.post(PAGE, {"url": url})
    assert again.status_code == 422 and "watched already" in again.text
    inside = owner.post(PAGE, {"url": "http://169.254.169.254/latest/"})
    assert inside.status_code == 422 and "be opened" in inside.text
    assert owner.post(f"{PAGE}/{feed['id']}/remove").status_code == 303
    assert served.owner("GET", "/feeds").json()["items"] == []
    owner.http.close()


def test_others_look_and_change_nothing(served: Served, site: PageServer) -> None:
    url = site.add("/other", Page(rss([]), RSS))
    made = served.owner("POST", "/feeds", {"url": url})
    assert made.status_code == 201
    ana = served.owner("POST", "/members", {"name": "Ana", "roles": ["approver"]}).json()["id"]
    person = Person(served, ana)
    page = person.get(PAGE)
    assert page.status_code == 200 and url in page.text and "Stop watching" not in page.text
    assert person.post(PAGE, {"url": url}).status_code == 403
    assert person.post(f"{PAGE}/{made.json()['id']}/remove").status_code == 403
    person.http.close()
    with served.client(served.token("read", "propose", "decide", member=ana)) as program:
        assert len(program.get(f"{API}/feeds").json()["items"]) == 1
        assert program.post(f"{API}/feeds", json={"url": url}).status_code == 403
        assert program.delete(f"{API}/feeds/{made.json()['id']}").status_code == 403
    assert served.owner("DELETE", f"/feeds/{made.json()['id']}").status_code == 200
    assert served.owner("DELETE", f"/feeds/{made.json()['id']}").status_code == 404


def test_a_pdf_is_uploaded_and_written_from(served: Served) -> None:
    with served.client(served.token("read", "propose")) as program:
        kept = program.post(
            f"{API}/documents?name=release.pdf", content=article(), headers={"content-type": "application/pdf"}
        )
        assert kept.status_code == 201 and kept.json()["name"] == "release.pdf"
        body = {"text": "Write a post about this file", "documents": [kept.json()["sha256"]]}
        done = settled(program, program.post(f"{API}/requests", json=body).json()["id"])
        draft = program.get(f"{API}/drafts/{done['drafts'][0]}").json()
        assert "40 bikes to try" in draft["versions"][0]["text"]
        assert [each["url"] for each in draft["sources"]] == ["release.pdf"]
        wrong = program.post(
            f"{API}/documents?name=a.exe", content=b"MZ", headers={"content-type": "application/x-dosexec"}
        )
        assert wrong.status_code == 422 and "text files and PDFs" in wrong.text
        stranger = program.post(f"{API}/requests", json={"text": "Post this", "documents": ["0" * 64]})
        assert stranger.status_code == 404


def test_a_file_is_written_from_in_the_studio(served: Served) -> None:
    owner = Person(served)
    form = {"form_token": owner.form()}
    file = {"file": ("notes.txt", b"Velo opens a shop\n\nIt has 77 bikes to try and a workshop.", "text/plain")}
    kept = owner.http.post("/studio/documents", data=form, files=file, headers={"hx-request": "true"})
    assert kept.status_code == 200, kept.text
    sent = owner.post("/chat", {"text": "Write a post about this file", "documents": kept.json()["sha256"]})
    assert sent.status_code == 303
    page = until(lambda: owner.get("/chat").text, lambda text: "77 bikes to try" in text, "the draft is there")
    shown = owner.get(f"/drafts/{page.rpartition('/studio/drafts/')[2][:14]}").text
    assert "notes.txt" in shown
    owner.http.close()
