"""First comments in the studio: asked for in the chat, written and counted in the editor, shown as they will be."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.commit import Change, commit
from storage.stores import TeamStore
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person
from tests.samples import linkedin_page

LINK = "https://velo.example/spring"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        admind = running.admind
        home = admind.workspace
        page = linkedin_page(home.id, home.default_brand, admind.clock.now())

        async def connected() -> None:
            change = Change(admind.workspace.id)
            TeamStore(admind.database).accounts.put(change, page, page.id, ver=None, at=1.0)
            await commit(admind.database, change)

        running.on_loop(connected)
        yield running


def test_a_first_comment_is_asked_for_shown_counted_and_written_by_hand(served: Served) -> None:
    done = served.ask(
        f"Announce our spring sale, 20% off all bikes, tomorrow 9am, with the link {LINK} in the first comment"
    )
    assert f"link {LINK} in the first comment" in done["reply"], done["reply"]
    draft, person = done["drafts"][0], Person(served)
    edit = f"/drafts/{draft}/edit/a_linkedinpage"
    with served.client(served.token("read", "propose", "decide")) as client:
        found = client.get(f"{API}/drafts/{draft}").json()
        by_account = {version["account"]: version for version in found["versions"]}
        page, [feed] = by_account.pop("a_linkedinpage"), by_account.values()
        assert (page["first_comment"], page["comments"]) == (LINK, "after") and LINK not in page["text"]
        assert (feed["first_comment"], feed["comments"]) == (None, "none") and LINK in feed["text"]
        card = client.get(f"{API}/drafts/{draft}/card").json()
        assert any(f"First comment:\n{LINK}" in (each["full"] or each["text"]) for each in card["sections"])
    shown = html.unescape(person.get(f"/drafts/{draft}").text)
    assert f'class="first-comment-text">{LINK}</p>' in shown and "Feed has no first comments" in shown
    form = html.unescape(person.get(edit).text)
    assert 'name="first_comment"' in form and LINK in form
    assert 'name="first_comment"' not in person.get(f"/drafts/{draft}/edit/{feed['account']}").text
    counted = person.post(f"/drafts/{draft}/measure/a_linkedinpage?comment=true", {"first_comment": "x" * 1300})
    assert "1,300/1,250" in counted.text and "50 too many" in counted.text
    words = "Book here:\n" + LINK
    fields = {"digest": page["digest"], "text": page["text"], "first_comment": words.replace("\n", "\r\n")}
    assert person.post(edit, fields).status_code == 303
    with served.client(served.token("read", "propose", "decide")) as client:
        now = client.get(f"{API}/drafts/{draft}").json()
        [written] = [each for each in now["versions"] if each["account"] == "a_linkedinpage"]
        assert written["first_comment"] == words and written["digest"] != page["digest"]
        gone = client.patch(
            f"{API}/drafts/{draft}/versions/a_linkedinpage", json={"text": page["text"], "first_comment": ""}
        )
        [cleared] = [each for each in gone.json()["versions"] if each["account"] == "a_linkedinpage"]
        assert cleared["first_comment"] is None
    assert "The first comment was removed." in person.get(f"/drafts/{draft}/diff").text
    stale = person.post(edit, fields | {"first_comment": "Typed in vain?"})
    assert "Typed in vain?" in stale.text, "nothing typed is lost"
    person.http.close()
