"""The guard by itself: what it reads out of finished requests, and what it lets through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Content
from bot.channels.handed import JSON, Approved, Carries, Guard, HandedDiffers, decoded, no_words
from bot.channels.mail_message import message_of, text_of
from bot.channels.mail_text import sealed_mail
from bot.channels.mastodon import Mastodon
from storage.sealed import SealedPayload
from tests.bot.channels.benches import blank_account
from tests.bot.channels.handed_contract import ALTS, AT, MEDIA, PAIR

TEXT = "Der Frühling kommt\n\nAlle Velos 20 % günstiger."
FORM = "application/x-www-form-urlencoded"
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def sealed(text: str = TEXT) -> SealedPayload:
    return Mastodon().build(Content(text=text, media=MEDIA, not_before=AT), blank_account("mastodon"))


def body(payload: SealedPayload, **more: object) -> bytes:
    return json.dumps({"status": payload.parts[0].text, **more}).encode()


def options(approved: Approved) -> Mapping[str, Any]:
    return {"content": body(approved.payload)}


def judged(guard: Guard, data: bytes, carries: Carries | None = None, kind: str = JSON) -> None:
    guard.judge(data, kind, carries, lambda given: bytes(given.built(guard.approved)["content"]))


@given(words, words)
def test_every_string_of_a_request_is_read_whatever_its_form(one: str, two: str) -> None:
    told = {"a": one, "b": [{"c": two}]}
    assert decoded(json.dumps(told).encode(), "application/json; charset=utf-8").strings == (one, two)
    assert decoded(urlencode({"a": one, "b": json.dumps([two])}).encode(), FORM).strings[-1] == two
    request = httpx2.Request("POST", "https://x.example", data={"a": one}, files={"f": ("n.png", b"\r\n--\x00", "x/y")})
    wire = decoded(request.read(), request.headers["content-type"])
    assert (wire.strings[-1:] == (one,) or one[:1] in "{[") and wire.files == (b"\r\n--\x00",)


def test_an_e_mail_is_read_as_people_read_it() -> None:
    options = {"from": "ana@velo.example", "to": "list@velo.example", "list": "Velo", "postal": "Gasse 1, Zürich"}
    account = blank_account("email", options=options | {"unsubscribe": "stop@velo.example"})
    payload = sealed_mail(Content(text=TEXT, media=MEDIA, not_before=AT), account)
    wire = decoded(message_of(payload, PAIR, "1@velo.example", AT), "message/rfc822")
    assert wire.strings[:2] == (payload.title, text_of(payload))
    assert wire.files == PAIR


def test_what_was_approved_goes_through() -> None:
    payload = sealed()
    guard = Guard(payload)
    guard.announced()
    judged(guard, body(payload), Carries(payload, options))


def test_a_write_that_may_publish_must_say_what_it_carries() -> None:
    guard = Guard(sealed())
    guard.announced()
    with pytest.raises(HandedDiffers, match="not what was approved"):
        judged(guard, b"")
    judged(guard, b"")  # after it, a write that publishes nothing


@given(words)
def test_any_other_bytes_are_refused(more: str) -> None:
    payload = sealed()
    for data in (body(payload, more=more), body(payload) + b" ", body(sealed(TEXT + more + "."))):
        with pytest.raises(HandedDiffers):
            judged(Guard(payload), data, Carries(payload, options))


def test_a_builder_that_tidies_words_cannot_vouch_for_itself() -> None:
    payload = sealed("Zwei  Blanks")

    def tidy(approved: Approved) -> Mapping[str, Any]:
        return {"content": json.dumps({"status": " ".join(approved.payload.parts[0].text.split())}).encode()}

    guard = Guard(payload)
    with pytest.raises(HandedDiffers) as refused:
        judged(guard, bytes(tidy(guard.approved)["content"]), Carries(payload, tidy))
    assert "words" in refused.value.why


def test_a_write_that_publishes_nothing_holds_ids_and_alt_texts_alone() -> None:
    guard = Guard(sealed())
    guard.approved.blobs |= {medium.sha256: data for medium, data in zip(MEDIA, PAIR, strict=True)}
    judged(guard, json.dumps({"id": "urn:li:1", "alt": ALTS[0]}).encode())
    judged(guard, PAIR[1], kind="application/octet-stream")
    guard.named(MEDIA[1], "m_1", found=False)
    judged(guard, json.dumps({"id": "m_1", "alt": ALTS[1]}).encode())
    for told in ({"id": "m_1", "alt": ALTS[0]}, {"note": "Other words"}, {"note": "Grüße"}):
        with pytest.raises(HandedDiffers):
            judged(guard, json.dumps(told).encode())
    with pytest.raises(HandedDiffers):
        judged(guard, PAIR[1] + b"\0", kind="image/jpeg")


def test_a_picture_is_known_by_the_bytes_that_went_up() -> None:
    guard = Guard(sealed())
    guard.approved.blobs |= {medium.sha256: data for medium, data in zip(MEDIA, PAIR, strict=True)}
    judged(guard, PAIR[1], kind="image/jpeg")
    with pytest.raises(HandedDiffers):
        guard.named(MEDIA[0], "m_0", found=False)
    with pytest.raises(HandedDiffers):
        guard.approved.named()


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_read_is_not_handed_over(data: bytes) -> None:
    payload = sealed()
    with pytest.raises(HandedDiffers):
        judged(Guard(payload), data, Carries(payload, lambda _: {"content": data}, no_words))
