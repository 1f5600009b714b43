"""Signatures are those of the Standard Webhooks specification, so that receivers need no code of ours."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.standard_webhooks import key_bytes, new_signing_key, signed_headers


def test_the_published_vector_comes_out_exactly() -> None:
    # From the specification's reference libraries (their tests share one vector).
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_keys_made_here_are_within_the_specification() -> None:
    keys = {new_signing_key() for _ in range(20)}
    assert len(keys) == 20
    assert all(24 <= len(key_bytes(key)) <= 64 for key in keys)


@given(st.binary(min_size=24, max_size=64))
def test_prefixed_keys_are_their_base64(raw: bytes) -> None:
    assert key_bytes("whsec_" + base64.b64encode(raw).decode()) == raw


def test_an_id_that_would_blur_the_signed_text_is_refused() -> None:
    with pytest.raises(ValueError):
        signed_headers(new_signing_key(), "a.b", datetime(2026, 1, 1, tzinfo=UTC), b"")
