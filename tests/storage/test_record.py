"""Records are strict towards the outside, lift old documents, and keep what a newer version added."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from storage.drafts import Brief, Draft
from storage.posts import Post
from storage.record import Record, new_id
from storage.sending import from_hash, to_hash
from tests.samples import a_post

NOW = "2026-03-01T09:00:00Z"


class Tag(Record):
    SCHEMA: ClassVar[int] = 3
    MIGRATIONS: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {
        1: lambda old: {"name": old["title"]},
        2: lambda old: {**old, "colour": "grey"},
    }

    name: str
    colour: str


def test_an_old_document_is_lifted_step_by_step() -> None:
    assert Tag.load('{"title": "Sale", "schema_version": 1}') == Tag(name="Sale", colour="grey")
    assert Tag.load('{"name": "Sale", "schema_version": 2}') == Tag(name="Sale", colour="grey")


def test_a_document_without_a_version_is_of_the_first() -> None:
    assert Tag.load('{"title": "Sale"}').colour == "grey"


def test_what_a_newer_version_added_is_kept_through_a_change() -> None:
    newer = {"name": "Sale", "colour": "red", "emoji": "🏷", "schema_version": 9}
    kept = Tag.load(json.dumps(newer)).changed(colour="blue")
    assert json.loads(kept.dump()) == newer | {"colour": "blue"}


@pytest.mark.parametrize("version", [1, 3])
def test_an_unknown_field_of_an_equal_or_older_version_is_refused(version: int) -> None:
    document = {"name": "Sale", "title": "Sale", "colour": "red", "emoji": "🏷", "schema_version": version}
    if version == 1:
        Tag.load(json.dumps(document))  # the migration names what it takes; the rest is gone with the old form
    else:
        with pytest.raises(ValidationError):
            Tag.load(json.dumps(document))


def test_a_record_from_outside_takes_no_unknown_field() -> None:
    with pytest.raises(ValidationError):
        Brief.model_validate({"request": "Post this", "approved": True})


def test_a_change_is_validated() -> None:
    with pytest.raises(ValidationError):
        Tag(name="Sale", colour="red").changed(colour=7)


@given(st.text(min_size=1, max_size=60), st.integers(1, 10**9))
def test_a_post_survives_its_hash(title: str, ver: int) -> None:
    title = title.encode("utf-8", "ignore").decode()
    post = a_post(title=title, ver=ver)
    assert from_hash(to_hash(post)) == post


def test_a_post_of_a_newer_version_keeps_what_it_does_not_know() -> None:
    fields = to_hash(a_post())
    document = json.loads(fields["doc"]) | {"schema_version": 99, "mood": "sunny"}
    kept = from_hash(fields | {"doc": json.dumps(document)})
    again = json.loads(to_hash(kept.changed(title="Other"))["doc"])
    assert (again["mood"], again["schema_version"], again["title"]) == ("sunny", 99, "Other")


def test_values_inside_keep_what_a_newer_version_added_to_them() -> None:
    attempt = {
        "id": "t_1",
        "number": 1,
        "key": "k",
        "at": NOW,
        "deadline": NOW,
        "worker": "w",
        "route": ["a", {"b": 1}],
    }
    fields = to_hash(a_post())
    document = json.loads(fields["doc"]) | {"schema_version": 99}
    for doc in (fields["doc"], json.dumps(document)):  # the newer one may have worked on an older post
        kept = from_hash(fields | {"doc": doc, "attempts": json.dumps([attempt])})
        ended = kept.attempts[0].model_copy(update={"outcome": "refused"})
        again = from_hash(to_hash(kept.changed(attempts=(ended,))))
        (written,) = json.loads(to_hash(again)["attempts"])
        assert written == attempt | {"outcome": "refused"}
        assert ended.model_dump(mode="json")["route"] == ["a", {"b": 1}]


def test_a_draft_of_a_newer_version_keeps_what_was_added_deep_inside() -> None:
    stored = {
        "id": "d_1",
        "workspace": "w_1",
        "brand": "b_1",
        "title": "Sale",
        "brief": {"request": "Post this", "mood": "sunny"},
        "requested_by": "m_1",
        "authors": ["m_1"],
        "versions": [
            {"account": "a_1", "channel": "feed", "text": "x", "payload": "0" * 64, "digest": "1", "length": 1, "x": 2}
        ],
        "created_at": NOW,
        "updated_at": NOW,
    }
    newer = Draft.load(json.dumps(stored | {"schema_version": Draft.SCHEMA + 1}))
    version = newer.versions[0].model_copy(update={"post": "p_1"})
    again = json.loads(newer.changed(versions=(version,), title="Other").dump())
    assert (again["brief"]["mood"], again["versions"][0]["x"], again["title"]) == ("sunny", 2, "Other")
    with pytest.raises(ValidationError):
        Draft.load(json.dumps(stored))


def test_ids_say_what_they_are_of_and_are_never_alike() -> None:
    made = {new_id("d") for _ in range(2000)}
    assert len(made) == 2000
    assert all(each.startswith("d_") and len(each) == 14 for each in made)


def test_documents_name_their_version() -> None:
    assert json.loads(a_post().dump())["schema_version"] == Post.SCHEMA
    assert Draft.SCHEMA >= 1
