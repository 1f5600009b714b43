"""What is approved under one version of AdMind is sent under the next, with the digest that was approved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import ValidationError

from storage.record import Migration
from storage.sealed import NewerPayload, Part, SealedPayload

NOW = SealedPayload(workspace="w_1", channel="feed", account="a_1", parts=(Part(text="Fresh bread."),))


class Next(SealedPayload):
    """As a later AdMind may have it: a new field, and a new name for an old one."""

    VERSION: ClassVar[int] = SealedPayload.VERSION + 1
    SEALS: ClassVar[frozenset[int]] = frozenset({VERSION})
    LIFTS: ClassVar[Mapping[int, Migration]] = {
        **SealedPayload.LIFTS,
        SealedPayload.VERSION: lambda old: {**old, "payload_version": SealedPayload.VERSION + 1, "mood": "plain"},
    }

    payload_version: int = SealedPayload.VERSION + 1
    mood: str


def test_what_was_sealed_is_read_back_as_it_was() -> None:
    assert SealedPayload.read(NOW.canonical()) == NOW
    assert SealedPayload.read(NOW.canonical()).digest == NOW.digest


def test_an_older_payload_is_lifted_and_keeps_the_digest_that_was_approved() -> None:
    lifted = Next.read(NOW.canonical())
    assert (lifted.mood, lifted.payload_version) == ("plain", SealedPayload.VERSION + 1)
    assert lifted.digest == NOW.digest
    assert lifted.canonical() == NOW.canonical()
    assert lifted.model_copy().digest == NOW.digest


def test_a_changed_copy_of_an_older_payload_has_another_digest() -> None:
    changed = Next.read(NOW.canonical()).model_copy(update={"title": "Other"})
    assert changed.digest != NOW.digest
    assert json.loads(changed.canonical())["title"] == "Other"


def test_a_newer_payload_is_left_to_whoever_understands_it() -> None:
    newer = Next(workspace="w_1", channel="feed", account="a_1", parts=(Part(text="x"),), mood="sunny")
    with pytest.raises(NewerPayload) as refused:
        SealedPayload.read(newer.canonical())
    assert refused.value.retry_after_seconds
    assert Next.read(newer.canonical()) == newer


@pytest.mark.parametrize("stored", [b"", b"[]", b'"x"', b"{}", b'{"payload_version":"1"}', b'{"payload_version":true}'])
def test_what_is_no_payload_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError):
        SealedPayload.read(stored)


def test_an_unknown_field_of_the_same_version_is_refused() -> None:
    with pytest.raises(ValidationError):
        SealedPayload.read(json.dumps(json.loads(NOW.canonical()) | {"mood": "sunny"}).encode())
