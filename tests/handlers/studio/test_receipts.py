"""A post that does not stand there as it was approved: its page and the list say so, and in which respect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.commit import Change, commit
from storage.posts import PostReceipt, PostState
from storage.stores import PostStore
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person

NOTE = "A part of it stands there, without its last comment."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("receipts")) as running:
        yield running


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


def published(served: Served, topic: str, **receipt: object) -> str:
    draft = served.draft(f"Tell people that {topic}. Feed, tomorrow 9am.")
    with served.client(served.token("read", "propose", "decide")) as client:
        body = {"verdict": "approve", "digest": draft["digest"]}
        [post] = client.post(f"{API}/drafts/{draft['id']}/decisions", json=body).json()["draft"]["posts"]

    async def stand() -> None:
        store, workspace = PostStore(served.admind.database), served.admind.workspace.id
        kept = await store.get(workspace, post)
        there = PostReceipt(remote_id="7", url="https://velo.example/7", at=served.admind.clock.now())
        changed = kept.record.changed(state=PostState.published, receipt=there.model_copy(update=receipt))
        await commit(served.admind.database, store.save(Change(workspace), changed, ver=kept.ver))

    served.on_loop(stand)
    return str(post)


def test_what_differs_is_named_and_the_way_there_is_one_press(served: Served, owner: Person) -> None:
    post = published(served, "we sell bells", compared="differs", differs=("text", "alt texts"))
    page = owner.get(f"/posts/{post}").text
    assert "What stands there differs from what was approved. Please look." in page
    assert "The text is not the approved one." in page and "The alt texts are not the approved ones." in page
    assert "The pictures are not" not in page
    assert '<a class="button small" href="https://velo.example/7"' in page
    assert "Posted, please look" in page and "Posted, please look" in owner.get("/posts?show=out").text
    with served.client(served.token("read")) as client:
        receipt = client.get(f"{API}/posts/{post}").json()["receipt"]
    assert (receipt["differs"], receipt["note"]) == (["text", "alt texts"], None)


def test_what_is_out_in_part_says_in_which(served: Served, owner: Person) -> None:
    post = published(served, "we mend tubes", compared="same", note=NOTE)
    page = owner.get(f"/posts/{post}").text
    assert NOTE in page and "Posted, please look" in page and "differs from what was approved" not in page
    with served.client(served.token("read")) as client:
        assert client.get(f"{API}/posts/{post}").json()["receipt"]["note"] == NOTE


def test_what_stands_there_as_approved_worries_nobody(served: Served, owner: Person) -> None:
    post = published(served, "we true wheels", compared="same")
    page = owner.get(f"/posts/{post}").text
    assert "please look" not in page and "the same as what was approved" in page
