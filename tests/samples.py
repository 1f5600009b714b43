"""Records with nothing special about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storage.posts import Post


def a_post(**fields: Any) -> Post:
    return Post(
        **{
            "id": "p_sample",
            "workspace": "w_sample",
            "brand": "b_sample",
            "account": "a_sample",
            "channel": "feed",
            "draft": "d_sample",
            "revision": 1,
            "digest": "0" * 64,
            "payload": "1" * 64,
            "title": "A title",
            "requested_by": "m_sample",
            "approved_by": ("m_sample",),
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            "due": datetime(2026, 1, 2, tzinfo=UTC),
        }
        | fields
    )
