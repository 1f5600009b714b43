"""How posts did over REST and in the studio: the same figures everywhere, of one's own brands alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.clock import MovableClock
from storage.spending import SpendingStore
from storage.usage import Usage
from tests.fakes.counted_posts import grown, put_out
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    clock = MovableClock()
    clock.move_to((clock.now() + DAY).replace(hour=12, minute=0))  # how many days lie within seven depends on the hour
    with serving(tmp_path_factory.mktemp("reports"), clock=clock) as running:
        running.on_loop(lambda: seeded(running))
        yield running


async def seeded(running: Served) -> None:
    """Ten days with a post each, the last of them a star."""
    admind = running.admind
    now, workspace, brand = admind.clock.now(), admind.workspace.id, admind.workspace.default_brand
    account = (await admind.people.store.all(admind.people.store.accounts, workspace))[0].id
    spent = {"openai:gpt-5.5": Usage(calls=3, tokens_out=900, cost="0.0123")}
    await SpendingStore(admind.database).add(workspace, brand, (now - 2 * DAY).date(), spent)
    for day in range(10):
        at, totals = now - day * DAY - timedelta(hours=30), {"likes": 900 if day == 0 else 20, "reach": 500}
        title = "=HYPERLINK(1)" if day == 0 else f"Day {day}"
        await put_out(admind.database, workspace, brand, account, at, grown(at, totals, now), title=title)


def test_the_report_is_the_same_as_figures_picture_pages_and_table(served: Served) -> None:
    with served.client(served.token("read")) as client:
        found = client.get(f"{API}/report", params={"what": "last 7 days"}).json()
        figures = {each["metric"]: each for each in found["figures"]}
        assert figures["engagements"]["value"] > 400 and "clicks" not in figures and len(found["posts"]) == 6
        assert found["best"]["title"] == "=HYPERLINK(1)"
        png = client.get(f"{API}/report.png", params={"what": "last 7 days", "dark": "true"})
        assert png.content.startswith(b"\x89PNG") and png.headers["content-type"] == "image/png"
        pdf = client.get(f"{API}/report.pdf", params={"what": "last 7 days", "language": "de"})
        assert pdf.content.startswith(b"%PDF") and b"/StructTreeRoot" in pdf.content
        table = client.get(f"{API}/report.csv", params={"what": "last 7 days"}).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(table)))
        assert len(rows) == 7 and rows[0][:2] == ["Post", "Account"] and any(row[0] == "'=HYPERLINK(1)" for row in rows)
        wrong = client.get(f"{API}/report", params={"what": "account Nobody"})
        assert wrong.status_code == 422 and "no account of that name" in wrong.json()["detail"]
        assert client.get(f"{API}/report", params={"what": "rm -rf"}).status_code == 422
        assert client.get(f"{API}/report", params={"brand": "b_23456789"}).status_code == 404


def test_the_studio_shows_it_with_its_words_and_brings_numbers_in(served: Served) -> None:
    owner = Person(served)
    page = owner.get("/report").text
    assert 'src="/studio/report.png?what=' in page and 'alt="' in page and "Engagements by account" in page
    assert "Language model: 3 calls · 900 tokens · $0.012" in page
    assert "3 calls" not in owner.get("/report?what=account+Feed").text, "what models took is the brand's"
    assert owner.get("/report.png").content.startswith(b"\x89PNG")
    assert owner.get("/report.pdf").headers["content-disposition"] == 'attachment; filename="report.pdf"'
    assert "no account of that name" in owner.get("/report?what=account+Nobody").text
    file = {"file": ("numbers.csv", b"post,read_at,views\np_unknown,2026-01-01,3\n", "text/csv")}
    token = owner.form()
    sent = owner.http.post("/studio/report/numbers", data={"form_token": token, "word": "import"}, files=file)
    assert sent.status_code == 200 and "Line 2" in sent.text and "Nothing was changed" in sent.text
    saved = owner.post("/report/client/plan", {"rooms": "true", "emails": ""})
    assert saved.status_code == 303 and "checked" in owner.get("/report").text
    owner.http.close()


def test_a_client_report_is_decided_over_rest_on_its_digest(served: Served) -> None:
    brand = served.admind.workspace.default_brand
    assert served.owner("PUT", "/client-reports/plan", {"rooms": True}).json()["rooms"] is True
    first = served.admind.clock.now().date().replace(day=1)
    month = f"{first - DAY:%Y-%m}"
    made = served.owner("POST", "/client-reports", {"month": month})
    assert made.status_code == 201, made.text
    report = made.json()
    assert (report["state"], report["brand"]) == ("waiting", brand)
    assert served.owner("POST", "/client-reports", {"month": f"{first:%Y-%m}"}).status_code == 422
    assert served.owner("GET", f"/client-reports/{month}.pdf").content.startswith(b"%PDF")
    wrong = served.owner("POST", f"/client-reports/{month}/decision", {"digest": "0" * 64, "yes": True})
    assert wrong.status_code == 409
    with served.client(served.token("read", "propose")) as client:
        refused = client.post(f"{API}/client-reports/{month}/decision", json={"digest": report["digest"], "yes": True})
        assert refused.status_code == 403
    done = served.owner("POST", f"/client-reports/{month}/decision", {"digest": report["digest"], "yes": True})
    assert done.status_code == 200 and "approved" in done.json()["sentence"]
    [listed] = served.owner("GET", "/client-reports").json()["items"]
    assert listed["state"] == "done" and listed["deliveries"][0]["became"] == "refused"  # no client room
