"""Records with nothing special about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storage.accounts import Account
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


def linkedin_page(workspace: str, brand: str, created_at: datetime, *, posted: bool = False) -> Account:
    """A page on the real LinkedIn, of which nobody is asked anything before a post goes out."""
    return Account(
        id="a_linkedinpage",
        workspace=workspace,
        brand=brand,
        channel="linkedin",
        name="Velo AG",
        remote_id="urn:li:organization:4711",
        server="https://api.linkedin.com",
        posted=posted,
        created_at=created_at,
    )
